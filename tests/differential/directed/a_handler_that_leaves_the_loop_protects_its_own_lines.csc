# An error in a loop is caught by the handler around its line only, also where that handler leaves the loop.
# arguments: [2, 0, 1]; [0, 1]

flow main(xs, ys):
    try:
        return protected(xs)
    except ZeroDivisionError as e:
        print("outside", str(e))
    try:
        return protected(ys)
    except ZeroDivisionError as e:
        print("outside", str(e))
    return "end"

flow protected(xs):
    n = 0
    loop:
        try:
            x = xs[n]
            y = 6 // (x + 1)
        except ZeroDivisionError:
            return "caught"
        n = n + 1
        y = y + 6 // x
        print(y)
