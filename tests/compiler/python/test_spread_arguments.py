"""Arguments with stars: what is evaluated and spread when, and what errors call the function."""

from __future__ import annotations

import pytest
from support.python_flows import check_same

TASKS = """
import functools
import math

class MyError(ValueError):
    pass

@cs.task
def pair(a, b=2, *rest, c=3, **more):
    return [a, b, rest, c, more]

@cs.flow
def flow(a, b=2, /, *rest, c=3, **more):
    return [a, b, rest, c, more]

@cs.flow
def f(a, b):
    def inner(a, b=2, /, *rest, c=3, **more):
        return a, b, rest, c, more
    return CALL
"""
CALLEES = (
    "pair", "flow", "inner", "zip", "max", "dict", "''.join", "a.append", "b.get", "(lambda *x: x)", "math.sqrt", "ValueError",
    "MyError", "dict.fromkeys", "functools.reduce", "b", "print",
)  # fmt: skip
SPREADS = (
    "*a", "1, *a", "*a, 1", "*a, *a", "**b", "*a, **b", "1, *a, **b", "c=1, **b", "*a, c=len('x'), **b", "**b, c=len('x')",
    "**b, **b", "**b, c=len('x'), **b, d=abs(1)", "*a, c=a.append(1)", "*(x for x in a)", "1, *(x for x in a), c=print('c')",
    "*(print(x) for x in a), c=print('c')",
)  # fmt: skip
VALUES = ((5, 6), (None, {}), ([1], 6), ([1, 2], {"b": 3}), ([], {}), ("ab", {"c": 1, "x": 2}))


@pytest.mark.parametrize("callee", CALLEES)
def test_errors_name_what_is_called(callee: str) -> None:
    """With its module, by its qualified name; a sole star is looked at last, several when they are evaluated."""
    for spread in SPREADS:
        call = f"{callee}({spread})"
        check_same(TASKS.replace("CALL", f"list({call})" if callee == "zip" else call), *VALUES)


@pytest.mark.parametrize("callee", ["pair", "flow", "inner", "(lambda **x: x)", "sorted"])
def test_keywords_are_texts(callee: str) -> None:
    """Found out when the call is made, after all else."""
    for spread in ("**b", "*a, **b", "**b, **b", "c=1, **b"):
        check_same(TASKS.replace("CALL", f"{callee}({spread})"), ([1], {1: 2}), (5, {1: 2}))


def test_functions_as_values() -> None:
    """What a function of the flow is called does not depend on what it is called by."""
    text = """
    @cs.flow
    def f(a, b):
        def made():
            return lambda *x, **y: (x, y)
        function = made()
        other = [function][0]
        return other(*a, **b)
    """
    check_same(text.replace("\n    ", "\n"), *VALUES)
