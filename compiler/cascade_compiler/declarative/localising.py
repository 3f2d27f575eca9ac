"""Numbers that belong to one flow: nodes of a cluster with their slots and results counted from 0, so that clusters which do
the same become equal, and share a flow. Knows outlines only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from cascade_compiler.declarative.facts import Facts
from cascade_compiler.declarative.outline import (
    Call,
    CallEach,
    Choose,
    Collect,
    Enter,
    Gate,
    Item,
    Operand,
    Pick,
    Result,
    Route,
    Setting,
    Slot,
    States,
    Work,
)
from msgspec.structs import replace

__all__ = ["Numbers"]


class Numbers:
    """New numbers for slots and nodes, given as they are met."""

    def __init__(self) -> None:
        self.slots: dict[int, int] = {}
        self.nodes: dict[int, int] = {}

    def node(self, number: int) -> int:
        return self.nodes.setdefault(number, len(self.nodes))

    def item(self, item: Item) -> Item:
        """The same node in new numbers."""
        return replace(
            item,
            work=self._work(item.work),
            settings=tuple(Setting(each.kind, self._operands(each.settings)) for each in item.settings),
            condition=self._optional(item.condition),
            after=(),
            states=None if item.states is None else States((), ()),
            otherwise=self._optional(item.otherwise),
            gate=None if item.gate is None else self._result(item.gate),
        )

    def facts(self, facts: Facts) -> Facts:
        """What is known of the nodes that have new numbers."""

        def known(nodes: frozenset[int]) -> frozenset[int]:
            return frozenset(new for old, new in self.nodes.items() if old in nodes)

        return Facts(
            known(facts.lacking), known(facts.guarded), known(facts.marked), known(facts.entered), facts.looping, target=-1
        )

    def _operand(self, operand: Operand) -> Operand:
        if isinstance(operand, Slot):
            return Slot(self.slots.setdefault(operand.index, len(self.slots)))
        return self._result(operand)

    def _result(self, result: Result) -> Result:
        return Result(self.node(result.node))

    def _optional(self, operand: Operand | None) -> Operand | None:
        return None if operand is None else self._operand(operand)

    def _operands(self, operands: Iterable[Operand]) -> tuple[Operand, ...]:
        return tuple([self._operand(operand) for operand in operands])

    def _work(self, work: Work) -> Work:
        match work:
            case Call() | Enter():
                return replace(work, arguments=self._operands(work.arguments))
            case CallEach():
                return replace(work, iterables=self._operands(work.iterables))
            case Collect():
                return replace(work, items=self._operands(work.items))
            case Choose():
                return Choose(self._operand(work.selector), self._operand(work.keys))
            case Pick():
                return Pick(self._result(work.choice), self._operands(work.routes))
            case Gate():
                choices = tuple((self._result(choice), case) for choice, case in work.choices)
                return Gate(choices, tuple(map(self._result, work.gates)))
            case Route():
                raise TypeError("routes have become choices before anything is written")
            case _:
                assert_never(work)
