"""Writing the blocks of one flow: nodes with their places, labels, and what is loaded already. Knows nothing of outlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cascade_compiler import graph
from cascade_compiler.csc.drafts import Drafts, Label
from cascade_compiler.graph import Ref
from cascade_vm.blueprint import Parameter
from cascade_vm.constants import Constant
from cascade_vm.host import Place

__all__ = ["Writer"]


class Writer:
    """A flow that is being written. ``here`` is the place that nodes get."""

    def __init__(self, here: Place) -> None:
        self.here = here
        self._drafts = Drafts()
        self._drafts.begin(None)
        self._next = 0
        self._loaded: dict[str, Ref] = {}

    # --- nodes ---

    def add(self, make: Callable[..., graph.Node], *operands: Any) -> Ref:
        """Add a node to the current block; gives its number."""
        node = make(self._next, self.here, *operands)
        self._next += 1
        assert self._drafts.current is not None
        self._drafts.current.nodes.append(node)
        return node.id

    def constant(self, value: object) -> Ref:
        return self.add(graph.Constantly, Constant(value))

    def load(self, variable: str) -> Ref:
        return self.add(graph.Load, variable)

    def load_fixed(self, variable: str) -> Ref:
        """A variable that nothing sets: it is loaded once a block."""
        if variable not in self._loaded:
            self._loaded[variable] = self.load(variable)
        return self._loaded[variable]

    def load_unchecked(self, variable: str) -> Ref:
        return self.add(graph.Load, variable, False)

    def store(self, variable: str, value: Ref) -> None:
        self.add(graph.Store, variable, value)

    def forget(self, variable: str) -> None:
        self.add(graph.Forget, variable, False)

    def operate(self, operation: str, *arguments: Ref, forms: tuple[str, ...] = ()) -> Ref:
        return self.add(graph.Operate, operation, arguments, forms)

    # --- blocks ---

    @property
    def is_open(self) -> bool:
        """Whether a block is being written: nothing has ended it yet."""
        return self._drafts.current is not None

    def label(self) -> Label:
        return self._drafts.label()

    def is_wanted(self, label: Label) -> bool:
        """Whether anything that has been written goes to a label."""
        return self._drafts.is_wanted(label)

    def begin(self, label: Label, parameters: tuple[str, ...] = ()) -> None:
        """Begin the block of a label. What is open goes on there."""
        if self._drafts.current is not None:
            assert not parameters
            self.jump(label)
        self._drafts.begin(None, parameters)
        self._drafts.place(label)
        self._loaded = {}

    def jump(self, label: Label, *arguments: Ref) -> None:
        self._drafts.end(graph.Jump(self.here, label, arguments))

    def branch(self, condition: Ref, then: Label, otherwise: Label) -> None:
        self._drafts.end(graph.BranchOn(self.here, condition, then, otherwise))

    def switch(self, value: Ref, cases: Sequence[Label], otherwise: Label) -> None:
        self._drafts.end(graph.SwitchOn(self.here, value, tuple(cases), otherwise))

    def give(self, value: Ref) -> None:
        """Leave the flow with a value."""
        self._drafts.end(graph.Return(self.here, value))

    def fail(self, error: Ref) -> None:
        self._drafts.end(graph.Fail(self.here, error))

    def finish(self, name: str, parameters: Sequence[str], place: Place, part: bool) -> graph.FlowGraph:
        """The flow; ``part`` says that any of its parameters may be unbound."""
        given = tuple(map(Parameter, parameters))
        return graph.FlowGraph(name, given, self._drafts.finish(), place, branch=part)
