# A variable that is computed and computed with has its last value in the handler, if what would have written it again failed.
# arguments: 3

flow main(n: int):
    found = []
    for each in [n, n - 1, n - 2, n - 3]:
        left = 100
        try:
            left = each - 1
            left = 10 // left
        except ZeroDivisionError:
            found.append(("zero", left))
        found.append(left)
        text = "none"
        try:
            text = str(each)
            text = found[int(text) + 3]
            text = text[1]
        except TypeError as error:
            found.append((text, str(error)))
        except IndexError:
            found.append(("short", text))
    return found
