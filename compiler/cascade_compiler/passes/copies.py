"""Copy propagation: what was copied is read from where it came from, as long as both still hold the same.

Before::                        After::

    0  copy r1 5                    0  copy r1 5
    1  copy r2 r0                   1  copy r2 r0
    2  compute r3 + r2 r1           2  compute r3 + r0 5

First within each block, then along all paths: a copy counts where every way in has made it and none has changed either
side since. The copies themselves are left to `dead`. A variable of the program is not replaced by a temporary, which would
keep the temporary alive and the two apart. A source that may be unbound is not propagated, nor what a `Check` reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from cascade_compiler.analysis.available import available_at_starts
from cascade_compiler.analysis.blocks import Block, blocks_of
from cascade_compiler.analysis.liveness import Accesses, accesses_of
from cascade_compiler.analysis.unbound import MaybeUnbound
from cascade_compiler.passes.edit import Edit, each_flow
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.opcodes import Instruction

__all__ = ["propagate_copies"]

Pair = tuple[int, int]
"""A register, and the register or constant that holds the same."""


def propagate_copies(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, propagate_in_flow)


def propagate_in_flow(flow: Flow) -> Flow:
    """One flow: until nothing changes, because a rewritten copy is a new fact for the blocks behind it."""
    flow = _rewrite(flow, only_with_facts=False)
    while (better := _rewrite(flow, only_with_facts=True)) is not flow:
        flow = better
    return flow


def _rewrite(flow: Flow, only_with_facts: bool) -> Flow:
    blocks, accesses = blocks_of(flow), accesses_of(flow.code)
    maybe = MaybeUnbound(flow, blocks, accesses)
    known: list[list[Pair]] = [[] for _ in blocks]
    if only_with_facts:
        copies = {pc: pairs for block in range(len(blocks)) for pc, pairs in _copies(flow, maybe, block)}
        known = available_at_starts(blocks, accesses, copies)
    edit = Edit(flow)
    for index, block in enumerate(blocks):
        if known[index] or not only_with_facts:
            copies = dict(_copies(flow, maybe, index))
            _Walk(flow, accesses, edit, known[index]).run(block, set(copies))
    return edit.finish()


def _copies(flow: Flow, maybe: MaybeUnbound, block: int) -> Iterator[tuple[int, list[Pair]]]:
    """The copies in a block of what is certain to have a value, with their places."""
    for pc, unbound in maybe.walk(block):
        instruction = flow.code[pc]
        if not instruction.copies:
            continue
        pairs = list(zip(roles.writes(instruction), roles.raw_reads(instruction), strict=True))
        if not unbound or not any(maybe.holds(unbound, source) for _, source in pairs):
            yield pc, [pair for pair in pairs if is_useful(flow, *pair)]


def is_useful(flow: Flow, target: int, source: int) -> bool:
    """Whether reading ``source`` in the place of ``target`` helps."""
    if source < 0:
        return True
    return target != source and (flow.variables[target] is None or flow.variables[source] is not None)


class _Walk:
    """One pass over a block: which registers hold the same as another, now."""

    def __init__(self, flow: Flow, accesses: Accesses, edit: Edit, known: list[Pair]) -> None:
        self._flow = flow
        self._accesses = accesses
        self._edit = edit
        self._source: dict[int, int] = {}
        self._targets: dict[int, set[int]] = {}
        for target, source in known:
            self._learn(target, source)

    def _learn(self, target: int, source: int) -> None:
        self._source[target] = source
        if source >= 0:
            self._targets.setdefault(source, set()).add(target)

    def _forget(self, register: int) -> None:
        source = self._source.pop(register, None)
        if source is not None and source >= 0:
            self._targets[source].discard(register)
        for target in self._targets.pop(register, ()):
            del self._source[target]

    def run(self, block: Block, copies: set[int]) -> None:
        source = self._source
        for pc in range(block.start, block.end):
            instruction = self._flow.code[pc]
            if source and not isinstance(instruction, op.Check):
                for register in self._accesses.reads[pc]:
                    if register in source:
                        instruction = roles.rename(instruction, lambda r: source.get(r, r), lambda r: r)
                        self._edit.replace(pc, instruction)
                        break
            if isinstance(instruction, op.Copy) and instruction.dst == instruction.source:
                self._edit.remove(pc)
                continue
            for register in self._accesses.writes[pc]:
                self._forget(register)
            if pc in copies:
                self._note(instruction)

    def _note(self, copy: Instruction) -> None:
        written = roles.writes(copy)
        for target, source in zip(written, roles.raw_reads(copy), strict=True):
            if source not in written and is_useful(self._flow, target, source):
                self._learn(target, source)
