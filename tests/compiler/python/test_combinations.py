"""Combinations that nobody writes and that generated modules have found to go wrong once."""

from __future__ import annotations

from typing import Any

import pytest
from support.python_flows import check_function

# The functions are the examples: what a linter would change in them is what they are about.
# ruff: noqa


def captured_before_what_goes_by_position_only(n):
    def helper(x, /, y=2):
        return x + y + n

    values = sorted([1, 2], key=lambda x, /: -x * n)
    return helper(1), values, (lambda x, /, *y: (x, y, n))(1, 2)


def maybe_unbound_before_what_goes_by_position_only(n):
    if n:
        k = 1

    def helper(x, /):
        return x + k

    try:
        return helper(1)
    except NameError as error:
        return str(error)


def returns_in_finally_inside_of_finally(n):
    try:
        try:
            if n == 1:
                raise ValueError(n)
        except ValueError:
            if n == 2:
                return "handler"
        else:
            try:
                if n == 3:
                    return "body"
            finally:
                return "inner"
    finally:
        if n == 4:
            return "outer"
    return "end"


def comprehensions_read_what_is_unbound(n):
    if n > 99:
        u = 1
    try:
        if n == 0:
            [u for _ in [1]]
        if n == 1:
            sum(u for _ in [1])
        if n == 2:
            [1 for _ in u]
        if n == 3:
            [1 for _ in [1] for _ in list(u for _ in [1])]
        if n == 4:
            {u for _ in [1] if any(x == u for x in [1])}
        if n == 5:
            next(u for _ in [1])
        if n == 6:
            1 in (x for x in [1] if u)
        if n == 7:
            for z in (x for x in [1] if u):
                pass
        if n == 8:
            {u: 1 for _ in [1]}
        if n == 11:
            [1 for x in [1] if all(y for _ in [1]) for y in [1]]
        if n == 12:
            sum(1 for x in [1] for z in [y for _ in [1]] for y in [1])
        if n == 13:
            [1 for x in [1] if y for y in [1]]
        if n == 9:
            del n
            any(n for _ in [1])
    except NameError as error:
        return repr(error)
    return n, [n for _ in [1]]


def methods_are_missed_before_arguments_are(k, x):
    try:
        if k == 0:
            x.zz(u)
        if k == 1:
            x.append(u)
        if k == 2:
            x.zz(k, u, y=u)
        if k == 3:
            [x.zz(v, w) for v in [1] for w in [v]]
        if k == 4:
            [x.zz(v) for w in [1] if x.zz(v) for v in [1]]
        if k == 5:
            [x.zz(u) for v in [1]]
        x.append(k)
    except Exception as error:
        return repr(error)
    if k > 99:
        u = 1
    return x


def keys_that_catch(items, limit):
    """Called by a built-in, in the midst of code that catches errors itself."""
    seen = []

    def number(item):
        try:
            return int(item)
        except ValueError:
            seen.append(item)
        except TypeError as error:
            seen.append(str(error))
            raise KeyError(item) from error
        return limit

    def total(item):
        position, _ = item
        return sum((a - b) ** 2 for a, b in zip(position, (1, limit)))

    def cleans(item):
        try:
            return 10 // (item - limit)
        except ZeroDivisionError:
            return 0
        finally:
            seen.append(item)

    found = []
    for key, over in ((number, items), (total, [((x, y), y) for x in range(2) for y in range(3)]), (cleans, range(4))):
        try:
            found.append(sorted(over, key=key))
            found.append(max(over, key=key))
            found.append([*map(key, over)])
        except (KeyError, TypeError, ValueError) as error:
            found.append((type(error), str(error)))
    return found, seen


def keys_that_catch_in_loops(items, turns):
    best = None
    for turn in range(turns):

        def key(item, turn=turn):
            for _ in range(turn % 5):
                try:
                    item = items[item]
                except IndexError:
                    item = -1
            return item

        best = min(items, key=key) if turn % 2 else sorted(items, key=lambda item: key(item))[0]
    return best


@pytest.mark.parametrize(
    ("function", "calls"),
    [
        (captured_before_what_goes_by_position_only, [(1,), (3,)]),
        (maybe_unbound_before_what_goes_by_position_only, [(0,), (1,)]),
        (returns_in_finally_inside_of_finally, [(n,) for n in range(5)]),
        (comprehensions_read_what_is_unbound, [(n,) for n in range(14)]),
        (methods_are_missed_before_arguments_are, [(k, []) for k in range(7)]),
        (keys_that_catch, [(["3", "x", "1"], 2), (["3", None, "1"], 2), ([], 0), (["y"], None)]),
        (keys_that_catch_in_loops, [([3, 0, 2], 3), ([1, 9, 2, 0], 400)]),
    ],
)
def test_combinations_are_what_they_are_in_python(function: Any, calls: list[tuple[Any, ...]]) -> None:
    check_function(function, *calls)
