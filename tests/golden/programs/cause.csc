"""`fail` takes a value, or an error itself; an error raised in a handler remembers the first."""


flow main():
    try:
        try:
            fail KeyError("inner")
        except KeyError as error:
            fail ValueError("outer")
    except ValueError as error:
        print(error)  # expect: outer
    fail {"code": 7}  # expect: !! FlowFailed: {'code': 7}
