# A parameter with a default can be deleted in a loop.
# arguments: 4

flow main(n, step=[n // 2]):
    while n > 0:
        try:
            emit "step", step
            del step
        except UnboundLocalError as e:
            emit "unset", str(e)
            step = n
        n -= 1
    return step
