"""The machine: drives strands. It awaits what they wait for, and gives others a turn when a slice of time is over.

It knows Blueprints and one `Host`; how calls are retried, timed, logged or replaced is the host's.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from cascade_vm import calls
from cascade_vm.blueprint import Blueprint
from cascade_vm.dispatch import (
    ENDED,
    FAILED,
    MAX_FRAMES,
    OUT_OF_TURNS,
    RAISED_HERE,
    RAISED_IN_STRAND,
    WAITS,
    Frame,
    Strand,
    execute,
)
from cascade_vm.errors import BudgetExhausted, leave_function
from cascade_vm.host import Host
from cascade_vm.linker import Image, LinkedFlow, link

__all__ = ["Machine"]

_FIRST_BATCH: Final = 128
_LARGEST_BATCH: Final = 1_024
"""Turns between two looks at the clock. Batches grow while turns are quick: a look costs what ten turns cost. They stay small
enough for a loop whose turns become slow all at once, since nobody else runs until the batch is over."""

_WITHOUT_END: Final = 1 << 30

_STARTS_STRANDS: Final = (calls.fork, calls.map_flow, calls.attempt_flow)


class Machine:
    """Runs the flows of one program with one host.

    ``program`` is a verified Blueprint, or what `link` made of one: linking is the costly part and can be shared by any
    number of machines. A strand that has computed for ``slice_seconds`` (on the host's clock) lets others have a turn.
    """

    __slots__ = ("call", "host", "image", "slice_seconds")

    def __init__(self, program: Blueprint | Image, host: Host, slice_seconds: float = 0.004) -> None:
        self.image = program if isinstance(program, Image) else link(program)
        self.host = host
        self.slice_seconds = slice_seconds
        self.call = host.call

    def run(self, flow: int, arguments: Sequence[object]) -> Coroutine[Any, Any, object]:
        """Run a flow to its end: ``arguments`` as `cascade_vm.signature.bind` gives them.

        An error that the program does not catch is raised, with its trail on it (`cascade_vm.errors.trail_of`).
        """
        return self._drive(Strand(self, Frame(self.image.flows[flow], arguments), 0))

    async def strand(self, flow: LinkedFlow, arguments: Sequence[object], depth: int) -> object:
        """Run a flow beside others, or under policies: a stack of its own, below ``depth`` frames. It counts a turn."""
        if depth >= MAX_FRAMES:
            raise RecursionError(f"flow calls are nested deeper than {MAX_FRAMES}")
        self._spend_turn()
        return await self._drive(Strand(self, Frame(flow, arguments), depth))

    def run_now(self, enter: Callable[[], Frame]) -> object:
        """Run a function that Python code calls, a built-in function perhaps, to its end. It counts a turn and lets nobody else
        have one; where it would wait it gets a `RuntimeError`."""
        self._spend_turn()
        strand = Strand(self, enter(), 0)
        error: BaseException | None = None
        state = WAITS
        while state in (WAITS, OUT_OF_TURNS):
            given = self._grant(_WITHOUT_END, state == OUT_OF_TURNS and error is None)
            state = self._advance(strand, error, RAISED_HERE, given)
            error = None
            if state == WAITS:
                strand.result.drop()
                error = RuntimeError("a function that a built-in calls can not wait")
            elif state == OUT_OF_TURNS and self.host.meter.turns_left == 0:
                error = BudgetExhausted("turns", self.host.meter.turns_spent)
        if state == ENDED and strand.doomed is None:
            return strand.result
        failure: Any = strand.result if state == FAILED else strand.doomed
        leave_function(failure)
        try:
            raise failure
        finally:
            del failure, error, strand  # the error holds this frame now

    def _spend_turn(self) -> None:
        meter = self.host.meter
        if meter.turns_left is not None:
            if meter.turns_left <= 0:
                raise BudgetExhausted("turns", meter.turns_spent)
            meter.turns_left -= 1
        meter.turns_spent += 1

    def _grant(self, wanted: int, at_turn: bool) -> int:
        """How many turns a strand may spend before it is looked at again.

        A function that a built-in function calls in its midst has to know what is left of a limit. So programs that have
        functions get the turns of a limit one by one, each when it is due (``at_turn``).
        """
        allowed = self.host.meter.turns_left
        if allowed is None:
            return wanted
        return min(allowed, int(at_turn) if self.image.has_functions else wanted)

    def _advance(self, strand: Strand, error: BaseException | None, origin: int, given: int) -> int:
        """Let a strand spend the turns given. They are paid for before: what it does not spend is given back."""
        meter = self.host.meter
        meter.turns_spent += given
        if meter.turns_left is not None:
            meter.turns_left -= given
        strand.left = given
        try:
            return execute(strand, error, origin)
        finally:
            meter.turns_spent -= strand.left
            if meter.turns_left is not None:
                meter.turns_left += strand.left

    async def _drive(self, strand: Strand) -> object:
        """Run a strand to its end."""
        meter = self.host.meter
        error: BaseException | None = None
        state, origin = WAITS, RAISED_HERE
        batch = left = _FIRST_BATCH
        slice_began = looked = -1.0
        while True:
            given = self._grant(left, state == OUT_OF_TURNS and error is None)
            state = self._advance(strand, error, origin, given)
            left -= given - strand.left
            error = None
            if state == ENDED:
                if strand.doomed is None:
                    return strand.result
                state, strand.result = FAILED, strand.doomed
            if state == FAILED:
                try:
                    raise strand.result
                finally:
                    strand.result = strand.doomed = None  # the error holds this frame now
            if state == OUT_OF_TURNS:
                if meter.turns_left == 0:
                    error, origin = BudgetExhausted("turns", meter.turns_spent), RAISED_HERE
                    continue
                if left > 0:
                    continue
                now = self.host.now()
                if slice_began < 0:
                    slice_began = now - self.slice_seconds * 3 / 4  # many may begin in one round of the loop
                elif now - looked > self.slice_seconds / 4:
                    batch = max(1, int(batch * self.slice_seconds / 8 / (now - looked)))
                elif now - looked < self.slice_seconds / 8:
                    batch = min(batch * 2, _LARGEST_BATCH)
                left, looked = batch, now
                if now - slice_began < self.slice_seconds:
                    continue
                error = await self._pause(strand)
                origin = RAISED_HERE
                slice_began = looked = self.host.now()
            else:
                error = await self._receive(strand)
                origin = RAISED_IN_STRAND if strand.frames[-1].at[1] in _STARTS_STRANDS else RAISED_HERE

    async def _receive(self, strand: Strand) -> BaseException | None:
        """Await what the strand waits for; the error that came instead, if one did."""
        pending, strand.result = strand.result, None
        try:
            strand.deliver(await pending.awaitable)
        except GeneratorExit:
            raise
        except BaseException as error:
            return error
        return None

    async def _pause(self, strand: Strand) -> BaseException | None:
        """Let others have a turn; the cancellation that came meanwhile, if one did."""
        frame = strand.frames[-1]
        place = self.image.trail_at(frame.flow.flow, frame.flow.pc_of(frame.at))[0]
        try:
            await self.host.pause(place)
        except GeneratorExit:
            raise
        except BaseException as error:
            return error
        return None
