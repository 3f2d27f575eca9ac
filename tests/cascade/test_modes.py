"""Where sync tasks run."""

from __future__ import annotations

import asyncio
import contextvars
import multiprocessing
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from cascade.host import LocalHost
from cascade.tasks import task
from cascade.testing import run_virtual
from cascade_vm.host import Pending
from support import heavy
from support.hosting import call, named, site

from cascade import modes


@task(mode="inline")
def inline_thread() -> int:
    return threading.get_ident()


@task(mode="blocking")
def blocking_thread() -> int:
    return threading.get_ident()


@task
def auto_thread() -> int:
    return threading.get_ident()


class Watch:
    """A stopwatch whose next readings are given."""

    def __init__(self) -> None:
        self.now = 0.0
        self.takes = 0.0

    def __call__(self) -> float:
        """Every other reading is later by `takes`."""
        self.now += self.takes / 2
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch()
    monkeypatch.setattr(modes, "perf_counter", made)
    return made


def test_inline_and_blocking() -> None:
    """An inline task runs on the loop and gives its value at once; a blocking one runs in a thread."""
    host = LocalHost(named(inline_thread, blocking_thread))
    assert host.call(site(inline_thread.name), (), {}, None) == threading.get_ident()
    assert run_virtual(call(host, blocking_thread)) != threading.get_ident()


def test_auto_goes_inline_when_proved_short_and_back(watch: Watch) -> None:
    """Three short calls in threads, then inline; one long inline call, and it has to prove itself ten times as long."""
    host, mine = LocalHost(named(auto_thread)), threading.get_ident()

    async def is_inline() -> bool:
        return await call(host, auto_thread) == mine

    async def main() -> None:
        watch.takes = modes.SHORT * 4
        assert [await is_inline() for _ in range(5)] == [False] * 5
        watch.takes = modes.SHORT / 4
        assert [await is_inline() for _ in range(6)] == [False] * 3 + [True] * 3
        watch.takes = modes.TOO_LONG * 4
        assert await is_inline()
        assert not await is_inline()
        watch.takes = modes.SHORT / 4
        assert [await is_inline() for _ in range(40)].index(True) == 30

    run_virtual(main())


def test_auto_forgives_a_long_call_among_many_short_ones(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine makes any call long now and then: a task of many short calls does not end up in threads for ever."""
    monkeypatch.setattr(modes, "FORGIVEN_AFTER", 50)
    host, mine = LocalHost(named(auto_thread)), threading.get_ident()

    async def is_inline() -> bool:
        return await call(host, auto_thread) == mine

    async def main() -> None:
        for _ in range(4):
            watch.takes = modes.SHORT / 4
            assert [await is_inline() for _ in range(60)] == [False] * 3 + [True] * 57
            watch.takes = modes.TOO_LONG * 4
            assert await is_inline()

    run_virtual(main())


def test_blocking_calls_run_at_the_same_time() -> None:
    """Eight calls that wait for each other all get a thread."""
    barrier = threading.Barrier(8)

    @task(mode="blocking")
    def meet() -> int:
        return barrier.wait(10)

    async def main() -> list[int]:
        host = LocalHost(named(meet))
        return await asyncio.gather(*(call(host, meet) for _ in range(8)))

    assert sorted(run_virtual(main(), patience=10)) == list(range(8))


def test_threads_see_the_context() -> None:
    """A context variable of the run is seen by its tasks in threads."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")

    @task(mode="blocking")
    def read() -> str:
        return variable.get()

    async def main() -> str:
        variable.set("set")
        return await call(LocalHost(named(read)), read)  # type: ignore[no-any-return]

    assert run_virtual(main()) == "set"


def test_a_timeout_abandons_a_call_in_a_thread() -> None:
    """The run goes on; the thread ends by itself later and hurts nobody."""
    started, release, ended = threading.Event(), threading.Event(), threading.Event()

    @task(mode="blocking")
    def stuck() -> None:
        started.set()
        release.wait(10)
        ended.set()

    async def main() -> None:
        with pytest.raises(TimeoutError, match="took longer than 10s"):
            await call(LocalHost(named(stuck)), stuck, policies=(("timeout", 10),))
        assert started.is_set()
        assert not ended.is_set()

    run_virtual(main(), patience=0.05)
    release.set()
    assert ended.wait(10)


@pytest.mark.parametrize("mode", ["inline", "blocking", "auto"])
def test_a_sync_function_may_return_an_awaitable(mode: Any) -> None:
    """What it gives is awaited, in every mode."""

    @task(mode=mode)
    def later() -> Any:
        return asyncio.sleep(1, "awaited")

    async def main() -> None:
        host = LocalHost(named(later))
        for _ in range(5):
            assert await call(host, later) == "awaited"

    run_virtual(main())


@pytest.mark.parametrize("mode", ["inline", "blocking", "auto"])
def test_stop_iteration_means_the_same_everywhere(mode: Any) -> None:
    """It can not pass a coroutine, so it is an error that says so, in every mode."""

    @task(mode=mode, name="m:stop")
    def stop() -> None:
        raise StopIteration(1)

    async def main() -> None:
        with pytest.raises(RuntimeError, match="raised StopIteration"):
            await call(LocalHost(named(stop)), stop)

    run_virtual(main())


def test_a_task_that_is_cancelled_from_within_fails() -> None:
    """Nobody cancelled the run, so it is an error that a program can catch."""

    @task(name="m:inner")
    async def inner() -> None:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    async def main() -> None:
        with pytest.raises(RuntimeError, match="m:inner was cancelled from within"):
            await call(LocalHost(named(inner)), inner)

    run_virtual(main())


def test_an_async_task_is_not_started_before_it_is_awaited() -> None:
    """The reply to its call is a `Pending`."""

    @task
    async def nothing() -> int:
        return 1

    reply = LocalHost(named(nothing)).call(site(nothing.name), (), {}, None)
    assert isinstance(reply, Pending)

    async def main() -> object:
        return await reply.awaitable

    assert run_virtual(main()) == 1


@pytest.fixture
def compute(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHost]:
    """A host with two processes at most."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    tasks = [value for value in vars(heavy).values() if isinstance(value, modes.Task)]
    host = LocalHost(named(*tasks))
    yield host
    host.close()


def test_compute_runs_in_another_process(compute: LocalHost) -> None:
    """The function is found by name there, with the parent's path; errors and results come back."""

    async def main() -> None:
        pid, n = await call(compute, heavy.where_am_i, 7)
        assert (pid != os.getpid(), n) == (True, 7)
        assert await call(compute, heavy.path_of_imports) == sys.path
        with pytest.raises(ZeroDivisionError) as caught:
            await call(compute, heavy.divide, 1, b=0)
        assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "divide"
        with pytest.raises(RuntimeError, match="FragileError: 1 and 2"):
            await call(compute, heavy.break_down)

    asyncio.run(main())


def test_what_can_not_go_to_a_process_is_named(compute: LocalHost) -> None:
    """A local function, an argument or a result that does not pickle, a process that dies: plain errors."""

    @task(mode="compute", name="m:local")
    def local() -> None: ...

    async def main() -> None:
        with pytest.raises(TypeError, match="m:local can not run in another process"):
            await call(LocalHost(named(local)), local)
        with pytest.raises(TypeError, match=r"argument of support.heavy:where_am_i can not be sent"):
            await call(compute, heavy.where_am_i, lambda: 1)
        with pytest.raises(TypeError, match=r"result of support.heavy:give_a_function can not be sent back"):
            await call(compute, heavy.give_a_function)
        with pytest.raises(RuntimeError, match=r"support.heavy:die: the process ended with status 7"):
            await call(compute, heavy.die)
        assert await call(compute, heavy.divide, 6, 3) == 2

    asyncio.run(main())


def test_a_timeout_kills_the_process(compute: LocalHost) -> None:
    """More endless computations than there are processor cores do not starve the next call."""

    async def main() -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await call(compute, heavy.compute_for_ever, policies=(("timeout", 10),))
        assert await call(compute, heavy.divide, 6, 3) == 2

    run_virtual(main(), patience=0.2)
    compute.close()
    for child in multiprocessing.active_children():
        child.join(10)
    assert not [c for c in multiprocessing.active_children() if c.name == "cascade-compute"]
