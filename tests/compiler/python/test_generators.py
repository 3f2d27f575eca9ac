"""Generator expressions: who sees which items, in which order, and which error."""

from __future__ import annotations

import pytest
from support.python_flows import check_same

HEAD = """
import functools
import heapq
import math

@cs.flow
def f(a, b):
"""
VALUES = (([1, 2, 0, 3], 0), ([1, 2], []), ([], 5), (None, 1), ([1, "a"], 4), ([1], 1))
CONSUMED = (
    "sum(10 // x for x in a)", "sum('x' if x == 1 else 1 // x for x in a)", "min(1 // x for x in a)",
    "max((1 // x for x in a), default=b)", "max((1 // x for x in a), key=lambda v: -v)", "sum((1 // x for x in a), b)",
    "sorted(1 // x if x else b for x in a)", "','.join(1 // x for x in a)", "dict((x, 1 // x) for x in a)",
    "dict(1 // x for x in a)", "set([x] if x == 1 else 1 // x for x in a)", "frozenset(1 // x for x in a)",
    "{1, 2}.isdisjoint(5 // x for x in a)", "{5, 2}.isdisjoint(5 // x for x in a)", "{1, 2}.issuperset(5 // x for x in a)",
    "{1, 2}.union((1 // x for x in a), [[]])", "math.fsum('a' if x == 1 else 1 // x for x in a)",
    "math.prod((1 // x for x in a), start=2)", "functools.reduce(lambda p, q: p // (q - 2), (3 // x for x in a))",
    "heapq.nlargest(2, (1 // x for x in a))", "tuple(1 // x for x in a)", "bytes(x * 200 for x in a)",
    "bytearray(1 // x for x in a)", "dict.fromkeys((1 // x for x in a), b)", "sum(sum(1 // y for y in range(x)) for x in a)",
    "sorted((print(x) or x for x in print('it') or a), key=print('key'), reverse=print('r'))",
    "sum((a.append(7) or x for x in (a, [])[1]), b)", "[*(1 // x for x in a)]", "{*(x for x in a)}",
    "any(1 // x > 5 for x in a)",
)  # fmt: skip
NESTED = (
    "[x for x in ([1 // y] for y in a)]", "[b for x in (b for b in a) if x]", "[b for x in (b for y in a)]",
    "[(x, z) for x in (print(y) or y for y in a) if print('c') or x != 2 for z in (print(w) or w for w in (x, x))]",
    "[y for y in (y + 1 for y in a) if y > 1]", "next((x for x in (print(y) or 3 // y for y in a) if x < 3), b)",
    "any(x == 3 for x in (3 // y for y in a))", "{x: y for x, y in ((y, 1 // y) for y in a)}",
    "2 in (x for x in (print(y) or y for y in a))", "[x for y in a for x in (1 // (y - z) for z in a)]",
    "(lambda: [x + b for x in (b for b in a)])()",
    "sorted((x for x in (y for y in a)), key=lambda k: (k, [z for z in (k for q in a)]))",
)  # fmt: skip
STATEMENTS = (
    "p, q = (print(y) or y for y in a)\nreturn p, q",
    "p, *q = (print(y) or 1 // y for y in a)\nreturn p, q",
    "[p, (q, r)] = ((y, y) for y in a)\nreturn p, q, r",
    "() = (x for x in a)",
    "[] = (print(x) for x in a)",
    "for x in (print(z) or z for z in (3 // y for y in a)):\n    if x == 1: break\nelse:\n    return 5\nreturn x",
    "b = []\ntry:\n    b.extend(1 // x for x in a)\nexcept ZeroDivisionError:\n    return b",
    "b = set()\ntry:\n    b.update(1 // x for x in a)\nexcept ZeroDivisionError:\n    return b",
    "b = {}\ntry:\n    b.update((x, 1 // x) if x != 2 else 5 for x in a)\nexcept (TypeError, ZeroDivisionError) as e:\n"
    "    return b, str(e)",
    "try:\n    try:\n        return sum(1 // x for x in a)\n    finally:\n        print('f')\nexcept ZeroDivisionError as e:\n"
    "    return str(e)",
    "def g(y): return sum(1 // x for x in a) + y\nreturn g(1)",
)


def check(body: str, *calls: tuple[object, ...]) -> None:
    """The body as a flow of two parameters."""
    check_same(HEAD + "".join(f"    {row}\n" for row in body.splitlines()), *calls)


@pytest.mark.parametrize("expression", CONSUMED)
def test_a_consumer_sees_what_came_before_an_error(expression: str) -> None:
    """It fails first if it does not like that, or is done with it; what it changed stays changed."""
    check(f"return {expression}", *VALUES)


@pytest.mark.parametrize("expression", NESTED)
def test_generators_over_generators_go_on_in_turns(expression: str) -> None:
    """An item at a time, each with its own variables."""
    check(f"return {expression}", *VALUES)


@pytest.mark.parametrize("body", STATEMENTS)
def test_statements_read_generators(body: str) -> None:
    """No more of them than Python reads."""
    check(body, *VALUES)


STOPPING = (
    "return any(next(iter(x)) for x in a)",
    "if all(next(iter(x)) for x in a):\n    return 1\nreturn 2",
    "return 7 in (next(iter(x)) for x in a)",
    "return sum(next(iter(x)) for x in a)",
    "p, q = (next(iter(x)) for x in a)\nreturn p",
    "def g(y): return next(iter(y))\nreturn any(g(x) for x in a)",
    "try:\n    for p in (next(iter(x)) for x in a):\n        if p == 1: raise StopIteration(p)\nexcept StopIteration as e:\n"
    "    return 'stop'",
    "try:\n    return any(x for x in next(iter(a)))\nexcept StopIteration:\n    return 'stop'",
)


@pytest.mark.parametrize("body", STOPPING)
def test_stop_iteration_in_a_generator_is_an_error(body: str) -> None:
    """Else it would seem that the generator is used up."""
    check(body, ([[0], [1], []], 0), ([[], [1]], 0), ([], 0), ([[1]], 0), ([[0], [1], [2]], 0))
