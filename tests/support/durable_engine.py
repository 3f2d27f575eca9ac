"""Runs a program as a durable run, in memory: killed at commits, brought back from bytes by a machine of its own each time.

The world outside goes on while a run is dead. It answers a call that is made again as it did the first time, if the run names
it by the same key; so a run that was killed has to leave the same log as one that was not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cascade.durable.codecs import Codecs
from cascade.durable.course import Course
from cascade.durable.host import DurableHost, Way
from cascade.durable.inbox import Inbox
from cascade.durable.journal import Journal
from cascade.durable.machine_values import run_codecs
from cascade.durable.run import DurableRun
from cascade.durable.suspensions import Calling
from cascade.policies import Timeout, parse_policies
from cascade_vm import signature
from cascade_vm.blueprint import Blueprint
from cascade_vm.errors import trail_of
from cascade_vm.host import Meter, Pending, Site
from cascade_vm.linker import Image
from cascade_vm.machine import Machine
from support.engines import TIERS, Case
from support.outcomes import Box, Outcome, snapshot
from support.scripted import World, plan
from support.scripted_host import VirtualLoop, seconds

__all__ = ["Killed", "Kills", "run_durably"]


class Killed(BaseException):
    """The process is dead."""


@dataclass
class Kills:
    """When a run is killed: at each ``every``-th commit, ``before`` or after it. 0: never. ``most`` kills in all."""

    every: int = 0
    before: bool = False
    most: int = 1_000
    counted: int = 0
    made: int = 0

    def strike(self, before: bool) -> None:
        """A commit begins, or is done."""
        if before:
            self.counted += 1
        if self.every and before == self.before and self.counted % self.every == 0 and self.made < self.most:
            self.made += 1
            raise Killed


@dataclass
class MemoryLedger:
    """Implements `cascade.durable.run.Ledger`. ``always_saves`` makes a snapshot of each commit's state."""

    kills: Kills
    arguments: bytes = b""
    snapshot: bytes | None = None
    records: list[bytes] = field(default_factory=list)
    written: int = 0
    commits: int = 0
    snapshots: int = 0

    async def commit(self, records: Sequence[bytes] = (), *, snapshot: bytes | None = None, taken: Sequence[int] = ()) -> None:
        self.kills.strike(before=True)
        self.commits += 1
        if snapshot is not None:
            self.snapshot = snapshot
            self.records.clear()
            self.written += len(snapshot)
            self.snapshots += 1
        self.records += records
        self.written += sum(map(len, records))
        self.kills.strike(before=False)

    async def stand(self, run: DurableRun) -> None:
        pass


class OnceWorld(World):
    """Remembers what it did by keys."""

    def __init__(self, script: Sequence[str]) -> None:
        super().__init__(script)
        self.turns: dict[object, int] = {}
        self.done: set[object] = set()
        self.noted: set[object] = set()

    def plan_once(self, key: object, task: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> Any:
        """A call begins, or begins again."""
        if key not in self.turns:
            self.turns[key] = self.script.calls
            return self.plan(task, arguments, keywords)
        now, self.script.calls = self.script.calls, self.turns[key]
        try:
            return plan(self.script, task, arguments, keywords)
        finally:
            self.script.calls = now

    def finish_once(self, key: object, task: str, act: Callable[[], object]) -> object:
        """It ends, or ends again."""
        if key in self.done:
            return act()
        self.done.add(key)
        return self.finish(task, act)

    def note_once(self, key: object, *what: object) -> None:
        if key not in self.noted:
            self.noted.add(key)
            self.note(*what)


class ScriptedDurableHost(DurableHost):
    """Calls scripted tasks."""

    __slots__ = ("_notes", "run", "world")

    def __init__(self, world: OnceWorld, meter: Meter) -> None:
        super().__init__({}, meter)
        self.world = world
        self.run: DurableRun
        self._notes: tuple[object, int] = (None, 0)

    def call(self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object], policies: object) -> object:
        named = () if policies is None else parse_policies(policies)
        return Pending(Calling(site, site.target, None, arguments, keywords, Course(named, site.target)))

    def _note(self, *what: object) -> None:
        node = self.run.scheduler.current
        assert node is not None
        at = (node.number, node.calls)
        count = self._notes[1] + 1 if self._notes[0] == at else 0
        self._notes = (at, count)
        self.world.note_once((*at, count), *what)

    def emit(self, site: Site, name: object = None, value: object = None) -> object:
        self._note("emit", name, value)
        return None

    def skip(self, site: Site, name: object = None, reason: object = None) -> object:
        self._note("skip", name, reason)
        return None

    def print(self, site: Site, *arguments: object, **keywords: object) -> object:
        self._note("print", arguments, tuple(keywords.items()))
        return None

    def sleep(self, site: Site, duration: object) -> Any:  # type: ignore[override]
        delay = seconds(duration)
        self._note("sleep", delay)
        return super().sleep(site, delay)

    def wait(self, site: Site, signal: object, timeout: object = None) -> Any:  # type: ignore[override]
        limit = None if timeout is None else seconds(timeout)
        self._note("wait", signal, limit)
        took, payload = self.world.payload(signal, limit)
        return Pending(Calling(site, "$wait", None, (took, payload), {}, Course((), "wait")))

    def way_of(self, call: Calling) -> Way:
        return Way(None, 0.0, False, ())

    def make(self, call: Calling, way: Way) -> object:
        world = self.world
        key = (call.node.number, call.number, call.course.count)
        if call.name == "$wait":
            took, payload = call.positional
            return Pending(_payload(took, payload))
        if call.target is not None or not call.name:
            if isinstance(call.target, Box):
                world.note_once(
                    (key, "method"), "method", call.site.target, call.target, tuple(call.positional), (*call.keywords.items(),)
                )
            made = call.target if not call.name else getattr(call.target, call.name.removeprefix("."))
            value = made(*call.positional, **call.keywords)
            return Pending(value) if asyncio.iscoroutine(value) else value
        task = call.name.removeprefix("tasks:")
        self.meter.calls_spent += 1
        delay, act = world.plan_once(key, task, call.positional, call.keywords)
        if delay is None:
            return world.finish_once(key, task, act)
        return Pending(self._wait(task, delay, act, key))

    async def _wait(self, task: str, delay: float, act: Callable[[], object], key: object) -> object:
        try:
            await asyncio.sleep(delay)
        except asyncio.CancelledError:
            if not self.run.is_killed:  # type: ignore[attr-defined]
                self.world.note("cut", task)
            raise
        return self.world.finish_once(key, task, act)


async def _payload(delay: float, payload: object) -> object:
    await asyncio.sleep(delay)
    if isinstance(payload, Exception):
        raise payload
    return payload


def _codecs(machine: Machine) -> Codecs:
    codecs = Codecs(parent=run_codecs(machine))
    codecs.add(Box, "box", lambda box: (box.value, box.more), fill=_fill_box)
    return codecs


def _fill_box(box: Box, state: Any) -> None:
    box.value, box.more = state


class _Run(DurableRun):
    is_killed = False


def _says_nothing(_: Course, __: Timeout) -> TimeoutError:
    """As the timeouts of the scripted host."""
    return TimeoutError()


def run_durably(
    case: Case,
    program: Blueprint | Image,
    kills: Kills,
    tier: str = "tier 0",
    slices: bool = False,
    saves: bool = False,
    turns: int | None = None,
) -> tuple[Outcome, MemoryLedger]:
    """What a durable run makes of it, over all its processes. ``saves``: each commit is a snapshot."""
    world, ledger, loop = OnceWorld(case.script), MemoryLedger(kills), VirtualLoop()
    told, Course.error_of = Course.error_of, _says_nothing  # type: ignore[method-assign]
    try:
        while True:
            try:
                return _one_process(case, program, world, ledger, loop, (tier, slices, saves, turns)), ledger
            except Killed:
                continue
    finally:
        Course.error_of = told  # type: ignore[method-assign]
        loop.close()


def _one_process(
    case: Case,
    program: Blueprint | Image,
    world: OnceWorld,
    ledger: MemoryLedger,
    loop: VirtualLoop,
    options: tuple[str, bool, bool, int | None],
) -> Outcome:
    tier, slices, saves, turns = options
    host = ScriptedDurableHost(world, Meter(turns))
    machine = Machine(program, host, slice_seconds=0.0 if slices else 1e9, patience=TIERS[tier][0])
    if tier != "tier 0":
        machine.first_batch = 3
    blueprint = machine.image.blueprint
    index = blueprint.flow_named(case.flow)
    journal = Journal(_codecs(machine), may_be_exact=not saves)
    run = _Run(machine, host, journal, ledger, Inbox(), now=loop.time, chance=lambda: 0.5)
    host.run = run

    if ledger.arguments:
        arguments = journal.take_value(ledger.arguments)
    else:
        arguments = case.arguments()
        ledger.arguments = journal.value(arguments, "arguments")

    async def whole() -> Any:
        if ledger.snapshot is None:
            run.begin(index, signature.bind(blueprint.flows[index], arguments, {}))
        await run.recover(ledger.snapshot, ledger.records)
        try:
            return await run.run()
        except Killed:
            run.is_killed = True
            raise

    try:
        ended = loop.run(whole())
    except AssertionError as error:
        if "outlive" not in str(error):
            raise
        raise Killed from None
    error, value = ended.error, ended.value
    return Outcome(
        snapshot((value if error is None else error, arguments)),
        None if error is None else f"{type(error).__name__}: {error}",
        tuple(trail_of(error)) if error else (),
        tuple(world.log),
        None,
        alone=snapshot(value if error is None else error),
    )
