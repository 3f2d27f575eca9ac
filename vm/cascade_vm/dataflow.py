"""Which registers are written, and which may be unbound, wherever control can get to: every path, those of errors included.

    for each block:  written := what every way in has written          (a set that shrinks)
                     unbound := what some way in may leave unbound     (a set that grows)

A worklist over basic blocks, in reverse postorder, with sets as the bits of integers. Only registers that some block reads
before writing them have a bit; the others are of no concern to other blocks.

Knows blocks as `blocks` sums them up, no opcode.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cascade_vm import limits, roles
from cascade_vm.blocks import BOUND, UNBOUND, Block, Effect, NeededBound, sum_up
from cascade_vm.blueprint import Flow, Handler

__all__ = ["Finding", "TooTangled", "find_unready_reads"]


class TooTangled(Exception):  # noqa: N818 - a verdict on a flow
    """The flow is beyond what is checked; the message says in what."""


class Finding(NamedTuple):
    """The instruction at ``pc`` reads ``register``, which may not be written (``unbound``: may be unbound) there."""

    pc: int
    register: int
    unbound: bool


def find_unready_reads(flow: Flow, needed_bound: NeededBound) -> list[Finding]:
    """Reads of registers that are not ready on some path, in the order of the code. ``flow`` has sound labels, handlers and
    register numbers (`table_checks`); `TooTangled` when it takes more than the limits to find out."""
    blocks, handlers = _blocks(flow, needed_bound)
    states = _States(flow, blocks, handlers)
    states.settle()
    return sorted({*states.findings()})


def _blocks(flow: Flow, needed_bound: NeededBound) -> tuple[list[Block], list[list[Handler]]]:
    """The basic blocks, and for each the handlers that its errors may go to."""
    code = flow.code
    starts = {0}
    for pc, instruction in enumerate(code):
        labels = roles.labels(instruction)
        starts.update(labels)
        if labels or instruction.ends_block:
            starts.add(pc + 1)
    for handler in flow.handlers:
        starts.update((handler.start, handler.end, handler.target))
    starts.discard(len(code))
    ordered = sorted(starts)
    ends = [*ordered[1:], len(code)]
    blocks = [sum_up(code, start, end, needed_bound) for start, end in zip(ordered, ends, strict=True)]
    return blocks, list(_covering(ordered, flow.handlers))


def _covering(starts: Sequence[int], handlers: Sequence[Handler]) -> Iterator[list[Handler]]:
    """For each block start, ascending: the handlers whose ranges it lies in."""
    coming = sorted(handlers, key=lambda handler: handler.start, reverse=True)
    active: list[Handler] = []
    for start in starts:
        active = [handler for handler in active if handler.end > start]
        while coming and coming[-1].start <= start:
            active.append(coming.pop())
        if len(active) > limits.HANDLERS_DEEP:
            raise TooTangled(f"more than {limits.HANDLERS_DEEP} protected ranges lie within each other")
        yield active


class _Transfer(NamedTuple):
    """An `Effect` on bits."""

    written: int
    unbound: int
    copies: tuple[tuple[int, int], ...]
    """``(bit, register bit)``: the first is unbound if the second was."""


class _Edge(NamedTuple):
    target: int
    transfer: _Transfer
    writes: int
    """The bits that the edge itself writes: the error register of a handler."""


class _States:
    """The state at the start of every block."""

    def __init__(self, flow: Flow, blocks: list[Block], handlers: list[list[Handler]]) -> None:
        self._blocks = blocks
        tracked = sorted({need.origin for block in blocks for need in block.needs})
        if len(tracked) * len(blocks) > limits.STATE_BITS:
            raise TooTangled(f"{len(tracked)} registers live across {len(blocks)} blocks")
        self._bit = {register: 1 << index for index, register in enumerate(tracked)}
        self._index = {block.start: index for index, block in enumerate(blocks)}
        self._edges = [self._edges_of(index, block, handlers[index]) for index, block in enumerate(blocks)]
        self._written: list[int | None] = [None] * len(blocks)
        self._unbound = [0] * len(blocks)
        parameters = range(len(flow.parameters))
        self._written[0] = self._bits(parameters)
        self._unbound[0] = self._bits(i for i in parameters if flow.branch or flow.parameters[i].computed)

    def _bits(self, registers: Iterable[int]) -> int:
        bits = 0
        for register in registers:
            bits |= self._bit.get(register, 0)
        return bits

    def _edges_of(self, index: int, block: Block, handlers: list[Handler]) -> list[_Edge]:
        edges: list[_Edge] = []
        if block.falls is not None:
            edges.append(_Edge(index + 1, self._transfer(block.falls), 0))
        if block.labels:
            jumps = self._transfer(block.jumps)
            edges += (_Edge(self._index[label], jumps, 0) for label in {*block.labels})
        if block.fails is not None and handlers:
            fails = self._transfer(block.fails)
            edges += (_Edge(self._index[h.target], fails, self._bit.get(h.error, 0)) for h in handlers)
        return edges

    def _transfer(self, effect: Effect) -> _Transfer:
        unbound, copies = 0, []
        for register, content in effect.contents:
            bit = self._bit.get(register, 0)
            if not bit or content == BOUND:
                continue
            if content == UNBOUND:
                unbound |= bit
            else:
                copies.append((bit, self._bit[content]))
        return _Transfer(self._bits(effect.written), unbound, tuple(copies))

    def settle(self) -> None:
        """Go round until nothing changes."""
        order = _reverse_postorder([[edge.target for edge in edges] for edges in self._edges])
        rank = {index: position for position, index in enumerate(order)}
        waiting, queued = [0], {0}
        visits = limits.VISITS * len(order) + 1
        while waiting:
            index = order[heapq.heappop(waiting)]
            queued.discard(rank[index])
            visits -= 1
            if not visits:
                raise TooTangled("its jumps are too tangled")
            for target in self._flow_out(index):
                if rank[target] not in queued:
                    queued.add(rank[target])
                    heapq.heappush(waiting, rank[target])

    def _flow_out(self, index: int) -> Iterator[int]:
        """Hand the state of a block on; gives the blocks whose state that changed."""
        written, unbound = self._written[index], self._unbound[index]
        assert written is not None
        for target, transfer, writes in self._edges[index]:
            new_written = written | transfer.written | writes
            new_unbound = (unbound & ~transfer.written) | transfer.unbound
            for bit, origin in transfer.copies:
                if unbound & origin:
                    new_unbound |= bit
            old = self._written[target]
            new_unbound = (new_unbound & ~writes) | self._unbound[target]
            if old is not None:
                new_written &= old
            if new_written != old or new_unbound != self._unbound[target]:
                self._written[target], self._unbound[target] = new_written, new_unbound
                yield target

    def findings(self) -> Iterator[Finding]:
        for block, written, unbound in zip(self._blocks, self._written, self._unbound, strict=True):
            if written is None:  # control never gets here
                continue
            for pc, register in block.wrong:
                yield Finding(pc, register, unbound=True)
            for origin, pc, register, plain in block.needs:
                bit = self._bit[origin]
                if not written & bit:
                    yield Finding(pc, register, unbound=False)
                elif plain and unbound & bit:
                    yield Finding(pc, register, unbound=True)


def _reverse_postorder(successors: list[list[int]]) -> list[int]:
    """The blocks that control can get to from block 0."""
    seen, order = {0}, []
    stack = [(0, iter(successors[0]))]
    while stack:
        index, rest = stack[-1]
        for target in rest:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(successors[target])))
                break
        else:
            order.append(index)
            stack.pop()
    return order[::-1]
