"""Between the tiers: when a strand goes on in generated code, how it gets there, and what it is when it comes back.

Tier 0 (`cascade_vm.dispatch`) can go on anywhere. Generated code begins at the start of a flow and at the head of a loop; it is
made for flows that have run for a while, and loaded when the first of these is met. This file knows both, and awaits only what
generated code awaits itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cascade_vm import cells
from cascade_vm.dispatch import ENDED, FAILED, MAX_FRAMES, OUT_OF_TURNS, RAISED_HERE, WAITS, Strand, execute
from cascade_vm.linker import LinkedFlow

if TYPE_CHECKING:
    from cascade_vm.generated.instance import Entry
    from cascade_vm.machine import Machine

__all__ = [
    "AWAITS", "DEEP", "MOST_DEPTH", "NEVER", "NO_STARTS", "RAISES", "RUNS", "SLICE_IS_OVER", "START_COUNTS", "begin",
    "entry_of", "is_hot", "left_code", "more_turns", "returned", "run_entry", "slice_is_over", "take_turn", "use_instance",
    "warm", "warm_up",
]  # fmt: skip

RUNS: Final = 5  # it goes on
AWAITS: Final = 6  # `strand.result` is generated code that awaits
RAISES: Final = 7  # `strand.result` is an error, raised by what the current cell called
SLICE_IS_OVER: Final = 8  # others have a turn now, its own is paid

NEVER: Final = 1 << 62
NO_STARTS: Mapping[Any, Any] = {}

MOST_DEPTH: Final = 100
"""Generated functions in each other. Python's own stack is 1,000 deep, and tasks need some of it."""
DEEP: Final = MAX_FRAMES - MOST_DEPTH - 1
"""Frames of other strands, from which on generated functions may not go as deep."""
START_COUNTS: Final = 20
"""Turns that the start of a flow counts for."""
_LARGEST_BATCH: Final = 1_024
"""Turns between two looks at the clock. Batches grow while turns are quick: a look costs what ten turns cost. They stay small
enough for a loop whose turns become slow all at once, since nobody else runs until the batch is over."""
_LEAST_WHILE_WAITING: Final = 32
"""The same for code that awaits by itself: the time that it is away counts as its own there."""
_LEAST: Final = 2
"""A `for` takes a turn before it finds that it has no items left, and one more to tell that from having no turns left."""
_ENOUGH: Final = [None] * _LARGEST_BATCH


# --- what is worth generating --------------------------------------------------------------------------------------------


def warm(machine: Machine, flow: LinkedFlow, turns: int) -> None:
    """A flow has run for so many turns."""
    flow.heat += turns
    if flow.heat >= machine.patience and (machine.instance is None or not flow.busy):
        if machine.instance is None:
            use_instance(machine, make=True)
        assert machine.instance is not None
        machine.instance.entry(flow.number, 0)


def warm_up(strand: Strand) -> None:
    """The strand has used up a batch of turns in tier 0."""
    frame = strand.frames[-1]
    warm(strand.machine, frame.flow, strand.batch)
    if frame.at[0] in (cells.PUSH, cells.TAIL):
        warm(strand.machine, frame.at[1], strand.batch)


def use_instance(machine: Machine, make: bool = False) -> None:
    """Find the generated code of the machine's program for its host."""
    image, directs = machine.image, machine.directs
    for instance in image.instances:
        if instance.directs is directs:
            break
    else:
        if not make:
            return
        from cascade_vm.generated.instance import instance_for

        instance = instance_for(image, directs)
    machine.instance, machine.starts = instance, instance.starts
    if directs is not None:  # else turns are counted, that of the start among them
        machine.begins = instance.entries


def is_hot(strand: Strand) -> bool:
    """Whether there is generated code for the flow that runs, or will be."""
    machine = strand.machine
    return machine.instance is not None and strand.frames[-1].flow.heat >= machine.patience


def entry_of(machine: Machine, strand: Strand) -> Entry | None:
    """The generated code that begins where the strand is, if there is some or the flow is worth it."""
    frame = strand.frames[-1]
    return entry_at(machine, frame.flow, frame.at)


def take_turn(strand: Strand) -> int:
    """Pay for the turn that the current cell counts, if generated code may begin behind it."""
    frame = strand.frames[-1]
    cell = frame.at
    machine = strand.machine
    if cell[0] not in (cells.TURN, cells.LOOP) or entry_at(machine, frame.flow, cell[5]) is None:
        return OUT_OF_TURNS
    meter = machine.host.meter
    meter.turns_spent += 1
    if meter.turns_left is not None:
        meter.turns_left -= 1
    frame.at = cell[5]
    return RUNS


def entry_at(machine: Machine, linked: LinkedFlow, cell: cells.Cell) -> Entry | None:
    """The generated code that begins at a cell."""
    pc, instance = linked.heads.get(id(cell)), machine.instance
    if pc is None or instance is None:
        return None
    if linked.heat < machine.patience:  # still it may be there, for a function that hot code makes
        return instance.entries.get((linked.number, pc))
    return instance.entry(linked.number, pc)


# --- in and out ----------------------------------------------------------------------------------------------------------


def begin(strand: Strand, entry: Entry) -> Any:
    """Call the function in the place of the running frame."""
    frame = strand.frames.pop()
    room = MAX_FRAMES - strand.depth - len(strand.frames) - 1
    depth = max(0, MOST_DEPTH - room)
    given = frame.registers[: entry.registers]
    return entry.run(strand, depth, given) if entry.whole else entry.run(strand, depth, *given)


def run_entry(strand: Strand, entry: Entry) -> int:
    """Run generated code until it returns, leaves, or has to be awaited."""
    if entry.waits:
        if not strand.nested:
            strand.result = entry
            return AWAITS
        return execute(strand, None, RAISED_HERE)
    try:
        value = begin(strand, entry)
    except BaseException as caught:
        return left_code(strand, caught)
    return returned(strand, value)


def returned(strand: Strand, value: object) -> int:
    if not strand.frames:
        strand.result = value
        return ENDED
    strand.deliver(value)
    return RUNS


def left_code(strand: Strand, error: BaseException) -> int:
    """What a strand is that left generated code by an exception."""
    from cascade_vm.generated.leaving import Leave, frames_left, note_error

    if type(error) is Leave:
        left = frames_left(error)
        if strand.frames:
            strand.frames += left  # there may be many: they are not copied
        else:
            strand.frames = left
        if strand.depth + len(strand.frames) > MAX_FRAMES:
            strand.frames.pop()  # the call is made again, and refused
        strand.result = error.pending
        return _STATES[error.kind]
    error = note_error(strand, error)
    if strand.frames:
        strand.result = error
        return RAISES
    doomed = strand.doomed
    strand.result = doomed if doomed is not None and isinstance(error, Exception) else error
    return FAILED


_STATES = (RUNS, WAITS, SLICE_IS_OVER, OUT_OF_TURNS, RUNS)
"""By the kinds of `cascade_vm.generated.leaving.Leave`."""


# --- time ----------------------------------------------------------------------------------------------------------------


def slice_is_over(strand: Strand) -> bool:
    """Look at the clock: whether others should have a turn now, and how many turns to make until the next look."""
    machine = strand.machine
    whole, now = machine.slice_seconds, machine.host.now()
    if strand.began < 0:
        strand.began = now - whole * 3 / 4  # many may begin in one round of the loop
    else:
        took = now - strand.looked
        if took > whole / 4:
            strand.batch = max(1, int(strand.batch * whole / 8 / took))
            if took > 2 * whole and machine.directs is not None:
                machine.directs.slow(took)
        elif took < whole / 8:
            strand.batch = min(strand.batch * 2, _LARGEST_BATCH)
    strand.looked = now
    return now - strand.began >= whole


def more_turns(strand: Strand, turns: object, waits: bool) -> Any:
    """Turns for a loop in generated code whose ``turns`` are over. Leaves it when the slice of time is."""
    if strand.turns is not turns:
        return strand.turns
    over = slice_is_over(strand)
    strand.batch = max(strand.batch, _LEAST_WHILE_WAITING if waits else _LEAST)
    made: Any = iter(_ENOUGH)
    if strand.batch < _LARGEST_BATCH:
        made.__setstate__(_LARGEST_BATCH - strand.batch)
    strand.turns = made
    strand.machine.host.meter.turns_spent += strand.batch
    if over and not strand.nested:
        from cascade_vm.generated.leaving import SLICE, Leave

        raise Leave(SLICE)
    return made
