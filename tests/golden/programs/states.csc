"""A state machine: states have parameters, whose defaults are set anew by each jump."""


flow main(coins: list = ["10", "push", "5", "5", "push", "push"]):
    at = -1
    opened = 0

    state locked(paid: int = 0):
        at += 1
        if at == len(coins):
            return opened  # expect: opened
        if coins[at] == "push":
            jump locked(paid)
        paid += int(coins[at])
        if paid >= 10:
            jump unlocked()
        jump locked(paid)

    state unlocked():
        print("opened")  # expect: opened
        opened += 1
        at += 1
        jump locked()
        # expect: -> 2
