"""Lowering of one flow: its blocks in their order, each with its nodes, its jumps and its protection.

Example, ``loop: n -= 1`` of a flow with the parameter ``n``; before::

    block 0:  jump 1
    block 1:  #1 = load n;  #2 = 1;  #3 = operate "-=" #1 #2;  #4 = store n #3;  jump 1

after::

    0  jump 1
    1  copy r1 r0            #1 is r1
    2  compute r2 -= r1 1
    3  copy r0 r2
    4  jump 1

A variable that may be unbound where it is read is cleared before block 0 and checked there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from cascade_compiler import graph
from cascade_compiler.graph import Block, FlowGraph, Terminator
from cascade_compiler.lowering.assignment import bound_at_blocks, changes, mentioned_variables
from cascade_compiler.lowering.emission import Emission
from cascade_compiler.lowering.nodes import Callee, lower_node, lower_tail_arguments
from cascade_vm import opcodes
from cascade_vm.blueprint import Flow, Handler
from cascade_vm.constants import NONE
from cascade_vm.opcodes import Instruction
from cascade_vm.roles import relabel

__all__ = ["lower_flow"]


def lower_flow(flow: FlowGraph, name: str, callee: Callee, files: dict[str, int]) -> Flow:
    """A flow over as many registers as it has variables and values. New names of files are added to ``files``."""
    numbers = mentioned_variables(flow)
    bound = bound_at_blocks(flow, numbers)
    out = Emission(numbers, files)
    for variable in _unbound_at_start(flow, bound, numbers):
        out.emit(opcodes.Clear(numbers[variable]), flow.place)
    starts = []
    for index, block in enumerate(flow.blocks):
        starts.append(len(out.code))
        _lower_block(out, flow, block, callee, bound[index])
    starts.append(len(out.code))
    names = [None if variable.startswith("$") else variable for variable in numbers]
    return Flow(
        name=name,
        parameters=flow.parameters,
        registers=out.registers,
        constants=tuple(out.constants),
        code=_linked(out.code, starts),
        places=tuple(out.places),
        locations=tuple(out.locations),
        handlers=_protection(flow, starts, numbers),
        variables=(*names, *[None] * (out.registers - len(names))),
        returns=flow.returns,
        doc=flow.doc,
        branch=flow.branch,
    )


def _unbound_at_start(flow: FlowGraph, bound: list[int], numbers: Mapping[str, int]) -> list[str]:
    """The variables, parameters aside, that may be read before they have a value."""
    found: dict[str, None] = {}
    for block, here in zip(flow.blocks, bound, strict=True):
        for node in block.nodes:
            match node:
                case graph.Load() | graph.Forget() | graph.IsBound():
                    names: tuple[str, ...] = (node.variable,)
                case graph.PackVariables():
                    names = node.variables
                case _:
                    names = ()
            found.update((name, None) for name in names if not here >> numbers[name] & 1)
            here = _after(node, here, numbers)
    return [name for name in found if numbers[name] >= len(flow.parameters)]


def _after(node: graph.Node, bound: int, numbers: Mapping[str, int]) -> int:
    gained, lost = changes(node, numbers)
    return (bound | gained) & ~lost if gained or lost else bound


def _lower_block(out: Emission, flow: FlowGraph, block: Block, callee: Callee, bound: int) -> None:
    for node in block.nodes:
        if not _means_nothing(node, bound, out.variables):
            has_value = isinstance(node, graph.Load | graph.Forget) and bool(bound >> out.variables[node.variable] & 1)
            lower_node(out, node, callee, has_value)
        bound = _after(node, bound, out.variables)
    _lower_end(out, flow, block.end, callee)


def _means_nothing(node: graph.Node, bound: int, numbers: Mapping[str, int]) -> bool:
    if not isinstance(node, graph.AttributeOf) or not node.ahead_of:
        return False
    return all(variable not in numbers or bound >> numbers[variable] & 1 for variable in node.ahead_of)


def _lower_end(out: Emission, flow: FlowGraph, end: Terminator, callee: Callee) -> None:
    match end:
        case graph.Jump():
            _lower_block_arguments(out, flow.blocks[end.block].parameters, end)
            made: Instruction = opcodes.Jump(end.block)
        case graph.BranchOn():
            made = opcodes.Branch(out.values[end.condition], end.then, end.otherwise)
        case graph.SwitchOn():
            made = opcodes.Switch(out.values[end.value], end.cases, end.otherwise)
        case graph.Step():
            out.emit(opcodes.Next(out.variables[end.variable], out.values[end.iteration], end.done), end.place)
            made = opcodes.Jump(end.body)
        case graph.Return():
            made = opcodes.Return(out.values[end.value])
        case graph.Fail():
            cause = out.constant(NONE) if end.cause is None else out.values[end.cause]
            made = opcodes.Fail(out.values[end.error], cause)
        case graph.Reraise():
            made = opcodes.Reraise(out.values[end.error])
        case graph.TailCall():
            made = opcodes.TailCall(*lower_tail_arguments(out, end, callee))
        case _:
            assert_never(end)
    out.emit(made, end.place)


def _lower_block_arguments(out: Emission, parameters: tuple[str, ...], jump: graph.Jump) -> None:
    """All arguments are values of nodes, in registers of their own, so clearing can come last."""
    pairs = list(zip(parameters, jump.arguments, strict=True))
    given = [(out.variables[name], out.values[argument]) for name, argument in pairs if argument is not None]
    if given:
        targets, sources = zip(*given, strict=True)
        out.emit(opcodes.Move(targets, sources), jump.place)
    for name, argument in pairs:
        if argument is None:
            out.emit(opcodes.Clear(out.variables[name]), jump.place)


def _linked(code: list[Instruction], starts: list[int]) -> tuple[Instruction, ...]:
    """The code with indices of instructions where those of blocks were."""
    return tuple([relabel(instruction, starts.__getitem__) for instruction in code])


def _protection(flow: FlowGraph, starts: list[int], numbers: Mapping[str, int]) -> tuple[Handler, ...]:
    """One range for each run of neighbouring blocks that have the same handler."""
    ranges: list[Handler] = []
    for index, block in enumerate(flow.blocks):
        if block.handler is None:
            continue
        wanted = block.handler
        made = Handler(starts[index], starts[index + 1], starts[wanted.block], numbers[wanted.variable], wanted.cleanup)
        if ranges and ranges[-1].end == made.start and ranges[-1][2:] == made[2:]:
            made = made._replace(start=ranges.pop().start)
        ranges.append(made)
    return tuple(ranges)
