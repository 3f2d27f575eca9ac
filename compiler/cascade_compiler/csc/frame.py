"""A flow under construction: writes nodes, blocks and variables of the flow graph. Knows no syntax but names and spans.

The rules that turn syntax into nodes are functions of a `Frame`, one file for each part of the language. They reach each
other through `Rules`, so that no file has to import the one that imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import NamedTuple

from cascade_compiler import graph
from cascade_compiler.csc.drafts import Drafts, Label
from cascade_compiler.csc.scopes import Scope
from cascade_compiler.csc.symbols import Symbol, Unit
from cascade_compiler.graph import Handler, Node, Ref, Terminator
from cascade_grammar import tree
from cascade_grammar.spans import Span
from cascade_vm.blueprint import Parameter, Task
from cascade_vm.constants import Constant
from cascade_vm.host import Place

__all__ = ["Assembly", "FlowCall", "Frame", "Root", "Rules", "StateEntry"]


class FlowCall(NamedTuple):
    """A flow and one argument for each of its parameters, None where it has a default."""

    flow: str
    arguments: tuple[Ref | None, ...]


class Rules(NamedTuple):
    """How each part of the language is built."""

    value: Callable[[Frame, tree.Expression], Ref]
    branch: Callable[[Frame, tree.Expression, Label, Label], None]
    statements: Callable[[Frame, Iterable[tree.Statement]], None]
    flow_call: Callable[[Frame, tree.Call], Callable[[], FlowCall] | None]
    """What a call passes to which flow, None when it is no call of a flow; the nodes are written when that is asked for."""


class Assembly:
    """The program as far as it is built."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.tasks: dict[str, Task] = {}
        self._flows: dict[str, graph.FlowGraph | None] = {}

    def reserve(self, name: str) -> None:
        """Keep the next place in the program for a flow."""
        self._flows[name] = None

    def set_flow(self, flow: graph.FlowGraph) -> None:
        """Put a flow in its place."""
        self._flows[flow.name] = flow

    def use(self, task: Task) -> str:
        """The name of a task that is called."""
        self.tasks.setdefault(task.name, task)
        return task.name

    @property
    def flows(self) -> tuple[graph.FlowGraph, ...]:
        """The flows that are built, in order."""
        return tuple(flow for flow in self._flows.values() if flow is not None)


class StateEntry(NamedTuple):
    """Where a state begins, and its parameters."""

    label: Label
    parameters: tuple[Parameter, ...]


@dataclass(slots=True)
class Root:
    """What the flow that a user wrote and the branches that are made of its parts have in common."""

    flow: str
    name: str
    branches: int = 0


@dataclass(slots=True)
class Inner:
    """The variables of a comprehension: the graph's name for each of the program's. ``early`` are those that are read
    where they may have no value yet."""

    variables: dict[str, str]
    early: Collection[str] = field(default=())


class Frame:
    """One flow of the graph: ``variables`` are the program's names for the variables of the frame."""

    def __init__(self, assembly: Assembly, unit: Unit, root: Root, name: str, variables: Collection[str]) -> None:
        self.assembly = assembly
        self.unit = unit
        self.root = root
        self.name = name
        self.variables = variables
        self.inner: list[Inner] = []
        self.exits: list[Scope] = []
        self.caught: list[str] = []
        self.result = "$result"  # holds what the flow returns while `finally` suites run
        self.states: dict[str, StateEntry] = {}
        self.drafts = Drafts()
        self.handler: Handler | None = None
        self._nodes = 0
        self._temporaries = 0
        self.drafts.begin(None)

    # --- rules -----------------------------------------------------------------------------------------------------------

    def value(self, expression: tree.Expression) -> Ref:
        """Write the nodes that compute an expression."""
        return self.assembly.rules.value(self, expression)

    def branch(self, condition: tree.Expression, then: Label, otherwise: Label) -> None:
        """Go to ``then`` if the condition is true, else to ``otherwise``."""
        self.assembly.rules.branch(self, condition, then, otherwise)

    def run(self, statements: Iterable[tree.Statement]) -> None:
        """Write the nodes of statements."""
        self.assembly.rules.statements(self, statements)

    def flow_call(self, call: tree.Call) -> Callable[[], FlowCall] | None:
        """How a call of a flow is made, None when it is a call of something else."""
        return self.assembly.rules.flow_call(self, call)

    # --- names -----------------------------------------------------------------------------------------------------------

    def variable(self, name: str) -> str | None:
        """The variable that ``name`` stands for, None when it is no variable."""
        for inner in reversed(self.inner):
            if name in inner.variables:
                return inner.variables[name]
        return name if name in self.variables else None

    def is_early(self, name: str) -> bool:
        """Whether ``name`` is a comprehension's variable that may have no value yet."""
        for inner in reversed(self.inner):
            if name in inner.variables:
                return name in inner.early
        return False

    def symbol(self, name: str) -> Symbol | None:
        """What ``name`` stands for outside of the flow."""
        return self.unit.names.get(name)

    def temporary(self, kind: str) -> str:
        """A variable that no program can name."""
        self._temporaries += 1
        return f"${kind}{self._temporaries}"

    def beside(self, variables: Collection[str]) -> Frame:
        """A frame for a part of this flow that runs beside it."""
        self.root.branches += 1
        name = f"{self.root.name}${self.root.branches}"
        self.assembly.reserve(name)
        return Frame(self.assembly, self.unit, self.root, name, variables)

    # --- nodes -----------------------------------------------------------------------------------------------------------

    def place(self, span: Span) -> Place:
        """A span as it is shown to users."""
        source = self.unit.source
        return Place(self.root.flow, source.name, *source.position(span.start), *source.position(span.end))

    def add(self, kind: Callable[..., Node], span: Span, *parts: object) -> Ref:
        """Write a node."""
        if self.drafts.current is None:
            self.drafts.begin(self.handler)
        draft = self.drafts.current
        assert draft is not None
        ref = self._nodes
        self._nodes += 1
        draft.nodes.append(kind(ref, self.place(span), *parts))
        return ref

    def constant(self, value: object, span: Span) -> Ref:
        """The value of a constant."""
        return self.add(graph.Constantly, span, Constant(value))

    def operate(self, operation: str, span: Span, *arguments: Ref) -> Ref:
        """The value of an operation."""
        return self.add(graph.Operate, span, operation, arguments)

    def load(self, variable: str, span: Span) -> Ref:
        """The value that a variable has now."""
        return self.add(graph.Load, span, variable)

    def store(self, variable: str, value: Ref, span: Span) -> None:
        """Set a variable."""
        self.add(graph.Store, span, variable, value)

    def forget(self, variable: str, span: Span) -> None:
        """Make a variable unbound, whether it is bound or not."""
        self.add(graph.Forget, span, variable, False)

    # --- blocks ----------------------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether control can come to what is written next."""
        return self.drafts.current is not None

    def label(self) -> Label:
        """A place to go to, not placed yet."""
        return self.drafts.label()

    def end(self, kind: Callable[..., Terminator], span: Span, *parts: object) -> None:
        """End the current block."""
        if self.drafts.current is None:
            self.drafts.begin(self.handler)
        self.drafts.end(kind(self.place(span), *parts))

    def jump(self, label: Label, span: Span, *arguments: Ref | None) -> None:
        """Go to a block, if control comes here at all."""
        if self.is_open:
            self.end(graph.Jump, span, label, arguments)

    def start(self, label: Label, span: Span, parameters: tuple[str, ...] = ()) -> None:
        """Begin the block of ``label``; what was written before goes on there."""
        drafts = self.drafts
        if not self.is_open and not drafts.is_wanted(label):
            return
        if not (drafts.is_fresh and not parameters):
            self.jump(label, span)
            drafts.begin(self.handler, parameters)
        drafts.place(label)

    def generator(self, _expression: tree.Comprehension) -> AbstractContextManager[None]:
        """Around what is written for a generator expression, its first iterable excepted."""
        return nullcontext()

    def built_in(self, _expression: tree.Expression) -> str | None:
        """The name of the built-in function or type that an expression always gives."""
        return None

    @contextmanager
    def guarded(self, handler: Handler, span: Span) -> Iterator[None]:
        """Errors of what is written inside go to ``handler``."""
        outside = self.handler
        self.set_handler(handler, span)
        self.drafts.want(handler.block)
        yield
        self.set_handler(outside, span)

    def set_handler(self, handler: Handler | None, span: Span) -> None:
        """From here on errors go to ``handler``."""
        if handler == self.handler:
            return
        self.handler = handler
        draft = self.drafts.current
        if draft is None:
            return
        if draft.nodes:
            label = self.label()
            self.end(graph.Jump, span, label)
            self.drafts.begin(handler)
            self.drafts.place(label)
        else:
            draft.handler = handler

    def merge(self, label: Label, span: Span) -> Ref:
        """Begin the block of ``label``, to which every jump brings a value; give that value."""
        variable = self.temporary("t")
        self.start(label, span, (variable,))
        return self.load(variable, span)
