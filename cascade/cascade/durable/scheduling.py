"""Strands of one run, stepped one at a time.

A durable run has to go the same way whenever it is told the same events in the same order. So its strands are no tasks of the
event loop: the scheduler resumes one, which runs until it waits for something else, then the next that is ready, in the order
in which they became so. Whoever answers what they wait for (`running`: the world, or the log) gives its answers when all wait.

This file knows neither stores nor clocks, and makes no calls.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cascade_vm.linker import LinkedFlow
from cascade_vm.machine import Machine

from cascade.durable import grouping
from cascade.durable.suspensions import (
    PAUSE,
    Attempting,
    Calling,
    Gathering,
    Node,
    Sleeping,
    Spent,
    Suspension,
    Waiting,
)
from cascade.turns import take_turns

if TYPE_CHECKING:
    from cascade_vm.dispatch import Strand

__all__ = ["Outcome", "Scheduler"]


class Outcome:
    """How a run ended: with ``value``, or with ``error``."""

    __slots__ = ("error", "value")

    def __init__(self, value: object, error: BaseException | None) -> None:
        self.value = value
        self.error = error


class Scheduler:
    """``nodes`` are the strands that there are, by number. ``fresh`` is what they wait for and nobody has begun to answer.

    ``noted`` is called with each call when a strand comes to it. ``now`` gives seconds since the epoch, ``chance`` a random
    number from 0 to 1, for the jitter of retries.
    """

    def __init__(
        self, machine: Machine, now: Callable[[], float], chance: Callable[[], float], noted: Callable[[Calling], None]
    ) -> None:
        self.machine = machine
        self.now = now
        self.chance = chance
        self.noted = noted
        self.nodes: dict[int, Node] = {}
        self.fresh: dict[Suspension, None] = {}  # in order
        self.outcome: Outcome | None = None
        self.spent: str | None = None
        """What was used up; a run that has come here goes on when there is more of it."""
        self.root: str | None = None
        """The flow that the run is at: another one than it began with after a tail call."""
        self.next_number = 0
        self.steps = 0
        self.current: Node | None = None
        """The strand that runs."""
        self.computed = 0.0
        """Seconds that strands have computed."""
        self.ready: deque[tuple[Node, BaseException | None, object]] = deque()
        """The strands that go on next, each with the error or the value that it goes on with."""

    # --- strands ---

    def start(
        self, flow: LinkedFlow, values: Sequence[object], depth: int, parent: Gathering | Attempting | None, place: int
    ) -> Node:
        """A new strand, which runs when its turn comes."""
        strand = self.machine.new_strand(flow, values, depth)
        node = Node(self.next_number, parent, place, strand, self.machine.drive(strand))
        self.next_number += 1
        self.nodes[node.number] = node
        self.ready.append((node, None, None))
        return node

    def may_start(self) -> bool:
        """Whether there is a turn for one more strand; else turns are what was used up."""
        if self.machine.host.meter.turns_left != 0:
            return True
        self.spent = "turns"
        return False

    def adopt(self, node: Node, suspension: Suspension, strand: Strand, state: int) -> None:
        """A strand that was saved: it waits for the same as then, or goes on where it was out of turns."""
        node.strand, node.driving = strand, self.machine.drive(strand, state)
        self.nodes[node.number] = node
        if isinstance(suspension, Spent):
            self.ready.append((node, None, None))
            return
        got = node.driving.send(None)
        assert got is suspension
        node.waits, suspension.node = suspension, node

    def deliver(self, node: Node, value: object) -> None:
        """What a strand waits for has this value."""
        node.waits = None
        self.ready.append((node, None, value))

    def go_on(self) -> None:
        """There is more of what was used up: strands that wait for that look again, and what could not be started is."""
        self.spent = None
        for node in [*self.nodes.values()]:
            match node.waits:
                case Spent():
                    self.deliver(node, None)
                case Gathering() as group:
                    grouping.fill(self, group)
                case Attempting(child=None, course=course) as attempting if course.until is None:
                    self.attempt(attempting)

    def throw(self, node: Node, error: BaseException) -> None:
        """It ended with this error."""
        node.waits = None
        self.ready.append((node, error, None))

    def cancel(self, node: Node) -> None:
        """Let a strand end: what it waits for is cancelled. One that is ready, but has not run yet, gets that instead."""
        waits = node.waits
        match waits:
            case None:
                self._cancel_ready(node)
            case Calling(begun=True) if waits.course.until is None:
                waits.cancelling = True
                if waits.task is not None and not waits.task.cancel():
                    waits.is_lost = True
            case Gathering():
                waits.is_cancelled = True
                grouping.stop(self, waits)
            case Attempting(child=Node() as child):
                waits.cancelling = True
                self.cancel(child)
            case _:
                self.throw(node, asyncio.CancelledError())

    def _cancel_ready(self, node: Node) -> None:
        """Its answer is lost, as that of a task is which is cancelled before it is run again."""
        for at, (other, error, _) in enumerate(self.ready):
            if other is node:
                if error is None or isinstance(error, Exception):
                    self.ready[at] = (node, asyncio.CancelledError(), None)
                return

    # --- running ---

    async def drain(self) -> None:
        """Run until all strands wait, or the run has ended."""
        while not self.advance():
            await take_turns()

    def advance(self) -> bool:
        """Run strands until all of them wait, or the run has ended. False: others are to have a turn before one goes on."""
        ready = self.ready
        while ready:
            node, error, value = ready.popleft()
            self.steps += 1
            self.current = node
            paused = False
            began = perf_counter()
            try:
                got = node.driving.send(value) if error is None else node.driving.throw(error)
            except StopIteration as stopped:
                self._ended(node, stopped.value, None)
            except BaseException as caught:
                self._ended(node, None, caught)
            else:
                paused = got is PAUSE
                if not paused:
                    self._waits(node, got)
            finally:
                del error  # it may hold this frame
            self.computed += perf_counter() - began
            if paused:
                ready.appendleft((node, None, None))
                return False
        return True

    def _waits(self, node: Node, suspension: Any) -> None:
        node.waits, suspension.node = suspension, node
        node.calls += 1
        match suspension:
            case Calling():
                suspension.number = node.calls
                self.noted(suspension)
                if suspension.digest == node.digest and suspension.name == node.name:
                    node.repeated += 1
                else:
                    node.name, node.digest, node.repeated = suspension.name, suspension.digest, 1
                self.fresh[suspension] = None
            case Sleeping() | Waiting():
                self.fresh[suspension] = None
            case Attempting():
                suspension.course.begin(self.now())
                self.fresh[suspension] = None
                self.attempt(suspension)
            case Gathering():
                grouping.fill(self, suspension)
            case Spent():
                self.spent = suspension.what
            case _:
                raise AssertionError(f"a strand waits for {suspension!r}")

    def attempt(self, suspension: Attempting) -> None:
        """Begin an attempt at a flow."""
        if not self.may_start():
            return
        start = suspension.start
        suspension.child = self.start(start.flow, start.values, start.depth, suspension, 0)

    def turns_spent(self) -> int:
        """So far. Loops over few items count none in generated code: at least so many."""
        return self.machine.host.meter.turns_spent - sum(node.strand.unspent() for node in self.nodes.values())

    def _ended(self, node: Node, value: object, error: BaseException | None) -> None:
        del self.nodes[node.number]
        self.machine.host.meter.turns_spent -= node.strand.unspent()
        parent = node.parent
        if parent is None:
            self.outcome = Outcome(value, error)
        elif isinstance(parent, Gathering):
            if error is None:
                grouping.gave(self, parent, node.place, value)
            else:
                grouping.failed(self, parent, node.place, error)
        else:
            parent.child = None
            if error is None:
                self.deliver(parent.node, value)
            else:
                self.attempt_failed(parent, error)

    def attempt_failed(self, suspension: Attempting, error: BaseException) -> None:
        """An attempt at a flow, or the pause before one, ended with an error."""
        course = suspension.course
        cancelled = suspension.cancelling and isinstance(error, asyncio.CancelledError) and course.late < 0
        final = error if cancelled else course.failed(error, self.now(), self.chance())
        if final is not None:
            self.throw(suspension.node, final)
        else:
            self.fresh[suspension] = None  # until when it pauses is to be told

    def close(self) -> None:
        """Let go of all strands, wherever they are. Nothing of theirs runs any more."""
        for node in [*self.nodes.values()]:
            waits = node.waits
            if isinstance(waits, Calling) and waits.task is not None:
                waits.task.cancel()
            node.driving.close()
        self.nodes.clear()
        self.ready.clear()
