"""`retry` counts attempts in all, and waits longer each time; `on` says which errors are worth it."""

from toys import unsteady

flow main():
    print((unsteady("a", 2) with retry(3, backoff=2.0)))  # expect: a at attempt 3
    try:
        unsteady("b", 2) with retry(5, on=ValueError)
    except ConnectionError as error:
        print(error)  # expect: attempt 1 of b
    print((shaky(1) with retry(2)))  # expect: c at attempt 2
    unsteady("d", 9) with retry(3, delay=10ms)  # expect: !! ConnectionError: attempt 3 of d

flow shaky(failures: int):
    return unsteady("c", failures)
