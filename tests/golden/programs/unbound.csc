"""A variable without a value is an error when it is read, in Python's words."""


flow main(n: int = 0):
    if n:
        x = 1
    try:
        print(x)
    except UnboundLocalError as error:
        print(error)  # expect: cannot access local variable 'x' where it is not associated with a value
    x = 2
    del x
    return x  # expect: !! UnboundLocalError: cannot access local variable 'x' where it is not associated with a value
