"""Tasks that generated code calls as the functions that they are: what users see is what the host would have done."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from cascade.directs import DirectTasks
from cascade.host import LocalHost
from cascade_vm.host import Later

import cascade as cs
from cascade import modes

TURNS = 3_000


@cs.task(mode="inline")
def stops(turn: int) -> int:
    if turn == TURNS - 1:
        raise StopIteration
    return turn


@cs.task(mode="inline")
def cancels(turn: int) -> int:
    if turn == TURNS - 1:
        raise asyncio.CancelledError
    return turn


@cs.task
async def cancels_later(turn: int) -> int:
    if turn == TURNS - 1:
        raise asyncio.CancelledError
    return turn


@cs.task(mode="inline")
def gives_a_call(turn: int) -> object:
    return stops(turn) if turn == TURNS - 1 else turn


@cs.task(mode="inline")
def gives_a_coroutine(turn: int) -> Any:
    async def later() -> int:
        await asyncio.sleep(0)
        return turn

    return later()


@cs.flow
def loop_of_stops() -> None:
    for turn in range(TURNS):
        stops(turn)


@cs.flow
def loop_of_cancels() -> None:
    for turn in range(TURNS):
        cancels(turn)


@cs.flow
def loop_of_cancels_later() -> None:
    for turn in range(TURNS):
        cancels_later(turn)


@cs.flow
def loop_of_calls() -> None:
    for turn in range(TURNS):
        gives_a_call(turn)


@cs.flow
def sum_of_coroutines() -> int:
    total = 0
    for turn in range(TURNS):
        total += gives_a_coroutine(turn)
    return total


@pytest.mark.parametrize(
    ("flow", "message"),
    [(loop_of_stops, "raised StopIteration"), (loop_of_cancels, "was cancelled from within"),
     (loop_of_cancels_later, "was cancelled from within")],
)  # fmt: skip
def test_errors_that_would_mean_something_else_are_errors_of_the_task(flow: Any, message: str) -> None:
    """Also when they come from the last of many calls, when the loop has long been generated code."""
    with pytest.raises(RuntimeError, match=message):
        cs.run(flow())


def test_a_call_that_did_not_run_is_refused() -> None:
    """An answer is looked at in generated code as it is by the host."""
    with pytest.raises(cs.LazyValueError):
        cs.run(loop_of_calls())


def test_an_answer_may_be_awaited() -> None:
    """A sync task may give a coroutine, in each turn."""
    assert cs.run(sum_of_coroutines()) == sum(range(TURNS))


def test_a_task_that_stops_being_short_goes_back_to_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """When something held up the loop its calls are timed, and one that is long is the last on the loop."""
    task = cs.task(lambda: threading.get_ident())
    host = LocalHost({"m:t": task})
    directs = host.directs
    assert isinstance(directs, DirectTasks)
    places: list[Any] = []
    put = places.append
    directs.bind("m:t", put)
    assert isinstance(places[-1](), Later)  # it has proved nothing yet
    invoke: Any = host._shared.quick["m:t"]
    invoke._inline = True
    invoke._put()
    assert places[-1]() == threading.get_ident()
    directs.slow(1.0)
    seconds = iter([0.0, 0.0, 0.0, modes.TOO_LONG * 2])
    monkeypatch.setattr(modes, "perf_counter", lambda: next(seconds))
    timed = places[-1]
    assert timed() == threading.get_ident()
    assert places[-1] is timed
    assert timed() == threading.get_ident()
    assert isinstance(places[-1](), Later)


@cs.flow
def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def test_recursion_gives_others_a_turn() -> None:
    """A flow without a loop that calls itself for long is interrupted as a loop is."""

    async def main() -> int:
        running = asyncio.ensure_future(cs.arun(fib(24)))
        ticks = 0
        while not running.done():
            await asyncio.sleep(0)
            ticks += 1
        assert running.result() == 46368
        return ticks

    assert asyncio.run(main()) > 3


@cs.flow
def longest(words: list) -> list:
    found = []
    for _ in range(400):
        found = sorted(words, key=lambda word: -len(word))
    return found


def test_threads_run_one_program_at_the_same_time() -> None:
    """Each in an event loop of its own; they share the code, and nothing of a run."""
    results: list[object] = []
    threads = [threading.Thread(target=lambda: results.append(cs.run(longest(["a", "ccc", "bb"])))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [["ccc", "bb", "a"]] * 4


def test_without_codegen_nothing_is_generated() -> None:
    """And it means the same."""
    engine = cs.Engine(codegen=False)
    assert asyncio.run(engine.run(fib(15))) == 610
    for kept in engine._machines:
        assert all(one.machine is None or one.machine.instance is None for one in kept.values())
