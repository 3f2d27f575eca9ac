"""What only Python has: generators that stop early, built-in functions as values, calls of any value, calls side by side, and
``raise`` of any value."""

from __future__ import annotations

import asyncio
import functools
import inspect
import math
from typing import Any

import pytest
from support.python_flows import ENGINES, Module, check_function, check_same, codes, module

# --- generators ----------------------------------------------------------------------------------------------------------


def stops_early(xs):
    log = []

    def t(x):
        log.append(x)
        return x

    found = [next((t(x) for x in xs if x > 2), None), 3 in (t(x) for x in xs), 99 not in (t(x) for x in xs)]
    log.append("loop")
    for y in (t(x) * 10 for x in xs for _ in range(2)):
        x = "mine"
        if y == 20:
            continue
        if y == 30:
            break
        log.append(x)
    else:
        log.append("else")
    found += [any(t(x) == 2 for x in xs), all(t(x) < 2 for x in xs)]
    return found, log, sum(x for x in xs), sorted((x for x in xs), reverse=True), ",".join(str(x) for x in xs)


def default_before_items(xs):
    log = []
    first = next((log.append(x) or x for x in log.append("source") or xs), log.append("default"))
    return first, log


def body_sees_what_changes(n):
    k, seen = 1, []
    for value in (x * k for x in range(n)):
        seen.append(value)
        k += 1
    return seen, k


def nan_is_in(x):
    nan = float("nan")
    return nan in (y for y in [nan]), x in (y for y in [1, 2.0, "a"]), 2 in (y for y in [True, 2])


def way_out(xs):
    for pair in ((x, y) for x in xs for y in xs):
        if pair[0] == pair[1]:
            return "same", pair
    return "none"


def no_more(xs):
    try:
        return next(x for x in xs if x > 2)
    except StopIteration as stop:
        return repr(stop)


def by_hand(xs):
    it = iter(xs)
    first = next(it, None)
    rest = [next(it, "?") for _ in range(2)]
    return first, rest, list(it), list(map(lambda a, b: (a, b), xs, xs[1:])), list(filter(None, xs))


# --- values --------------------------------------------------------------------------------------------------------------


def built_in_values(words):
    f, table = len, {"abs": abs, "most": max, "int": int}
    return (
        sorted(words, key=len), list(map(len, words)), f(words), table["abs"](-3), table["most"](1, 2),
        table["int"]("7", base=8), isinstance(3, int), isinstance("", (int, str)), type(3) is int, type(words) is type([]),
        [f, abs].index(abs),
        functools.reduce(lambda a, b: a + b, words, ""), list(map(math.sqrt, [1, 4])), callable(f), callable(3),
        max(words, key=lambda word: (len(word), word), default=None), slice(3), slice(1, 2), [1, 2, 3][slice(1, 3)],
        sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)), dict(zip(words, map(str.upper, words))),
    )  # fmt: skip


def calls_of_values(n):
    def apply(f, *arguments, **keywords):
        return f(*arguments, **keywords)

    return (
        apply(lambda x, y=2: x * y, n), apply(max, 1, n), apply(sorted, [2, 1], reverse=True), apply(apply, apply, int, "7"),
        [lambda: 1, lambda: n][1](), {"f": lambda *a: a}["f"](1, *[2, 3]), (lambda f: f(f))(lambda g: n),
        apply("a-b".split, "-"), apply([].append, 1),
    )  # fmt: skip


def _calls(*written: str) -> list[Any]:
    return [pytest.param(text, id=text) for text in written]


# --- raise ---------------------------------------------------------------------------------------------------------------


def raises(which, x):
    kinds = [ValueError, IndexError("i"), int, "text", None, KeyError("k")]
    try:
        if which < 6:
            raise kinds[which]
        if which == 6:
            raise ValueError
        if which == 7:
            raise ValueError("a", x)
        if which == 8:
            raise x
        raise KeyError(x) if x else TypeError
    except (ValueError, LookupError) as error:
        return "caught", type(error) is ValueError, error.args


def raises_from(which):
    causes = [None, 5, KeyError, KeyError(1), int]
    try:
        try:
            return [][0]
        except IndexError as error:
            if which == 5:
                raise ValueError("v") from error
            raise ValueError("v") from causes[which]
    except Exception as error:
        return repr(error)


CASES: list[tuple[Any, list[tuple[Any, ...]]]] = [
    (stops_early, [([1, 2, 3, 4],), ([],), ([1, 2],), (["x"],), (3,)]),
    (default_before_items, [([1, 2],), ([],), (5,)]),
    (body_sees_what_changes, [(4,), (0,)]),
    (nan_is_in, [(2,), ("b",)]),
    (way_out, [([1, 2],), ([],)]),
    (no_more, [([1, 2, 3, 4],), ([],)]),
    (by_hand, [([1, 0, 3, 4],), ([],)]),
    (built_in_values, [(["bb", "a", "ccc"],), ([],)]),
    (calls_of_values, [(3,), ("x",)]),
    (raises, [(which, x) for which in range(10) for x in (0, "s")]),
    (raises_from, [(which,) for which in range(6)]),
]


@pytest.mark.parametrize(("function", "calls"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_values_are_what_they_are_in_python(function: Any, calls: list[tuple[Any, ...]]) -> None:
    check_function(function, *calls)


@pytest.mark.parametrize("text", _calls(
    "len()", "len(1, 2)", "abs('x')", "int('x')", "max()", "sorted(1, 2)", "isinstance(1)", "slice()", "n(1)", "'a'.upper(1)",
    "[1][0](2)", "n.foo(1)", "(lambda: 1)(2)", "[lambda a: a][0]()", "callable()", "math.sqrt(-1)", "math.sqrt()", "next(n)",
    "next(iter([1]), 2, 3)", "iter(n)", "list(map(lambda a: a, [1], [2]))", "functools.reduce(max, [])", "{}['f'](1)",
    "sorted([1, 'a'], key=lambda x: x)", "sorted([2, 1], key=lambda: 0)", "max([1], key=3)",
))  # fmt: skip
def test_a_wrong_call_says_what_python_says(text: str) -> None:
    check_same(f"import functools, math\n@cs.flow\ndef f(n):\n    return {text}", (1,))


# --- side by side --------------------------------------------------------------------------------------------------------

TASKS = """
@cs.task
async def slow(x, seconds=1):
    await asyncio.sleep(seconds)
    return x

@cs.task
def add(a, b=10):
    return a + b

@cs.flow
async def other(x, y=4):
    return await slow(x) * y
"""


async def gathered(n):
    async def one(k, m=3):
        return await slow(k) + m + n

    a, b, c = await asyncio.gather(slow(1), slow(n, seconds=2), one(5))
    return (
        a, b, c,
        await asyncio.gather(*[slow(i * 2) for i in range(5) if i != 3]),
        await asyncio.gather(*(slow(i + j) for i in range(2) for j in range(2))),
        await asyncio.gather(one(1), one(2, 5), other(3)),
        await asyncio.gather(*[one(i, m=i) for i in range(3)]),
        await asyncio.gather(*[one(i) for i in range(0)]),
        await asyncio.gather(*[other(i, y=n) for i in range(3)]),
        await asyncio.gather(),
    )  # fmt: skip


async def one_fails(n):
    try:
        return await asyncio.gather(slow(1), slow(n, seconds="x"))
    except TypeError as error:
        return type(error) is TypeError, n


def test_calls_side_by_side_give_what_python_gives() -> None:
    check_function(gathered, (3,), (0,), before=TASKS)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ENGINES)
def test_one_that_fails_ends_the_others(engine: str) -> None:
    assert _module(one_fails).run("one_fails", engine, 3).value == (True, 3)


def _module(function: Any) -> Module:
    return module(f"import asyncio\n{TASKS}\n@cs.flow\n{inspect.getsource(function)}")


def mapped(xs, ys):
    return add.map(a=xs), add.map(a=xs, b=ys), other.map(x=xs)


@pytest.mark.parametrize("engine", ENGINES)
def test_map_calls_a_task_for_each_item(engine: str) -> None:
    made = _module(mapped)
    assert made.run("mapped", engine, [1, 2], [3, 4]).value == ([11, 12], [4, 6], [4, 8])
    assert made.run("mapped", engine, [], []).value == ([], [], [])
    assert made.run("mapped", engine, [1], [1, 2]).error == (
        "ValueError: a map needs iterables of one length: `a` has 1, `b` has 2"
    )


async def mixed(xs):
    calls = [abs(x) for x in xs]
    return await asyncio.gather(*calls)


def test_what_runs_side_by_side_must_be_calls() -> None:
    assert codes(mixed) == ["CS293"]  # type: ignore[arg-type]
