# A self tail call forgets variables.
# arguments: 2

flow main(n):
    if n == 2:
        x = n
    if n > 0:
        return main(n - 1)
    try:
        return x
    except UnboundLocalError as e:
        return str(e)
