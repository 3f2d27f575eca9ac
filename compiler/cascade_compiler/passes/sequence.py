"""A parallel move as copies one after another, where an order exists. A part of `allocate`.

``move (r0 r1) (r1 r2)`` is ``copy r0 r1; copy r1 r2``. What goes round, as in ``move (r0 r1) (r1 r0)``, stays a move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cascade_vm import opcodes as op
from cascade_vm.opcodes import Instruction

__all__ = ["in_sequence"]


def in_sequence(targets: Sequence[int], sources: Sequence[int]) -> list[Instruction]:
    """Instructions that do what the move does. A target is written once nothing else has to be read from it."""
    waiting = {target: source for target, source in zip(targets, sources, strict=True) if target != source}
    readers = Counter(waiting.values())
    ready = [target for target in waiting if not readers[target]]
    made: list[Instruction] = []
    while ready:
        target = ready.pop()
        source = waiting.pop(target)
        made.append(op.Copy(target, source))
        readers[source] -= 1
        if not readers[source] and source in waiting:
            ready.append(source)
    if waiting:
        made.append(op.Move(tuple(waiting), tuple(waiting.values())))
    return made
