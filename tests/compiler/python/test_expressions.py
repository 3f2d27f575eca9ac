"""Every expression that flows share with Python does what it does in CPython, on both engines."""

from __future__ import annotations

from textwrap import indent
from typing import Any

import pytest
from support.python_flows import check_same

Calls = tuple[tuple[Any, ...], ...]

CASES: dict[str, tuple[str, Calls]] = {
    "operators": (
        """\
return [a + b, a - b, a * b, a // b, a % b, a ** 2, a / b, a & b, a | b, a ^ b, a << 1, a >> 1, -a, +a, ~a, not a]
""",
        ((7, 3), (-7, 3), (2, 0), ("x", 1)),
    ),
    "chained comparison": (
        "return [a < b < 5, a == b == b, a < b > 1 != a, a in [b] in [[b]]]",
        ((1, 2), (3, 2), ("a", 2)),
    ),
    "comparison evaluates once": (
        """\
n = [a]
return (n.pop() < b < 9, n)
""",
        ((1, 5), (7, 5)),
    ),
    "identity": (
        "return (a is None, a is not None, a is b)",
        ((None, 1), (None, None)),
    ),
    "boolean operators give operands": (
        "return [a and b, a or b, not a and b, a and b or 5]",
        ((0, "x"), ("y", []), (None, 0)),
    ),
    "conditional": (
        "return a if b else (b if a else None)",
        ((1, 0), (0, 0), (1, 1)),
    ),
    "walrus": (
        "return [(c := a + 1), c * 2, (d := c) + d, [e := x for x in range(b)], e]",
        ((1, 3), (1, 0)),
    ),
    "walrus in conditions": (
        """\
while (a := a - 1) > b:
    pass
if (z := a) == b and (y := z) is not None:
    return y
""",
        ((5, 2),),
    ),
    "subscripts": (
        "return a[b], a[b:], a[:b], a[::b], a[-1], a[1:3:b], a[:]",
        (([1, 2, 3, 4], 2), ("abcd", 1), ({}, 1), ([1], 0)),
    ),
    "tuple index": (
        """\
d = {(1, 2): a}
return d[1, 2], d[(1, b)]
""",
        ((1, 2), (1, 3)),
    ),
    "attributes": (
        "return a.real, a.imag, b.start",
        ((3, range(0, 4)), (3, 4)),
    ),
    "displays": (
        "return [[*a, 1, *b], (*a, 2), {*a, *b}, {'x': 1, **{k: k for k in a}}, (), [], {}]",
        (([1, 2], (3,)), ([], ""), (1, 2)),
    ),
    "dict display order": (
        "return {f'{a}{i}': i for i in range(b)} | {**{'k': 1}, 'k': 2}",
        (("n", 3),),
    ),
    "comprehensions": (
        """\
return [[x, y] for x in a for y in range(x) if y % 2 if x > b], {x for x in a}, {x: -x for x in a if x}, [a for a in a]
""",
        (([1, 2, 5], 1), ([], 0), (3, 1)),
    ),
    "nested comprehensions": (
        "return [[(i, j, a) for j in range(i)] for i in range(b)]",
        ((1, 4),),
    ),
    "generators": (
        """\
return (sum(x for x in a), max((x for x in a), default=b),
    any(x > b for x in a), all(x for x in a), sorted(-x for x in a), '-'.join(str(x) for x in a),
    list(x for x in a), dict((x, 1) for x in a), next((x for x in a), b))
""",
        (([1, 2, 3], 2), ([], 5)),
    ),
    "membership in a generator": (
        """\
log = []
return b in (log.append(x) or x for x in a), log
""",
        (([1, 2, 3], 2), ([], 1)),
    ),
    "star of a generator": (
        "return [*(x + 1 for x in a)], (*(x for x in a if x > b),)",
        (([1, 2], 1),),
    ),
    "f-strings": (
        """\
w = 8
return f'{a}|{a!r}|{a!s}|{a!a}|{a:>10}|{b:{w}.2f}|{b:{w}}|{{}}|{a=}|{a = !s}|{b=:.1f}|' f'{[x for x in str(b)]}' 'x' f''
""",
        (("été", 3.14159), ("q", 2)),
    ),
    "methods": (
        "return a.upper().split('A'), b.get('k', 1), 'a{}b{x}'.format(1, x=2), a.join(['1', '2'])",
        (("banana", {}), (1, 2)),
    ),
    "calls with stars": (
        "return max(*a, b), dict(**{'p': 1}, q=b), print(*a, sep='-', end='!')",
        (([1, 9], 3), ([], 3), (5, 1)),
    ),
    "lambda": (
        "return sorted(a, key=lambda x: (-x, b)), list(map(lambda x, y=b: x + y, a))",
        (([3, 1, 2], 1), (["a"], 1)),
    ),
    "lambda called at once": (
        "return (lambda x, *y, z=b, **k: [x, y, z, k])(a, 2, 3, q=4)",
        ((1, 2),),
    ),
    "function in a list": (
        "return [abs, len, lambda x: x + b][2](a), {'k': max}['k'](a, b)",
        ((1, 2),),
    ),
    "built-in functions as values": (
        "return list(map(str, a)), sorted(a, key=abs), isinstance(b, (int, str)), type(b) is int",
        (([1, -2], 1), ([], "x")),
    ),
    "methods of types": (
        """\
return int.from_bytes(b'ab', 'big'), dict.fromkeys(a, b), list(map(str.upper, 'ab')), str.join(',', ['x', 'y'])
""",
        (([1], 2),),
    ),
    "constants": (
        "return 1, 1.5, 2j, 'x' 'y', b'z', None, True, ..., -0.0, 10**20, 0x1F, 1_000",
        ((0, 0),),
    ),
    "slices of slices": (
        """\
a[1:2] = [b, b]
a[::2] = a[1::2]
del a[0]
return a
""",
        (([1, 2, 3], 9), ([1], 2)),
    ),
}


@pytest.mark.parametrize(("body", "calls"), CASES.values(), ids=CASES)
def test_an_expression_means_what_it_means_in_python(body: str, calls: Calls) -> None:
    check_same("@cs.flow\ndef f(a, b):\n" + indent(body, "    "), *calls)
