# A comprehension's variable is its own.
# arguments: 'mine'

flow main(x):
    ys = [x * 2 for x in range(3)]
    zs = {x: y for x, y in enumerate(ys)}
    w = [y for x in ys for y in range(x) if y % 2]
    return (x, ys, zs, w, any(x > 3 for x in ys))
