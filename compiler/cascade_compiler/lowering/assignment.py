"""Definite assignment: which variables of a flow graph are certain to have a value, and where.

A forward dataflow over blocks, errors included: a handler may be entered before or after any node of a block that it
protects. Sets of variables are integers, one bit a variable. Knows the graph only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from cascade_compiler.analysis.worklist import Worklist
from cascade_compiler.graph import (
    Block,
    BranchOn,
    Fail,
    FlowGraph,
    Forget,
    IsBound,
    Jump,
    Load,
    Node,
    PackVariables,
    Reraise,
    Return,
    Step,
    Store,
    SwitchOn,
    TailCall,
    Terminator,
    UnpackInto,
    UnpackVariables,
)

__all__ = ["bound_at_blocks", "changes", "mentioned_variables", "targets"]

Numbers = Mapping[str, int]
"""The bit of each variable."""


def mentioned_variables(flow: FlowGraph) -> Numbers:
    """Every variable of the flow with its number: parameters first, then in the order they are mentioned."""
    numbers = {parameter.name: i for i, parameter in enumerate(flow.parameters)}
    for block in flow.blocks:
        for name in _mentioned(block):
            numbers.setdefault(name, len(numbers))
    return numbers


def _mentioned(block: Block) -> list[str]:
    names = list(block.parameters)
    for node in block.nodes:
        match node:
            case Load() | Store() | Forget() | IsBound():
                names.append(node.variable)
            case UnpackInto() | PackVariables() | UnpackVariables():
                names.extend(node.variables)
            case _:
                pass
    if isinstance(block.end, Step):
        names.append(block.end.variable)
    if block.handler is not None:
        names.append(block.handler.variable)
    return names


def changes(node: Node, numbers: Numbers) -> tuple[int, int]:
    """The variables that are certain to have a value after the node, and those that may have lost theirs."""
    match node:
        case Store(variable=name):
            return 1 << numbers[name], 0
        case Load(variable=name, checked=True):
            return 1 << numbers[name], 0
        case Forget(variable=name):
            return 0, 1 << numbers[name]
        case UnpackInto(variables=names):
            return _bits(names, numbers), 0
        case UnpackVariables(variables=names):
            return 0, _bits(names, numbers)
        case _:
            return 0, 0


def _bits(names: tuple[str, ...], numbers: Numbers) -> int:
    bits = 0
    for name in names:
        bits |= 1 << numbers[name]
    return bits


def targets(end: Terminator) -> tuple[int, ...]:
    """The blocks that a terminator may go to."""
    match end:
        case Jump(block=block):
            return (block,)
        case BranchOn(then=then, otherwise=otherwise):
            return (then, otherwise)
        case SwitchOn(cases=cases, otherwise=otherwise):
            return (*cases, otherwise)
        case Step(body=body, done=done):
            return (body, done)
        case Return() | Fail() | Reraise() | TailCall():
            return ()
    assert_never(end)


def bound_at_blocks(flow: FlowGraph, numbers: Numbers) -> list[int]:
    """For each block, the variables that have a value whenever it starts; all of them for a block that never does."""
    everything = (1 << len(numbers)) - 1
    at_start = [everything] * len(flow.blocks)
    at_start[0] = 0 if flow.branch else _bits(tuple(p.name for p in flow.parameters if not p.computed), numbers)
    summaries = [_summary(block, numbers) for block in flow.blocks]
    waiting, seen = Worklist([0]), {0}
    while waiting:
        index = waiting.pop()
        for target, bound in _leaving(flow, index, at_start[index], summaries[index], numbers):
            new = at_start[target] & bound
            if new != at_start[target] or target not in seen:
                at_start[target] = new
                seen.add(target)
                waiting.add(target)
    return at_start


def _summary(block: Block, numbers: Numbers) -> tuple[int, int, int]:
    """Variables that the block leaves bound, those that it leaves lost, and those lost at any moment within it."""
    bound = lost = ever_lost = 0
    for node in block.nodes:
        gained, dropped = changes(node, numbers)
        bound = (bound | gained) & ~dropped
        lost = (lost & ~gained) | dropped
        ever_lost |= dropped
    return bound, lost, ever_lost


def _leaving(flow: FlowGraph, index: int, start: int, summary: tuple[int, int, int], numbers: Numbers) -> list[tuple[int, int]]:
    """Where control goes from a block, and what is bound on the way."""
    block = flow.blocks[index]
    bound, lost, ever_lost = summary
    at_end = (start | bound) & ~lost
    edges = []
    for target in targets(block.end):
        there = at_end
        if isinstance(block.end, Jump):
            there = _with_arguments(flow.blocks[target], block.end, at_end, numbers)
            ever_lost |= at_end & ~there  # a cancellation may arrive while the jump is being made
        elif isinstance(block.end, Step) and target == block.end.body:
            there |= 1 << numbers[block.end.variable]
        edges.append((target, there))
    if isinstance(block.end, Step) and block.end.body == block.end.done:
        edges = [(block.end.done, at_end)]
    if block.handler is not None:
        edges.append((block.handler.block, (start & ~ever_lost) | 1 << numbers[block.handler.variable]))
    return edges


def _with_arguments(block: Block, jump: Jump, bound: int, numbers: Numbers) -> int:
    for name, argument in zip(block.parameters, jump.arguments, strict=True):
        bit = 1 << numbers[name]
        bound = bound & ~bit if argument is None else bound | bit
    return bound
