# Asserts and their messages.
# arguments: 3

flow main(n):
    assert n
    try:
        assert n > 5, f"n is {n}"
    except AssertionError as e:
        emit "e", str(e)
    assert not n
