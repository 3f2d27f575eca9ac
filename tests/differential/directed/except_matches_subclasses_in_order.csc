# Except matches subclasses, in order.

flow main():
    r = []
    for k in [0, 1, 2, 3]:
        try:
            if k == 0:
                {}["x"]
            elif k == 1:
                [][0]
            elif k == 2:
                1 // 0
            else:
                fail OSError("o")
        except KeyError, ZeroDivisionError as e:
            r.append("first")
        except LookupError:
            r.append("second")
        except Exception as e:
            r.append(str(e))
    return r
