"""Flows and constants of another file; a constant is computed when the file is compiled."""

strict

from "./shared.csc" import LIMIT, clamp as at_most

const TWICE = LIMIT * 2


flow main():
    print(at_most(50), at_most(50, most=TWICE))  # expect: 16 32
    return TWICE  # expect: -> 32
