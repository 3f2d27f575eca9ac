from shop import fetch
from "./lib/other.csc" import get


flow main():
    return [fetch("a"), get("b")]
