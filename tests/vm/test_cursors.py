"""Cursors against CPython's own iterators, also while the value changes under them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from cascade_vm.cursors import cursor_over, enumerated, reversed_, zipped
from hypothesis import given
from hypothesis import strategies as st

ITEMS = st.lists(st.integers(0, 5), max_size=6)
CONTAINERS = st.one_of(
    ITEMS, ITEMS.map(tuple), ITEMS.map(bytes), st.text(max_size=6), st.integers(-3, 6).map(range),
    st.dictionaries(st.integers(0, 5), st.integers(), max_size=6), st.sets(st.integers(0, 9), max_size=6),
    st.frozensets(st.integers(0, 9), max_size=6),
)  # fmt: skip


def trace(iterator: Iterator[Any], change: Callable[[int], None]) -> list[object]:
    """What an iterator gives when ``change(turn)`` happens after each item; 30 turns at most."""
    seen: list[object] = []
    try:
        for turn in range(30):
            seen.append(next(iterator))
            change(turn)
    except StopIteration:
        seen.append("end")
    except (RuntimeError, ValueError) as error:
        seen.append((type(error), str(error)))
    return seen


@given(CONTAINERS)
def test_a_cursor_gives_what_iter_gives(container: Any) -> None:
    """Built-in containers are read in Python's order."""
    assert list(cursor_over(container)) == list(container)


@given(ITEMS, st.lists(st.sampled_from(["append", "pop", "clear", "insert", "none"]), max_size=12))
def test_a_list_is_read_live(items: list[int], changes: list[str]) -> None:
    """Appending, popping and clearing while a list is read show what CPython shows."""

    def changing(target: list[int]) -> Callable[[int], None]:
        def change(turn: int) -> None:
            match changes[turn] if turn < len(changes) else "none":
                case "append":
                    target.append(turn)
                case "pop" if target:
                    target.pop()
                case "clear":
                    target.clear()
                case "insert":
                    target.insert(0, turn)

        return change

    for make, plain in ((cursor_over, iter), (enumerated, enumerate), (reversed_, reversed)):
        ours, theirs = list(items), list(items)
        assert trace(make(ours), changing(ours)) == trace(plain(theirs), changing(theirs))


@pytest.mark.parametrize("view", ["", "keys", "values", "items"])
@given(items=st.dictionaries(st.integers(0, 5), st.integers(), max_size=6), when=st.integers(0, 6), grow=st.booleans())
def test_a_dict_that_changes_its_size_is_an_error(view: str, items: dict[int, int], when: int, grow: bool) -> None:
    """Growing or shrinking stops the loop with CPython's words; setting a value is seen."""

    def run(make: Callable[[Any], Iterator[Any]]) -> list[object]:
        target = deepcopy(items)

        def change(turn: int) -> None:
            for key in target:
                target[key] = turn
            if turn == when and grow:
                target[99] = 1
            elif turn == when:
                target.popitem()

        return trace(make(getattr(target, view)() if view else target), change)

    assert run(cursor_over) == run(iter)


@given(st.sets(st.integers(0, 9), min_size=1, max_size=6), st.integers(0, 6))
def test_a_set_that_changes_its_size_is_an_error(items: set[int], when: int) -> None:
    """As for dicts; and the error is sticky."""

    def run(make: Callable[[Any], Iterator[Any]]) -> list[object]:
        target = set(items)
        return trace(make(target), lambda turn: target.add(100) if turn == when else None)

    assert run(cursor_over) == run(iter)


@given(st.lists(ITEMS, max_size=4), st.booleans())
def test_zip_is_pythons(columns: list[list[int]], strict: bool) -> None:
    """Results, and the sentence about unequal lengths."""
    ours = trace(zipped(*columns, strict=strict), lambda turn: None)
    assert ours == trace(zip(*columns, strict=strict), lambda turn: None)


@pytest.mark.parametrize("make", [cursor_over, enumerated, reversed_, zipped])
def test_values_without_items_are_refused_in_pythons_words(make: Callable[[Any], object]) -> None:
    """`iter`, `enumerate`, `reversed` and `zip` of a number."""
    plain: Any = {cursor_over: iter, enumerated: enumerate, reversed_: reversed, zipped: zip}[make]
    with pytest.raises(TypeError) as theirs:
        plain(3)
    with pytest.raises(TypeError) as ours:
        make(3)
    assert str(ours.value) == str(theirs.value)


def test_other_values_are_read_whole_at_the_start() -> None:
    """A generator has ended before the first item is used: what a loop holds is data."""
    log: list[str] = []

    def numbers() -> Iterator[int]:
        yield 1
        yield 2
        log.append("ended")

    cursor = cursor_over(numbers())
    assert log == ["ended"]
    assert list(cursor) == [1, 2]
