"""The engine: what it runs, what its runs share, and how they end. Every test runs on both engines."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from cascade.adapters.executors.local import LocalExecutor
from cascade.adapters.solvers.native import NativeSolver
from cascade.bus import MessageBus
from cascade.engine import Engine
from cascade.errors import ArgumentError, EngineError
from cascade.events import CallBlocked, CallFinished, CallRetried, CallStarted, Event, RunFinished, RunStarted
from cascade.flows import flow
from cascade.targets import direct_call
from cascade.testing import run_virtual
from support.both_engines import on_both

import cascade as cs


def logged(log: list[object], name: str, seconds: float = 0, error: Exception | None = None) -> Any:
    """An async task that logs its begin and its end, takes its time, and gives its name and arguments."""

    @cs.task(name=f"tests:{name}")
    async def work(*args: object) -> object:
        log.append(f"{name} begins")
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            log.append(f"{name} cut")
            raise
        if error is not None:
            raise error
        log.append(f"{name} ends")
        return [name, *args] if args else name

    return work


@cs.task(name="tests:add", mode="inline")
def add(a: int, b: int = 1) -> int:
    return a + b


class Asked(NativeSolver):
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def resolve(self, graph: Any) -> Any:
        self.times += 1
        return super().resolve(graph)


# --- what is run ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda: add(1, 2), 3),
        (lambda: [add(1), add(add(1))], [2, 3]),
        (lambda: (add(1), 5), (2, 5)),
        (lambda: {"a": add(1), "b": [add(2)]}, {"a": 2, "b": [3]}),
        (list, []),
        (lambda: add.map(a=[1, 2, 3]), [2, 3, 4]),
        (lambda: add(cs.Param("n", 4)), 5),
        (lambda: cs.Param("n", 4), 4),
        (lambda: cs.Router("x", {"x": add(1), "y": add(5)}), 2),
    ],
)
def test_what_can_be_run(make: Callable[[], object], value: object) -> None:
    """A call, and lists, tuples and dicts of calls; parameters and routers too."""
    assert on_both(lambda log: make()).value == value


@pytest.mark.parametrize("target", [5, "add", None, add, asyncio.sleep], ids=lambda target: type(target).__name__)
def test_what_can_not_be_run(target: object) -> None:
    """Is refused before anything happens."""
    with pytest.raises(ArgumentError, match="CS452"):
        run_virtual(Engine().run(target))


def test_parameters_are_the_runs_own() -> None:
    """One graph, many runs."""
    assert on_both(lambda log: add(cs.Param("n")), {"n": 6}).value == 7
    engine = Engine()
    target = add(cs.Param("n", 1, int), cs.Param("m", 2))

    async def main() -> list[object]:
        return list(await asyncio.gather(*(engine.run(target, {"n": n}) for n in range(3)), engine.run(target, {"m": 0})))

    assert run_virtual(main()) == [2, 3, 4, 1]


# --- order and time ------------------------------------------------------------------------------------------------------


def test_there_are_no_barriers_between_stages() -> None:
    """A(0.3) beside B(0.05) -> C(0.25): C does not wait for A."""

    def make(log: list[object]) -> object:
        a, b, c = logged(log, "a", 0.3), logged(log, "b", 0.05), logged(log, "c", 0.25)
        return [a(), c(b())]

    seen = on_both(make)
    assert seen.value == ["a", ["c", "b"]]
    assert seen.log == ["a begins", "b begins", "b ends", "c begins", "a ends", "c ends"]

    async def timed(use_vm: bool) -> float:
        await Engine().run(make([]), use_vm=use_vm)
        return asyncio.get_running_loop().time()

    for use_vm in (True, False):
        assert run_virtual(timed(use_vm)) == pytest.approx(0.3, abs=0.01)


def test_a_failing_sibling_cancels_the_others() -> None:
    """And what waits for them never begins."""

    def make(log: list[object]) -> object:
        slow, bad = logged(log, "slow", 9), logged(log, "bad", 1, ValueError("no"))
        return [logged(log, "next")(slow()), bad()]

    seen = on_both(make)
    assert repr(seen.error) == "ValueError('no')"
    assert seen.log == ["slow begins", "bad begins", "slow cut"]
    assert seen.names() == [
        "RunStarted", "CallStarted slow", "CallStarted bad", "CallFinished bad", "CallFinished slow", "RunFinished failed",
    ]  # fmt: skip


def test_a_cancelled_run_says_so_and_leaves_nothing() -> None:
    """`run_virtual` itself looks for what is left on the loop."""
    seen = on_both(lambda log: [logged(log, "a", 9)(), logged(log, "b", 8)()], limit=2)
    assert isinstance(seen.error, TimeoutError)
    assert seen.log == ["a begins", "b begins", "a cut", "b cut"]
    assert seen.names()[-1] == "RunFinished cancelled"


# --- plans ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use_vm", [True, False])
def test_a_structure_is_planned_once(use_vm: bool) -> None:
    """For other literals, for a loop of thousands of rounds, for other runs."""
    solver = Asked()
    engine = Engine(solver)

    @cs.task(mode="inline")
    def step(n: int, total: int) -> object:
        return cs.Jump("again", {"n": n - 1, "total": total + n}) if n else cs.Jump("out", total)

    def loop(n: int) -> object:
        node = step(n=n, total=0)
        return cs.bind(node, cs.select_jump({"again": node, "out": None}))

    async def main() -> list[object]:
        return [await engine.run(loop(n), use_vm=use_vm) for n in (3, 2000, 7)]

    assert run_virtual(main()) == [6, 2001000, 28]
    assert solver.times == 1

    async def more() -> list[object]:
        return [await engine.run(add(n, add(n)), use_vm=use_vm) for n in range(5)]

    assert run_virtual(more()) == [1, 3, 5, 7, 9]
    assert solver.times == 2


def test_plans_are_kept_for_those_used_last() -> None:
    """No more than `most_plans`."""
    solver = Asked()
    engine = Engine(solver, most_plans=2)

    def chain(length: int) -> Any:
        target = add(0)
        for _ in range(length):
            target = add(target)
        return target

    async def main() -> None:
        for _ in range(2):
            for length in (1, 2, 3, 4, 4, 3):
                assert await engine.run(chain(length)) == length + 1

    run_virtual(main())
    assert solver.times == 8


def test_a_solver_that_finds_a_cycle_says_which() -> None:
    """A graph that users write has none; one of another kind may."""

    @dataclass
    class One:
        id: int
        name: str
        dependencies: tuple[int, ...]

    class Ring:
        nodes = (One(0, "egg", (1,)), One(1, "hen", (0,)), One(2, "farm", ()))

    with pytest.raises(EngineError, match=r"CS455.*`egg`, `hen`"):
        NativeSolver().resolve(Ring())


# --- several runs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use_vm", [True, False])
def test_runs_at_a_time_do_not_disturb_each_other(use_vm: bool) -> None:
    """One fails, one is cancelled, one spends its budget; the others do not notice."""
    engine, log = Engine(), list[object]()

    async def main() -> list[object]:
        runs = [
            asyncio.create_task(engine.run(target, use_vm=use_vm, budget=budget))
            for target, budget in (
                (logged(log, "a", 3)(), None),
                (logged(log, "b", 1, ValueError("b"))(), None),
                (logged(log, "c", 9)(), None),
                (add(add(add(1))), cs.Budget(calls=2)),
                (add(add(add(1))), cs.Budget(calls=3)),
            )
        ]
        await asyncio.sleep(2)
        runs[2].cancel()
        return [
            type(one) if isinstance(one, BaseException) else one for one in await asyncio.gather(*runs, return_exceptions=True)
        ]

    assert run_virtual(main()) == ["a", ValueError, asyncio.CancelledError, cs.BudgetExhausted, 4]


# --- the bus -------------------------------------------------------------------------------------------------------------


def test_the_events_of_a_run() -> None:
    """Started, retried, skipped with a reason, finished."""

    def make(log: list[object]) -> object:
        @cs.task(name="tests:flaky", mode="inline")
        def flaky() -> int:
            log.append("flaky")
            if len(log) < 2:
                raise ValueError("not yet")
            return 1

        return [flaky().with_retry(2, delay=5), add(1).run_if(False).or_else(0)]

    seen = on_both(make)
    assert seen.value == [1, 0]
    assert sorted(seen.names()[1:-1]) == [
        "CallFinished flaky", "CallFinished flaky", "CallRetried flaky", "CallSkipped add its condition is false",
        "CallStarted flaky", "CallStarted flaky",
    ]  # fmt: skip


@pytest.mark.parametrize("use_vm", [True, False])
def test_async_subscribers_are_done_when_the_run_is(use_vm: bool) -> None:
    """However it ends; those of a base class get its subclasses, and one that fails disturbs nobody."""
    seen: list[str] = []
    bus = MessageBus()

    async def slow(event: Event) -> None:
        await asyncio.sleep(1)
        seen.append(type(event).__name__)

    def fails(event: Event) -> None:
        raise ValueError("a subscriber")

    bus.subscribe(CallStarted, fails)
    bus.subscribe(Event, slow)

    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            await Engine(bus=bus).run(cs.task(mode="inline", name="tests:bad")(lambda: 1 // 0)(), use_vm=use_vm)
        assert seen == ["RunStarted", "CallStarted", "CallFinished", "RunFinished"]

    run_virtual(main())


@pytest.mark.parametrize("use_vm", [True, False])
def test_events_of_runs_at_a_time_can_be_told_apart(use_vm: bool) -> None:
    """Runs have numbers, which a bus counts, whatever the engines; an event of a call has the number of its run."""
    events: list[Any] = []
    bus = MessageBus()
    bus.subscribe(Event, events.append)
    heard: list[Any] = []

    async def main() -> None:
        one, other = Engine(bus=bus), Engine(bus=bus)
        first = one.run(logged([], "a", 2)(), use_vm=use_vm, listener=heard.append)
        await asyncio.gather(first, one.run(logged([], "b", 1)(), use_vm=use_vm), other.run(add(1), use_vm=use_vm))

    run_virtual(main())
    names = {event.run: event.flow for event in events if isinstance(event, RunStarted)}
    assert names == {1: "a", 2: "b", 3: "add"}
    for run, name in names.items():
        told = [event for event in events if event.run == run]
        assert [type(event) for event in told] == [RunStarted, CallStarted, CallFinished, RunFinished]
        assert {event.target.partition("#")[0] for event in told[1:3]} == {f"tests:{name}"}
    assert heard == [event for event in events if event.run == 1]


# --- constraints ---------------------------------------------------------------------------------------------------------


def test_calls_share_what_the_system_has() -> None:
    """Three that need one of two each; the third is blocked, with the reason."""

    def make(log: list[object]) -> object:
        return [logged(log, name, 1)().with_constraints(gpu=1) for name in "abc"]

    seen = on_both(make, engine=partial(Engine, system_resources={"gpu": 2}))
    assert seen.log == ["a begins", "b begins", "a ends", "b ends", "c begins", "c ends"] or seen.log == [
        "a begins", "b begins", "a ends", "c begins", "b ends", "c ends",
    ]  # fmt: skip
    assert "CallBlocked c needs 1 of `gpu`, 0 of 2 is free" in seen.names()


def test_amounts_may_be_computed() -> None:
    """By other calls of the graph."""

    def make(log: list[object]) -> object:
        return [logged(log, name, 1)().with_constraints(gpu=add(1), cpu=0.5) for name in "ab"]

    seen = on_both(make, engine=partial(Engine, system_resources={"gpu": 2, "cpu": 1}))
    assert seen.log == ["a begins", "a ends", "b begins", "b ends"]


@pytest.mark.parametrize(
    ("code", "amounts"), [("CS445", {"gpu": 3}), ("CS446", {"tpu": 1}), ("CS447", {"gpu": "one"}), ("CS445", {"gpu": add(9)})]
)
def test_what_will_never_be_there_is_an_error(code: str, amounts: dict[str, object]) -> None:
    """Instead of a wait without end."""
    seen = on_both(
        lambda log: logged(log, "a")().with_constraints(**amounts), engine=partial(Engine, system_resources={"gpu": 2})
    )
    assert isinstance(seen.error, EngineError)
    assert seen.error.code == code
    assert seen.log == []


@pytest.mark.parametrize("use_vm", [True, False])
def test_what_a_call_held_is_given_back_however_it_ends(use_vm: bool) -> None:
    """With an error, a timeout, a cancellation; between the attempts of an inner retry it is kept."""
    engine, log = Engine(system_resources={"gpu": 1}), list[object]()

    async def main() -> object:
        for target in (
            logged(log, "bad", 1, ValueError("no"))().with_constraints(gpu=1),
            logged(log, "slow", 9)().with_constraints(gpu=1).with_timeout(1),
            logged(log, "slow", 9)().with_timeout(1).with_constraints(gpu=1),
            [logged(log, "one", 9)().with_constraints(gpu=1), logged(log, "two", 9)().with_constraints(gpu=1).with_timeout(2)],
        ):
            with pytest.raises((ValueError, TimeoutError)):
                await engine.run(target, use_vm=use_vm)
        return await engine.run(logged(log, "last")().with_constraints(gpu=1), use_vm=use_vm)

    assert run_virtual(main()) == "last"


def test_runs_of_one_engine_share_the_system() -> None:
    """And hear when they have to wait."""
    bus, blocked, log = MessageBus(), list[CallBlocked](), list[object]()
    bus.subscribe(CallBlocked, blocked.append)
    engine = Engine(bus=bus, system_resources={"gpu": 1})

    async def main() -> float:
        await asyncio.gather(*(engine.run(logged(log, name, 2)().with_constraints(gpu=1)) for name in "ab"))
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == pytest.approx(4, abs=0.01)
    assert len(blocked) == 1


# --- tail calls ----------------------------------------------------------------------------------------------------------


@cs.task(name="tests:even", mode="inline")
def even(n: int, limit: int = 10**9) -> object:
    if n > limit:
        raise ValueError("too many")
    return cs.TailCall((n - 1,), target="tests:odd") if n else True


@cs.task(name="tests:odd", mode="inline")
def odd(n: int) -> object:
    return cs.TailCall(kwargs={"n": n - 1}, target="even") if n else False


def test_tail_calls_to_others_go_on_with_them() -> None:
    """By their registered name, or by the name in the same module; defaults are applied again."""
    seen = on_both(lambda log: even(501))
    assert seen.value is False
    assert seen.names().count("RunStarted") == 1


@pytest.mark.parametrize("use_vm", [True, False])
def test_mutual_recursion_takes_no_memory_and_no_plans(use_vm: bool) -> None:
    """Two structures, whatever the number of rounds."""
    solver = Asked()
    engine = Engine(solver)
    assert run_virtual(engine.run(even(3000), use_vm=use_vm)) is True
    gc.collect()
    assert solver.times <= 4


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        (cs.TailCall((1, 2, 3), target="tests:odd"), "CS451"),
        (cs.TailCall(kwargs={"m": 1}, target="tests:odd"), "CS451"),
        (cs.TailCall((1,), target="tests:nobody"), "CS450"),
    ],
)
def test_tail_calls_that_can_not_be_are_errors(tail: cs.TailCall, code: str) -> None:
    """Wrong arguments, and names that nobody has."""
    seen = on_both(lambda log: cs.task(name="tests:tail", mode="inline")(lambda: tail)())
    assert isinstance(seen.error, cs.CascadeError)
    assert seen.error.code == code


def test_a_jump_that_leads_nowhere_is_an_error() -> None:
    """Not a result."""
    seen = on_both(lambda log: cs.task(name="tests:jump", mode="inline")(lambda: cs.Jump("on"))())
    assert isinstance(seen.error, EngineError)
    assert seen.error.code == "CS449"


@flow
def collatz(n: int, turns: int = 0) -> int:
    if n == 1:
        return turns
    return collatz(n // 2 if n % 2 == 0 else 3 * n + 1, turns + 1)


@flow
def counted_down(n: int) -> object:
    return tail_of(n) if n else "done"


@cs.task(name="tests:tail_of", mode="inline")
def tail_of(n: int) -> object:
    return cs.TailCall(kwargs={"n": n - 1}, target=counted_down.name if n % 2 else None)


def test_calls_of_flows_need_no_plan() -> None:
    """If nothing is said about the call and all arguments are there; else they are nodes like any other."""
    assert on_both(lambda log: collatz(27)).value == 111
    assert on_both(lambda log: collatz(add(26))).value == 111
    assert on_both(lambda log: [collatz(3), collatz(cs.Param("n"), turns=1)], {"n": 1}).value == [7, 1]
    assert isinstance(direct_call(collatz(27)), cs.FlowCall)
    planned = [collatz(add(1)), collatz(1).with_timeout(3), collatz(1).run_if(True), collatz(1).after(add(1)), [collatz(1)]]
    assert [direct_call(target) for target in planned] == [None] * 5


def test_a_flow_that_ends_with_a_tail_call_starts_again() -> None:
    """The flow that the task is run by, or one by its name; where it failed, it is the user's lines that are shown."""
    seen = on_both(lambda log: counted_down(7))
    assert seen.value == "done"
    assert seen.names().count("CallStarted tail_of") == 7


# --- executors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use_vm", [True, False])
def test_an_executor_of_ones_own(use_vm: bool) -> None:
    """It calls all tasks, those of flows too."""

    class Counting(LocalExecutor):
        calls = 0

        def bind(self, task: Any) -> Any:
            invoke = super().bind(task)

            def call(arguments: Any, keywords: Any) -> object:
                self.calls += 1
                return invoke(arguments, keywords)

            return call

    executor = Counting()
    assert run_virtual(Engine(executor=executor).run(add(add(1), add(2)), use_vm=use_vm)) == 5
    assert executor.calls == 3


def test_the_run_finished_last() -> None:
    """With how long it took, what went wrong, and its status."""
    bus, finished = MessageBus(), list[RunFinished]()
    bus.subscribe(RunFinished, finished.append)
    run_virtual(Engine(bus=bus).run(add(1)))
    assert [(one.flow, one.error, one.status) for one in finished] == [("add", None, "done")]
    retried: list[CallRetried] = []
    bus.subscribe(CallRetried, retried.append)
