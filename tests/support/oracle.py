"""The oracle: the program's Python text, run by CPython itself.

Waiting is a number that grows. Where strands would run at the same time they run one after the other here; when that could
show (an error among them, a deadline around them) the outcome says that it is vague. It knows no engine of ours.
"""

from __future__ import annotations

import re
import sys
import warnings
from asyncio import CancelledError
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from cascade_vm.errors import CATCHABLE, FlowFailed
from support.model import Model, Printed
from support.outcomes import Box, Outcome, snapshot
from support.scripted import DECLARED, World
from support.scripted_host import seconds

MOST_TICKS = 3_000
FILE = "<oracle>"


class TooLong(BaseException):
    """The program does not end soon, or its values grow too large, or it is none: it is not an example."""


class Jump:
    """On the way to another state."""

    def __init__(self, state: Callable[..., object], *arguments: object, **keywords: object) -> None:
        self.go = lambda: state(*arguments, **keywords)


def run_states(state: Callable[..., object]) -> object:
    found = state()
    while isinstance(found, Jump):
        found = found.go()
    return found


def failure(value: object) -> BaseException:
    """What ``fail value`` raises: an error is raised as if new."""
    return value.with_traceback(None) if isinstance(value, BaseException) else FlowFailed(value)


def _large(value: object) -> bool:
    """Whether a value is, all in all, larger than an example needs: one that doubles each turn fills any memory."""
    waiting, met = [value], 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, int):
            met += value.bit_length() // 16
        elif isinstance(value, str | bytes):
            met += len(value)
        elif isinstance(value, list | tuple | set | frozenset):
            met += len(value)
            waiting.extend(value)
        elif isinstance(value, dict):
            met += len(value)
            waiting.extend(value.values())
        elif isinstance(value, Box):
            waiting += (value.value, value.more)
        if met > 300:
            return True
    return False


class Oracle:
    """One run: the world, the time, and what the program's text calls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = 0.0
        self.deadlines: list[float] = []
        self.ticks = 0
        self.parallel = 0
        self.uncertain = False
        self.is_too_long = False

    def names(self) -> dict[str, Any]:
        """What the text may call, by name."""
        own = {
            "tick": self.tick, "watch": self.watch, "under": self.under, "emit": self.emit,
            "print": self.print, "sleep": self.sleep,
            "wait": self.wait, "vague": self.vague, "branch": self.branch, "enter_parallel": self.enter_parallel,
            "leave_parallel": self.leave_parallel, "failure": failure, "run_states": run_states,
            "jump": Jump, "td": timedelta,
            "MISSING": object(), "FlowFailed": FlowFailed, **CATCHABLE,
        }  # fmt: skip
        return own | {name: self._task(name) for name in DECLARED}

    def _task(self, name: str) -> Callable[..., object]:
        def task(*arguments: object, **keywords: object) -> object:
            delay, act = self.world.plan(name, arguments, keywords)
            if delay is not None:
                try:
                    self.advance(delay)
                except CancelledError:
                    self.world.note("cut", name)
                    raise
            value = self.world.finish(name, act)
            return OracleBox(value, self.world) if type(value) is Box else value

        task.__module__, task.__qualname__ = "tasks", name  # what Python's own messages call it
        return task

    def tick(self, depth: int = 1) -> None:
        """A turn of the flow whose frame is so far up."""
        self.ticks += 1
        if self.ticks > MOST_TICKS or any(map(_large, sys._getframe(depth).f_locals.values())):
            self.is_too_long = True  # a `finally` may swallow what is raised
            raise TooLong

    def watch(self, items: Iterable[object]) -> Iterator[object]:
        found = iter(items)

        def watched() -> Iterator[object]:
            for item in found:
                self.tick(2)
                yield item

        return watched()

    def advance(self, delay: float) -> None:
        """Time goes by; a deadline that passes cuts in."""
        end = self.now + delay
        due = min(self.deadlines, default=end)
        if due < end:
            self.now = max(self.now, due)
            self.uncertain |= sum(abs(deadline - due) < 1e-6 for deadline in self.deadlines) > 1
            raise CancelledError
        self.now = end

    def under(self, policies: tuple[Any, ...], function: Callable[..., object], *args: object, **kw: object) -> object:
        if not policies:
            return function(*args, **kw)
        (kind, *settings), *inner = policies
        if kind == "timeout":
            return self._timed(settings[0], lambda: self.under(tuple(inner), function, *args, **kw))
        attempts, delay, backoff, errors = settings
        pause = (0.0 if backoff == 1 else 1.0) if delay is None else delay
        for number in range(1, attempts + 1):
            try:
                return self.under(tuple(inner), function, *args, **kw)
            except tuple(CATCHABLE[name] for name in errors):
                if number == attempts:
                    raise
            self.advance(pause)
            pause *= backoff
        raise AssertionError

    def _timed(self, limit: float, attempt: Callable[[], object]) -> object:
        deadline = self.now + limit
        self.deadlines.append(deadline)
        cut = False
        try:
            return attempt()
        except CancelledError:
            cut = True
            if min(self.deadlines) < deadline:
                raise
        except Exception:
            self.uncertain |= deadline <= self.now  # a clean-up that failed after it was cut
            raise
        finally:
            self.deadlines.pop()
            self.uncertain |= deadline <= self.now and not cut
        raise TimeoutError

    def emit(self, name: object, value: object = None) -> None:
        self.world.note("emit", name, value)

    def print(self, *arguments: object, **keywords: object) -> None:
        self.world.note("print", arguments, tuple(keywords.items()))

    def sleep(self, duration: object) -> None:
        delay = seconds(duration)
        self.world.note("sleep", delay)
        self.advance(delay)

    def wait(self, signal: object, timeout: object = None) -> object:
        limit = None if timeout is None else seconds(timeout)
        self.world.note("wait", signal, limit)
        delay, payload = self.world.payload(signal, limit)
        self.advance(delay)
        if isinstance(payload, Exception):
            raise payload
        return payload

    def enter_parallel(self) -> None:
        self.parallel += 1
        self.uncertain |= bool(self.deadlines)

    def leave_parallel(self) -> None:
        return None

    def vague(self) -> None:
        self.uncertain = True

    def branch(self, act: Callable[[], object]) -> object:
        try:
            return act()
        except BaseException:
            self.uncertain = True
            raise


class OracleBox(Box):
    """A `Box` whose method calls are in the log, as the host has them."""

    def __init__(self, box: object, world: World) -> None:
        assert isinstance(box, Box)
        super().__init__(box.value)
        self._world = world

    def get(self, other: object = None) -> object:
        self._world.note("method", ".get", self, (other,), ())
        return super().get(other)


OracleBox.__name__ = "Box"


def make_arguments(texts: Iterable[str]) -> list[object]:
    """New arguments; a text may name an earlier one as ``given[i]``."""
    given: list[object] = []
    for text in texts:
        given.append(eval(text, {"given": given}))
    return given


def compile_python(printed: Printed) -> Any:
    """The Python text as code; its labels are kinds of errors."""
    labels = sorted(set(re.findall(r"\b(?:Break|Continue)_\w+", printed.python)))
    text = printed.python + "".join(f"class {label}(BaseException): pass\n" for label in labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(text, FILE, "exec")


def run_python(model: Model, printed: Printed) -> Outcome:
    """What CPython makes of the program: `TooLong` when it is no example. The trail has a line only, the innermost."""
    world = World(model.script)
    oracle = Oracle(world)
    names = oracle.names()
    exec(compile_python(printed), names)
    arguments = make_arguments(model.arguments)
    error: BaseException | None = None
    value: object = None
    try:
        value = names["main"](*arguments)
    except Exception as caught:
        if isinstance(caught, NameError) and caught.name and str(caught).endswith("is not defined"):
            raise TooLong from caught  # shrinking has taken away what gave a variable its value
        if isinstance(caught, RecursionError):
            raise TooLong from caught
        error = caught
    if oracle.is_too_long:
        raise TooLong
    whole = snapshot((value if error is None else error, arguments))
    vague = oracle.uncertain or oracle.parallel > 0
    outcome = Outcome(
        whole,
        None if error is None else f"{type(error).__name__}: {error}",
        _line(error, printed),
        tuple(world.log),
        vague=vague,
    )
    if oracle.uncertain:
        raise UncertainError(outcome)
    return outcome


class UncertainError(Exception):
    """What the program means depends on the order of strands: CPython can not say."""


def _line(error: BaseException | None, printed: Printed) -> tuple[int, ...]:
    """The line of the `.csc` text where the error was."""
    found: tuple[int, ...] = ()
    if isinstance(error, UnboundLocalError):
        return found  # CPython 3.11 does two instructions at once there, and names the line of the first
    traceback = error.__traceback__ if error else None
    while traceback:
        if traceback.tb_frame.f_code.co_filename == FILE:
            found = (printed.lines[traceback.tb_lineno],)
        traceback = traceback.tb_next
    return found
