flow greet():
    print("hello")

flow greet():
    print("good morning")
