"""Where the values of nodes are while a flow is written: in values of nodes of the graph, or in variables.

Knows names and values, not what nodes do.
"""

from __future__ import annotations

from collections.abc import Mapping

from cascade_compiler import graph
from cascade_compiler.declarative.facts import Facts, is_call
from cascade_compiler.declarative.outline import Item, Operand, Result, Slot
from cascade_compiler.declarative.writing import Writer
from cascade_compiler.graph import Ref

__all__ = ["Scope", "done_mark", "original_arguments", "original_keywords", "override_of", "slot_variable", "variable_of"]


def slot_variable(index: int) -> str:
    """The parameter that has an input."""
    return f"$s{index}"


def variable_of(node: int) -> str:
    """The variable that has the value of a node; unbound when it was skipped."""
    return f"$v{node}"


def done_mark(node: int) -> str:
    """The variable that is bound when a node has run, or was skipped, and need not run again."""
    return f"$d{node}"


def override_of(node: int) -> str:
    """The variable that has the jump by which a node is told to run with other arguments; else unbound."""
    return f"$o{node}"


def original_arguments(node: int) -> str:
    """The variable that has the tuple of a state's own arguments."""
    return f"$a{node}"


def original_keywords(node: int) -> str:
    """The variable that has the dict of a state's own keyword arguments."""
    return f"$k{node}"


class Scope:
    """One flow that is being written, or one goal's part of the root."""

    def __init__(self, writer: Writer, items: Mapping[int, Item], facts: Facts, names: Mapping[int, str] | None = None) -> None:
        """``names`` are those of nodes that are not among ``items``."""
        self.writer = writer
        self.items = items
        self.facts = facts
        self.names = {} if names is None else names
        self.refs: dict[int, Ref] = {}

    def read(self, operand: Operand) -> Ref:
        """The value of an operand that is certain to have one here."""
        if isinstance(operand, Slot):
            return self.writer.load_fixed(slot_variable(operand.index))
        found = self.refs.get(operand.node)
        return self.writer.load(variable_of(operand.node)) if found is None else found

    def name_of(self, node: int) -> str:
        """What people call a node; empty for one that only computes."""
        item = self.items.get(node)
        if item is None:
            return self.names.get(node, "")
        return item.name if is_call(item) else ""

    def read_if_any(self, operand: Operand) -> Ref:
        """The value, or the marker that there is none, to be handed to a part of this flow."""
        if isinstance(operand, Result) and operand.node not in self.refs:
            return self.writer.load_unchecked(variable_of(operand.node))
        return self.read(operand)

    def may_lack(self, operand: Operand | None) -> bool:
        return isinstance(operand, Result) and operand.node in self.facts.lacking

    def is_there(self, node: int) -> Ref:
        """Whether a node has a value."""
        return self.writer.add(graph.IsBound, variable_of(node))

    def keep(self, node: int, value: Ref) -> None:
        """The node has this value."""
        if self.facts.is_kept(node, self.items[node]):
            self.writer.store(variable_of(node), value)
        else:
            self.refs[node] = value
