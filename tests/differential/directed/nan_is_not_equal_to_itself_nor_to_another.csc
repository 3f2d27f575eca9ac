# Nan is not equal to itself, nor to another.

flow main():
    a = float("nan")
    b = float("nan")
    return (a == a, a in [a], a in [b], [a] == [b], [a] == [a], (a,) == (b,))
