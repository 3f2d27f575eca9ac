"""Programs made for one call: a flow without parameters, the root, that calls one flow with literals.

`call_root` adds the root to a flow graph, `template_of` takes the literals out of the Blueprint again, once the pass `promote`
has made inputs of them. `call_template` adds a root whose inputs have names. Knows nothing of where literals come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from cascade_compiler.graph import Block, Constantly, FlowGraph, Load, Node, Operate, Program, Ref, TailCall
from cascade_compiler.lowering import ROOT
from cascade_vm.blueprint import Blueprint, Parameter
from cascade_vm.constants import Constant, is_constant
from cascade_vm.host import UNBOUND, Place
from cascade_vm.signature import bind
from msgspec.structs import replace

__all__ = ["Input", "call_root", "call_template", "template_of"]


def call_root(
    program: Program, flow: str, arguments: Sequence[object] = (), keywords: Mapping[str, object] | None = None
) -> Program:
    """The program with a root that calls ``flow``; a root it had is replaced.

    An argument is a constant, or a list, tuple, set or dict of arguments. `TypeError` for another value and for arguments
    that the flow does not take, `KeyError` for an unknown flow. The root makes a tail call, so it shows in no trail.
    """
    called = {each.name: each for each in program.flows}[flow]
    building = _Building(called.place._replace(flow=ROOT))
    values = bind(called, arguments, keywords or {})
    operands = tuple(None if value is UNBOUND else building.value(value) for value in values)
    block = Block(tuple(building.nodes), TailCall(building.place, flow, operands))
    root = FlowGraph(ROOT, (), (block,), building.place, returns=called.returns)
    others = tuple(each for each in program.flows if each.name not in (program.root, ROOT))
    return replace(program, flows=(*others, root), root=ROOT)


class Input(msgspec.Struct, frozen=True):
    """Stands among the arguments of `call_template` for an input of that name; without a default it is required."""

    name: str
    default: Constant | None = None


def call_template(program: Program, flow: str, arguments: Sequence[object], name: str) -> Program:
    """The program with an entry called ``name`` that makes a tail call of ``flow``, with one argument a parameter.

    Arguments are as for `call_root`, or an `Input`: a parameter of the entry. Those without a default come first, else they
    are in the order in which they occur.
    """
    called = {each.name: each for each in program.flows}[flow]
    building = _Building(called.place._replace(flow=name))
    operands = tuple([building.value(value) for value in arguments])
    block = Block(tuple(building.nodes), TailCall(building.place, flow, operands))
    given = sorted(building.inputs.items(), key=lambda item: item[1] is not None)
    inputs = tuple(Parameter(each, default=default) for each, default in given)
    entry = FlowGraph(name, inputs, (block,), building.place, returns=called.returns)
    return replace(program, flows=(*program.flows, entry), entry=name, root=None)


class _Building:
    """The nodes that make the arguments. A value that occurs twice is made once."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.nodes: list[Node] = []
        self.inputs: dict[str, Constant | None] = {}
        self._made: dict[int, Ref] = {}
        self._within: set[int] = set()

    def value(self, value: object) -> Ref:
        """The node that gives a value."""
        if isinstance(value, Input):
            self.inputs[value.name] = value.default
            return self._add(Load(len(self.nodes), self.place, value.name))
        if is_constant(value):
            return self._add(Constantly(len(self.nodes), self.place, Constant(value)))
        if id(value) in self._within:
            raise TypeError("a value that contains itself can not be written into a program")
        if id(value) not in self._made:
            self._within.add(id(value))
            self._made[id(value)] = self._collection(value)
            self._within.discard(id(value))
        return self._made[id(value)]

    def _collection(self, value: object) -> Ref:
        kind = type(value).__name__
        if type(value) is dict:
            items = [item for pair in value.items() for item in pair]
        elif isinstance(value, list | tuple | set) and type(value) in (list, tuple, set):
            items = list(value)
        else:
            raise TypeError(f"a {kind} can not be written into a program: {value!r}")
        operands = tuple([self.value(item) for item in items])
        return self._add(Operate(len(self.nodes), self.place, f"build_{kind}", operands))

    def _add(self, node: Node) -> Ref:
        self.nodes.append(node)
        return node.id


def template_of(blueprint: Blueprint) -> tuple[Blueprint, tuple[Constant, ...]]:
    """The Blueprint with its root's inputs required, and what they were: the same Blueprint for all calls of one shape."""
    if blueprint.entry is None or blueprint.flows[blueprint.entry].name != ROOT:
        return blueprint, ()
    root = blueprint.flows[blueprint.entry]
    inputs = tuple([parameter.default for parameter in root.parameters if parameter.default is not None])
    blank = tuple([replace(parameter, default=None) for parameter in root.parameters])
    flows = list(blueprint.flows)
    flows[blueprint.entry] = replace(root, parameters=blank)
    return replace(blueprint, flows=tuple(flows)), inputs
