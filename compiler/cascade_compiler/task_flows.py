"""Calls of tasks become calls of flows that mean the same, as long as the arguments are plain.

Before::                            After::

    %2 = call step(%1)                  %5 = are_plain(%1)
    …                                   branch %5 to A else B
                                      A:  $value1 := call flow step(%1);  jump C
                                      B:  $value1 := call step(%1);       jump C
                                      C:  %2 = load $value1
                                        …

With other arguments (objects of somebody's classes, large lists) the task is called: what the flow means is proved for plain
values only. Calls under policies stay, and so do calls whose arguments do not fit: they fail when they are made. Only calls
that may be made again and again are worth it: in loops, and in flows that are called from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cascade_compiler import graph
from cascade_compiler.graph import Block, FlowGraph, Handler, Node, Program, Ref, Terminator
from cascade_vm.blueprint import Parameter
from cascade_vm.constants import Constant
from msgspec.structs import replace

__all__ = ["TaskFlow", "calls_again", "with_task_flows"]


class TaskFlow(NamedTuple):
    """The flow that means what a task does. ``name`` is what Python's errors call the task."""

    flow: FlowGraph
    name: str


def with_task_flows(program: Program, flows: Mapping[str, TaskFlow], everywhere: bool = False) -> Program:
    """The program with calls of the tasks in ``flows`` replaced; with ``everywhere`` those outside of loops too."""
    again = calls_again(program)
    changed = tuple(
        _Change(flow, flows).changed(range(len(flow.blocks)) if everywhere else again[flow.name]) for flow in program.flows
    )
    if all(new is old for new, old in zip(changed, program.flows, strict=True)):
        return program
    return replace(program, flows=(*changed, *(each.flow for each in flows.values())))


# --- one flow ------------------------------------------------------------------------------------------------------------


class _Piece(NamedTuple):
    """A new block; ``end`` names old blocks when it is ``old``."""

    nodes: list[Node]
    end: Terminator
    parameters: tuple[str, ...]
    handler: Handler | None
    old: bool


class _Change:
    """A flow, and what it becomes."""

    def __init__(self, flow: FlowGraph, flows: Mapping[str, TaskFlow]) -> None:
        self._flow = flow
        self._flows = flows
        self._next = 1 + max((node.id for block in flow.blocks for node in block.nodes), default=-1)
        self._pieces: list[_Piece] = []
        self._count = 0

    def changed(self, where: Iterable[int]) -> FlowGraph:
        """The flow with the calls in some of its blocks replaced; the very same when there are none."""
        chosen = set(where)
        if not any(self._standing_for(node) for index in chosen for node in self._flow.blocks[index].nodes):
            return self._flow
        starts = []
        for index, block in enumerate(self._flow.blocks):
            starts.append(len(self._pieces))
            self._add(block, index in chosen)
        return replace(self._flow, blocks=tuple(_finished(piece, starts) for piece in self._pieces))

    def _standing_for(self, node: Node) -> TaskFlow | None:
        if not isinstance(node, graph.CallTask) or node.policies:
            return None
        found = self._flows.get(node.task)
        fits = found is not None and (node.forms == ("*", "**") or _fit(found.flow.parameters, node) is not None)
        return found if fits else None

    def _add(self, block: Block, chosen: bool) -> None:
        nodes: list[Node] = []
        parameters = block.parameters
        for node in block.nodes:
            found = self._standing_for(node) if chosen else None
            if found is None:
                nodes.append(node)
            else:
                assert isinstance(node, graph.CallTask)
                nodes = self._split(node, found, nodes, parameters, block.handler)
                parameters = ()
        self._pieces.append(_Piece(nodes, block.end, parameters, block.handler, True))

    def _split(
        self, call: graph.CallTask, found: TaskFlow, before: list[Node], parameters: tuple[str, ...], handler: Handler | None
    ) -> list[Node]:
        """Write the blocks for a call; gives the nodes with which the one behind it begins."""
        place, here = call.place, len(self._pieces)
        self._count += 1
        variable = f"$value{self._count}"
        nodes, given = self._given(call, found)
        asked = tuple(each for each in given if each is not None)
        plain = graph.Operate(self._new(), place, "are_plain", asked)
        branch = graph.BranchOn(place, plain.id, here + 1, here + 2)
        self._pieces.append(_Piece([*before, *nodes, plain], branch, parameters, handler, False))
        for made in (graph.CallFlow(self._new(), place, found.flow.name, given), replace(call, id=self._new())):
            kept = graph.Store(self._new(), place, variable, made.id)
            self._pieces.append(_Piece([made, kept], graph.Jump(place, here + 3), (), handler, False))
        return [graph.Load(call.id, place, variable)]

    def _given(self, call: graph.CallTask, found: TaskFlow) -> tuple[list[Node], tuple[Ref | None, ...]]:
        """A value for each parameter, None where it has its default; and what has to be done for that."""
        parameters = found.flow.parameters
        if call.forms != ("*", "**"):
            named = _fit(parameters, call)
            assert named is not None
            return [], tuple(named.get(parameter.name) for parameter in parameters)
        described = (found.name, tuple(map(_described, parameters)))
        shown = f"{call.task.replace(':', '.')}()"
        whole = graph.Constantly(self._new(), call.place, Constant((described, shown)))
        packed = graph.Operate(self._new(), call.place, "bind_call", (whole.id, *call.arguments), ("", *call.forms))
        variables = tuple(f"$given{number}" for number in range(len(parameters)))
        nodes: list[Node] = [whole, packed]
        if variables:
            nodes.append(graph.UnpackVariables(self._new(), call.place, variables, packed.id, -1))
        loads = [graph.Load(self._new(), call.place, variable) for variable in variables]
        return [*nodes, *loads], tuple(load.id for load in loads)

    def _new(self) -> Ref:
        self._next += 1
        return self._next - 1


def _fit(parameters: Sequence[Parameter], call: graph.CallTask) -> dict[str, Ref] | None:
    """The arguments by the names of their parameters; None when they do not fit, or when that is seen only when it runs."""
    forms = call.forms or ("",) * len(call.arguments)
    by_position = [parameter.name for parameter in parameters if parameter.kind in ("position", "either")]
    by_name = {parameter.name for parameter in parameters if parameter.kind in ("either", "keyword")}
    found: dict[str, Ref] = {}
    for position, (form, argument) in enumerate(zip(forms, call.arguments, strict=True)):
        if form in ("*", "**") or (not form and position >= len(by_position)) or (form and form not in by_name):
            return None
        name = form or by_position[position]
        if name in found:
            return None
        found[name] = argument
    missing = any(parameter.required and parameter.name not in found for parameter in parameters)
    return None if missing else found


def _described(parameter: Parameter) -> tuple[object, ...]:
    """A parameter as operation ``bind`` wants it."""
    default = () if parameter.default is None else (parameter.default.value,)
    return (parameter.name, parameter.kind, parameter.required, *default)


def _finished(piece: _Piece, starts: Sequence[int]) -> Block:
    end = _moved(piece.end, starts) if piece.old else piece.end
    handler = piece.handler and replace(piece.handler, block=starts[piece.handler.block])
    return Block(tuple(piece.nodes), end, piece.parameters, handler)


def _moved(end: Terminator, starts: Sequence[int]) -> Terminator:
    match end:
        case graph.Jump(block=block):
            return replace(end, block=starts[block])
        case graph.BranchOn(then=then, otherwise=otherwise):
            return replace(end, then=starts[then], otherwise=starts[otherwise])
        case graph.SwitchOn(cases=cases, otherwise=otherwise):
            return replace(end, cases=tuple(starts[case] for case in cases), otherwise=starts[otherwise])
        case graph.Step(body=body, done=done):
            return replace(end, body=starts[body], done=starts[done])
        case _:
            return end


# --- what runs again and again -------------------------------------------------------------------------------------------


def calls_again(program: Program) -> dict[str, set[int]]:
    """The blocks of each flow that may run many times in one run."""
    found = {flow.name: _in_loops(flow) for flow in program.flows}
    flows = {flow.name: flow for flow in program.flows}
    pending = [flow.name for flow in program.flows]
    while pending:
        flow = flows[pending.pop()]
        for index, block in enumerate(flow.blocks):
            for name in _started_by(block, flow.name, index in found[flow.name]):
                if len(found[name]) < len(flows[name].blocks):
                    found[name] = set(range(len(flows[name].blocks)))
                    pending.append(name)
    return found


def _in_loops(flow: FlowGraph) -> set[int]:
    """Blocks from where a jump back leads to where it is: a loop lies between its head and its last jump."""
    found: set[int] = set()
    for index, block in enumerate(flow.blocks):
        back = min(_targets(block.end), default=index + 1)
        if back <= index:
            found.update(range(back, index + 1))
    return found


def _targets(end: Terminator) -> tuple[int, ...]:
    match end:
        case graph.Jump(block=block):
            return (block,)
        case graph.BranchOn(then=then, otherwise=otherwise):
            return (then, otherwise)
        case graph.SwitchOn(cases=cases, otherwise=otherwise):
            return (*cases, otherwise)
        case graph.Step(body=body, done=done):
            return (body, done)
        case _:
            return ()


def _started_by(block: Block, own: str, again: bool) -> list[str]:
    """The flows that a block may start many times: for each item of a map, by tail calls, by calls of itself, in a loop."""
    found = [block.end.flow] if isinstance(block.end, graph.TailCall) else []
    for node in block.nodes:
        match node:
            case graph.Map(flow=flow) | graph.MakeFunction(flow=flow):
                found.append(flow)
            case graph.CallFlow(flow=flow) if again or flow == own:
                found.append(flow)
            case graph.Fork(branches=branches) if again:
                found += [branch.flow for branch in branches]
            case _:
                pass
    return found
