"""Out of generated code: what its frames are to the machine.

Whatever leaves a generated function by an exception has passed its frame, and the traceback holds that: the place in the code
says at which instruction it stands, its locals are the registers. So `frames_left` makes of the frames that `Leave` passed what
tier 0 goes on with, and `note_error` the trail of an error; the functions themselves do nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn

import msgspec

from cascade_vm import opcodes as op
from cascade_vm.cells import Cell
from cascade_vm.errors import BudgetExhausted, note_trail, trail_of
from cascade_vm.generated.cursors import cursor_of
from cascade_vm.generated.positions import AT_HEAD, AT_START, AWAITS
from cascade_vm.host import UNBOUND, Pending, Place

if TYPE_CHECKING:
    from cascade_vm.dispatch import Frame, Strand
    from cascade_vm.generated.instance import Bound

__all__ = [
    "ENTERING", "GOES_ON", "SLICE", "TURN", "UNIT", "WAITING", "Carried", "Leave", "Stop", "caught", "frames_left",
    "leave_deep", "leave_entering", "leave_waiting", "note_error", "stops_of",
]  # fmt: skip

GOES_ON: Final = 0  # in tier 0, at once
WAITING: Final = 1  # for `Leave.pending`
SLICE: Final = 2  # others have a turn now; its own is paid
TURN: Final = 3  # a turn is due that was not given
ENTERING: Final = 4  # a function of the program has to be given a frame

UNIT: Final = "<unit>"
"""Where the globals of generated code have its `Bound`: no global of anybody else can be called so."""


class Leave(BaseException):
    """The run goes on elsewhere. Programs do not see it, and no `finally` of theirs runs."""

    def __init__(self, kind: int, pending: Pending | None = None, edge: int = -1) -> None:
        self.kind = kind
        self.pending = pending
        self.edge = edge


class Carried(BaseException):
    """A `StopIteration` on its way out of coroutines, which would make another error of it."""

    def __init__(self, error: StopIteration) -> None:
        self.error = error


def leave_waiting(pending: Pending) -> NoReturn:
    raise Leave(WAITING, pending)


def leave_entering() -> NoReturn:
    raise Leave(ENTERING)


def leave_deep() -> NoReturn:
    """Generated functions are nested as deep as they may be."""
    raise Leave(GOES_ON)


# --- where generated code stands -----------------------------------------------------------------------------------------


class Stop(msgspec.Struct, frozen=True):
    """A frame of generated code, and the instruction that it is at."""

    frame: FrameType
    unit: Bound
    flow: int
    pc: int
    phase: int

    @property
    def instruction(self) -> op.Instruction:
        return self.unit.program.image.blueprint.flows[self.flow].code[self.pc]


def stops_of(traceback: TracebackType | None) -> tuple[list[Stop], TracebackType | None]:
    """The frames of generated code that a traceback begins with, outermost first, behind frames that are none; and the rest of
    it. A frame that handed the error on is there twice: where it came first counts."""
    while traceback is not None and UNIT not in traceback.tb_frame.f_globals:
        traceback = traceback.tb_next
    found: dict[FrameType, int] = {}
    while traceback is not None and UNIT in traceback.tb_frame.f_globals:
        found[traceback.tb_frame] = traceback.tb_lasti
        traceback = traceback.tb_next
    return [_stop(frame, lasti) for frame, lasti in found.items()], traceback


def _stop(frame: FrameType, lasti: int) -> Stop:
    unit: Bound = frame.f_globals[UNIT]
    return Stop(frame, unit, *unit.place(frame.f_code, lasti))


# --- errors --------------------------------------------------------------------------------------------------------------


def note_error(strand: Strand, error: BaseException) -> BaseException:
    """Write down where an error was in generated code, and take the frames of that out of its traceback.

    Gives the error that the program sees, which may be another one: what tasks may not raise is made an error of theirs.
    """
    traceback = error.__traceback__
    if traceback is not None and not isinstance(error, Carried) and _note_own(error, traceback):
        return error
    stops: list[Stop] = []
    if isinstance(error, Carried):
        stops, _ = stops_of(error.__traceback__)
        error = error.error
    more, rest = stops_of(error.__traceback__)
    stops = list({stop.frame: stop for stop in (*stops, *more)}.values()) if stops else more
    if not stops:
        return error
    if rest is not None and all(
        entry.tb_frame.f_globals.get("__name__", "").startswith("asyncio.") for entry in _entries(rest)
    ):
        rest = None  # from such a frame a way leads back to those that hold the error
    BaseException.with_traceback(error, rest)  # its class may refuse to have attributes set
    last = stops[-1]
    error = _as_the_program_sees_it(strand, error, last)
    instruction = last.instruction
    before = type(instruction) is op.Reraise and bool(trail_of(error))
    strands = type(instruction) in _STRANDS or (type(instruction) is op.CallFlow and last.phase == AWAITS)
    image = last.unit.program.image
    for stop in reversed(stops):
        if stop is not last and isinstance(stop.instruction, op.TailCall):
            continue
        places = image.trail_at(image.blueprint.flows[stop.flow], stop.pc)
        note_trail(error, places, goes_on=strands or stop is not last, stays=before and stop is last)
    return error


def _note_own(error: BaseException, traceback: TracebackType) -> bool:
    """`note_error` of what a frame of generated code raised itself, all others being of generated code too, in a third of the
    time. False when there is more to it."""
    entry: TracebackType | None = traceback
    last: TracebackType = traceback
    trails: list[list[Place]] = []
    unit: Bound | None = None
    while entry is not None:
        last, entry = entry, entry.tb_next
        if entry is not None and entry.tb_frame is last.tb_frame:
            continue
        unit = last.tb_frame.f_globals.get(UNIT)
        if unit is None:
            return False
        kind, trail = unit.trail_at(last.tb_frame.f_code, last.tb_lasti)
        if (entry is None and kind not in _RAISING_ITSELF) or (entry is not None and kind is not op.CallFlow):
            return False
        trails.append(trail)
    BaseException.with_traceback(error, None)
    note_trail(error, trails[-1], goes_on=False, stays=False)
    for trail in reversed(trails[:-1]):
        note_trail(error, trail, goes_on=True, stays=False)
    return True


_RAISING_ITSELF = frozenset({op.Compute, op.Test, op.Branch, op.Unpack, op.Method, op.Attribute, op.Fail, op.Check, op.Invoke})


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _is_of_asyncio(entry: TracebackType) -> bool:
    name: str = entry.tb_frame.f_globals.get("__name__", "")
    return name.startswith("asyncio.")


def _as_the_program_sees_it(strand: Strand, error: BaseException, stop: Stop) -> BaseException:
    instruction = stop.instruction
    if not isinstance(instruction, op.Call) or stop.unit.directs is None:
        return error
    target = stop.unit.program.image.blueprint.tasks[instruction.task].name
    return stop.unit.directs.seen(target, error, stop.phase == AWAITS)


def caught(strand: Strand, error: BaseException, cleanup: bool) -> BaseException | None:
    """What a handler gets; None for what it does not get. See `cascade_vm.dispatch` for which is which."""
    if not isinstance(error, Exception):
        if isinstance(error, _PASSING):
            return None
        if not isinstance(error, Carried) and not cleanup and not _may_be_refused(strand, error):
            return None
    seen = note_error(strand, error)
    if isinstance(seen, Exception):
        return seen
    if not cleanup:
        raise seen
    if strand.doomed is None:
        strand.doomed = seen
    return seen


_PASSING = (Leave, BudgetExhausted, GeneratorExit)
_STRANDS = (op.Fork, op.Map)


def _may_be_refused(strand: Strand, error: BaseException) -> bool:
    stops, _ = stops_of(error.__traceback__)
    return bool(stops) and _as_the_program_sees_it(strand, error, stops[-1]) is not error


# --- frames --------------------------------------------------------------------------------------------------------------


def frames_left(leave: Leave) -> list[Frame]:
    """The frames of the machine that go on where generated code was left, outermost first."""
    stops, _ = stops_of(leave.__traceback__)
    *callers, last = stops
    frames = [_frame(stop, _cells(stop)[stop.pc]) for stop in callers if not isinstance(stop.instruction, op.TailCall)]
    frames.append(_frame(last, _cell_of(last, leave)))
    return frames


def _cells(stop: Stop) -> list[Cell]:
    return stop.unit.program.image.flows[stop.flow].cells


def _cell_of(stop: Stop, leave: Leave) -> Cell:
    """Where tier 0 goes on."""
    linked = stop.unit.program.image.flows[stop.flow]
    if stop.phase == AT_START:
        return linked.start
    if stop.phase == AT_HEAD:
        return linked.cell_at(stop.pc)
    cell = linked.cells[stop.pc]
    if leave.kind == ENTERING:
        found: Cell = cell[3]
        return found
    if leave.kind == TURN and leave.edge >= 0:
        return linked.back[stop.pc, leave.edge]
    if leave.kind == TURN and isinstance(stop.instruction, op.Invoke):
        entering: Cell = cell[3]
        return entering
    return cell


def _frame(stop: Stop, cell: Cell) -> Frame:
    from cascade_vm.dispatch import Frame

    linked = stop.unit.program.image.flows[stop.flow]
    values: dict[str, Any] = stop.frame.f_locals
    held = stop.unit.held(stop.flow, stop.pc)
    registers: list[Any] = []
    made: dict[int, Any] = {}  # a variable and a loop may go on with the same iterator
    for number in range(linked.flow.registers):
        value, iterator = values.get(f"r{stop.flow}_{number}", UNBOUND), values.get(f"i{stop.flow}_{number}")
        is_stale = value is iterator  # of a loop that has ended
        if iterator is not None and (number in held or is_stale):
            if id(iterator) not in made:
                made[id(iterator)] = cursor_of(iterator, values.get(f"o{stop.flow}_{number}"))
            registers.append(made[id(iterator)])
        else:
            registers.append(value)
    frame = Frame.__new__(Frame)
    frame.flow = linked
    frame.registers = registers + linked.constants
    frame.at = cell
    return frame
