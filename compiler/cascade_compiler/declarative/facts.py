"""What is known of the nodes of a part before anything is written: which may have no value, which are kept in variables.

Knows the part, not the program that is made of it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import msgspec
from cascade_compiler.declarative.outline import Call, CallEach, Choose, Enter, Gate, Item, Operand, Pick, Result, arguments_of

__all__ = ["Facts", "is_call", "may_lack", "read_results"]


def is_call(item: Item) -> bool:
    """Whether the node calls something; the others only compute."""
    return isinstance(item.work, Call | Enter | CallEach)


def read_results(item: Item) -> list[int]:
    """The nodes whose values the work of this node needs, each once: when one has none, the node is skipped."""
    return list({operand.node: None for operand in arguments_of(item) if isinstance(operand, Result)})


def may_lack(order: Sequence[int], items: Mapping[int, Item]) -> set[int]:
    """The nodes that may be skipped, so that those which are given their values have to look first."""
    lacking: set[int] = set()
    for node in order:
        item = items[node]
        if isinstance(item.work, Choose | Gate):
            continue
        skipped = item.condition is not None or any(each in lacking for each in read_results(item))
        if isinstance(item.work, Pick):
            skipped = skipped or _chosen_from(items[item.work.choice.node], lacking)
        if skipped and item.otherwise is not None:
            skipped = _is_of(item.otherwise, lacking)
        if skipped:
            lacking.add(node)
    return lacking


def _chosen_from(choose: Item, lacking: set[int]) -> bool:
    assert isinstance(choose.work, Choose)
    return _is_of(choose.work.selector, lacking)


def _is_of(operand: Operand, nodes: Container[int]) -> bool:
    return isinstance(operand, Result) and operand.node in nodes


class Facts(msgspec.Struct, frozen=True):
    """``lacking`` nodes may be skipped. ``guarded`` nodes may have run already when control comes to them, ``marked`` ones are
    guarded somewhere, and so leave a mark when they have run. ``entered`` nodes may be told to run again with other
    arguments. ``looping`` says that anything may run more than once. ``target`` is the node whose tail calls start it again."""

    lacking: frozenset[int] = frozenset()
    guarded: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()
    entered: frozenset[int] = frozenset()
    looping: bool = False
    target: int = -1

    def is_kept(self, node: int, item: Item) -> bool:
        """Whether the value is kept in a variable: it may be missing, or be set at more than one place."""
        return (
            node in self.lacking
            or node in self.guarded
            or node in self.marked
            or item.gate is not None
            or item.condition is not None
            or item.otherwise is not None
            or item.states is not None
            or node == self.target
            or isinstance(item.work, Pick)
            or (isinstance(item.work, Choose) and _is_of(item.work.selector, self.lacking))
        )
