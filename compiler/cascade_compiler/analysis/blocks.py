"""The basic blocks of a flow and where control goes between them, errors included.

Example: ``0 next r1 r0 3; 1 call r2; 2 jump 0; 3 return r1`` has the blocks 0-1, 1-3 and 3-4; the first goes to the second
(falling through) and to the third (its label), the second to the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cascade_vm import roles
from cascade_vm.blueprint import Flow, Handler
from cascade_vm.opcodes import LABEL, LABELS, OPCODES, Instruction

__all__ = ["JUMPING", "LEAVING", "Block", "blocks_of", "reachable"]

JUMPING: frozenset[type[Instruction]] = frozenset(
    kind for kind in OPCODES if any(operand.role in (LABEL, LABELS) for operand in roles.OPERANDS[kind])
)
"""The opcodes that may go elsewhere than to the next instruction."""

LEAVING: frozenset[type[Instruction]] = JUMPING | {kind for kind in OPCODES if kind.may_raise or kind.suspends}
"""The opcodes at which control may go to a handler. A jump that counts a turn is where a cancellation arrives."""


class Block(NamedTuple):
    """Instructions ``start <= pc < end``: entered at the start, left at the end, or for a handler anywhere.

    ``falls`` is the block that follows when control falls through, or None; ``jumps`` are those of the labels.
    ``from_below``: entered by a jump that counts a turn.
    """

    start: int
    end: int
    falls: int | None
    jumps: tuple[int, ...]
    handlers: tuple[Handler, ...]
    handler_blocks: tuple[int, ...]
    from_below: bool

    @property
    def successors(self) -> tuple[int, ...]:
        """Every block that control may come to next."""
        falls = () if self.falls is None else (self.falls,)
        return (*falls, *self.jumps, *self.handler_blocks)


def blocks_of(flow: Flow) -> list[Block]:
    """The blocks in the order of the code; a protected range ends every block that it does not hold whole."""
    code = flow.code
    jumps, starts, from_below = _leaders(flow)
    index = {start: i for i, start in enumerate(starts)}
    covering = _covering(starts, flow.handlers)
    blocks = []
    for i, (start, end) in enumerate(zip(starts, [*starts[1:], len(code)], strict=True)):
        falls = None if code[end - 1].ends_block or end == len(code) else i + 1
        going = tuple({index[label]: None for label in jumps[end - 1]}) if end - 1 in jumps else ()
        handlers = covering[i]
        targets = tuple([index[handler.target] for handler in handlers]) if handlers else ()
        blocks.append(Block(start, end, falls, going, handlers, targets, start in from_below))
    return blocks


def _leaders(flow: Flow) -> tuple[dict[int, tuple[int, ...]], list[int], set[int]]:
    """The labels of each jump, the first instruction of each block, and the targets of backward jumps."""
    code = flow.code
    jumps: dict[int, tuple[int, ...]] = {}
    starts: set[int] = {0}
    from_below: set[int] = set()
    for pc, instruction in enumerate(code):
        if type(instruction) in JUMPING:
            labels = jumps[pc] = roles.labels(instruction)
            starts.update(labels)
            starts.add(pc + 1)
            for label in labels:
                if label <= pc:
                    from_below.add(label)
        elif instruction.ends_block:
            starts.add(pc + 1)
    for handler in flow.handlers:
        starts.update((handler.start, handler.end, handler.target))
    starts.discard(len(code))
    return jumps, sorted(starts), from_below


def _covering(starts: Sequence[int], handlers: Sequence[Handler]) -> list[tuple[Handler, ...]]:
    """For each block the handlers that protect it, in the order of the table."""
    if not handlers:
        return [()] * len(starts)
    coming = sorted(range(len(handlers)), key=lambda i: handlers[i].start, reverse=True)
    active: list[int] = []
    found: list[tuple[Handler, ...]] = []
    for start in starts:
        ended = any(handlers[i].end <= start for i in active)
        if not ended and not (coming and handlers[coming[-1]].start <= start):
            found.append(found[-1] if found else ())
            continue
        while coming and handlers[coming[-1]].start <= start:
            active.append(coming.pop())
        active = [i for i in active if handlers[i].end > start]
        found.append(tuple(handlers[i] for i in sorted(active)))
    return found


def reachable(blocks: Sequence[Block], code: Sequence[Instruction]) -> set[int]:
    """The blocks that control may come to. A handler is reached from a block in which something can go wrong."""
    seen, waiting = {0}, [0]
    while waiting:
        block = blocks[waiting.pop()]
        targets = [*block.jumps] if block.falls is None else [block.falls, *block.jumps]
        if block.handlers and (block.from_below or any(type(i) in LEAVING for i in code[block.start : block.end])):
            targets += block.handler_blocks
        for target in targets:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen
