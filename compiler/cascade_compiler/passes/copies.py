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

from collections.abc import Sequence

from cascade_compiler.analysis.available import Pair, available_at_starts
from cascade_compiler.analysis.blocks import Block, blocks_of
from cascade_compiler.analysis.liveness import accesses_of
from cascade_compiler.analysis.unbound import MaybeUnbound
from cascade_compiler.analysis.variables import variable_in
from cascade_compiler.passes.edit import Edit, each_flow
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.opcodes import Instruction

__all__ = ["is_useful", "propagate_copies", "propagate_in_flow"]


def propagate_copies(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, propagate_in_flow)


def propagate_in_flow(flow: Flow) -> Flow:
    """One flow: until nothing changes, because a rewritten copy is a new fact for the blocks behind it."""
    if not any(instruction.copies for instruction in flow.code):
        return flow
    return _Propagation(flow).finish()


def is_useful(flow: Flow, target: int, source: int) -> bool:
    """Whether reading ``source`` in the place of ``target`` helps."""
    if source < 0:
        return True
    return target != source and (variable_in(flow, target) is None or variable_in(flow, source) is not None)


class _Propagation:
    """The work on one flow: its code while reads in it are replaced. Blocks and writes stay as they are."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._blocks = blocks_of(flow)
        self._accesses = accesses_of(flow.code)
        self._code: list[Instruction] = list(flow.code)
        self._reads = list(self._accesses.reads)
        self._changed: set[int] = set()
        self._safe = self._safe_copies()

    def _safe_copies(self) -> dict[int, set[int]]:
        """The targets of each copy whose source is certain to have a value. They stay so while reads are replaced."""
        safe = {pc: set(self._accesses.writes[pc]) for pc, instruction in enumerate(self._code) if instruction.copies}
        maybe = MaybeUnbound(self._flow, self._blocks, self._accesses)
        if maybe.none:
            return safe
        for index in range(len(self._blocks)):
            for pc, unbound in maybe.walk(index):
                if unbound and pc in safe:
                    pairs = zip(self._accesses.writes[pc], roles.raw_reads(self._code[pc]), strict=True)
                    safe[pc] = {target for target, source in pairs if not maybe.holds(unbound, source)}
        return safe

    def finish(self) -> Flow:
        """The flow once nothing more can be propagated."""
        for block in self._blocks:
            self._walk(block, ())
        while self._propagate_across_blocks():
            pass
        edit = Edit(self._flow)
        for pc in self._changed:
            edit.replace(pc, self._code[pc])
        return edit.finish()

    def _propagate_across_blocks(self) -> bool:
        facts = available_at_starts(self._blocks, self._accesses, {pc: self._pairs(pc) for pc in self._safe})
        changes = [self._walk(block, known) for block, known in zip(self._blocks, facts, strict=True) if known]
        return any(changes)

    def _pairs(self, pc: int) -> list[Pair]:
        """What a copy makes equal, as far as that helps."""
        written = self._accesses.writes[pc]
        pairs = zip(written, roles.raw_reads(self._code[pc]), strict=True)
        useful = [pair for pair in pairs if pair[1] not in written and is_useful(self._flow, *pair)]
        return [(target, source) for target, source in useful if target in self._safe[pc]]

    def _walk(self, block: Block, known: Sequence[Pair]) -> bool:
        """Replace reads within a block, given what holds at its start; whether one was replaced."""
        equal = _Equalities(known)
        source, changed = equal.source, False
        for pc in range(block.start, block.end):
            if source and not source.keys().isdisjoint(self._reads[pc]) and not isinstance(self._code[pc], op.Check):
                self._replace_reads(pc, source)
                changed = True
            for register in self._accesses.writes[pc]:
                equal.forget(register)
            if pc in self._safe:
                for pair in self._pairs(pc):
                    equal.learn(*pair)
        return changed

    def _replace_reads(self, pc: int, source: dict[int, int]) -> None:
        self._code[pc] = roles.rename(self._code[pc], lambda register: source.get(register, register), _same)
        self._reads[pc] = roles.registers_read(self._code[pc])
        self._changed.add(pc)


def _same(register: int) -> int:
    return register


class _Equalities:
    """Which registers hold the same as another, at one moment."""

    def __init__(self, known: Sequence[Pair]) -> None:
        self.source: dict[int, int] = {}
        self._targets: dict[int, set[int]] = {}
        for target, source in known:
            self.learn(target, source)

    def learn(self, target: int, source: int) -> None:
        """``target`` is a copy of ``source``."""
        self.source[target] = source
        if source >= 0:
            self._targets.setdefault(source, set()).add(target)

    def forget(self, register: int) -> None:
        """The register is written."""
        source = self.source.pop(register, None)
        if source is not None and source >= 0:
            self._targets[source].discard(register)
        for target in self._targets.pop(register, ()):
            del self.source[target]
