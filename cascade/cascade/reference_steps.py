"""The steps of the reference that need nothing but values: what each node and each end of a block does to a frame.

A step is a function of the frame. It is made once, when a flow is first entered, so that a loop does not ask on each turn what
kind of node it has come to. A node that has no step here calls or makes a function, or needs the host: `cascade.reference` has
those. Knows the graph and values; knows no strands and no host.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, assert_never

from cascade_compiler import graph
from cascade_vm.host import UNBOUND

from cascade.reference_values import LAZY, OPERATIONS, is_error, operate, read_attribute, unpack

if TYPE_CHECKING:
    from cascade.reference_frames import Frame

__all__ = ["Block", "Flow"]


class Block(NamedTuple):
    """A block of a flow, ready to run."""

    nodes: Sequence[graph.Node]
    steps: Sequence[Callable[[Frame], object] | None]
    """What gives the value of each node; None where that takes more than the frame."""
    end: graph.Terminator
    way: Callable[[Frame], int] | None
    """What says which block is next; None where the frame is left."""
    given: Sequence[tuple[str, graph.Ref | None]]
    """The variables that the next block is given, and their values; None: unbound."""
    handler: graph.Handler | None


class Flow:
    """A flow of the program. Its blocks are made ready when it is first entered."""

    def __init__(self, flow: graph.FlowGraph) -> None:
        self.name = flow.name
        self.parameters = flow.parameters
        self._graph = flow

    @cached_property
    def blocks(self) -> list[Block]:
        return [self._made_ready(block) for block in self._graph.blocks]

    def _made_ready(self, block: graph.Block) -> Block:
        end = block.end
        given: tuple[tuple[str, graph.Ref | None], ...] = ()
        if isinstance(end, graph.Jump):
            given = tuple(zip(self._graph.blocks[end.block].parameters, end.arguments, strict=True))
        return Block(block.nodes, tuple(map(value_of, block.nodes)), end, way_of(end), given, block.handler)


def value_of(node: graph.Node) -> Callable[[Frame], object] | None:
    """What gives the value of a node; None when that takes more than values."""
    match node:
        case graph.Constantly(constant=constant):
            return lambda frame: constant.value
        case graph.Load(variable=name, checked=True):
            return lambda frame: frame.variables[name] if name in frame.variables else frame.load(name)
        case graph.Load(variable=name):
            return lambda frame: frame.variables.get(name, UNBOUND)
        case graph.Store(variable=name, value=ref):
            return lambda frame: frame.set(name, frame.values[ref])
        case graph.Forget(variable=name, checked=checked):
            return lambda frame: frame.forget(name, checked)
        case graph.IsBound(variable=name):
            return lambda frame: name in frame.variables
        case graph.Operate(operation=name, arguments=refs, forms=()):
            return operating(OPERATIONS[name], refs)
        case graph.Operate(operation=name, arguments=refs, forms=forms):
            return lambda frame: operate(name, frame.read(refs), forms)
        case graph.AttributeOf(target=ref, name=name):
            return lambda frame: read_attribute(frame.values[ref], name)
        case graph.UnpackInto(variables=names, star=star, source=ref):
            return lambda frame: frame.set_all(names, unpack(frame.values[ref], len(names), star))
        case graph.PackVariables(variables=names):
            return lambda frame: tuple(frame.variables.get(name, UNBOUND) for name in names)
        case graph.UnpackVariables(variables=names, source=ref, branch=-1):
            return lambda frame: frame.set_all(names, frame.values[ref])
        case graph.UnpackVariables(variables=names, source=ref, branch=branch):
            return lambda frame: frame.set_all(names, frame.values[ref][branch])
        case graph.Iterate(source=ref):
            return lambda frame: iterate(frame.values[ref])
        case graph.MatchError(error=ref, kinds=kinds):
            return lambda frame: is_error(frame.values[ref], kinds)
        case (
            graph.CallTask() | graph.CallValue() | graph.Method() | graph.Request() | graph.CallFlow() | graph.Fork()
            | graph.Map() | graph.MakeFunction()
        ):  # fmt: skip
            return None
        case _:
            assert_never(node)


def operating(operation: Callable[..., object], refs: tuple[graph.Ref, ...]) -> Callable[[Frame], object]:
    match refs:
        case (ref,):
            return lambda frame: operation(frame.values[ref])
        case (left, right):
            return lambda frame: operation(frame.values[left], frame.values[right])
        case _:
            return lambda frame: operation(*frame.read(refs))


def iterate(source: Any) -> object:
    return iter(source if type(source) in LAZY else list(source))


def way_of(end: graph.Terminator) -> Callable[[Frame], int] | None:
    """What says to which block the end of another leads; None when it leaves the frame."""
    match end:
        case graph.Jump(block=block):
            return lambda frame: block
        case graph.BranchOn(condition=ref, then=then, otherwise=otherwise):
            return lambda frame: then if frame.values[ref] else otherwise
        case graph.SwitchOn(value=ref, cases=cases, otherwise=otherwise):
            return lambda frame: choose(frame.values[ref], cases, otherwise)
        case graph.Step(iteration=ref, variable=name, body=body, done=done):
            return lambda frame: body if frame.set_next(name, frame.values[ref]) else done
        case graph.Return() | graph.Fail() | graph.Reraise() | graph.TailCall():
            return None
        case _:
            assert_never(end)


def choose(value: object, cases: tuple[int, ...], otherwise: int) -> int:
    return cases[value] if isinstance(value, int) and 0 <= value < len(cases) else otherwise
