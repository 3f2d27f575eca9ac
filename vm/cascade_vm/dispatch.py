"""Tier 0: the synchronous loop that runs cells until the strand ends, waits or has used up its turns.

A `Strand` is a stack of frames and nothing else: it can be looked at, and continued, between any two cells at which `execute`
returns. This file awaits nothing and knows no policies; the host is asked through what the cells hold.

The loop is one function, because a call a cell would cost as much as the cell; the kinds are numbers there, because a name is
looked up each time (a test keeps them equal to those of `cascade_vm.cells`).
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import length_hint
from typing import TYPE_CHECKING, Any, Final

from cascade_vm.calls import ENTERS, as_error
from cascade_vm.cells import Cell
from cascade_vm.cursors import CURSORS, DONE, Counter, Cursor
from cascade_vm.errors import BudgetExhausted, append_trail, note_trail, trail_of
from cascade_vm.host import Pending

if TYPE_CHECKING:
    from cascade_vm.linker import LinkedFlow
    from cascade_vm.machine import Machine

__all__ = [
    "ENDED",
    "ENTERS_FLOW",
    "FAILED",
    "OUT_OF_TURNS",
    "RAISED_HERE",
    "RAISED_IN_STRAND",
    "WAITS",
    "MAX_FRAMES",
    "Frame",
    "Strand",
    "execute",
]

ENDED: Final = 0  # `strand.result` is the value
WAITS: Final = 1  # `strand.result` is a `Pending` whose value the current cell wants
OUT_OF_TURNS: Final = 2  # the current cell counts a turn that was not given
FAILED: Final = 3  # `strand.result` is an error that no handler wants
ENTERS_FLOW: Final = 4  # the current cell is the first of a flow that there may be generated code for

RAISED_HERE: Final = 0  # by the current cell: the trail starts
RAISED_IN_STRAND: Final = 1  # in a strand that the current cell started: the trail goes on
RAISED_BEFORE: Final = 2  # and raised again: the trail stays

MAX_FRAMES: Final = 250_000

_TOO_DEEP: Final = f"flow calls are nested deeper than {MAX_FRAMES}"
FIRST_BATCH: Final = 128
NO_TURNS: Final = iter(())
NO_FRAMES: Final = ()

_NO_KEYWORDS: dict[str, Any] = {}


class Frame:
    """One flow that is running: the cell it is at, and its registers with the flow's constants behind them."""

    __slots__ = ("at", "flow", "registers")

    def __init__(self, flow: LinkedFlow, arguments: Sequence[Any]) -> None:
        self.flow = flow
        self.registers: list[Any] = [*arguments, *flow.rest]
        self.at: Cell = flow.start


class Strand:
    """A stack of frames, the running one last.

    ``depth`` counts the frames of other strands that wait for this one. ``left`` is what remains of the turns that `execute`
    was given. ``doomed`` is an error that programs can not catch, once a ``finally`` runs because of it: the strand ends with
    it, whatever the flow does.

    ``turns`` is what loops in generated code draw from, ``batch`` how many turns they are given at a time; ``began`` and
    ``looked`` say when the slice of time began and when the clock was looked at, -1 for not yet. A ``nested`` strand is run to
    its end at once.
    """

    __slots__ = ("batch", "began", "depth", "doomed", "frames", "left", "looked", "machine", "nested", "result", "turns")

    frames: Any  # a list, until there are some nothing but `NO_FRAMES`

    def __init__(self, machine: Machine, frame: Frame | None, depth: int) -> None:
        self.machine = machine
        self.frames = NO_FRAMES if frame is None else [frame]
        self.depth = depth
        self.left = 0
        self.result: Any = None
        self.doomed: BaseException | None = None
        self.batch = machine.first_batch
        self.began = self.looked = -1.0
        self.nested = False
        self.turns: Any = NO_TURNS

    def unspent(self) -> int:
        """The turns that generated code has taken, and the meter counts, and that have not been made."""
        return length_hint(self.turns)

    def deliver(self, value: object) -> None:
        """The value that the current cell waited for."""
        frame = self.frames[-1]
        frame.registers[frame.at[4]] = value
        frame.at = frame.at[5]


def execute(strand: Strand, error: BaseException | None, origin: int) -> int:
    """Run until the strand ends, fails, waits, has no turns left or enters a flow that has generated code. ``error`` is one
    that the current cell raises, ``origin`` where it comes from."""
    frames = strand.frames
    frame = frames[-1]
    call = strand.machine.call
    left = strand.left
    cell, registers = frame.at, frame.registers
    step = 0
    generated = strand.machine.instance is not None
    while True:
        if error is not None:
            strand.left = left
            frame.at = cell
            handled = _unwind(strand, error, origin)
            error, origin = None, RAISED_HERE  # the error may hold this frame: one that held it too would wait for the gc
            if not handled:
                return FAILED
            frame = frames[-1]
            cell, registers = frame.at, frame.registers
        try:
            while True:
                kind, f, x, y, dst, after = cell
                if kind < 5:
                    if kind == 0:  # QUAD
                        step = 0
                        f, x, y, dst, f1, x1, y1, dst1, f2, x2, y2, dst2, f3, x3, y3, dst3 = f
                        registers[dst] = f(registers[x], registers[y])
                        step = 1
                        registers[dst1] = f1(registers[x1], registers[y1])
                        step = 2
                        registers[dst2] = f2(registers[x2], registers[y2])
                        step = 3
                        registers[dst3] = f3(registers[x3], registers[y3])
                        cell = after
                    elif kind == 1:  # PAIR
                        registers[dst] = f(registers[x], registers[y])
                        cell = after
                        _, f, x, y, dst, after = cell
                        registers[dst] = f(registers[x], registers[y])
                        cell = after
                    elif kind == 2:  # LATCH
                        registers[dst] = f(registers[x], registers[y])
                        cell = after
                        _, f, x, y, dst, after = cell
                        if f(registers[x], registers[y]):
                            if left <= 0:
                                frame.at, strand.left = frame.flow.turns[id(cell)], 0
                                return OUT_OF_TURNS
                            left -= 1
                            cell = after
                        else:
                            cell = dst
                    elif kind == 3:  # TEST_BACK
                        if f(registers[x], registers[y]):
                            if left <= 0:
                                frame.at, strand.left = frame.flow.turns[id(cell)], 0
                                return OUT_OF_TURNS
                            left -= 1
                            cell = after
                        else:
                            cell = dst
                    else:  # BINARY
                        registers[dst] = f(registers[x], registers[y])
                        cell = after
                elif kind < 10:
                    if kind < 7:  # LOOP, STEP
                        if kind == 5:
                            if left <= 0:
                                frame.at, strand.left = cell, 0
                                return OUT_OF_TURNS
                            left -= 1
                            cell = after
                            kind, f, x, y, dst, after = cell
                        cursor = registers[x]
                        if type(cursor) is Counter:
                            if cursor.left:
                                cursor.left -= 1
                                registers[dst] = cursor.value
                                cursor.value += cursor.step
                                cell = after
                            else:
                                cell = y
                        elif type(cursor) is Cursor:
                            index = cursor.index
                            try:
                                registers[dst] = cursor.sequence[index]
                            except IndexError:
                                cursor.sequence = ()  # one that has ended stays so
                                cell = y
                            else:
                                cursor.index = index + 1
                                cell = after
                        elif type(cursor) in CURSORS:
                            value = next(cursor, DONE)
                            if value is DONE:
                                cell = y
                            else:
                                registers[dst] = value
                                cell = after
                        else:
                            raise TypeError(f"'{type(cursor).__name__}' object is not an iterator")
                    elif kind == 7:  # LATCH_NOT
                        registers[dst] = f(registers[x], registers[y])
                        cell = after
                        _, f, x, y, dst, after = cell
                        if f(registers[x], registers[y]):
                            cell = dst
                        else:
                            if left <= 0:
                                frame.at, strand.left = frame.flow.turns[id(cell)], 0
                                return OUT_OF_TURNS
                            left -= 1
                            cell = after
                    elif kind == 8:  # TEST_NOT_BACK
                        if f(registers[x], registers[y]):
                            cell = dst
                        else:
                            if left <= 0:
                                frame.at, strand.left = frame.flow.turns[id(cell)], 0
                                return OUT_OF_TURNS
                            left -= 1
                            cell = after
                    else:  # TEST
                        cell = after if f(registers[x], registers[y]) else dst
                elif kind < 17:
                    if kind == 10:  # COPY
                        registers[dst] = registers[x]
                        cell = after
                    elif kind == 11:  # CALL
                        value = call(f, x(registers), _NO_KEYWORDS, None)
                        if type(value) is Pending:
                            frame.at, strand.left, strand.result = cell, left, value
                            return WAITS
                        registers[dst] = value
                        cell = after
                    elif kind == 12:  # TURN
                        if left <= 0:
                            frame.at, strand.left = cell, 0
                            return OUT_OF_TURNS
                        left -= 1
                        cell = after
                    elif kind == 13:  # BRANCH
                        cell = after if registers[x] else dst
                    elif kind == 14:  # NARY
                        registers[dst] = f(*x(registers))
                        cell = after
                    elif kind == 15:  # UNARY
                        registers[dst] = f(registers[x])
                        cell = after
                    else:  # PLAIN
                        f(registers, x, y, dst)
                        cell = after
                elif kind < 19:  # PUSH, ENTER
                    if left <= 0:
                        frame.at, strand.left = cell, 0
                        return OUT_OF_TURNS
                    left -= 1
                    if strand.depth + len(frames) >= MAX_FRAMES:
                        raise RecursionError(_TOO_DEEP)
                    frame.at = cell
                    frames.append(frame := Frame(f, x(registers)) if kind == 17 else f(registers, x))
                    if generated and frame.flow.busy:
                        strand.left = left
                        return ENTERS_FLOW
                    cell, registers = frame.at, frame.registers
                elif kind == 19:  # RETURN
                    value = registers[x]
                    if len(frames) == 1:
                        strand.left, strand.result = left, value
                        return ENDED
                    frames.pop()
                    frame = frames[-1]
                    cell, registers = frame.at, frame.registers
                    registers[cell[4]] = value
                    cell = cell[5]
                elif kind == 20:  # TAIL
                    if left <= 0:
                        frame.at, strand.left = cell, 0
                        return OUT_OF_TURNS
                    left -= 1
                    registers = [*x(registers), *f.rest]
                    frame.flow, frame.registers, frame.at = f, registers, (cell := f.start)
                    if generated and f.busy:
                        strand.left = left
                        return ENTERS_FLOW
                elif kind == 21:  # HOST
                    value = f(strand, registers, x, y)
                    if type(value) is Pending:
                        frame.at, strand.left, strand.result = cell, left, value
                        return WAITS
                    if value is ENTERS:
                        cell = y
                    else:
                        registers[dst] = value
                        cell = after
                elif kind == 22:  # SWITCH
                    value = registers[y]
                    cell = x[value] if type(value) is int and 0 <= value < len(x) else after
                elif kind == 23:  # FAIL
                    error = as_error(registers[x], registers[y])
                    break
                else:  # RERAISE
                    origin = RAISED_BEFORE if trail_of(error := as_error(registers[x], None)) else RAISED_HERE
                    break
        except BaseException as caught:
            error = caught
            if cell[0] == 0:  # QUAD
                cell = frame.flow.quads[id(cell)][step]


def _unwind(strand: Strand, error: BaseException, origin: int) -> bool:
    """Find the handler of an error raised at the current cell and drop the frames above it. False when there is none: then
    the strand's result is the error."""
    frames = strand.frames
    frame = frames[-1]
    pc = frame.flow.pc_of(frame.at)
    places = strand.machine.image.trail_at(frame.flow.flow, pc)
    note_trail(error, places, goes_on=origin == RAISED_IN_STRAND, stays=origin == RAISED_BEFORE)
    catchable = isinstance(error, Exception)
    while True:
        for handler in frame.flow.flow.handlers:
            if handler.start <= pc < handler.end and _receives(handler.cleanup, error):
                frame.registers[handler.error] = error
                frame.at = frame.flow.cell_at(handler.target)
                if not catchable and strand.doomed is None:
                    strand.doomed = error
                return True
        frames.pop()
        if not frames:
            strand.result = strand.doomed if strand.doomed is not None and catchable else error
            return False
        frame = frames[-1]
        pc = frame.flow.pc_of(frame.at)
        for place in strand.machine.image.trail_at(frame.flow.flow, pc):
            append_trail(error, place)


def _receives(cleanup: bool, error: BaseException) -> bool:
    """Programs catch `Exception`; a ``finally`` runs for anything but a spent budget, or the closing of its coroutine."""
    return isinstance(error, Exception) or (cleanup and not isinstance(error, BudgetExhausted | GeneratorExit))
