"""Which registers hold a value of a known built-in type, so that a method of it needs no look at the type first.

Forwards over the nodes of a flow, until nothing changes: what is known where paths meet is what all of them know. Only types
that are exact are known: what makes such a value gives never one of a subclass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.generated.graph import Plan

__all__ = ["Kinds"]

Known: TypeAlias = "dict[int, type]"

_GIVES: dict[str, type] = {
    "build_list": list, "build_tuple": tuple, "build_dict": dict, "build_set": set, "list": list, "sorted": list, "dict": dict,
    "set": set, "tuple": tuple, "concat": str, "range": range,
    "len": int, "int": int, "ord": int,
    "tail_arguments": tuple, "tail_keywords": dict,
}  # fmt: skip
"""What operations give."""
_METHOD_GIVES: dict[tuple[type, str], type] = {
    (str, "join"): str, (str, "split"): list, (str, "splitlines"): list, (str, "rsplit"): list, (list, "copy"): list,
    (dict, "copy"): dict, (set, "copy"): set,
}  # fmt: skip
"""What methods of values of an exact type give."""
_SAME = ("+", "*", "|", "&")
"""Operators that give a list, tuple, text or set of the exact type of their operands."""
_OF_INTEGERS = ("+", "-", "*", "//", "%", "|", "&", "^", "<<", ">>")
"""Operators that give an integer of two."""


class Kinds:
    """The types of what registers hold, before each instruction."""

    def __init__(self, flow: Flow, plan: Plan) -> None:
        self._flow = flow
        self._plan = plan
        self._at: dict[int, Known] = {0: {}}
        self._inside: dict[int, list[Known]] = {}
        pending = [0]
        while pending:
            start = pending.pop()
            known = dict(self._at[start])
            thrown = dict(known)
            for pc in range(start, plan.ends[start]):
                self._pass(pc, known)
                thrown = _meet(thrown, known)
            ways = [(way, known) for way in plan.after[start]]
            row = plan.handlers[start]
            if row >= 0:
                thrown.pop(flow.handlers[row].error, None)
                ways.append((flow.handlers[row].target, thrown))
            for way, new in ways:
                old = self._at.get(way)
                joined = new if old is None else _meet(old, new)
                if joined != old:
                    self._at[way] = dict(joined)
                    pending.append(way)

    def kind(self, operand: int, pc: int) -> type | None:
        """The exact type of what an instruction reads, if it is known."""
        if operand < 0:
            return type(self._flow.constants[-1 - operand].value)
        start = max(start for start in self._plan.ends if start <= pc)
        if start not in self._inside:
            known = dict(self._at.get(start, {}))
            self._inside[start] = []
            for each in range(start, self._plan.ends[start]):
                self._inside[start].append(dict(known))
                self._pass(each, known)
        return self._inside[start][pc - start].get(operand)

    def _pass(self, pc: int, known: Known) -> None:
        """What is known behind an instruction."""
        i = self._flow.code[pc]
        given = self._given(i, known)
        for register in roles.writes(i):
            known.pop(register, None)
        if given is not None:
            (register,) = roles.writes(i)
            known[register] = given
        if isinstance(i, op.Unpack) and i.star >= 0 and i.targets.count(i.targets[i.star]) == 1:
            known[i.targets[i.star]] = list  # what the others leave over

    def _given(self, i: op.Instruction, known: Mapping[int, type]) -> type | None:
        match i:
            case op.Copy(source=source):
                return self._kind(source, known)
            case op.Compute(operation="+=" | "*=", arguments=(target, _)) if self._kind(target, known) is list:
                return list
            case op.Compute(operation=name, arguments=(left, right)) if name in _SAME or name.removesuffix("=") in _OF_INTEGERS:
                kind = self._kind(left, known)
                alike = kind is self._kind(right, known)
                integer = alike and kind is int and name.removesuffix("=") in _OF_INTEGERS
                return int if integer else kind if alike and name in _SAME and kind in (list, tuple, str, set) else None
            case op.Compute(operation=name):
                return _GIVES.get(name)
            case op.Method(target=target, name=name):
                kind = self._kind(target, known)
                return None if kind is None else _METHOD_GIVES.get((kind, name))
            case _:
                return None

    def _kind(self, operand: int, known: Mapping[int, type]) -> type | None:
        return type(self._flow.constants[-1 - operand].value) if operand < 0 else known.get(operand)


def _meet(a: Known, b: Known) -> Known:
    return {register: kind for register, kind in a.items() if b.get(register) is kind}
