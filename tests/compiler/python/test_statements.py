"""Every statement that flows share with Python does what it does in CPython, on both engines."""

from __future__ import annotations

from textwrap import indent
from typing import Any

import pytest
from support.python_flows import check_same

Calls = tuple[tuple[Any, ...], ...]

CASES: dict[str, tuple[str, Calls]] = {
    "assignment": (
        """\
x = y = [a]
x.append(b)
return x, y, x is y
""",
        ((1, 2),),
    ),
    "unpacking": (
        """\
(x, *y), [z] = a, b
first, *_, last = x
return x, y, z, first, last
""",
        (([[1, 2, 3], 4], [5]), ([[1], 2], [3]), ([1], 2)),
    ),
    "swap": (
        """\
a, b = b, a
[a, b] = b, a
a, b, a = b, a, 3
return a, b
""",
        ((1, 2),),
    ),
    "targets in order": (
        """\
d = [0, 1]
i = 0
i, d[i] = 1, a
d[i], i = b, 0
return d, i
""",
        ((7, 8),),
    ),
    "augmented": (
        """\
x = a
x += b
x *= 2
d = {'k': a}
d['k'] += b
return x, d, a
""",
        ((1, 2), ([1], [2]), ("a", "b"), (1, "x")),
    ),
    "annotated": (
        """\
x: int = a
y: list[int]
b[0]: int = x
(z): int = 3
return x, b, z
""",
        ((1, [2]),),
    ),
    "annotated without a value": (
        """\
if a:
    y: int
return y
""",
        ((1, 2),),
    ),
    "delete": (
        """\
x = {1: a, 2: b}
y = [1, 2, 3]
del x[1], (y[0], y[-1])
z = 1
del z
if a:
    return z
return x, y
""",
        ((0, 1), (1, 1)),
    ),
    "attributes": (
        """\
error = ValueError(a)
error.args = (b, a)
error.note = [a]
error.note += [b]
error.count: int = 0
(error.first, *error.rest), error.count = [1, 2, 3], error.count + 1
for error.count in range(3):
    pass
found = error.args, error.note, error.first, error.rest, error.count
del error.first
try:
    return found, error.first
except AttributeError as gone:
    print(gone)
a.name = b
""",
        ((1, 2), ("a", "b")),
    ),
    "attributes in order": (
        """\
error = ValueError()
print(a) or error
(lambda: print("owner") or error)().kind = print("value") or b
error.kind = error
error.kind.kind.kind = 5
return error.kind
""",
        ((1, 2),),
    ),
    "delete twice": (
        """\
x = a
del x
del x
""",
        ((1, 2),),
    ),
    "unbound": (
        """\
if a:
    x = 1
return x + b
""",
        ((1, 2), (0, 2)),
    ),
    "if": (
        """\
if a > 2:
    return 'big'
elif a:
    x = 'some'
else:
    x = 'none'
return x
""",
        ((3, 0), (1, 0), (0, 0), ("", 0)),
    ),
    "while else": (
        """\
n = 0
while n < a:
    n += 1
    if n == b:
        break
else:
    return 'done', n
return 'broke', n
""",
        ((3, 2), (3, 9), (0, 0)),
    ),
    "for else": (
        """\
for x in a:
    if x == b:
        break
    continue
else:
    x = 'none'
return x
""",
        (([1, 2], 2), ([1], 2), ([], 1), (5, 1)),
    ),
    "for targets": (
        """\
d = {}
for d['k'], (x, *y) in a:
    pass
return d, x, y
""",
        (([(1, (2, 3))], 0), ([], 0)),
    ),
    "for over a generator": (
        """\
log = []
for x in (log.append(v) or v for v in a):
    if x == b:
        break
return log
""",
        (([1, 2, 3], 2),),
    ),
    "for over what changes": (
        """\
for x in a:
    if len(a) < b:
        a.append(x + 1)
return a
""",
        (([1], 5),),
    ),
    "for over a dict that changes": (
        """\
for x in a:
    a[x + 1] = 1
    if len(a) > b:
        break
return a
""",
        (({1: 1}, 5),),
    ),
    "assert": (
        """\
assert a
assert b, f'no {b}'
return 1
""",
        ((1, 1), (0, 1), (1, 0)),
    ),
    "raise": (
        """\
if a == 1:
    raise ValueError
if a == 2:
    raise KeyError(b)
if a == 3:
    e = TypeError('x')
    raise e
raise b
""",
        ((1, 0), (2, "k"), (3, 0), (4, 5)),
    ),
    "raise from": (
        """\
try:
    raise ValueError(a) from KeyError(b)
except ValueError as e:
    return str(e)
""",
        ((1, 2),),
    ),
    "raise from nothing": (
        "raise ValueError(a) from b",
        ((1, None), (1, 3)),
    ),
    "try": (
        """\
try:
    x = a / b
except ZeroDivisionError as e:
    return str(e)
except (TypeError, ValueError):
    x = 'type'
else:
    x = [x]
finally:
    print('end')
return x
""",
        ((1, 2), (1, 0), (1, "x")),
    ),
    "bare raise": (
        """\
try:
    return a[b]
except LookupError:
    try:
        1 / 0
    except ZeroDivisionError:
        pass
    raise
""",
        (([1], 0), ([1], 5), ({}, 1)),
    ),
    "name of an error": (
        """\
try:
    a / b
except ZeroDivisionError as e:
    pass
return e
""",
        ((1, 0),),
    ),
    "bare except": (
        """\
try:
    return a[b]
except:
    return 'caught'
""",
        (([1], 1),),
    ),
    "return in finally": (
        """\
try:
    return a / b
finally:
    if a:
        return 'final'
""",
        ((1, 0), (0, 1), (0, 0)),
    ),
    "break in finally": (
        """\
for x in a:
    try:
        x / b
    finally:
        if x > 1:
            break
return x
""",
        (([1, 2, 3], 1), ([2], 0), ([1], 0)),
    ),
    "continue in finally": (
        """\
n = 0
for x in a:
    try:
        n += x / b
    finally:
        continue
return n
""",
        (([1, 2], 1), ([1, 2], 0)),
    ),
    "a return inside of a finally that goes on": (
        """\
try:
    return 1
finally:
    while True:
        try:
            return 2
        finally:
            break
""",
        ((0, 0),),
    ),
    "finally in loops": (
        """\
r = []
for x in a:
    try:
        if x == b:
            continue
        r.append(x)
    finally:
        r.append('f')
return r
""",
        (([1, 2, 3], 2),),
    ),
    "pass and constants": (
        """\
pass
...
'text'
return a
""",
        ((1, 2),),
    ),
    "no return": (
        "a.append(b)",
        (([], 1),),
    ),
    "print": (
        """\
print(a, b, sep='|', end='.')
print()
print(f'{a}', flush=True)
""",
        ((1, "x"),),
    ),
}


@pytest.mark.parametrize(("body", "calls"), CASES.values(), ids=CASES)
def test_a_statement_means_what_it_means_in_python(body: str, calls: Calls) -> None:
    check_same("@cs.flow\ndef f(a, b):\n" + indent(body, "    "), *calls)
