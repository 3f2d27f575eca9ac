from tasks import reserve

flow main():
    order("A-7")

flow order(name: str):
    reserve(name)
