"""Strategies for the arguments of the functions of `tests/corpus`: small values, so that every run is short, and wrong ones
now and then, so that errors are compared as well. Knows no function and no engine."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Call = tuple[list[Any], dict[str, Any]]
"""The positional and the keyword arguments of one call."""

_ABSENT = object()
_SELDOM = st.sampled_from([False] * 5 + [True])
_WRONG = st.sampled_from([None, "seven", b"ab", (None,), ["x", 2], {}, {"a": None}])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An argument that is left out half of the time, and with it the positional ones after it."""
    return st.just(_ABSENT) | strategy


def call(*positional: Any, wrong: bool = True, **keywords: Any) -> st.SearchStrategy[Call]:
    """Calls with these arguments: strategies, or values. With ``wrong``, one in six has an argument of another type."""
    args = [_strategy(each) for each in positional]
    named = {name: _strategy(each) for name, each in keywords.items()}

    @st.composite
    def draw_call(draw: st.DrawFn) -> Call:
        given = [draw(each) for each in args]
        if _ABSENT in given:
            del given[given.index(_ABSENT) :]
        if wrong and given and draw(_SELDOM):
            given[draw(st.integers(0, len(given) - 1))] = draw(_WRONG)
        return given, {name: value for name, each in named.items() if (value := draw(each)) is not _ABSENT}

    return draw_call()


def star(items: Any, most: int = 3) -> st.SearchStrategy[Call]:
    """Calls with any number of positional arguments of one kind."""
    return st.lists(_strategy(items), max_size=most).map(lambda given: (given, {}))


def _strategy(value: Any) -> st.SearchStrategy[Any]:
    return value if isinstance(value, st.SearchStrategy) else st.just(value)


def lists(items: st.SearchStrategy[Any], least: int = 0, most: int = 7) -> st.SearchStrategy[Any]:
    """Lists of a few items."""
    return st.lists(items, min_size=least, max_size=most)


def text(letters: str, least: int = 0, most: int = 10) -> st.SearchStrategy[str]:
    """Texts over an alphabet."""
    return st.text(letters, min_size=least, max_size=most)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    """One of these values."""
    return st.sampled_from(values)


SMALL = st.integers(-3, 12)
POSITIVE = st.integers(1, 12)
COUNT = st.integers(-1, 5)
INTS = st.integers(-20, 20)
BIG = st.integers(-(10**6), 10**6) | st.integers(2**62, 2**70)
FLOATS = st.floats(-100, 100, width=16)
NUMBERS = INTS | FLOATS | one_of(float("inf"), float("nan"), -0.0, True)
INT_LISTS = lists(INTS)
NUMBER_LISTS = lists(NUMBERS)
MIXED_LISTS = lists(INTS) | lists(FLOATS) | lists(text("abC", most=3)) | lists(INTS | text("ab", most=1), most=3)
SORTED = INT_LISTS.map(sorted)
WORDS = text("abc", most=6)
WORD_LISTS = lists(WORDS, most=5)
SENTENCES = lists(text("aeiouTHnst.,!?é1", 1, 7) | one_of("the", "The", "and", "of"), most=7).map(" ".join)
POINTS = st.tuples(st.integers(-5, 5), st.integers(-5, 5))
FLOAT_POINTS = st.tuples(FLOATS, FLOATS)


def matrices(items: st.SearchStrategy[Any] = INTS, least: int = 1, most: int = 3) -> st.SearchStrategy[Any]:
    """Lists of rows of one length."""
    sizes = st.tuples(st.integers(least, most), st.integers(least, most))
    return sizes.flatmap(
        lambda size: st.lists(st.lists(items, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
    )


def squares(items: st.SearchStrategy[Any] = INTS, least: int = 1, most: int = 3) -> st.SearchStrategy[Any]:
    """As many rows as columns."""
    return st.integers(least, most).flatmap(lambda n: st.lists(st.lists(items, min_size=n, max_size=n), min_size=n, max_size=n))


RAGGED = lists(lists(INTS, most=3), most=3)
NODES = "ABCD"
NODE = one_of(*NODES)
GRAPHS = st.fixed_dictionaries({n: st.lists(NODE, unique=True, max_size=3) for n in NODES})
LOOSE_GRAPHS = st.dictionaries(NODE, st.lists(NODE, unique=True, max_size=2), max_size=4)
WEIGHTED = st.fixed_dictionaries({n: st.dictionaries(NODE, st.integers(-1, 9), max_size=3) for n in NODES})
