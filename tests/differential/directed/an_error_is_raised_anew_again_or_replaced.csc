# An error is raised anew, again, or replaced.
# arguments: []

flow main(xs):
    try:
        first(xs)
    except LookupError as e:
        kept = e
    try:
        try:
            xs[1]
        except IndexError as f:
            try:
                1 // 0
            except ZeroDivisionError:
                pass
            fail
    except IndexError as g:
        emit "again", str(g)
    if not xs:
        fail kept
flow first(xs):
    try:
        xs[0]
    finally:
        {}["instead"]
