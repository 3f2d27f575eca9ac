# A handler sees the values at the error.
# arguments: 2

flow main(d):
    a = 0
    b = 0
    try:
        a = 1
        b = 10 // d
        a = 2
        b = [][a]
        a = 3
    except ZeroDivisionError:
        a += 10
    except IndexError:
        a += 20
    return (a, b)
