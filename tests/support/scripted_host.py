"""A host for tests: scripted tasks, a log of what is asked, policies in their plainest form, and a clock of its own.

Written for the differential tests alone, so that what it means by a policy does not come from the host that users have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import count
from selectors import SelectSelector
from typing import Any

from cascade_vm.errors import CATCHABLE, BudgetExhausted
from cascade_vm.host import Begin, Later, Meter, Pending, Place, Site, Start
from support.outcomes import Box
from support.scripted import World


class _Selector(SelectSelector):
    """Never sleeps: time jumps to the next thing that is due."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("all strands wait for something that never comes")
        self.loop.elapsed += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.elapsed

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run to the end; whatever is still under way then is the engine's fault."""
        try:
            value = self.run_until_complete(coroutine)
        finally:
            left = [task for task in asyncio.all_tasks(self) if not task.done()]
            for task in left:
                task.cancel()
            if left:
                self.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        assert not left, "strands outlive the run"
        return value


def seconds(duration: object) -> float:
    """A duration as a program writes it."""
    if isinstance(duration, timedelta):
        return duration.total_seconds()
    if isinstance(duration, bool) or not isinstance(duration, int | float):
        raise TypeError(f"not a duration: {type(duration).__name__}")
    if not 0 <= duration < 1e9:
        raise ValueError(f"not a duration: {duration!r}")
    return float(duration)


class _Delayed:
    """What a scripted task gives that is not done yet."""

    def __init__(self, waiting: Awaitable[object]) -> None:
        self.waiting = waiting


class ScriptedDirects:
    """Scripted tasks to be called outright, some as coroutine functions; every third call is one for the host, after all."""

    def __init__(self, host: ScriptedHost) -> None:
        self._host = host
        self._calls = 0

    def way(self, target: str) -> str:
        return ("direct", "direct", "direct waits", "host waits")[len(target) % 4]

    def bind(self, target: str, put: Callable[[Any], None]) -> None:
        task = target.removeprefix("tasks:")

        def function(*arguments: object, **keywords: object) -> object:
            reply = self._host._once(task, arguments, keywords)
            return _Delayed(reply.awaitable) if isinstance(reply, Pending) else reply

        def now_and_then(*arguments: object, **keywords: object) -> object:
            self._calls += 1
            return function(*arguments, **keywords) if self._calls % 3 else Later(*arguments, **keywords)

        async def waiting(*arguments: object, **keywords: object) -> object:
            reply = function(*arguments, **keywords)
            return await reply.waiting if isinstance(reply, _Delayed) else reply

        put(waiting if self.way(target) == "direct waits" else now_and_then)

    def answered(self, target: str, value: object) -> object:
        return Pending(value.waiting) if isinstance(value, _Delayed) else value

    def finished(self, target: str, value: object) -> object:
        return value

    def seen(self, target: str, error: BaseException, awaited: bool) -> BaseException:
        return error

    def slow(self, seconds: float) -> None:
        pass


class ScriptedHost:
    """See `cascade_vm.host.Host` for what each method is."""

    def __init__(self, world: World, turns: int | None = None, slow_clock: bool = True, direct: bool = False) -> None:
        self.directs = ScriptedDirects(self) if direct else None
        self.world = world
        self.meter = Meter(turns)
        self.pauses = 0
        self._ticks = count()
        self._slow = slow_clock

    def call(self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object], policies: object) -> object:
        self.meter.calls_spent += 1
        task = site.target.removeprefix("tasks:")
        if policies is None:
            return self._once(task, arguments, keywords)

        async def attempt() -> object:
            value = self._once(task, arguments, keywords)
            return await value.awaitable if isinstance(value, Pending) else value

        return Pending(_under(policies, attempt))

    def _once(self, task: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        delay, act = self.world.plan(task, arguments, keywords)
        return self.world.finish(task, act) if delay is None else Pending(self._wait(task, delay, act))

    async def _wait(self, task: str, delay: float, act: Callable[[], object]) -> object:
        try:
            await asyncio.sleep(delay)
        except asyncio.CancelledError:
            self.world.note("cut", task)
            raise
        return self.world.finish(task, act)

    def method(self, site: Site, target: object, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        if isinstance(target, Box):  # CPython tells of no others
            self.world.note("method", site.target, target, tuple(arguments), tuple(keywords.items()))
        return getattr(target, site.target.removeprefix("."))(*arguments, **keywords)

    def apply(self, site: Site, target: Any, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        self.meter.calls_spent += 1
        value = target(*arguments, **keywords)
        return Pending(value) if asyncio.iscoroutine(value) else value

    def attempt(self, site: Site, start: Start, policies: object) -> Pending:
        return Pending(_under(policies, start))

    def emit(self, site: Site, name: object, value: object = None) -> object:
        self.world.note("emit", name, value)
        return None

    def skip(self, site: Site, name: object, reason: object = None) -> object:
        self.world.note("skip", name, reason)
        return None

    def print(self, site: Site, *arguments: object, **keywords: object) -> object:
        self.world.note("print", arguments, tuple(keywords.items()))
        return None

    def sleep(self, site: Site, duration: object) -> object:
        delay = seconds(duration)
        self.world.note("sleep", delay)
        return Pending(asyncio.sleep(delay))

    def wait(self, site: Site, signal: object, timeout: object = None) -> object:
        limit = None if timeout is None else seconds(timeout)
        self.world.note("wait", signal, limit)
        return Pending(_payload(*self.world.payload(signal, limit)))

    def gather(self, site: Site, starts: Iterable[Start], limit: object) -> Pending:
        if limit is not None and (not isinstance(limit, int) or limit < 1):
            raise ValueError(f"not a limit: {limit!r}")
        return Pending(_gather(starts, limit))

    def weave(self, site: Site, begins: Sequence[Begin], needs: Sequence[tuple[int, ...]], limit: object) -> Pending:
        if limit is not None and (not isinstance(limit, int) or limit < 1):
            raise ValueError(f"not a limit: {limit!r}")
        return Pending(_weave(begins, needs, limit))

    async def pause(self, place: Place) -> None:
        self.pauses += 1
        await asyncio.sleep(0)

    async def spent(self, what: str) -> None:
        raise BudgetExhausted(what, self.meter.turns_spent)

    def now(self) -> float:
        """Seconds: a clock that stands still, or moves at each look."""
        return 0.0 if self._slow else float(next(self._ticks))


async def _payload(delay: float, payload: object) -> object:
    await asyncio.sleep(delay)
    if isinstance(payload, Exception):
        raise payload
    return payload


async def _under(policies: object, attempt: Callable[[], Awaitable[object]]) -> object:
    """Policies are tuples, outermost first."""
    if not policies:
        return await attempt()
    (kind, *settings), *inner = policies  # type: ignore[misc]
    if kind == "timeout":
        async with asyncio.timeout(seconds(settings[0])):
            return await _under(inner, attempt)
    attempts, delay, backoff, _jitter, errors = settings
    pause = (1.0 if backoff not in (None, 1) else 0.0) if delay is None else seconds(delay)
    kinds = tuple(CATCHABLE[name] for name in errors)
    for number in range(1, attempts + 1):
        try:
            return await _under(inner, attempt)
        except kinds:
            if number == attempts:
                raise
        await asyncio.sleep(pause)
        pause *= backoff or 1
    raise AssertionError("a retry needs at least one attempt")


async def _weave(begins: Sequence[Begin], needs: Sequence[tuple[int, ...]], limit: int | None) -> list[object]:
    """Each branch waits for its turn by itself."""
    results: list[object] = [None] * len(begins)
    ended = [asyncio.Event() for _ in begins]
    room = asyncio.Semaphore(limit if limit is not None else len(begins) or 1)

    async def run(number: int) -> None:
        for needed in needs[number]:
            await ended[needed].wait()
        async with room:
            results[number] = await begins[number](results)
        ended[number].set()

    await _gather((lambda number=number: run(number) for number in range(len(begins))), None)  # type: ignore[misc]
    return results


async def _gather(starts: Iterable[Start], limit: int | None) -> list[object]:
    waiting = enumerate(starts)
    running: dict[asyncio.Task[object], int] = {}
    results: dict[int, object] = {}
    try:
        while True:
            while (limit is None or len(running) < limit) and (new := next(waiting, None)):
                running[asyncio.get_running_loop().create_task(new[1]())] = new[0]
            if not running:
                return [results[number] for number in range(len(results))]
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(done, key=running.__getitem__):
                results[running[task]] = task.result()
                del running[task]
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
