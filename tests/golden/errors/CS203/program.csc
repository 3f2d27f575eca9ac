from "./common.csc" import cooldown

flow main():
    cooldown()
