"""What is not there yet never gets out as if it were a value: calls in arguments run, and what can not run is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cascade.errors import ArgumentError, GraphError, LazyValueError
from support.both_engines import on_both

import cascade as cs


@cs.task(name="tests:same", mode="inline")
def same(value: Any, other: object = None) -> Any:
    return value


@cs.flow
def handed_on(value: Any) -> Any:
    return same(value)


@cs.resource("tests-unfinished-db")
def db() -> Iterator[str]:
    yield "DB"


DB: Any = cs.inject("tests-unfinished-db")


@pytest.fixture
def program(tmp_path: Path) -> cs.Program:
    path = tmp_path / "next.csc"
    path.write_text("flow main(n: int) -> int:\n    return n + 1\n\nflow any_of(n):\n    return n\n")
    return cs.load(path)


# --- calls of flows of programs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda flow: same(flow(1)), 2),
        (lambda flow: same([1, {"a": (flow(1),)}]), [1, {"a": (2,)}]),
        (lambda flow: [flow(1), (flow(2), 3)], [2, (3, 3)]),
        (lambda flow: handed_on(flow(1)), 2),
        (lambda flow: same(cs.Router(flow(0), {1: flow(5), 2: flow(6)})), 6),
        (lambda flow: same(0).run_if(flow(-1)).or_else(flow(7)), 8),
        (lambda flow: same.map(value=[flow(1), 9]), [2, 9]),
    ],
)
def test_a_call_of_a_flow_runs_wherever_it_is_nested(program: cs.Program, make: Callable[[Any], Any], value: object) -> None:
    """As the target, in arguments, in containers, as a condition, a route."""
    assert on_both(lambda log: make(program.main)).value == value


def test_one_call_of_a_flow_runs_once(program: cs.Program) -> None:
    """However often it is named."""

    def make(log: list[object]) -> object:
        call = program.main(1)
        return same([call, call], other=call)

    seen = on_both(make)
    assert seen.value == [2, 2]


@pytest.mark.parametrize("given", [same(1), [same(1)], DB, {"a": cs.Param("n")}])
def test_flows_of_programs_are_given_values_only(program: cs.Program, given: object) -> None:
    """At the call, also where the parameter takes anything."""
    with pytest.raises(ArgumentError, match=r"CS407.*not there yet"):
        program.any_of(given)
    with pytest.raises(ArgumentError, match=r"CS407.*a call of a flow"):
        program.any_of(program.main(1))


# --- resources -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: DB,
        lambda: [DB],
        lambda: (same(1), [DB]),
        lambda: cs.Router("a", {"a": DB}),
        lambda: same(cs.Router("a", {"a": [DB]})),
        lambda: same(1).run_if(False).or_else(DB),
        lambda: same(1).run_if([DB]),
        lambda: handed_on(DB),
        lambda: handed_on([{"a": DB}]),
        lambda: handed_on.map(value=[DB]),
    ],
)
def test_a_resource_where_no_task_gets_it_is_refused(make: Callable[[], object]) -> None:
    """Nobody ever sees the name of a resource in the place of its value."""
    seen = on_both(lambda log: make())
    assert isinstance(seen.error, GraphError)
    assert seen.error.code == "CS439"
    assert seen.events[1:-1] == []


def test_a_refused_resource_is_told_with_the_line() -> None:
    """That of the call, or the router."""
    for target in (handed_on(DB), cs.Router("a", {"a": DB})):
        seen = on_both(lambda log, target=target: target)  # type: ignore[misc]
        assert isinstance(seen.error, GraphError)
        assert (seen.error.problems[0].place or "").startswith(f"{__file__}:")


def test_a_task_gets_resources_wherever_they_are_in_its_arguments() -> None:
    """Containers, maps, tasks in routes."""
    assert on_both(lambda log: same([DB, same(2)])).value == ["DB", 2]
    assert on_both(lambda log: same.map(value=[DB, 2])).value == ["DB", 2]
    assert on_both(lambda log: same(cs.Router("a", {"a": same(DB)}))).value == "DB"


# --- what tasks answer ---------------------------------------------------------------------------------------------------


def answers(answer: Callable[[], object]) -> Iterator[Any]:
    """Tasks of each kind that give this."""

    async def later() -> object:
        return answer()

    yield cs.task(name="tests:answer", mode="inline")(answer)
    yield cs.task(name="tests:answer", mode="blocking")(answer)
    yield cs.task(name="tests:answer")(answer)
    yield cs.task(name="tests:answer")(later)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: same(1),
        lambda: handed_on(1),
        lambda: [same(n) for n in range(3)],
        lambda: {"a": handed_on(1)},
        lambda: cs.Param("n"),
        lambda: cs.Jump("on", same(1)),
        lambda: cs.TailCall((same(1),)),
        lambda: cs.TailCall(kwargs={"n": handed_on(1)}, target="tests:same"),
    ],
)
def test_a_task_that_answers_with_a_call_is_refused(answer: Callable[[], object]) -> None:
    """It did not run, whatever kind of task it is."""
    for task in answers(answer):
        for make in (lambda task: task(), lambda task: same(task()), lambda task: [task()]):
            seen = on_both(lambda log, make=make, task=task: make(task))  # type: ignore[misc]
            assert isinstance(seen.error, LazyValueError)
            assert seen.error.code == "CS456"


def test_the_refusal_says_where_the_call_is_and_what_to_write() -> None:
    """The line in the body of the task."""

    @cs.task(name="tests:outer", mode="inline")
    def outer() -> object:
        return same(1)

    seen = on_both(lambda log: outer())
    assert isinstance(seen.error, LazyValueError)
    (problem,) = seen.error.problems
    assert (problem.place or "").startswith(f"{__file__}:")
    assert "`same.fn(…)`" in (problem.hint or "")


# --- tail calls ----------------------------------------------------------------------------------------------------------


@cs.flow
def restarting(n: int) -> Any:
    return tail(n)


@cs.task(name="tests:tail_of_flow", mode="inline")
def tail(n: int) -> object:
    return cs.TailCall((1, 2, 3))


@pytest.mark.parametrize(
    "tail_call",
    [
        cs.TailCall(),
        cs.TailCall((1, 2, 3)),
        cs.TailCall((1,), {"n": 2}),
        cs.TailCall(kwargs={"m": 1}),
        cs.TailCall((1, 2), {"k": 1}),
    ],
)
def test_arguments_of_a_tail_call_to_itself_have_to_fit(tail_call: cs.TailCall) -> None:
    """The same error as for one that is named, at the line of the call."""

    @cs.task(name="tests:tail", mode="inline")
    def one(n: int, k: int = 0) -> object:
        return tail_call

    for make in (lambda: one(1), lambda: one(1).with_retry(2), lambda: one(same(1))):
        seen = on_both(lambda log, make=make: make())  # type: ignore[misc]
        assert isinstance(seen.error, ArgumentError)
        assert seen.error.code == "CS451"
        assert (seen.error.problems[0].place or "").startswith(f"{__file__}:")


def test_arguments_of_a_flow_that_restarts_have_to_fit() -> None:
    """With a plan and without."""
    for make in (lambda: restarting(1), lambda: restarting(same(1))):
        seen = on_both(lambda log, make=make: make())  # type: ignore[misc]
        assert isinstance(seen.error, ArgumentError)
        assert seen.error.code == "CS451"


@pytest.mark.parametrize(
    ("fn", "given"),
    [
        (lambda n, /, k=1: (n, k), ((1,), {"k": 2})),
        (lambda *rest: rest, ((1, 2, 3), {})),
        (lambda *, k, **more: (k, more), ((), {"k": 1, "z": 2})),
        (lambda n, k=5: (n, k), ((7,), {})),
        (lambda n, *, k: (n, k), ((7,), {"k": 1})),
    ],
)
def test_arguments_that_fit_reach_the_task(fn: Any, given: Any) -> None:
    """However its parameters are declared; defaults are applied anew."""

    def make(log: list[object]) -> object:
        def call(*args: Any, **kwargs: Any) -> object:
            if not log:
                log.append("again")
                return cs.TailCall(*given)
            return fn(*args, **kwargs)

        call.__signature__ = __import__("inspect").signature(fn)  # type: ignore[attr-defined]
        return cs.task(name="tests:fitting", mode="inline")(call)(*given[0], **given[1])

    assert on_both(make).value == fn(*given[0], **given[1])
