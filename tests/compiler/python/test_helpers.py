"""Functions inside of a flow: called by name they see their variables as these are; as values they see them as CPython's do."""

from __future__ import annotations

import functools
import sys
from typing import Any

import pytest
from support.python_flows import ENGINES, check_function, codes


def permutations(items):
    found = []

    def place(chosen, left):
        if not left:
            found.append(list(chosen))
        for number, item in enumerate(left):
            chosen.append(item)
            place(chosen, left[:number] + left[number + 1 :])
            chosen.pop()

    place([], items)
    return found


def with_a_memo(n):
    memo = {}

    def fib(k):
        if k not in memo:
            memo[k] = k if k < 2 else fib(k - 1) + fib(k - 2)
        return memo[k]

    return fib(n), memo


def each_other(n):
    def even(k):
        return True if k == 0 else odd(k - 1)

    def odd(k):
        return False if k == 0 else even(k - 1)

    return even(n), odd(n)


def before_it_is_defined(n):
    def even(k):
        return k == 0 or odd(k - 1)

    if n > 5:
        return even(n)

    def odd(k):
        return k != 0 and even(k - 1)

    return even(n)


def before_its_variable(n):
    def read():
        return later + n

    said = []
    try:
        read()
    except NameError as error:
        said.append((str(error), isinstance(error, UnboundLocalError)))
    later = 5
    said.append(read())
    later = 6
    said.append(read())
    del later
    try:
        said.append(read())
    except NameError as error:
        said.append(str(error))
    return said


def not_defined_yet(n):
    try:
        return helper(n)
    except UnboundLocalError as error:
        said = str(error)

    def helper(k):
        return k

    return said, helper(n)


def passed_through(v):
    def outer(w):
        v = w

        def inner():
            return v + base()

        return inner()

    def base():
        return v

    return outer(100), [outer(v) for v in range(3)], v


def hidden_by_a_comprehension(k):
    def double():
        return k * 2

    return [double() + k for k in range(3)], {k: double() for k in "ab"}, [k for k in [double()]]


def defaults(n):
    log = []

    def noted(x):
        log.append(x)
        return [x]

    def f(a, b=2, *rest, c=noted(n), d: int = 4, **more):
        c.append(a)
        return a, b, rest, list(c), d, more

    return f(1), f(2, 3, 4, 5, d=6, e=7), f(a=1, c=[0]), f(*[1, 2, 3], **{"d": 9, "z": 1}), log


def defaults_of_each_turn(n):
    made = []
    for i in range(n):

        def add(x, i=i, *, j=i * 10):
            return x + i + j

        made.append(add)
        made.append(lambda x, i=i: x - i)
    return [f(100) for f in made], add(1), add(1, 2), add(1, j=0)


def closures_that_live_on(n):
    def counter(start):
        count = [start]

        def up(by=1):
            count[0] += by
            return count[0]

        return up

    a, b = counter(n), counter(10)
    return a(), a(5), b(), a(by=2), b()


def compose(n):
    def composed(*functions):
        return lambda x: functools.reduce(lambda value, f: f(value), functions, x)

    def twice(f):
        return lambda x: f(f(x))

    up = lambda x: x + n
    return composed(up, twice(up), str, len)(5), twice(twice(up))(0), (lambda a, b=3: a * b)(4)


def sort_keys(words):
    result = []
    for k in range(3):
        key = lambda word: (len(word) * k) % 3
        result.append(sorted(words, key=key))
        result.append(sorted(words, key=lambda word: word[k:] + word))
        result.append([max(words, key=lambda word: word.count(c)) for c in "ab"])
        words.sort(key=lambda word: -k * len(word))
        result.append(list(words))
        result.append(list(map(lambda word: word[:k], filter(lambda word: len(word) > k, words))))
    return result


def identity(n):
    def f(x):
        return x + n

    g, many = f, [f, f, len]
    return f in many, many.index(f), {f: 1}[g], f is g, many[0] is many[1], f == g, many[2] is len


def one_of_two(n):
    if n:

        def f(x):
            return x + n
    else:

        def f(x):
            return [x]

    table = {"f": f, "abs": abs}
    return f(-1), table["f"](2), table["abs"](-3), callable(f), callable(n)


def named_alike(n):
    def f():
        n = 5

        def f():
            return n

        return f() + g(1)

    def g(n):
        return n * 100

    return f(), n


def in_a_handler(xs):
    out = []
    try:
        xs[99]
    except IndexError as error:

        def said():
            return str(error)

        out.append(said())
    try:
        said()
    except NameError as gone:
        out.append(str(gone))
    return out


def deep(n):
    def down(k):
        return 0 if k == 0 else 1 + down(k - 1)

    def round_and_round(k, seen=0):
        return seen if k == 0 else round_and_round(k - 1, seen + 1)

    return down(n), round_and_round(n)


def walk(grid):
    rows, columns = len(grid), len(grid[0]) if grid else 0
    seen = set()

    def size(r, c):
        if not (0 <= r < rows and 0 <= c < columns) or (r, c) in seen or not grid[r][c]:
            return 0
        seen.add((r, c))
        return 1 + sum(size(r + dr, c + dc) for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)))

    return max((size(r, c) for r in range(rows) for c in range(columns)), default=0), sorted(seen)


def printing(n):
    def show(*values, sep="-"):
        print(*values, sep=sep)
        return values

    return [show(i, *range(i), **({"sep": "+"} if i % 2 else {})) for i in range(n)]


def failing(n):
    def inner(k):
        return [1, 2][k] // (k - 1)

    def outer(k):
        try:
            return inner(k)
        finally:
            print("left", k)

    return outer(n)


CASES: list[tuple[Any, list[tuple[Any, ...]]]] = [
    (permutations, [([],), ([1, 2, 3],), ("ab",)]),
    (with_a_memo, [(0,), (15,)]),
    (each_other, [(0,), (7,), (10,)]),
    (before_it_is_defined, [(3,), (0,), (6,)]),
    (before_its_variable, [(1,), ("x",)]),
    (not_defined_yet, [(1,)]),
    (passed_through, [(7,)]),
    (hidden_by_a_comprehension, [(3,)]),
    (defaults, [(3,)]),
    (defaults_of_each_turn, [(3,), (0,)]),
    (closures_that_live_on, [(3,)]),
    (compose, [(3,), ("x",)]),
    (sort_keys, [(["b", "aab", "ab", ""],)]),
    (identity, [(3,)]),
    (one_of_two, [(3,), (0,)]),
    (named_alike, [(3,)]),
    (in_a_handler, [([],)]),
    (deep, [(0,), (300,)]),
    (walk, [([],), ([[1, 1, 0], [0, 1, 0], [1, 0, 1]],)]),
    (printing, [(3,)]),
    (failing, [(0,), (1,), (5,), ("x",)]),
]


@pytest.mark.parametrize(("function", "calls"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_helpers_are_what_they_are_in_python(function: Any, calls: list[tuple[Any, ...]]) -> None:
    check_function(function, *calls)


def wrong_calls(n):
    def f(a, /, b, *, c=3):
        return a, b, c

    def g():
        return 0

    said = []
    for arguments, keywords in (
        ((1, 2), {}),
        ((1,), {"b": 2, "c": 4}),
        ((), {"a": 1, "b": 2}),
        ((1, 2, 3), {}),
        ((1,), {"d": 2, "b": 1}),
        ((1,), {}),
        ((), {}),
        ((1, 2), {"b": 3}),
    ):
        for called in (f, lambda *a, **k: f(*a, **k), g):
            try:
                said.append(called(*arguments, **keywords))
            except TypeError as error:
                said.append(str(error))
    return said


def test_calls_that_do_not_fit_say_what_python_says() -> None:
    check_function(wrong_calls, (1,))


def too_few(n):
    def f(a, b):
        return a, b

    return f(n)


def too_many(n):
    def f(a, b=1):
        return a, b

    return f(n, print("evaluated"), n)


def unknown(n):
    return (lambda a: a)(n, z=n)


@pytest.mark.parametrize("function", [too_few, too_many, unknown])
def test_a_call_that_can_not_fit_is_an_error_of_the_run(function: Any) -> None:
    check_function(function, (1,))


def deep_without_a_limit(n):
    def down(k):
        return 0 if k == 0 else 1 + down(k - 1)

    return down(n)


def test_pythons_own_recursion_limit_plays_no_part() -> None:
    made = check_function(deep_without_a_limit, (3,))
    depth = sys.getrecursionlimit() * 3
    assert {made.run("deep_without_a_limit", engine, depth).value for engine in ENGINES} == {depth}


# --- refused -------------------------------------------------------------------------------------------------------------


def late_in_a_comprehension(n):
    return [f() for f in [lambda: i for i in range(n)]]


def late_in_a_loop(n):
    made = []
    for i in range(n):

        def f():
            return i

        made.append(f)
    return [f() for f in made]


def changed_after(n):
    k = 1
    made = [lambda: k]
    k = n
    return made[0]()


def changed_while_lazy(n):
    k = 1
    doubled = map(lambda x: x + k, [1])
    k = n
    return list(doubled)


@pytest.mark.parametrize("function", [late_in_a_comprehension, late_in_a_loop, changed_after, changed_while_lazy])
def test_functions_that_could_see_a_variable_change_are_refused(function: Any) -> None:
    assert codes(function) == ["CS295"]
