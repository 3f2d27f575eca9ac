"""The machine: drives strands. It awaits what they wait for, and gives others a turn when a slice of time is over.

It knows Blueprints and one `Host`; how calls are retried, timed, logged or replaced is the host's.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

from cascade_vm import calls
from cascade_vm.blueprint import Blueprint
from cascade_vm.dispatch import (
    ENDED,
    ENTERS_FLOW,
    FAILED,
    FIRST_BATCH,
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
from cascade_vm.host import Host, Parent
from cascade_vm.linker import Image, LinkedFlow, link
from cascade_vm.tiers import (
    AWAITS,
    DEEP,
    NEVER,
    NO_STARTS,
    RAISES,
    RUNS,
    SLICE_IS_OVER,
    START_COUNTS,
    begin,
    entry_of,
    is_hot,
    left_code,
    returned,
    run_entry,
    slice_is_over,
    take_turn,
    use_instance,
    warm,
    warm_up,
)

if TYPE_CHECKING:
    from cascade_vm.generated.instance import Entry, Instance

__all__ = ["PATIENCE", "Machine"]

PATIENCE: Final = 2_000
"""Turns that a flow makes before there is generated code for it. Generating takes as long as some 5,000 turns do."""
_WITHOUT_END: Final = 1 << 30
_WHOLE: Final = -1  # the depth of a run, below which there is nothing

_STARTS_STRANDS: Final = (calls.fork, calls.map_flow, calls.attempt_flow)


class Machine:
    """Runs the flows of one program with one host.

    Flows that have made ``patience`` turns go on as generated code (`cascade_vm.generated`); None: they never do.
    ``program`` is a verified Blueprint, or what `link` made of one: linking is the costly part and can be shared by any
    number of machines. A strand that has computed for ``slice_seconds`` (on the host's clock) lets others have a turn.
    """

    __slots__ = (
        "_aside",
        "begins",
        "call",
        "directs",
        "first_batch",
        "host",
        "image",
        "instance",
        "patience",
        "slice_seconds",
        "starts",
    )

    def __init__(
        self, program: Blueprint | Image, host: Host, slice_seconds: float = 0.004, patience: int | None = PATIENCE
    ) -> None:
        self.image = image = program if isinstance(program, Image) else link(program)
        self.host = host
        self.slice_seconds = slice_seconds
        self.first_batch = FIRST_BATCH
        self.call = host.call
        meter = host.meter
        limited = meter.turns_left is not None
        self.directs = None if limited or meter.calls_left is not None else host.directs
        self.patience = NEVER if patience is None or (limited and image.has_functions) else patience
        self.instance: Instance | None = None
        self._aside: tuple[int, Strand | None] = (0, None)
        """What functions run in that Python code calls, one in the other, and the thread that it is for."""
        self.starts: Mapping[int, Callable[..., Any]] = NO_STARTS
        self.begins: Mapping[tuple[int, int], Entry | None] = NO_STARTS
        """Generated code that a strand may begin with before it has a frame."""
        if image.instances and self.patience != NEVER:
            use_instance(self)

    def run(self, flow: int, arguments: Sequence[object]) -> Coroutine[Any, Any, object]:
        """Run a flow to its end: ``arguments`` as `cascade_vm.signature.bind` gives them.

        An error that the program does not catch is raised, with its trail on it (`cascade_vm.errors.trail_of`).
        """
        linked = self.image.flows[flow]
        warm(self, linked, START_COUNTS)
        return self._whole(linked, arguments)

    def _whole(self, flow: LinkedFlow, arguments: Sequence[object]) -> Coroutine[Any, Any, object]:
        return self._drive(Strand(self, Frame(flow, arguments), 0))

    def run_under(self, parent: Parent, flow: int, arguments: Sequence[object]) -> Coroutine[Any, Any, None]:
        """`run` that tells ``parent`` what it comes to, and raises and gives nothing."""
        linked = self.image.flows[flow]
        warm(self, linked, START_COUNTS)
        return self.strand_under(parent, 0, linked, arguments, _WHOLE)

    def strand(self, flow: LinkedFlow, arguments: Sequence[object], depth: int) -> Coroutine[Any, Any, object]:
        """Run a flow beside others, or under policies: a stack of its own, below ``depth`` frames. It counts a turn."""
        return self._drive(self.new_strand(flow, arguments, depth))

    def new_strand(self, flow: LinkedFlow, arguments: Sequence[object], depth: int) -> Strand:
        """The strand of `strand`, for whoever drives it."""
        if depth >= MAX_FRAMES:
            raise RecursionError(f"flow calls are nested deeper than {MAX_FRAMES}")
        self._spend_turn()
        warm(self, flow, START_COUNTS)
        return Strand(self, Frame(flow, arguments), depth)

    def drive(self, strand: Strand, state: int = RUNS) -> Coroutine[Any, Any, object]:
        """Run a strand to its end from what it is now: one of `new_strand`, or one that was saved (`cascade_vm.saved`)."""
        return self._drive(strand, state)

    def run_now(self, flow: LinkedFlow, enter: Callable[[], Sequence[Any]]) -> object:
        """Run a function that Python code calls, a built-in function perhaps, to its end. It counts a turn and lets nobody else
        have one; where it would wait it gets a `RuntimeError`. ``enter`` gives the flow's arguments."""
        self._spend_turn()
        warm(self, flow, START_COUNTS)
        strand = Strand(self, Frame(flow, enter()), 0)
        strand.nested = True
        return self._finish(strand, RUNS)

    def aside(self) -> Strand:
        """What functions run in that Python code calls, one in the other."""
        thread, aside = self._aside
        if thread != get_ident() or aside is None:
            aside = self._empty_strand()
            self._aside = (get_ident(), aside)
        return aside

    def left_aside(self, aside: Strand, error: BaseException) -> object:
        """Such a function has left generated code, by an error or to go on in tier 0: to its end."""
        strand = self._empty_strand()
        strand.doomed, aside.doomed = aside.doomed, None
        aside.left = _WITHOUT_END
        state = left_code(strand, error)
        del error
        return self._finish(strand, state)

    def _empty_strand(self) -> Strand:
        """One that nobody waits for, without frames."""
        strand = Strand(self, None, 0)
        strand.nested = True
        strand.left = _WITHOUT_END
        return strand

    def _finish(self, strand: Strand, state: int) -> object:
        """A strand that nobody else waits for, to its end."""
        error: BaseException | None = None
        if state == RAISES:
            error, strand.result = strand.result, None
        while state not in (ENDED, FAILED):
            given = self._grant(_WITHOUT_END, state == OUT_OF_TURNS and error is None)
            state = self._advance(strand, error, RAISED_IN_STRAND if state == RAISES else RAISED_HERE, given)
            error = None
            if state == WAITS:
                strand.result.drop()
                error = RuntimeError("a function that a built-in calls can not wait")
            elif state == OUT_OF_TURNS and self.host.meter.turns_left == 0:
                error = BudgetExhausted("turns", self.host.meter.turns_spent)
            elif state == RAISES:
                error, strand.result = strand.result, None
        if state == FAILED or strand.doomed is not None:
            failure: Any = strand.result if state == FAILED else strand.doomed
            leave_function(failure)
            del failure  # it holds this frame now
        return _outcome(strand, state)

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
        """Let a strand spend the turns given, in generated code where there is some. They are paid for before: what it does not
        spend is given back."""
        meter = self.host.meter
        meter.turns_spent += given
        if meter.turns_left is not None:
            meter.turns_left -= given
        strand.left = given
        try:
            if error is None and self.instance is not None and (entry := entry_of(self, strand)) is not None:
                return run_entry(strand, entry)
            return execute(strand, error, origin)
        finally:
            meter.turns_spent -= strand.left
            if meter.turns_left is not None:
                meter.turns_left += strand.left

    async def strand_under(self, parent: Parent, place: int, flow: LinkedFlow, arguments: Sequence[object], depth: int) -> None:
        """`strand` that tells ``parent`` what it comes to, and raises and gives nothing."""
        try:
            entry = self.begins.get((flow.number, 0))
            if entry is None or depth >= DEEP:
                value = await (self._whole(flow, arguments) if depth == _WHOLE else self.strand(flow, arguments, depth))
            else:
                strand, state = Strand(self, None, max(depth, 0)), ENDED
                try:
                    value = entry.run(strand, 0, *arguments)
                    del arguments  # there may be very many
                    if entry.waits:
                        value = await value
                except GeneratorExit:
                    raise
                except BaseException as error:
                    state = left_code(strand, error)
                if state not in (ENDED, FAILED):
                    value = await self._drive(strand, state)
                elif state == FAILED or strand.doomed is not None:
                    _outcome(strand, state)  # which raises it
        except GeneratorExit:
            raise
        except BaseException as error:
            parent.failed(place, error)
        else:
            parent.gave(place, value)

    async def _drive(self, strand: Strand, state: int = RUNS) -> object:
        """Run a strand to its end, from what it is now."""
        meter = self.host.meter
        error: BaseException | None = None
        origin, left = RAISED_HERE, strand.batch
        while True:
            if state in (ENDED, FAILED):
                return _outcome(strand, state)
            enters = False  # generated code, with the turns that there are
            if state == OUT_OF_TURNS:
                if meter.turns_left == 0:
                    error = await self._spent(strand)
                if error is None and left <= 0:
                    warm_up(strand)
                    over, left = slice_is_over(strand), strand.batch
                    if over:
                        error, left = await self._pause(strand), strand.batch
                if error is None and self.instance is not None:
                    state = take_turn(strand)
                    enters = state == RUNS
            elif state == SLICE_IS_OVER:
                error, left = await self._pause(strand), strand.batch
            elif state == WAITS:
                pending, strand.result = strand.result.awaitable, None
                try:
                    strand.deliver(await pending)
                except GeneratorExit:
                    raise
                except BaseException as caught:
                    error = caught
                    origin = RAISED_IN_STRAND if strand.frames[-1].at[1] in _STARTS_STRANDS else RAISED_HERE
                del pending
            elif state == RAISES:
                error, strand.result = strand.result, None
                origin = RAISED_IN_STRAND
            soon = state != OUT_OF_TURNS and not enters and is_hot(strand)  # at its next turn it goes on as generated code
            given = self._grant(0 if soon else left, state == OUT_OF_TURNS and error is None)
            state = self._advance(strand, error, origin, given)
            left -= given - strand.left
            error, origin = None, RAISED_HERE
            if state == AWAITS:
                entry, strand.result = strand.result, None
                try:
                    state = returned(strand, await begin(strand, entry))
                except GeneratorExit:
                    raise
                except BaseException as caught:
                    state = left_code(strand, caught)
            elif state == ENTERS_FLOW and len(strand.frames) > 1:
                warm(self, strand.frames[-2].flow, START_COUNTS)

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
        strand.began = strand.looked = self.host.now()
        return None

    async def _spent(self, strand: Strand) -> BaseException | None:
        """A turn is due, and none is left: the error of that, unless the host knows of more."""
        meter = self.host.meter
        try:
            await self.host.spent("turns")
        except GeneratorExit:
            raise
        except BaseException as error:
            return error
        return None if meter.turns_left else BudgetExhausted("turns", meter.turns_spent)


def _outcome(strand: Strand, state: int) -> object:
    """The value of a strand that has ended; raises its error if it failed."""
    if state == ENDED and strand.doomed is None:
        return strand.result
    failure: Any = strand.result if state == FAILED else strand.doomed
    strand.result = strand.doomed = None
    try:
        raise failure
    finally:
        del failure  # it holds this frame now
