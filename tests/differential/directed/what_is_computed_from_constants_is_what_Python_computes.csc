# What is computed from constants is what Python computes.

flow main():
    a = (1 << 100, 2 ** 64, 10 ** 30 // 7, -7 // 2, -7 % 3, 7 % -3, 0.1 + 0.2, round(2.5), 1e308 * 10, int("1f", 16))
    b = ("ab" * 3, (1, 2) + (3,), not 0, 1 < 2 < 3, "a" in "abc", "abc"[1], (1, 2, 3)[::2], 3 * (0,), -0.0 + 0.0, ~5)
    c = (7 / 2, 7 // 2.0, divmod(-7, 2), 2 ** -1, 1 == 1.0, "1" == 1, True + True, bool(""), str(1.0), repr("'"), hex(-255))
    d = (f"{3:05.1f}|{'x':>3}|{True}", "%d%%" % 5, len("héé"), chr(233), ord("é"), min(3, 1.0, 1), max(1, 1.0), abs(-0.0))
    e = 1j * 1j, complex(0.0, -0.0), 5 & 3 | 4 ^ 1, 1 if 0.0 else 2, None is None, 1000 == 10 ** 3, (1, [2])[1], {1: 2}[1]
    f = [1, 2] == [1, 2], [] is [], () == (), "a" < "b", not not 5, 0 or [] or 7, 1 and 2, 5 % 3 == 2 and "yes"
    if 1 > 2:
        a = 0
    while 0:
        b = 0
    x = 5
    x += 1
    y = x * 2
    if y == 12:
        y = y - x if x else 0
    return (a, b, c, d, e, f, x, y)
