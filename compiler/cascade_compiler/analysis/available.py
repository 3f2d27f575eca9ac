"""Available copies: for each block, the copies that every way in has made and that nothing has undone since.

A forward dataflow over blocks, one bit a copy. Copies into registers that no other block reads have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from cascade_compiler.analysis.blocks import Block
from cascade_compiler.analysis.liveness import Accesses, read_across
from cascade_compiler.analysis.worklist import Worklist

__all__ = ["Pair", "available_at_starts"]

Pair: TypeAlias = tuple[int, int]
"""A register, and the register or constant that it is a copy of."""


def available_at_starts(blocks: Sequence[Block], accesses: Accesses, copies: Mapping[int, Sequence[Pair]]) -> list[list[Pair]]:
    """``copies`` are the pairs (target, source) that each instruction makes equal."""
    read = read_across(blocks, accesses)
    pairs = list({pair: None for made in copies.values() for pair in made if pair[0] in read})
    if not pairs:
        return [[] for _ in blocks]
    numbers = {pair: number for number, pair in enumerate(pairs)}
    about: dict[int, int] = {}
    for number, (target, source) in enumerate(pairs):
        about[target] = about.get(target, 0) | 1 << number
        about[source] = about.get(source, 0) | 1 << number
    effects = [_effect(block, accesses, copies, numbers, about) for block in blocks]
    at_start = _settle(blocks, effects, about, (1 << len(pairs)) - 1)
    return [_decode(bits, pairs) for bits in at_start]


def _effect(
    block: Block,
    accesses: Accesses,
    copies: Mapping[int, Sequence[Pair]],
    numbers: Mapping[Pair, int],
    about: Mapping[int, int],
) -> tuple[int, int]:
    """The copies that a block makes, and those that it undoes at any moment."""
    made = undone = 0
    for pc in range(block.start, block.end):
        written = accesses.writes[pc]
        for register in written:
            bits = about.get(register, 0)
            made &= ~bits
            undone |= bits
        for pair in copies.get(pc, ()):
            number = numbers.get(pair)
            if number is not None and pair[1] not in written:
                made |= 1 << number
    return made, undone


def _settle(
    blocks: Sequence[Block], effects: Sequence[tuple[int, int]], about: Mapping[int, int], everything: int
) -> list[int]:
    at_start = [everything] * len(blocks)
    at_start[0] = 0
    waiting, seen = Worklist([0]), {0}
    while waiting:
        index = waiting.pop()
        block, (made, undone) = blocks[index], effects[index]
        kept = at_start[index] & ~undone
        edges = [(target, kept | made) for target in block.jumps]
        if block.falls is not None:
            edges.append((block.falls, kept | made))
        for handler, target in zip(block.handlers, block.handler_blocks, strict=True):
            edges.append((target, kept & ~about.get(handler.error, 0)))
        for target, there in edges:
            new = at_start[target] & there
            if new != at_start[target] or target not in seen:
                seen.add(target)
                at_start[target] = new
                waiting.add(target)
    return [at_start[index] if index in seen else 0 for index in range(len(blocks))]


def _decode(bits: int, pairs: Sequence[Pair]) -> list[Pair]:
    found: dict[int, Pair] = {}
    while bits:
        lowest = bits & -bits
        pair = pairs[lowest.bit_length() - 1]
        found.setdefault(pair[0], pair)
        bits ^= lowest
    return list(found.values())
