flow greet(name):
    print("hello", name)

flow main():
    greet(nmae="ann")
