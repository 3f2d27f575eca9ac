"""Values that are called: those that give the same whenever they are called need no journal, and so are not to be stored."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cascade.durable.at_once import is_done_at_once

import cascade as cs


@cs.task(mode="inline")
def step(number: int) -> int:
    return number + 1


@dataclass
class Item:
    price: int

    @property
    def cost(self) -> int:
        raise AssertionError("somebody reads it")

    def __len__(self) -> int:
        raise AssertionError("somebody asks for it")


class Point(NamedTuple):
    x: int


class Slotted:
    __slots__ = ("x",)


class Guessing:
    def __init__(self) -> None:
        self.x = 1

    def __getattr__(self, name: str) -> int:
        raise AssertionError("somebody reads it")


class Table(dict[str, int]):
    def __missing__(self, key: str) -> int:
        raise AssertionError("somebody looks for it")


@cs.flow
def by_type(word: str) -> str:
    how = {"up": str.upper, "down": str.lower}["up"]
    return how(word)


@cs.flow
def by_type_in_a_loop(count: int) -> list[str]:
    found: list[str] = []
    for number in range(count):
        how = {"append": list.append}["append"]
        how(found, str(step(number)))
    return found


@cs.flow
def by_getter(rows: list[tuple[int, int]]) -> list[int]:
    second = operator.itemgetter(1)
    return [second(row) for row in rows]


@cs.flow
def of_a_class(text: str) -> list[object]:
    how = {"parse": int.from_bytes, "keys": dict.fromkeys}
    parse, keys = how["parse"], how["keys"]
    return [parse(text.encode(), "big"), keys(text, 0)]


@cs.flow
def bound(count: int) -> list[int]:
    items: list[int] = []
    add = items.append
    for number in range(count):
        add(number)
    return items


@pytest.mark.parametrize(
    ("call", "gives"),
    [
        (lambda: by_type("a"), "A"),
        (lambda: by_type_in_a_loop(3), ["1", "2", "3"]),
        (lambda: by_getter([(1, 2), (3, 4)]), [2, 4]),
        (lambda: of_a_class("a"), [97, {"a": 0}]),
        (lambda: bound(3), [0, 1, 2]),
    ],
)
def test_a_method_may_be_called_by_a_variable(tmp_path: Path, call: Callable[[], Any], gives: object) -> None:
    """In a store as without one."""
    assert cs.run(call()) == cs.run(call(), store=tmp_path / "runs.db") == gives


def test_they_are_in_no_log_and_a_run_goes_the_same_way_again(tmp_path: Path) -> None:
    """Those that were made before it was put aside are made again, from what the log gives."""
    store = cs.Store(tmp_path / "runs.db")
    with pytest.raises(cs.RunPaused):
        cs.run(by_type_in_a_loop(4), store=store, run_id="run", budget=cs.Budget(calls=2))
    assert [row.calls for row in store.runs()] == [2]
    assert cs.resume("run", store, add_budget=cs.Budget(calls=2)) == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        (str.upper, ["a"]),
        ("a,b".split, [","]),
        ([].append, [1]),
        (int.from_bytes, [b"a", "big"]),
        (dict.fromkeys, ["ab"]),
        (dict.get, [{}, "a", None]),
        (operator.itemgetter(1, 2), [[1, 2, 3]]),
        (operator.methodcaller("join", ["a"]), [","]),
        (operator.attrgetter("price"), [Item(1)]),
        (operator.attrgetter("x"), [Point(1)]),
        (operator.attrgetter("x"), [Slotted()]),
    ],
)
def test_what_is_pythons_own_is_done_at_once(target: Any, arguments: list[Any]) -> None:
    """Nobody else has a say in it."""
    assert is_done_at_once(target, arguments, {})


@pytest.mark.parametrize(
    ("target", "arguments", "keywords"),
    [
        (time.time, [], {}),
        (len, [Item(1)], {}),
        (list.sort, [[1, 2]], {"key": step.fn}),
        ([2, 1].sort, [], {"key": print}),
        (list.extend, [[], iter("ab")], {}),
        (list.extend, [[], {"a", "b"}], {}),
        (list.index, [[], Item(1)], {}),
        (str.join, [",", map(str, [1])], {}),
        (str.format, ["{0.cost}", Item(1)], {}),
        ("{0.__class__}".format, [1], {}),
        (set.pop, [{"a", "b"}], {}),
        ({"a", "b"}.pop, [], {}),
        (dict.fromkeys, [{"a", "b"}], {}),
        (dict.get, [Table(), "a"], {}),
        (Table.fromkeys, ["ab"], {}),
        (Table().get, ["a"], {}),
        (list.__len__, [[]], {}),
        (object.__repr__, [Item(1)], {}),
        (str.upper, [], {}),
        (str.upper, [1], {}),
        (operator.itemgetter("a"), [Table()], {}),
        (operator.itemgetter(Item(1)), [{}], {}),
        (operator.methodcaller("sort", key=print), [[1]], {}),
        (operator.methodcaller("format", 1), ["{0.__class__}"], {}),
        (operator.methodcaller("cost"), [Item(1)], {}),
        (operator.attrgetter("cost"), [Item(1)], {}),
        (operator.attrgetter("price.real"), [Item(1)], {}),
        (operator.attrgetter("__class__"), [Item(1)], {}),
        (operator.attrgetter("x"), [Guessing()], {}),
        (operator.attrgetter("gone"), [Item(1)], {}),
        (lambda: 1, [], {}),
        (Item, [1], {}),
    ],
)
def test_what_may_call_others_or_give_something_else_is_not(target: Any, arguments: list[Any], keywords: Any) -> None:
    """Whether it is, is found without calling anybody."""
    assert not is_done_at_once(target, arguments, keywords)
