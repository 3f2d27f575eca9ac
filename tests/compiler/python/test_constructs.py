"""Every construct that flows share with Python does what CPython does, on the reference interpreter and on the machine."""

from __future__ import annotations

from typing import Any

import pytest
from support.python_flows import check_same

Case = tuple[str, tuple[tuple[Any, ...], ...]]

EXPRESSIONS: dict[str, Case] = {
    "operators": (
        "return [a + b, a - b, a * b, a // b, a % b, a ** 2, a / b, a & b, a | b, a ^ b, a << 1, a >> 1, -a, +a, ~a, not a]",
        ((7, 3), (-7, 3), (2, 0), ("x", 1)),
    ),
    "chained comparison": ("return [a < b < 5, a == b == b, a < b > 1 != a, a in [b] in [[b]]]", ((1, 2), (3, 2), ("a", 2))),
    "comparison evaluates once": ("n = [a]\nreturn (n.pop() < b < 9, n)", ((1, 5), (7, 5))),
    "identity": ("return (a is None, a is not None, a is b)", ((None, 1), (None, None))),
    "boolean operators give operands": ("return [a and b, a or b, not a and b, a and b or 5]", ((0, "x"), ("y", []), (None, 0))),
    "conditional": ("return a if b else (b if a else None)", ((1, 0), (0, 0), (1, 1))),
    "walrus": ("return [(c := a + 1), c * 2, (d := c) + d, [e := x for x in range(b)], e]", ((1, 3), (1, 0))),
    "walrus in conditions": ("while (a := a - 1) > b:\n    pass\nif (z := a) == b and (y := z) is not None:\n    return y", ((5, 2),)),
    "subscripts": ("return a[b], a[b:], a[:b], a[::b], a[-1], a[1:3:b], a[:]", (([1, 2, 3, 4], 2), ("abcd", 1), ({}, 1), ([1], 0))),
    "tuple index": ("d = {(1, 2): a}\nreturn d[1, 2], d[(1, b)]", ((1, 2), (1, 3))),
    "attributes": ("return a.real, a.imag, b.start", ((3, range(4)), (3, 4))),
    "displays": ("return [[*a, 1, *b], (*a, 2), {*a, *b}, {'x': 1, **{k: k for k in a}}, (), [], {}]", (([1, 2], (3,)), ([], ""), (1, 2))),
    "dict display order": ("return {f'{a}{i}': i for i in range(b)} | {**{'k': 1}, 'k': 2}", (("n", 3),)),
    "comprehensions": (
        "return [[x, y] for x in a for y in range(x) if y % 2 if x > b], {x for x in a}, {x: -x for x in a if x}, [a for a in a]",
        (([1, 2, 5], 1), ([], 0), (3, 1)),
    ),
    "nested comprehensions": ("return [[(i, j, a) for j in range(i)] for i in range(b)]", ((1, 4),)),
    "generators": (
        "return sum(x for x in a), max((x for x in a), default=b), any(x > b for x in a), all(x for x in a), "
        "sorted(-x for x in a), '-'.join(str(x) for x in a), list(x for x in a), dict((x, 1) for x in a), next((x for x in a), b)",
        (([1, 2, 3], 2), ([], 5)),
    ),
    "membership in a generator": ("log = []\nreturn b in (log.append(x) or x for x in a), log", (([1, 2, 3], 2), ([], 1))),
    "star of a generator": ("return [*(x + 1 for x in a)], (*(x for x in a if x > b),)", (([1, 2], 1),)),
    "f-strings": (
        "w = 8\nreturn f'{a}|{a!r}|{a!s}|{a!a}|{a:>10}|{b:{w}.2f}|{b:{w}}|{{}}|{a=}|{a = !s}|{b=:.1f}|' f'{[x for x in str(b)]}' 'x' f''",
        (("\u00e9t\u00e9", 3.14159), ("q", 2)),
    ),
    "methods": ("return a.upper().split('A'), b.get('k', 1), 'a{}b{x}'.format(1, x=2), a.join(['1', '2'])", (("banana", {}), (1, 2))),
    "calls with stars": ("return max(*a, b), dict(**{'p': 1}, q=b), print(*a, sep='-', end='!')", (([1, 9], 3), ([], 3), (5, 1))),
    "lambda": ("return sorted(a, key=lambda x: (-x, b)), list(map(lambda x, y=b: x + y, a))", (([3, 1, 2], 1), (["a"], 1))),
    "lambda called at once": ("return (lambda x, *y, z=b, **k: [x, y, z, k])(a, 2, 3, q=4)", ((1, 2),)),
    "function in a list": ("return [abs, len, lambda x: x + b][2](a), {'k': max}['k'](a, b)", ((1, 2),)),
    "built-in functions as values": ("return list(map(str, a)), sorted(a, key=abs), isinstance(b, (int, str)), type(b) is int", (([1, -2], 1), ([], "x"))),
    "methods of types": ("return int.from_bytes(b'ab', 'big'), dict.fromkeys(a, b), list(map(str.upper, 'ab')), str.join(',', ['x', 'y'])", (([1], 2),)),
    "constants": ("return 1, 1.5, 2j, 'x' 'y', b'z', None, True, ..., -0.0, 10**20, 0x1F, 1_000", ((0, 0),)),
    "slices of slices": ("a[1:2] = [b, b]\na[::2] = a[1::2]\ndel a[0]\nreturn a", (([1, 2, 3], 9), ([1], 2))),
}  # fmt: skip

STATEMENTS: dict[str, Case] = {
    "assignment": ("x = y = [a]\nx.append(b)\nreturn x, y, x is y", ((1, 2),)),
    "unpacking": ("(x, *y), [z] = a, b\nfirst, *_, last = x\nreturn x, y, z, first, last", (([[1, 2, 3], 4], [5]), ([[1], 2], [3]), ([1], 2))),
    "swap": ("a, b = b, a\n[a, b] = b, a\na, b, a = b, a, 3\nreturn a, b", ((1, 2),)),
    "targets in order": ("d = [0, 1]\ni = 0\ni, d[i] = 1, a\nd[i], i = b, 0\nreturn d, i", ((7, 8),)),
    "augmented": ("x = a\nx += b\nx *= 2\nd = {'k': a}\nd['k'] += b\nreturn x, d, a", ((1, 2), ([1], [2]), ("a", "b"), (1, "x"))),
    "annotated": ("x: int = a\ny: list[int]\nb[0]: int = x\n(z): int = 3\nreturn x, b, z", ((1, [2]),)),
    "annotated without a value": ("if a:\n    y: int\nreturn y", ((1, 2),)),
    "delete": ("x = {1: a, 2: b}\ny = [1, 2, 3]\ndel x[1], (y[0], y[-1])\nz = 1\ndel z\nif a:\n    return z\nreturn x, y", ((0, 1), (1, 1))),
    "delete twice": ("x = a\ndel x\ndel x", ((1, 2),)),
    "unbound": ("if a:\n    x = 1\nreturn x + b", ((1, 2), (0, 2))),
    "if": ("if a > 2:\n    return 'big'\nelif a:\n    x = 'some'\nelse:\n    x = 'none'\nreturn x", ((3, 0), (1, 0), (0, 0), ("", 0))),
    "while else": ("n = 0\nwhile n < a:\n    n += 1\n    if n == b:\n        break\nelse:\n    return 'done', n\nreturn 'broke', n", ((3, 2), (3, 9), (0, 0))),
    "for else": ("for x in a:\n    if x == b:\n        break\n    continue\nelse:\n    x = 'none'\nreturn x", (([1, 2], 2), ([1], 2), ([], 1), (5, 1))),
    "for targets": ("d = {}\nfor d['k'], (x, *y) in a:\n    pass\nreturn d, x, y", (([(1, (2, 3))], 0), ([], 0))),
    "for over a generator": ("log = []\nfor x in (log.append(v) or v for v in a):\n    if x == b:\n        break\nreturn log", (([1, 2, 3], 2),)),
    "for over what changes": ("for x in a:\n    if len(a) < b:\n        a.append(x + 1)\nreturn a", (([1], 5),)),
    "for over a dict that changes": ("for x in a:\n    a[x + 1] = 1\n    if len(a) > b:\n        break\nreturn a", (({1: 1}, 5),)),
    "assert": ("assert a\nassert b, f'no {b}'\nreturn 1", ((1, 1), (0, 1), (1, 0))),
    "raise": ("if a == 1:\n    raise ValueError\nif a == 2:\n    raise KeyError(b)\nif a == 3:\n    e = TypeError('x')\n    raise e\nraise b", ((1, 0), (2, "k"), (3, 0), (4, 5))),
    "raise from": ("try:\n    raise ValueError(a) from KeyError(b)\nexcept ValueError as e:\n    return str(e)", ((1, 2),)),
    "raise from nothing": ("raise ValueError(a) from b", ((1, None), (1, 3))),
    "try": (
        "try:\n    x = a / b\nexcept ZeroDivisionError as e:\n    return str(e)\nexcept (TypeError, ValueError):\n    x = 'type'\nelse:\n    x = [x]\n"
        "finally:\n    print('end')\nreturn x", ((1, 2), (1, 0), (1, "x")),
    ),
    "bare raise": ("try:\n    return a[b]\nexcept LookupError:\n    try:\n        1 / 0\n    except ZeroDivisionError:\n        pass\n    raise", (([1], 0), ([1], 5), ({}, 1))),
    "name of an error": ("try:\n    a / b\nexcept ZeroDivisionError as e:\n    pass\nreturn e", ((1, 0),)),
    "bare except": ("try:\n    return a[b]\nexcept:\n    return 'caught'", (([1], 1),)),
    "return in finally": ("try:\n    return a / b\nfinally:\n    if a:\n        return 'final'", ((1, 0), (0, 1), (0, 0))),
    "break in finally": ("for x in a:\n    try:\n        x / b\n    finally:\n        if x > 1:\n            break\nreturn x", (([1, 2, 3], 1), ([2], 0), ([1], 0))),
    "continue in finally": ("n = 0\nfor x in a:\n    try:\n        n += x / b\n    finally:\n        continue\nreturn n", (([1, 2], 1), ([1, 2], 0))),
    "a return inside of a finally that goes on": (
        "try:\n    return 1\nfinally:\n    while True:\n        try:\n            return 2\n        finally:\n            break", ((0, 0),),
    ),
    "finally in loops": ("r = []\nfor x in a:\n    try:\n        if x == b:\n            continue\n        r.append(x)\n    finally:\n        r.append('f')\nreturn r", (([1, 2, 3], 2),)),
    "nested functions": ("def g(x, /, y=b, *r, z=a, **k):\n    'doc'\n    return x, y, r, z, k\nreturn g(1), g(1, 2, 3, z=4, q=5)", ((1, 2),)),
    "recursion of a helper": ("def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nreturn fib(a), b", ((10, 0),)),
    "closures": ("def g():\n    return a + b\nx = g()\na = 10\nreturn x, g()", ((1, 2),)),
    "match values": (
        "match a:\n    case 1 | -1:\n        return 'one'\n    case 'x' if b:\n        return 'x'\n    case None:\n        return 'none'\n"
        "    case [x, *rest]:\n        return x, rest\n    case {'k': v, **more}:\n        return v, more\n    case int() | float():\n        return 'number'\n"
        "    case str(s):\n        return s\n    case (p, q) as both:\n        return both\n    case _:\n        return 'other'",
        ((1, 0), (-1, 0), ("x", 1), ("x", 0), (None, 0), ([1, 2, 3], 0), ({"k": 1, "j": 2}, 0), (5, 0), (2.5, 0), ([], 0), ({}, 0), (True, 0)),
    ),
    "pass and constants": ("pass\n...\n'text'\nreturn a", ((1, 2),)),
    "no return": ("a.append(b)", (([], 1),)),
    "print": ("print(a, b, sep='|', end='.')\nprint()\nprint(f'{a}', flush=True)", ((1, "x"),)),
}  # fmt: skip


def _flow(body: str) -> str:
    indented = "\n".join("    " + line for line in body.splitlines())
    return f"@cs.flow\ndef f(a, b):\n{indented}\n"


@pytest.mark.parametrize(("body", "calls"), [pytest.param(*case, id=name) for name, case in EXPRESSIONS.items()])
def test_an_expression_means_what_it_means_in_python(body: str, calls: tuple[tuple[Any, ...], ...]) -> None:
    check_same(_flow(body), *calls)


@pytest.mark.parametrize(("body", "calls"), [pytest.param(*case, id=name) for name, case in STATEMENTS.items()])
def test_a_statement_means_what_it_means_in_python(body: str, calls: tuple[tuple[Any, ...], ...]) -> None:
    check_same(_flow(body), *calls)
