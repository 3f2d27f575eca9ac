flow greet(name):
    print("hello", name)

flow main():
    greet("ann", "bob")
