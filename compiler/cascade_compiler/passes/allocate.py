"""Register allocation: as few registers as do, and copies that copy nothing are gone.

Before, ``n`` being the parameter r0::      After::

    0  compute r1 - r0 1                        0  compute r0 - r0 1
    1  copy r0 r1                               1  return r0
    2  return r0

Parameters stay where they arrive, and every variable of the program has a register of its own, so that a debugger can show
it; only temporaries share. The two sides of a copy become one register unless they interfere, copies in inner loops first.
The other temporaries get the first register that is free. Moves become copies where an order exists; constants and
locations that nothing refers to are gone. A variable that nobody needs any more may hold a temporary for a while.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from itertools import accumulate

from cascade_compiler.analysis.blocks import JUMPING, blocks_of
from cascade_compiler.analysis.interference import Group, find_groups
from cascade_compiler.analysis.liveness import Liveness, accesses_of
from cascade_compiler.analysis.variables import variable_in
from cascade_compiler.passes.compact import drop_unused_constants, drop_unused_locations
from cascade_compiler.passes.dead import remove_dead_flow
from cascade_compiler.passes.edit import Edit, each_flow
from cascade_compiler.passes.sequence import in_sequence
from cascade_compiler.passes.split import split_temporaries
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Blueprint, Flow
from msgspec.structs import replace

__all__ = ["allocate"]

_MOST_LOOKS = 256
"""Colors that are tried for a register that lives across blocks. Few flows have more; those that do would take time that grows
with the square of their size."""


def allocate(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, allocate_flow)


def allocate_flow(flow: Flow) -> Flow:
    """One flow; the very same object when it needs nothing. Where copies went and others are left, these may go now: two
    registers that hold the same for a while do not interfere once the one is a direct copy of the other."""
    before = _count_copies(flow)
    made = allocate_once(flow)
    while 0 < (after := _count_copies(made)) < before:
        before, made = after, allocate_once(made)
    return flow if made == flow else made


def _count_copies(flow: Flow) -> int:
    """How many times the code copies a register to a register."""
    copies = [instruction for instruction in flow.code if instruction.copies]
    return sum(source >= 0 for copy in copies for source in roles.raw_reads(copy))


def allocate_once(flow: Flow) -> Flow:
    """One flow, equal or better."""
    variables = fixed_registers(flow)
    tracked = dict.fromkeys((*variables, *(handler.error for handler in flow.handlers)))
    liveness = Liveness(flow, blocks_of(flow), accesses_of(flow.code), tracked)
    parts = split_temporaries(flow, liveness)
    if parts is not flow:
        liveness = Liveness(parts, liveness.blocks, accesses_of(parts.code), tracked)
    groups, idle_copies = find_groups(parts, liveness)
    if idle_copies:  # they would be gone, and what they copy be needed for less long than was reckoned with
        return allocate_once(remove_dead_flow(flow))
    for register in variables:
        groups.setdefault(register, Group()).fixed = register
    merged = coalesce(parts, groups)
    numbers = number_registers(parts, merged, variables)
    return drop_unused_locations(drop_unused_constants(_rewrite(parts, numbers, len(variables))))


def fixed_registers(flow: Flow) -> list[int]:
    """The parameters, and the variables that the code mentions, in order."""
    mentioned = {handler.error for handler in flow.handlers}
    for instruction in flow.code:
        mentioned.update(roles.registers_read(instruction))
        mentioned.update(roles.writes(instruction))
    others = range(len(flow.parameters), flow.registers)
    named = [register for register in others if register in mentioned and variable_in(flow, register) is not None]
    return [*range(len(flow.parameters)), *named]


def coalesce(flow: Flow, groups: dict[int, Group]) -> dict[int, Group]:
    """Merge the groups of the two sides of copies where that is possible; the group of each register afterwards."""
    leader: dict[int, int] = {}

    def find(register: int) -> int:
        while register in leader:
            register = leader[register]
        return register

    for target, source in _copies_by_depth(flow):
        a, b = find(target), find(source)
        if a == b:
            continue
        if len(groups[a].intervals) < len(groups[b].intervals):
            a, b = b, a
        if can_merge(groups[a], groups[b]):
            groups[a].absorb(groups[b])
            leader[b] = a
    return {register: groups[find(register)] for register in groups}


def can_merge(one: Group, other: Group) -> bool:
    """Whether two groups may share a register."""
    return (one.fixed is None or other.fixed is None) and not one.conflicts(other)


def _copies_by_depth(flow: Flow) -> Iterator[tuple[int, int]]:
    """Pairs of registers that a copy or a move joins, those within most loops first."""
    change = [0] * (len(flow.code) + 1)
    for pc, instruction in enumerate(flow.code):
        if type(instruction) in JUMPING:
            for label in roles.labels(instruction):
                if label <= pc:
                    change[label] += 1
                    change[pc + 1] -= 1
    depth = list(accumulate(change))
    copies = [pc for pc, instruction in enumerate(flow.code) if instruction.copies]
    copies.sort(key=lambda pc: -depth[pc])
    for pc in copies:
        for target, source in zip(roles.writes(flow.code[pc]), roles.raw_reads(flow.code[pc]), strict=True):
            if source >= 0 and source != target:
                yield target, source


# --- numbers -------------------------------------------------------------------------------------------------------------


def number_registers(flow: Flow, groups: Mapping[int, Group], variables: list[int]) -> dict[int, int]:
    """The new number of each register: variables first, in their order, then temporaries."""
    number_of: dict[int, int] = {register: number for number, register in enumerate(variables)}
    distinct = {id(group): group for group in groups.values()}
    temporaries = [group for group in distinct.values() if group.fixed is None]
    color_of = {id(group): color for group, color in _colored(temporaries)}
    return {
        register: number_of[group.fixed] if group.fixed is not None else len(variables) + color_of[id(group)]
        for register, group in groups.items()
    }


def _colored(groups: list[Group]) -> Iterator[tuple[Group, int]]:
    """A color for each group; groups of one color do not conflict. First those that live across blocks, then the rest."""
    across = sorted((group for group in groups if group.bits or len(group.intervals) != 1), key=_first)
    colors: list[Group] = []
    start = 0
    for group in across:
        color = _free_color(colors, group, start)
        if color == len(colors):
            colors.append(Group())
        if len(colors) > _MOST_LOOKS:
            start = (color + 1) % len(colors)
        colors[color].absorb(group)
        yield group, color
    by_block: dict[int, list[Group]] = {}
    for group in groups:
        if not group.bits and len(group.intervals) == 1:
            by_block.setdefault(next(iter(group.intervals)), []).append(group)
    shared = len(colors) if len(colors) > _MOST_LOOKS else 0  # else each block would look at all that live across it
    own = colors[shared:]
    for block in sorted(by_block):
        yield from ((group, shared + color) for group, color in _color_block(block, by_block[block], own))


def _free_color(colors: list[Group], group: Group, start: int) -> int:
    """The first color from ``start`` on that does not conflict with a group; a new one after many that do."""
    for distance in range(min(len(colors), _MOST_LOOKS)):
        color = (start + distance) % len(colors)
        if not colors[color].conflicts(group):
            return color
    return len(colors)


def _first(group: Group) -> int:
    """Which of the registers that live across blocks comes first: their bits are in the order of the code."""
    return group.bits & -group.bits


def _color_block(block: int, groups: list[Group], colors: list[Group]) -> Iterator[tuple[Group, int]]:
    """Linear scan: groups of one block by their start, each gets the first color that no living one has."""
    groups.sort(key=lambda group: (group.intervals[block][0][0], group.first))
    free = list(range(len(colors)))
    living: list[tuple[int, int]] = []
    for group in groups:
        start, end = group.intervals[block][0][0], group.intervals[block][-1][1]
        while living and living[0][0] < start:
            heapq.heappush(free, heapq.heappop(living)[1])
        refused = []
        while free and colors[free[0]].conflicts(group):
            refused.append(heapq.heappop(free))
        if free:
            color = heapq.heappop(free)
        else:
            color = len(colors)
            colors.append(Group())
        for other in refused:
            heapq.heappush(free, other)
        heapq.heappush(living, (end, color))
        yield group, color


# --- the new code --------------------------------------------------------------------------------------------------------


def _rewrite(flow: Flow, numbers: dict[int, int], variables: int) -> Flow:
    edit = Edit(flow)
    new = numbers.__getitem__
    for pc, old in enumerate(flow.code):
        instruction = roles.rename(old, new, new)
        if isinstance(instruction, op.Copy) and instruction.dst == instruction.source:
            edit.remove(pc)
        elif isinstance(instruction, op.Move):
            edit.replace(pc, *in_sequence(instruction.targets, instruction.sources))
        elif instruction is not old:
            edit.replace(pc, instruction)
    made = edit.finish()
    registers = max([variables, *(number + 1 for number in numbers.values())])
    names: list[str | None] = [None] * registers
    for register, number in numbers.items():
        if number < variables and variable_in(flow, register) is not None:
            names[number] = variable_in(flow, register)
    handlers = tuple(handler._replace(error=numbers[handler.error]) for handler in made.handlers)
    return replace(made, registers=registers, variables=tuple(names), handlers=handlers)
