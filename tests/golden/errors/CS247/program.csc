flow main(goal: str):
    state plan(goal: str = ""):
        print(goal)
