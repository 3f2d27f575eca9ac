flow today():
    return "monday"

flow main(day: str = today()):
    print(day)
