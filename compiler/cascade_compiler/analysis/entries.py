"""Whether each loop of a flow is entered in one place only: every way into it leads through its head.

What is written in a language with loops has this; generated code has a loop twice that has not.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_compiler.analysis.blocks import Block

__all__ = ["loops_are_entered_once"]


def loops_are_entered_once(blocks: Sequence[Block]) -> bool:
    """Whether each edge that goes back, in an order that control could come to the blocks in, goes to a block that all ways to
    its source lead through."""
    order = _in_order(blocks)
    place = {block: number for number, block in enumerate(order)}
    into: list[list[int]] = [[] for _ in order]
    for block in order:
        for target in blocks[block].successors:
            into[place[target]].append(place[block])
    above = _dominators(into)
    return all(
        _leads_through(above, source, target) for target in range(len(order)) for source in into[target] if source >= target
    )


def _in_order(blocks: Sequence[Block]) -> list[int]:
    """The blocks that are reached, in reverse postorder."""
    order: list[int] = []
    seen = {0}
    path = [(0, iter(blocks[0].successors))]
    while path:
        block, ways = path[-1]
        for way in ways:
            if way not in seen:
                seen.add(way)
                path.append((way, iter(blocks[way].successors)))
                break
        else:
            order.append(block)
            path.pop()
    return order[::-1]


def _dominators(into: Sequence[Sequence[int]]) -> list[int]:
    """The nearest block that all ways to each lead through (Cooper, Harvey and Kennedy's way); -1 is not known yet."""
    above = [0] + [-1] * (len(into) - 1)
    changed = True
    while changed:
        changed = False
        for block in range(1, len(into)):
            known = [each for each in into[block] if above[each] >= 0]
            nearest = known[0]
            for other in known[1:]:
                while nearest != other:
                    if nearest > other:
                        nearest = above[nearest]
                    else:
                        other = above[other]
            if above[block] != nearest:
                above[block], changed = nearest, True
    return above


def _leads_through(above: Sequence[int], block: int, head: int) -> bool:
    while block > head:
        block = above[block]
    return block == head
