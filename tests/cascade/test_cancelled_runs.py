"""A run of an engine that is cancelled, wherever it stands: nothing outlives it, its resources are torn down, it says so."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from cascade.bus import MessageBus
from cascade.engine import Engine
from cascade.events import Event, RunFinished
from cascade.testing import run_virtual

import cascade as cs

Log = list[object]
BOTH = pytest.mark.parametrize("use_vm", [True, False], ids=["machine", "reference"])


def slow_task(log: Log, name: str = "slow", seconds: float = 100, error: Exception | None = None) -> Any:
    @cs.task(name=f"tests:{name}")
    async def work(*_: object) -> str:
        log.append(f"{name} begins")
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            await asyncio.sleep(1)
            log.append(f"{name} is cut")
            raise
        if error is not None:
            raise error
        return name

    return work


def resource(log: Log, up: float, down: float) -> Any:
    @cs.resource(f"tests-slow-{up}-{down}")
    async def made() -> AsyncIterator[str]:
        try:
            log.append("setting up")
            await asyncio.sleep(up)
            yield "it"
        finally:
            log.append("tearing down")
            await asyncio.sleep(down)
            log.append("torn down")

    return cs.inject(made), made


@cs.flow
def sleeps_in_its_own_time(n: int) -> int:
    cs.sleep(100)
    return n


def cancelled_after(seconds: float, make: Callable[[Log], object], use_vm: bool) -> tuple[Log, list[str]]:
    """What the tasks log, and how the run says that it finished. `run_virtual` complains of tasks that are left on the loop."""
    log: Log = []
    finished: list[RunFinished] = []
    bus = MessageBus()
    bus.subscribe(RunFinished, finished.append)

    async def main() -> None:
        engine = Engine(bus=bus, system_resources={"gpu": 1})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(seconds):
                await engine.run(make(log), use_vm=use_vm)
        again = await engine.run(slow_task([], "again", 1)().with_constraints(gpu=1), use_vm=use_vm)
        assert again == "again"  # all that the run held is free

    run_virtual(main())
    return log, [one.status for one in finished]


@BOTH
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda log: slow_task(log)(), ["slow begins", "slow is cut"]),
        (lambda log: sleeps_in_its_own_time(1), []),
        (lambda log: [sleeps_in_its_own_time(1), slow_task(log)()], ["slow begins", "slow is cut"]),
        (lambda log: [slow_task(log)()] * 2, ["slow begins", "slow is cut"]),
        (lambda log: slow_task(log, "bad", 1, ValueError())().with_retry(3, delay=50), ["bad begins"]),
        (lambda log: slow_task(log)().with_timeout(60), ["slow begins", "slow is cut"]),
        (
            lambda log: [slow_task(log, name)().with_constraints(gpu=1) for name in ("one", "two")],
            ["one begins", "one is cut"],
        ),
    ],
    ids=["task", "flow", "beside", "shared", "pause", "timeout", "blocked"],
)
def test_a_cancelled_run_ends_with_all_it_began(make: Callable[[Log], object], expected: Log, use_vm: bool) -> None:
    """In a task, in a flow, in the pause of a retry, while it is blocked."""
    log, statuses = cancelled_after(10, make, use_vm)
    assert log == expected
    assert statuses == ["cancelled", "done"]


@BOTH
@pytest.mark.parametrize(("up", "down", "last"), [(100, 1, "torn down"), (1, 100, "tearing down"), (1, 1, "torn down")])
def test_resources_are_torn_down(up: float, down: float, last: str, use_vm: bool) -> None:
    """While one is set up, while one is torn down (which is interrupted), and while one is used."""
    kept: list[Any] = []

    def make(log: Log) -> object:
        injected, made = resource(log, up, down)
        kept.append(made)
        return slow_task(log, "use", 0 if down > 10 else 100)(injected)

    log, statuses = cancelled_after(10, make, use_vm)
    assert log[0] == "setting up"
    assert log[-1] == last
    assert statuses == ["cancelled", "done"]


@BOTH
def test_a_failing_sibling_ends_what_waits(use_vm: bool) -> None:
    """What is blocked, what sets up a resource, what pauses before a retry: the run fails, it is not cancelled."""
    log: Log = []
    statuses: list[str] = []
    bus = MessageBus()
    bus.subscribe(RunFinished, lambda event: statuses.append(event.status))
    injected, _made = resource(log, 50, 1)

    async def main() -> float:
        engine = Engine(bus=bus, system_resources={"gpu": 1})
        held = [slow_task(log, name)().with_constraints(gpu=1) for name in ("one", "two")]
        pausing = slow_task([], "flaky", 1, ValueError())().with_retry(9, delay=50)
        with pytest.raises(KeyError):
            await engine.run([*held, slow_task(log)(injected), pausing, slow_task([], "bad", 5, KeyError())()], use_vm=use_vm)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) < 10
    assert sorted(map(str, log)) == ["one begins", "one is cut", "setting up", "tearing down", "torn down"]
    assert statuses == ["failed"]


@BOTH
def test_handlers_that_are_under_way_are_given_up(use_vm: bool) -> None:
    """The run is over when it says so: no handler goes on behind it."""
    seen: list[str] = []

    async def handler(event: Event) -> None:
        seen.append(f"{type(event).__name__} begins")
        await asyncio.sleep(60)
        seen.append(f"{type(event).__name__} ends")

    async def main() -> None:
        bus = MessageBus()
        bus.subscribe(Event, handler)
        run = asyncio.create_task(Engine(bus=bus).run(slow_task([])(), use_vm=use_vm))
        for _ in range(2):  # the first cancels the run, which waits for its handlers; the second, the waiting
            await asyncio.sleep(10)
            run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        before = list(seen)
        await asyncio.sleep(1_000)
        assert seen == before

    run_virtual(main())


PROGRAM = """
import asyncio, threading, os, signal
import cascade as cs

@cs.resource("db")
async def db():
    try:
        yield 1
    finally:
        await asyncio.sleep(0.01)
        print("torn down")

@cs.task
async def slow(given):
    threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    try:
        await asyncio.sleep(60)
    finally:
        print("slow ends")

def tell(event):
    if type(event).__name__ == "RunFinished":
        print(event.status)

cs.run([slow(cs.inject("db"))], use_vm=USE_VM, listener=tell)
"""


@BOTH
def test_ctrl_c_ends_a_run_in_order(tmp_path: Path, use_vm: bool) -> None:
    """Tasks end, resources are torn down, the run says that it was cancelled, and Python sees a `KeyboardInterrupt`."""
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(PROGRAM).replace("USE_VM", str(use_vm)))
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout.split("\n") == ["slow ends", "torn down", "cancelled", ""]
    assert ended.stderr.strip().endswith("KeyboardInterrupt")
    assert ended.returncode in (-signal.SIGINT, 130, 1)
