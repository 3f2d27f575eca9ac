flow greet(name):
    print("hello", name)

flow main(names: list):
    greet(*names)
