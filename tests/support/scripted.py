"""Tasks that do what a script says, and a log of all that a program asks of the world.

What a task does depends on its arguments, and for the flaky ones on how often it was called. Both engines reach them through
`support.scripted_host`, plain Python through `support.oracle`: it is one world for all. It knows no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from zlib import crc32

from cascade_vm.blueprint import Task, TaskParameter
from support.outcomes import Box, Snapshot, snapshot

Plan = tuple[float | None, Callable[[], object]]
"""How long a call waits (None: not at all), and what it does then."""

_KINDS: dict[str, type[Exception]] = {"ValueError": ValueError, "KeyError": KeyError, "TimeoutError": TimeoutError}
_LONGEST = 12  # items that `push` lets a list have


class Script:
    """What the flaky tasks do, call by call."""

    def __init__(self, outcomes: Sequence[str]) -> None:
        self.outcomes = outcomes
        self.calls = 0

    def next(self, value: object) -> Callable[[], object]:
        kind = self.outcomes[self.calls % len(self.outcomes)] if self.outcomes else "ok"
        self.calls += 1
        if kind == "ok":
            return lambda: value
        return lambda: _fail(_KINDS[kind](f"call {self.calls}"))


def _fail(error: Exception) -> object:
    raise error


def digest(*values: object) -> int:
    """A number that depends on the values only."""
    return crc32(repr(tuple(snapshot(value) for value in values)).encode("utf-8", "surrogatepass"))


def duration(*values: object) -> float:
    """How long a call with these arguments takes: rarely the same for others, never a round number."""
    return (digest(*values) % 7919 + 0.37) / 10_000


def push(xs: list[object], x: object) -> list[object]:
    if len(xs) < _LONGEST:
        xs.append(x)
    return xs


def check(x: object) -> object:
    if digest(x) % 3 == 0:
        raise ValueError(f"bad {x!r}")
    return x


def plan(script: Script, task: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> Plan:
    """What a call will do. Raises what Python raises for arguments that do not fit."""

    def ident(x: object) -> Plan:
        return None, lambda: x

    def add(a: object, b: object) -> Plan:
        return None, lambda: a + b  # type: ignore[operator]

    def fresh(x: object, y: object = 3) -> Plan:
        return None, lambda: [x, y]

    def slow(x: object) -> Plan:
        return duration(x), lambda: x

    def flaky(x: object) -> Plan:
        return None, script.next(x)

    def flaky_slow(x: object) -> Plan:
        return duration(x, script.calls), script.next(x)

    def keywords_(a: object, *, b: object = 1, c: object = 2) -> Plan:
        return None, lambda: (a, b, c)

    def rest(*items: object, **named: object) -> Plan:
        return None, lambda: (items, tuple(named.items()))

    tasks: dict[str, Callable[..., Plan]] = {
        "ident": ident, "add": add, "fresh": fresh, "slow": slow, "flaky": flaky, "flaky_slow": flaky_slow,
        "keywords": keywords_, "rest": rest,
        "push": lambda xs, x: (None, lambda: push(xs, x)), "check": lambda x: (None, lambda: check(x)),
        "slow_check": lambda x: (duration(x), lambda: check(x)), "box": lambda x: (None, lambda: Box(x)),
    }  # fmt: skip
    return tasks[task](*arguments, **keywords)


def _task(name: str, *parameters: tuple[str, str, bool]) -> Task:
    return Task(f"tasks:{name}", tuple(TaskParameter(*parameter) for parameter in parameters))


_X = ("x", "either", True)
DECLARED: dict[str, Task] = {
    "add": _task("add", ("a", "either", True), ("b", "either", True)),
    "push": _task("push", ("xs", "either", True), _X),
    "fresh": _task("fresh", _X, ("y", "either", False)),
    "keywords": _task("keywords", ("a", "either", True), ("b", "keyword", False), ("c", "keyword", False)),
    "rest": _task("rest", ("items", "rest", False), ("named", "keywords", False)),
    **{name: _task(name, _X) for name in ("ident", "check", "slow", "slow_check", "flaky", "flaky_slow", "box")},
}
"""The tasks of module ``tasks``, as a Blueprint declares them."""


MOST_NOTED = 20_000


class EndlessError(BaseException):
    """A run has done more than any example does: a fault makes it go on for ever. Programs can not catch it."""


class World:
    """The log of a run, and the script that its tasks follow."""

    def __init__(self, script: Sequence[str]) -> None:
        self.script = Script(script)
        self.log: list[Snapshot] = []

    def note(self, *what: object) -> None:
        if len(self.log) >= MOST_NOTED:
            raise EndlessError
        self.log.append(tuple(item if isinstance(item, str) else snapshot(item) for item in what))

    def plan(self, task: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> Plan:
        """A call begins."""
        self.note("call", task, tuple(arguments), tuple(keywords.items()))
        return plan(self.script, task, arguments, keywords)

    def finish(self, task: str, act: Callable[[], object]) -> object:
        """A call ends."""
        try:
            value = act()
        except Exception as error:
            self.note("failed", task, error)
            raise
        self.note("done", task, value)
        return value

    def payload(self, signal: object, timeout: float | None) -> tuple[float, object]:
        """What a wait waits, and gets; a `TimeoutError` stands for one that does not come."""
        took = duration("wait", signal)
        if timeout is not None and took > timeout / 8:
            return timeout, TimeoutError()
        return took, ("payload", signal)
