# Texts are formatted as in Python.
# arguments: 5; 'é'

flow main(x, y):
    return (f"{x}{y!r:>8}", f"{x:03}", f"{x:{x}}", f"{{{x}}}", f"{x=}", f"{y!s}{y!a}", f"{x:>{x}d}|", "%s %r" % (x, y))
