# The other branch has something else, and what a branch has made may be read on behind the loop, which has taken a part of it.
# arguments: 3

flow main(n: int):
    found = []
    for way in [0, 1, 2, 3]:
        items = [n, way, 7]
        if way == 0:
            pairs = {"a": n, "b": way}.items()
        elif way == 1:
            pairs = enumerate(items, n)
        elif way == 2:
            pairs = zip(items, [1, 2, 3])
        else:
            pairs = [(1, 2), (3, 4), (5, 6)]
        for key, value in pairs:
            found.append((way, key, value))
            if value == 1:
                break
        found.append(list(pairs))
        try:
            rest = reversed(items) if way < 2 else items
            for each in rest:
                found.append(each // way)
        except ZeroDivisionError as error:
            found.append(str(error))
    return found
