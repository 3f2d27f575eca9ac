"""``match`` does what CPython's does: which case is taken, which names are bound, and what is looked at on the way."""

from __future__ import annotations

from typing import Any

import pytest
from support.python_flows import check_function


def many_patterns(v):
    match v:
        case 0:
            return "zero"
        case -1 | 1.5 | "s" | b"b" | 1 + 2j:
            return "literal"
        case None | True:
            return "singleton"
        case [] | [[]]:
            return "empty"
        case [x]:
            return "one", x
        case [1, [2, *rest], *_]:
            return "nested", rest
        case [x, y] if x == y:
            return "same", x
        case [*_, {"last": z}]:
            return "last", z
        case [x, *mid, z]:
            return "ends", x, mid, z
        case {"a": 1, "b": [p, q], **rest}:
            return "mapping", p, q, rest
        case {"k": int(k) | str(k)}:
            return "k", k
        case {"n": None, "t": True}:
            return "n"
        case {**whole} if len(whole) > 1:
            return "whole", whole
        case {}:
            return "any mapping"
        case str(s) as t:
            return "str", s, t
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case (set() | frozenset()) as s:
            return "set", sorted(s)
        case tuple((a, b)):
            return "tuple", a, b
        case other:
            return "other", other


VALUES: list[Any] = [
    0, False, True, 0.0, 1, -1, 1.5, 1 + 2j, "s", b"b", "", None, [], (), [[]], [3], (3,), [1, [2, 5, 6], 9, 9], [1, (2,)],
    [4, 4], [1, 2, 3, 4], (1, 2), [1, {"last": 2}], [{"last": 0}], {"a": 1, "b": [2, 3], "c": 4}, {"a": 1, "b": 2}, {"k": 3},
    {"k": "x"}, {"k": 2.0}, {"n": None, "t": True}, {"n": None, "t": 1}, {}, {"z": 1}, "hello", 7, 2.5, {3, 1}, frozenset([1]),
    b"ab", bytearray(b"x"), range(3), range(0),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_one_value_on_many_patterns(value: Any) -> None:
    check_function(many_patterns, (value,))


def what_is_bound(v):
    x = y = z = None
    log = []

    def noted(value):
        log.append(value)
        return value

    match v:
        case [x, 1]:
            log.append("first")
        case [x, y] if noted(x) > 5:
            log.append("guard")
        case [[x, z], _] | [_, [z, x]]:
            log.append("either")
        case {"a": x, "b": noted_too} if noted(noted_too):
            log.append("mapping")
    return x, y, z, log


def not_bound(v):
    match v:
        case [a, b]:
            pass
        case {"a": a}:
            pass
    return a


def commands(lines):
    out, total = [], 0
    for line in lines:
        match line.split():
            case ["go", ("n" | "s") as where]:
                out.append(where)
            case ["add", number] | ["plus", number]:
                total += int(number)
            case ["skip"]:
                continue
            case ["quit"]:
                break
            case [] | ["#", *_]:
                pass
            case [*words]:
                out.append(words)
    else:
        out.append("all")
    return out, total


def simplify(tree):
    match tree:
        case int() | str():
            return tree
        case (op, left, right):
            left, right = simplify(left), simplify(right)
            match op, left, right:
                case ("+", int(a), int(b)):
                    return a + b
                case ("*", 0, _) | ("*", _, 0):
                    return 0
                case ("*", 1, x) | ("*", x, 1) | ("+", 0, x) | ("+", x, 0):
                    return x
                case _:
                    return op, left, right
        case [single]:
            return simplify(single)
    raise ValueError(f"not a tree: {tree!r}")


def in_a_helper(points):
    def quadrant(point):
        match point:
            case (0, 0):
                return "origin"
            case (x, 0) | (0, x):
                return f"axis {x}"
            case (x, y) if (x > 0) == (y > 0):
                return "odd"
            case _:
                return "even"

    return [quadrant(point) for point in points], {quadrant(p): p for p in points}


def with_errors(v):
    try:
        match v:
            case [x] if x / 0:
                return "never"
            case {"a": int(n)} if n:
                raise KeyError(n)
            case {"a": _}:
                return "no int"
    except ZeroDivisionError as error:
        return str(error), x
    finally:
        print("done", v)
    return "nothing"


def several_subjects(a, b):
    match a, b:
        case (1, _) | (_, 1):
            kind = "one"
        case [[first, *_], [*_, last]]:
            kind = first, last
        case (same, other) if same is other:
            kind = "same"
        case _:
            kind = "none"
    match kind:
        case str(name):
            return name.upper()
        case found:
            return found


CASES: list[tuple[Any, list[tuple[Any, ...]]]] = [
    (
        what_is_bound,
        [([7, 1],), ([7, 2],), ([3, 2],), ([[1, 2], 3],), ([3, [1, 2]],), ({"a": 9, "b": 0},), ({"a": 9, "b": 1},)],
    ),
    (not_bound, [([1, 2],), ({"a": 3},), (5,), ({},)]),
    (commands, [(["go n", "add 3", "plus 4", "", "skip", "foo bar", "quit", "x"],), (["go w", "# no"],), (["add x"],)]),
    (simplify, [(("+", 1, ("*", 2, ("+", 0, "x"))),), (("*", 0, ("+", 1, 2)),), ([["y"]],), ((1, 2),), (2.5,), (["+", 1, 1],)]),
    (in_a_helper, [([(0, 0), (1, 0), (0, 2), (1, 1), (-1, 1)],), ([],), ([1],)]),
    (with_errors, [([1],), ({"a": 1},), ({"a": 0},), ({"a": "x"},), (3,)]),
    (several_subjects, [(1, 2), (2, 1), ([1, 2], [3, 4]), ("x", "x"), (3, 4), ([], [])]),
]


@pytest.mark.parametrize(("function", "calls"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_matches_are_what_they_are_in_python(function: Any, calls: list[tuple[Any, ...]]) -> None:
    check_function(function, *calls)
