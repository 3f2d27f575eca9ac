"""Lists of calls that differ in their arguments only are recognised, and mean what their graphs mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cascade.alike import alike
from cascade.planning import graph_of
from cascade.testing import run_virtual

import cascade as cs

COUNT = 20


@cs.task(mode="inline")
def pair(a: object, b: object = None) -> tuple[object, object]:
    return a, b


@cs.task(mode="inline")
def other(a: object, b: object = None) -> tuple[object, object]:
    return b, a


@cs.flow
def flow(a: object) -> object:
    return a


def calls(count: int = COUNT, start: int = 0) -> list[Any]:
    return [pair(number, str(number)) for number in range(start, start + count)]


UNLIKE: dict[str, Callable[[list[Any]], Sequence[object]]] = {
    "few": lambda all_: all_[:3],
    "a set": lambda all_: set(all_),  # type: ignore[arg-type, return-value]
    "another task": lambda all_: [*all_, other(1, 2)],
    "written elsewhere": lambda all_: [*all_, pair(1, "1")],
    "a value": lambda all_: [*all_, 1],
    "nested": lambda all_: [*all_, all_[:1]],
    "twice": lambda all_: [*all_, all_[3]],
    "fewer arguments": lambda all_: [pair(*[1] * (1 + (n == 7))) for n in range(len(all_))],
    "by keyword": lambda all_: [pair(n, b=n) for n in range(len(all_))],
    "a container": lambda all_: [pair(n, [n]) for n in range(len(all_))],
    "a placeholder": lambda all_: [pair(n, all_[0]) for n in range(len(all_))],
    "a parameter": lambda all_: [pair(n, cs.Param("p")) for n in range(len(all_))],
    "a policy": lambda all_: [*all_[:-1], all_[-1].with_retry(2)],
    "a condition": lambda all_: [*all_[:-1], all_[-1].run_if(False).or_else(5)],
    "what stands in": lambda all_: [*all_[:-1], all_[-1].or_else(5)],
    "an order": lambda all_: [*all_[:-1], all_[-1].after(all_[0])],
    "a jump": lambda all_: [*all_[:-1], cs.bind(all_[-1], cs.select_jump({"end": None}))],
    "flows": lambda all_: [flow(n) for n in range(len(all_))],
    "maps": lambda all_: [pair.map(a=[n]) for n in range(len(all_))],
}


@pytest.mark.parametrize("what", UNLIKE)
def test_what_is_not_alike(what: str) -> None:
    """Anything else that makes a difference is seen; and runs as on the reference."""
    target = UNLIKE[what](calls())
    assert alike(target) is None
    params = {"p": 3} if what == "a parameter" else None
    engine = cs.Engine()
    assert run_virtual(engine.run(calls())) == [(number, str(number)) for number in range(COUNT)]
    assert run_virtual(engine.run(target, params)) == run_virtual(cs.Engine().run(target, params, False))


@pytest.mark.parametrize("kind", [list, tuple])
def test_what_is_alike(kind: type) -> None:
    """The key tells apart what the graph's key tells apart, and the values are those of its slots."""
    target, more = kind(calls()), kind(calls(start=100))
    found, again = alike(target), alike(more)
    assert found is not None
    assert again is not None
    assert found.key == again.key
    assert graph_of(target).key == graph_of(more).key
    for one in (target, more):
        same = alike(one)
        assert same is not None
        assert same.values == graph_of(one).values
    elsewhere = [pair(number, "") for number in range(COUNT)]
    for unlike in (calls(COUNT + 1), elsewhere, (list if kind is tuple else tuple)(calls())):
        same = alike(unlike)
        assert same is not None
        assert same.key != found.key
        assert graph_of(unlike).key != graph_of(target).key


def test_one_plan_serves_all() -> None:
    """Arguments of any plain type, again and again."""
    engine = cs.Engine()
    for value in (1, True, 1.0, None, "x", b"x"):
        target = [pair(value, number) for number in range(COUNT)]
        for _ in range(3):
            given = run_virtual(engine.run(target))
            assert given == [(value, number) for number in range(COUNT)]
            assert {type(one) for one, _ in given} == {type(value)}
    assert len(engine._plans) == 2


def test_parameters_that_nobody_asked_for_are_refused() -> None:
    """The first time and every other time."""
    engine = cs.Engine()
    target = calls()
    for _ in range(3):
        with pytest.raises(cs.CascadeError, match="nobody"):
            run_virtual(engine.run(target, {"nobody": 1}))
        assert len(run_virtual(engine.run(target))) == COUNT


def test_an_error_shows_the_line_of_the_call() -> None:
    """Where the list is written, whichever run it is."""

    @cs.task(mode="inline")
    def fail(number: int) -> int:
        if number == 7:
            raise ValueError(number)
        return number

    engine = cs.Engine()
    shown = []
    for _ in range(3):
        with pytest.raises(ValueError, match="7") as caught:
            run_virtual(engine.run([fail(number) for number in range(COUNT)]))
        shown.append([(entry.name, entry.lineno) for entry in caught.traceback][-2:])
    assert shown[0][1][0] == "fail"
    assert shown == [shown[0]] * 3
