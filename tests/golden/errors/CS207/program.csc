from "./common.csc" import coldown

flow main():
    coldown()
