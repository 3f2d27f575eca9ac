"""Lists of calls that differ in their arguments only run as a map, and nobody can tell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cascade.adapters.executors.local import LocalExecutor
from cascade.adapters.solvers.native import NativeSolver
from cascade.alike import as_map
from cascade.events import CallFinished
from cascade.testing import run_virtual

import cascade as cs

COUNT = 20


class EachCall(NativeSolver):
    """A solver of somebody's own: it is asked about each call of a list."""


class Spy(LocalExecutor):
    """Remembers what tasks are called with."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []

    def bind(self, task: Any) -> Any:
        call = super().bind(task)

        def seen(arguments: Sequence[Any], keywords: Any) -> object:
            self.seen.append((task.name, tuple(arguments), dict(keywords)))
            return call(arguments, keywords)

        return seen


@cs.task(mode="inline")
def pair(a: object, b: object = None) -> tuple[object, object]:
    return a, b


@cs.task(mode="inline")
def by_position(a: object, /, *more: object) -> object:
    return a, more


@cs.task(mode="inline", retry=2)
def fail_at_seven(number: int) -> int:
    if number == 7:
        raise ValueError(number)
    return number


@cs.task
async def rest(number: int) -> int:
    await asyncio.sleep(COUNT - number)
    if number == 11:
        raise LookupError(number)
    return number


@cs.task(mode="inline")
def jump(number: int) -> object:
    return cs.TailCall(kwargs={"number": number}) if number == 3 else cs.Jump("there", number)


@cs.resource("tests-alike")
def made() -> Any:
    yield 5


@cs.task(mode="inline")
def uses(a: int, b: int = cs.inject(made)) -> int:  # type: ignore[assignment]
    return a + b


@cs.task(mode="inline")
def other(a: object, b: object = None) -> tuple[object, object]:
    return b, a


@cs.flow
def flow(a: object) -> object:
    return a


def calls(count: int = COUNT, start: int = 0) -> list[Any]:
    return [pair(number, str(number)) for number in range(start, start + count)]


UNLIKE: dict[str, Callable[[list[Any]], Any]] = {
    "few": lambda all_: all_[:3],
    "a tuple": tuple,
    "another task": lambda all_: [*all_, other(1, 2)],
    "written elsewhere": lambda all_: [*all_, pair(1, "1")],
    "a value": lambda all_: [*all_, 1],
    "nested": lambda all_: [*all_, all_[:1]],
    "twice": lambda all_: [*all_, all_[3]],
    "fewer arguments": lambda all_: [pair(*[1] * (1 + (n == 7))) for n in range(len(all_))],
    "no arguments": lambda all_: [pair(a=n) for n in range(len(all_))],
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
ALIKE: dict[str, Callable[[], list[Any]]] = {
    "pairs": calls,
    "one argument": lambda: [pair(number) for number in range(COUNT)],
    "by position": lambda: [by_position(number, None, 1.5) for number in range(COUNT)],
    "failing": lambda: [fail_at_seven(number) for number in range(COUNT)],
    "failing later": lambda: [rest(number) for number in range(COUNT)],
    "jumping": lambda: [jump(number) for number in range(COUNT)],
    "resources": lambda: [uses(number) for number in range(COUNT)],
}


def outcome(engine: cs.Engine, target: object, **options: Any) -> object:
    """The value or the error of a run, and the calls that were told."""
    told: list[object] = []

    def hear(event: Any) -> None:
        told.append(event._replace(duration=0) if isinstance(event, CallFinished) else type(event))

    async def main() -> object:
        try:
            return repr(await engine.run(target, listener=hear, **options))
        except BaseException as error:
            lines = []
            traceback = error.__traceback__
            while traceback is not None:
                lines.append((traceback.tb_frame.f_code.co_name, traceback.tb_lineno))
                traceback = traceback.tb_next
            return type(error), str(error), lines[1:]

    return run_virtual(main()), told


@pytest.mark.parametrize("what", UNLIKE)
def test_what_is_not_alike(what: str) -> None:
    """Anything else that makes a difference is seen; and runs as on the reference."""
    target = UNLIKE[what](calls())
    assert as_map(target) is None
    params = {"p": 3} if what == "a parameter" else None
    engine = cs.Engine()
    assert run_virtual(engine.run(calls())) == [(number, str(number)) for number in range(COUNT)]
    assert run_virtual(engine.run(target, params)) == run_virtual(cs.Engine().run(target, params, False))


@pytest.mark.parametrize("what", ALIKE)
@pytest.mark.parametrize("use_vm", [True, False])
def test_a_map_is_told_from_its_calls_by_nobody(what: str, use_vm: bool) -> None:
    """Value, error, traceback, and what listeners and executors see."""
    target = ALIKE[what]()
    assert as_map(target) is not None
    spies = Spy(), Spy()
    both = [cs.Engine(EachCall(), executor=spies[0]), cs.Engine(executor=spies[1])]
    for _ in range(2):
        one, two = (outcome(engine, target, use_vm=use_vm) for engine in both)
        assert one == two
    assert spies[0].seen == spies[1].seen


@pytest.mark.parametrize(
    "limits", [{"turns": COUNT - 1}, {"turns": COUNT}, {"turns": COUNT + 1}, {"calls": 7}, {"calls": COUNT}]
)
def test_a_map_spends_what_its_calls_spend(limits: dict[str, int]) -> None:
    """A budget is spent by the same call."""
    budget = cs.Budget(**limits)
    one, two = (outcome(cs.Engine(solver), calls(), budget=budget) for solver in (EachCall(), NativeSolver()))
    assert one == two


def test_one_plan_serves_any_number() -> None:
    """And arguments of any plain type."""
    engine = cs.Engine()
    for count in (8, 9, 500):
        for value in (1, True, 1.0, None, "x", b"x"):
            given = run_virtual(engine.run([pair(value, number) for number in range(count)]))
            assert given == [(value, number) for number in range(count)]
            assert {type(one) for one, _ in given} == {type(value)}
    assert len(engine._plans) == 1


def test_parameters_that_nobody_asked_for_are_refused() -> None:
    """The first time and every other time."""
    engine = cs.Engine()
    for _ in range(3):
        with pytest.raises(cs.CascadeError, match="nobody"):
            run_virtual(engine.run(calls(), {"nobody": 1}))
        assert len(run_virtual(engine.run(calls()))) == COUNT
