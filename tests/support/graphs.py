"""Flow graphs written down briefly, for tests that need no front end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from cascade_compiler import graph
from cascade_vm.blueprint import Parameter, Task
from cascade_vm.constants import Constant
from cascade_vm.host import Place

LINES = count(1)


def place(flow: str = "main", line: int | None = None) -> Place:
    """A place on a line of its own, so that trails tell nodes apart."""
    number = next(LINES) if line is None else line
    return Place(flow, "test.csc", number, 0, number, 1)


class Nodes:
    """The nodes of one block under construction. Each method adds a node and gives its id."""

    def __init__(self, flow: str, ids: count[int]) -> None:
        self.flow, self.ids = flow, ids
        self.nodes: list[graph.Node] = []

    def add(self, make: Callable[..., graph.Node], *arguments: Any, line: int | None = None) -> int:
        node = make(next(self.ids), place(self.flow, line), *arguments)
        self.nodes.append(node)
        return node.id

    def const(self, value: object) -> int:
        return self.add(graph.Constantly, Constant(value))

    def load(self, name: str, checked: bool = True) -> int:
        return self.add(graph.Load, name, checked)

    def store(self, name: str, value: int) -> int:
        return self.add(graph.Store, name, value)

    def op(self, name: str, *arguments: int, forms: tuple[str, ...] = (), line: int | None = None) -> int:
        return self.add(graph.Operate, name, arguments, forms, line=line)

    def task(
        self,
        name: str,
        *arguments: int,
        forms: tuple[str, ...] = (),
        policies: tuple[graph.Policy, ...] = (),
        line: int | None = None,
    ) -> int:
        return self.add(graph.CallTask, name, arguments, forms, policies, line=line)


class FlowBuilder:
    """A flow under construction; blocks come in the order in which they are begun."""

    def __init__(self, name: str = "main", *parameters: str | Parameter, branch: bool = False) -> None:
        self.name, self.branch = name, branch
        self.parameters = tuple(p if isinstance(p, Parameter) else Parameter(p) for p in parameters)
        self.ids = count()
        self.blocks: list[graph.Block] = []

    def nodes(self) -> Nodes:
        return Nodes(self.name, self.ids)

    def block(
        self,
        nodes: Nodes | None,
        end: Callable[..., graph.Terminator],
        *operands: Any,
        parameters: Sequence[str] = (),
        handler: graph.Handler | None = None,
        line: int | None = None,
    ) -> None:
        """Add a block that ends in ``end(place, *operands)``."""
        done = () if nodes is None else tuple(nodes.nodes)
        self.blocks.append(graph.Block(done, end(place(self.name, line), *operands), tuple(parameters), handler))

    def build(self) -> graph.FlowGraph:
        return graph.FlowGraph(self.name, self.parameters, tuple(self.blocks), place(self.name, 0), branch=self.branch)


def program(*flows: FlowBuilder, tasks: Sequence[str] = (), strict: bool = False) -> graph.Program:
    """A program whose tasks have no known signature."""
    built = tuple(flow.build() for flow in flows)
    return graph.Program(built, tuple(Task(name) for name in tasks), strict=strict)
