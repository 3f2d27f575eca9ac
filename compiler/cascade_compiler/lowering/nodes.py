"""Lowering of the nodes of a block: one function for each kind of node that takes more than one instruction.

Knows nothing of blocks and jumps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from cascade_compiler import graph
from cascade_compiler.graph import Node, Policy, Ref
from cascade_compiler.lowering.emission import Emission
from cascade_vm import opcodes
from cascade_vm.blueprint import Parameter
from cascade_vm.constants import NONE, Constant
from cascade_vm.host import Place

__all__ = ["Callee", "lower_node", "lower_tail_arguments"]


class Callee:
    """What lowering knows of the other flows and of the tasks, by name."""

    def __init__(self, flows: Sequence[graph.FlowGraph], tasks: Sequence[str]) -> None:
        self.flows: Mapping[str, int] = {flow.name: i for i, flow in enumerate(flows)}
        self.parameters: Sequence[tuple[Parameter, ...]] = [flow.parameters for flow in flows]
        self.tasks: Mapping[str, int] = {name: i for i, name in enumerate(tasks)}


def lower_node(out: Emission, node: Node, callee: Callee, bound: bool) -> None:
    """Append the instructions of a node. ``bound`` says that the variable it names is certain to have a value."""
    match node:
        case graph.Constantly():
            out.values[node.id] = out.constant(node.constant)
        case graph.Load() | graph.Forget() | graph.Store() | graph.IsBound():
            _lower_variable(out, node, bound)
        case graph.UnpackInto() | graph.UnpackVariables() | graph.PackVariables():
            _lower_variables(out, node)
        case graph.CallTask() | graph.CallFlow() | graph.Fork() | graph.Map():
            _lower_call(out, node, callee)
        case graph.Operate() | graph.AttributeOf() | graph.Iterate() | graph.MatchError():
            _lower_operation(out, node)
        case graph.MakeFunction():
            captured = _values(out, node.captured)
            out.emit(opcodes.Close(_result(out, node), callee.flows[node.flow], captured, node.name), node.place)
        case graph.Method() | graph.Request() | graph.CallValue():
            _lower_request(out, node)
        case _:
            assert_never(node)


def _result(out: Emission, node: Node) -> int:
    """A register for the value of a node."""
    out.values[node.id] = out.fresh()
    return out.values[node.id]


def _values(out: Emission, refs: Sequence[Ref]) -> tuple[int, ...]:
    return tuple([out.values[ref] for ref in refs])


# --- variables -----------------------------------------------------------------------------------------------------------


def _lower_variable(out: Emission, node: graph.Load | graph.Forget | graph.Store | graph.IsBound, bound: bool) -> None:
    register = out.variables[node.variable]
    match node:
        case graph.Load():
            if node.checked and not bound:
                out.emit(opcodes.Check(register, node.variable), node.place)
            out.emit(opcodes.Copy(_result(out, node), register), node.place)
        case graph.Store():
            out.emit(opcodes.Copy(register, out.values[node.value]), node.place)
            out.values[node.id] = out.constant(NONE)
        case graph.Forget():
            if node.checked and not bound:
                out.emit(opcodes.Check(register, node.variable), node.place)
            out.emit(opcodes.Clear(register), node.place)
            out.values[node.id] = out.constant(NONE)
        case graph.IsBound():
            out.emit(opcodes.Bound(_result(out, node), register), node.place)
        case _:
            assert_never(node)


def _lower_variables(out: Emission, node: graph.UnpackInto | graph.UnpackVariables | graph.PackVariables) -> None:
    registers = tuple(out.variables[name] for name in node.variables)
    match node:
        case graph.UnpackInto():
            out.emit(opcodes.Unpack(registers, node.star, out.values[node.source]), node.place)
            out.values[node.id] = out.constant(NONE)
        case graph.UnpackVariables():
            out.emit(opcodes.Restore(registers, out.values[node.source], node.branch), node.place)
            out.values[node.id] = out.constant(NONE)
        case graph.PackVariables():
            out.emit(opcodes.Pack(_result(out, node), registers), node.place)
        case _:
            assert_never(node)


# --- values --------------------------------------------------------------------------------------------------------------


def _lower_operation(out: Emission, node: graph.Operate | graph.AttributeOf | graph.Iterate | graph.MatchError) -> None:
    match node:
        case graph.Operate():
            arguments = _values(out, node.arguments)
            out.emit(opcodes.Compute(_result(out, node), node.operation, arguments, node.forms), node.place)
        case graph.AttributeOf():
            target = out.values[node.target]
            out.emit(opcodes.Attribute(_result(out, node), target, node.name), node.place)
        case graph.Iterate():
            source = out.values[node.source]
            out.emit(opcodes.Iterate(_result(out, node), source), node.place)
        case graph.MatchError():
            error = out.values[node.error]
            out.emit(opcodes.Match(_result(out, node), error, node.kinds), node.place)
        case _:
            assert_never(node)


def _lower_request(out: Emission, node: graph.Method | graph.Request | graph.CallValue) -> None:
    arguments = _values(out, node.arguments)
    match node:
        case graph.Method():
            target = out.values[node.target]
            out.emit(opcodes.Method(_result(out, node), target, node.name, arguments, node.forms), node.place)
        case graph.CallValue():
            target = out.values[node.target]
            out.emit(opcodes.Invoke(_result(out, node), target, arguments, node.forms), node.place)
        case graph.Request():
            out.emit(opcodes.Request(_result(out, node), node.service, arguments, node.forms), node.place)
        case _:
            assert_never(node)


# --- calls ---------------------------------------------------------------------------------------------------------------


def _lower_call(out: Emission, node: graph.CallTask | graph.CallFlow | graph.Fork | graph.Map, callee: Callee) -> None:
    match node:
        case graph.CallTask():
            arguments, task = _values(out, node.arguments), callee.tasks[node.task]
            policies = _lower_policies(out, node.policies, node.place)
            out.emit(opcodes.Call(_result(out, node), task, arguments, node.forms, policies), node.place)
        case graph.CallFlow():
            flow = callee.flows[node.flow]
            arguments = _lower_arguments(out, node.arguments, callee.parameters[flow], node.place)
            policies = _lower_policies(out, node.policies, node.place)
            out.emit(opcodes.CallFlow(_result(out, node), flow, arguments, policies), node.place)
        case graph.Fork():
            flows = tuple(callee.flows[branch.flow] for branch in node.branches)
            groups = tuple(_values(out, branch.arguments) for branch in node.branches)
            inputs, after = (tuple(getattr(branch, name) for branch in node.branches) for name in ("inputs", "after"))
            limit = _lower_limit(out, node.limit)
            needs = (inputs if any(inputs) else (), after if any(after) else ())
            out.emit(opcodes.Fork(_result(out, node), flows, groups, limit, *needs), node.place)
        case graph.Map():
            items, rest, limit = out.values[node.items], _values(out, node.arguments), _lower_limit(out, node.limit)
            flow = callee.flows[node.flow]
            out.emit(opcodes.Map(_result(out, node), flow, items, rest, limit), node.place)
        case _:
            assert_never(node)


def _lower_limit(out: Emission, limit: Ref | None) -> int:
    return out.constant(NONE) if limit is None else out.values[limit]


def _lower_arguments(
    out: Emission, arguments: Sequence[Ref | None], parameters: Sequence[Parameter], place: Place
) -> tuple[int, ...]:
    """One operand a parameter: the caller fills in constant defaults, nothing for what takes the rest, and leaves computed ones
    unbound."""
    operands = []
    for argument, parameter in zip(arguments, parameters, strict=True):
        if argument is not None:
            operands.append(out.values[argument])
        elif parameter.default is not None:
            operands.append(out.constant(parameter.default))
        elif parameter.kind == "rest":
            operands.append(out.constant(Constant(())))
        elif parameter.kind == "keywords":
            operands.append(out.fresh())
            out.emit(opcodes.Compute(operands[-1], "build_dict", ()), place)
        elif parameter.computed:
            operands.append(out.fresh())
            out.emit(opcodes.Clear(operands[-1]), place)
        else:
            raise ValueError(f"the parameter {parameter.name!r} has no default")
    return tuple(operands)


def lower_tail_arguments(out: Emission, end: graph.TailCall, callee: Callee) -> tuple[int, tuple[int, ...]]:
    """The flow that a tail call becomes, and the operands of its arguments."""
    flow = callee.flows[end.flow]
    return flow, _lower_arguments(out, end.arguments, callee.parameters[flow], end.place)


def _lower_policies(out: Emission, policies: Sequence[Policy], place: Place) -> int:
    """The operand that reads the tuple of policy tuples, outermost first; None when there are none."""
    if not policies:
        return out.constant(NONE)
    built = []
    for policy in policies:
        kind = out.constant(Constant(policy.kind))
        built.append(_build_tuple(out, (kind, *_values(out, policy.settings)), place))
    return _build_tuple(out, built, place)


def _build_tuple(out: Emission, operands: Sequence[int], place: Place) -> int:
    register = out.fresh()
    out.emit(opcodes.Compute(register, "build_tuple", tuple(operands)), place)
    return register
