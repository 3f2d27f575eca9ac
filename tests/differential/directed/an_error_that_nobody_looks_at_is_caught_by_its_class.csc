# An error that nobody looks at is caught by its class, in the order of the clauses; others are what they were.
# arguments: [0, 1, "a", 5, None]

flow main(xs):
    r = []
    for x in xs:
        try:
            try:
                r.append(10 // x)
            except ZeroDivisionError:
                r.append("zero")
            except ArithmeticError, TypeError as e:
                r.append(str(e))
            r.append("ab"[x])
        except IndexError:
            r.append("beyond")
        except Exception:
            r.append("other")
    try:
        r.append(helper(r, "x"))
    except KeyError:
        r.append("no key")
    except ValueError as f:
        kept = f
    try:
        r.append(helper(r, kept))
    except TypeError, LookupError:
        r.append("no text")
    emit "so far", (r, str(kept))
    try:
        r.append(int("y"))
    except KeyError:
        r.append("no")

flow helper(r, text):
    try:
        if not r:
            fail ValueError("empty")
        return int(text)
    except ZeroDivisionError:
        return 0
