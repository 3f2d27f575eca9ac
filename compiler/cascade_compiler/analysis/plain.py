"""Which registers are certain to hold plain values: numbers, texts, None, and containers of Python's own types with such items.

A forward dataflow: what operation ``are_plain`` has said yes to is plain from there on, and so is what operators make of plain
values. Flows that never ask are not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_compiler.analysis.blocks import Block
from cascade_compiler.analysis.worklist import Worklist
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.opcodes import Instruction

__all__ = ["NUMBERS", "cross_plain", "plain_registers"]

NUMBERS = frozenset((
    "+", "-", "*", "/", "//", "%", "+=", "-=", "*=", "/=", "//=", "%=", "neg", "pos", "invert", "not",
    "==", "!=", "<", "<=", ">", ">=", "in", "not in", "len", "abs", "int", "float", "str", "bool", "format_value", "concat",
))  # fmt: skip
"""Operations that give plain values for plain ones, and neither None nor a dict."""
_KEPT = NUMBERS | {"list", "tuple", "build_tuple", "build_list"}


def plain_registers(flow: Flow, blocks: Sequence[Block]) -> list[frozenset[int]] | None:
    """The registers that are plain where each block begins; None when nothing is known of any."""
    if not any(isinstance(each, op.Compute) and each.operation == "are_plain" for each in flow.code):
        return None
    starts: list[frozenset[int] | None] = [None] * len(blocks)
    starts[0] = frozenset()
    waiting = Worklist([0])
    while waiting:
        index = waiting.pop()
        block, known = blocks[index], set(starts[index] or ())
        for pc in range(block.start, block.end):
            cross_plain(flow.code[pc], known)
        asked = _asked(flow, block)
        for target in block.successors:
            found = known | asked if blocks[target].start == _then(flow, block) else known
            before = starts[target]
            after = frozenset(found) if before is None else before & found
            if after != before:
                starts[target] = after
                waiting.add(target)
    return [each or frozenset() for each in starts]


def cross_plain(instruction: Instruction, known: set[int]) -> None:
    """Go over an instruction: ``known`` are the registers that are plain."""
    gained: list[int] = []
    if instruction.copies:
        pairs = zip(roles.writes(instruction), roles.raw_reads(instruction), strict=True)
        gained = [target for target, source in pairs if source < 0 or source in known]
    elif isinstance(instruction, op.Compute) and instruction.operation in _KEPT and not any(instruction.forms):
        gained = [instruction.dst] if all(each < 0 or each in known for each in instruction.arguments) else []
    known.difference_update(roles.writes(instruction))
    known.update(gained)


def _then(flow: Flow, block: Block) -> int:
    end = flow.code[block.end - 1]
    return end.then if isinstance(end, op.Branch) and end.then != end.otherwise else -1


def _asked(flow: Flow, block: Block) -> set[int]:
    """The registers that are plain where the branch at the end of a block finds its condition true."""
    if block.end - block.start < 2:
        return set()
    asking, end = flow.code[block.end - 2], flow.code[block.end - 1]
    if not isinstance(asking, op.Compute) or asking.operation != "are_plain" or any(asking.forms):
        return set()
    if not isinstance(end, op.Branch) or end.condition != asking.dst:
        return set()
    return {argument for argument in asking.arguments if argument >= 0 and argument != asking.dst}
