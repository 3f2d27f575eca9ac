# Walrus sets a variable of the flow.
# arguments: [1, 2, 3]

flow main(xs):
    if (n := len(xs)) > 2 and (m := n * 2):
        pass
    while (n := n - 1) > 0:
        emit "n", n
    return (n, m)
