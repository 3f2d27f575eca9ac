"""A strand as data, and back: what a run is between two instructions, for whoever writes it down.

A strand that waits is its frames: for each the flow, the position in it, and the registers. Constants are the program's, and
are put behind the registers again. Generated code has its frames on Python's own stack: it is left first, by `leave`, and the
machine goes on in tier 0 from the same instruction.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from types import CoroutineType
from typing import TYPE_CHECKING, Any, NamedTuple

from cascade_vm.dispatch import OUT_OF_TURNS, WAITS, Frame, Strand
from cascade_vm.host import UNBOUND, Pending
from cascade_vm.living import live_at

if TYPE_CHECKING:
    from cascade_vm.machine import Machine

__all__ = ["OUT_OF_TURNS", "WAITS", "SavedFrame", "is_in_generated_code", "leave", "saved_frames", "strand_from"]


class SavedFrame(NamedTuple):
    """A frame: the number of its flow, its position (`LinkedFlow.position_of`), and what its registers hold."""

    flow: int
    pc: int
    edge: int
    registers: list[Any]


def is_in_generated_code(driving: Coroutine[Any, Any, object]) -> bool:
    """Whether a strand that waits does so in generated code; ``driving`` is the coroutine that drives it (`Machine.drive`)."""
    return type(driving.cr_await) is CoroutineType  # type: ignore[attr-defined]


def leave(driving: Coroutine[Any, Any, object], awaitable: Any) -> object:
    """Let a strand leave generated code, and wait in tier 0 for the same. Gives what ``awaitable`` yields again."""
    from cascade_vm.generated.leaving import WAITING, Leave

    return driving.throw(Leave(WAITING, Pending(awaitable)))


def saved_frames(strand: Strand) -> list[SavedFrame]:
    """The frames of a strand that is in tier 0, outermost first. Values are not copied: who changes them changes the strand.

    What nobody reads any more is left out, as `UNBOUND`: a program that is done with a large value does not carry it along.
    Small values of variables stay, for people who look at a run.
    """
    saved = []
    for frame in strand.frames:
        linked = frame.flow
        pc, edge = linked.position_of(frame.at)
        registers = frame.registers[: linked.flow.registers]
        dead = ~live_at(linked, pc, edge) & (1 << len(registers)) - 1
        names = linked.flow.variables
        while dead:
            register = (dead & -dead).bit_length() - 1
            dead &= dead - 1
            named = register < len(names) and names[register] is not None
            if not (named and _is_small(registers[register])):
                registers[register] = UNBOUND
        saved.append(SavedFrame(linked.number, pc, edge, registers))
    return saved


def _is_small(value: Any) -> bool:
    kind = type(value)
    return kind in _SMALL or (kind is str and len(value) < 256)


_SMALL = frozenset({type(None), bool, int, float})


def strand_from(machine: Machine, frames: Sequence[SavedFrame], depth: int, doomed: BaseException | None) -> Strand:
    """A strand that goes on where these frames stand. `LookupError` when they are not those of the machine's program."""
    strand = Strand(machine, None, depth)
    strand.frames = [_frame(machine, *frame) for frame in frames]
    strand.doomed = doomed
    return strand


def _frame(machine: Machine, flow: int, pc: int, edge: int, registers: list[Any]) -> Frame:
    flows = machine.image.flows
    if not 0 <= flow < len(flows) or len(registers) != flows[flow].flow.registers:
        raise LookupError(f"the program has no flow {flow} with {len(registers)} registers")
    linked = flows[flow]
    frame = Frame.__new__(Frame)
    frame.flow = linked
    frame.registers = [*registers, *linked.constants]
    frame.at = linked.cell_from(pc, edge)
    return frame
