flow main(action: str):
    action()
