"""`try`, with handlers by kind, `else`, and a bare `fail` that raises the error again."""


flow main():
    for n in 0, "x", 2:
        try:
            result = 10 // n
        except ZeroDivisionError, ValueError as error:
            print("arithmetic:", error)  # expect: arithmetic: integer division or modulo by zero
        except TypeError:
            print("type")  # expect: type
        else:
            print(result)  # expect: 5
    try:
        check(0)
    except FlowFailed as failed:
        print(failed)  # expect: zero will not do
        fail  # expect: !! FlowFailed: zero will not do


flow check(n: int):
    if not n:
        fail "zero will not do"
