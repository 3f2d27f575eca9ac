"""Whether a program may see the order of a set, which is that of its process: going the same way again proves nothing then.

A program that makes sets and asks them only what has nothing to do with their order (what they contain, how much that is, how
they compare, other sets by the algebra of sets) goes the same way everywhere. So registers that may hold a set of the program's
own are followed through each flow, and each use is looked at; a set that leaves its flow, or lies in another value, has left
what can be followed. Forward data flow, one bit a register, to a fixed point; a mistake may only be on the side of "may see".

Sets that come from outside are looked at as they come (`cascade.durable.journal`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.roles import flows_named, reads, successors, writes

__all__ = ["sees_orders"]

_SET, _VIEW = 1, 2

_MAKES: Final = frozenset({"build_set", "set", "frozenset"})
_ALGEBRA: Final = frozenset(
    sign + more for sign in ("&", "|", "^", "-") for more in ("", "=")
) | {f"operator.{name}" for name in ("and_", "or_", "xor", "sub", "iand", "ior", "ixor", "isub")}  # fmt: skip
"""Of two sets, or of a view of a dict and anything, they make a set."""
_ASKS: Final = frozenset({"in", "not in", "==", "!=", "<", "<=", ">", ">=", "is", "is not", "len", "bool", "not", "any", "all"})
_METHODS: Final = frozenset({"copy", "difference", "intersection", "symmetric_difference", "union"})
"""They give a set."""
_CHANGES: Final = frozenset({
    "clear", "difference_update", "intersection_update", "isdisjoint", "issubset", "issuperset", "symmetric_difference_update",
    "update",
})  # fmt: skip
_ITEMS: Final = frozenset({"add", "discard", "remove"})
"""What they are given becomes, or is, an item."""
_VIEWS: Final = frozenset({"keys", "items"})
"""They give a view of a dict, which has an order of its own, but what algebra makes of it has not."""
_READS: Final = frozenset({
    "list", "tuple", "sorted", "set", "frozenset", "sum", "min", "max", "enumerate", "zip", "dict", "reversed", "iter", "map",
    "filter",
})  # fmt: skip
"""What can be done with a view, besides, so that it lies nowhere from where it could come back unknown."""
_TAKES: Final = _METHODS | _CHANGES | {"extend", "join"}
"""Methods that read a view and keep none."""


def sees_orders(blueprint: Blueprint) -> bool:
    """Whether something in a program may depend on the order of a set that it makes."""
    flows = blueprint.flows
    called = {number for flow in flows for instruction in flow.code for number in flows_named(instruction)}
    has_algebra = any(isinstance(each, op.Compute) and each.operation in _ALGEBRA for flow in flows for each in flow.code)
    return any(_Following(flow, number not in called, has_algebra).sees() for number, flow in enumerate(flows))


class _Following:
    """The sets, and the views, of one flow. ``is_root``: nobody in the program calls it, so what it returns is looked at by
    nobody. Views matter where the program ``has_algebra``.

    What is held at an instruction is a number: bit ``2 * register`` says that the register may hold a set, the next that it may
    hold a view.
    """

    def __init__(self, flow: Flow, is_root: bool, has_algebra: bool) -> None:
        self.flow = flow
        self.is_root = is_root
        self.has_algebra = has_algebra

    def sees(self) -> bool:
        """Whether one of them may be seen in its order."""
        flow = self.flow
        if self._has_function() or any(type(each.default.value) is frozenset for each in flow.parameters if each.default):
            return True
        if not self._makes_any():
            return False
        before = {0: 0}
        waiting = [0]
        while waiting:
            pc = waiting.pop()
            held = before[pc]
            if self._is_seen(flow.code[pc], held):
                return True
            for target, after in self._after(pc, held):
                if target not in before or after & ~before[target]:
                    before[target] = before.get(target, 0) | after
                    waiting.append(target)
        return False

    def _has_function(self) -> bool:
        """Whether `set` is a value of the program, which others may call."""
        constants = self.flow.constants
        if any(constant.value in (set, frozenset) for constant in constants if isinstance(constant.value, type)):
            return True
        for each in self.flow.code:
            if isinstance(each, op.Compute) and each.operation == "builtin":
                [name] = each.arguments
                if name >= 0 or constants[-1 - name].value in ("set", "frozenset"):
                    return True
        return False

    def _makes_any(self) -> bool:
        flow = self.flow
        operations = {each.operation for each in flow.code if isinstance(each, op.Compute)}
        views = {each.name for each in flow.code if isinstance(each, op.Method | op.Attribute)} & _VIEWS
        frozen = any(type(constant.value) is frozenset for constant in flow.constants)
        return bool(operations & _MAKES or frozen or (views and self.has_algebra))

    def _after(self, pc: int, held: int) -> Iterator[tuple[int, int]]:
        """Where control may go from an instruction, and what is held there."""
        instruction = self.flow.code[pc]
        after = held
        copied = reads(instruction) if isinstance(instruction, op.Copy | op.Move) else ()
        made = 0 if copied else self._made(instruction, held)
        for place, register in enumerate(writes(instruction)):
            kinds = self._kinds(copied[place], held) if copied else made
            after = after & ~(3 << 2 * register) | kinds << 2 * register
        for target in successors(instruction, pc):
            yield target, after
        for handler in self.flow.handlers:
            if handler.start <= pc < handler.end:
                yield handler.target, (held | after) & ~(3 << 2 * handler.error)

    def _kinds(self, operand: int, held: int) -> int:
        if operand >= 0:
            return held >> 2 * operand & 3
        return _SET if type(self.flow.constants[-1 - operand].value) is frozenset else 0

    def _made(self, instruction: op.Instruction, held: int) -> int:
        """The kinds of what an instruction writes."""
        match instruction:
            case op.Compute(operation=operation, arguments=arguments):
                makes = operation in _MAKES or (operation in _ALGEBRA and any(self._kinds(one, held) for one in arguments))
                return _SET if makes else 0
            case op.Method(target=target, name=name):
                return _VIEW if name in _VIEWS else _SET if name in _METHODS and self._kinds(target, held) & _SET else 0
            case op.Attribute(target=target, name=name):  # a method as a value: what is done with it can not be followed
                return _VIEW if name in _VIEWS else self._kinds(target, held) & _SET
            case _:
                return 0

    def _is_seen(self, instruction: op.Instruction, held: int) -> bool:
        kinds = 0
        for operand in reads(instruction):
            kinds |= self._kinds(operand, held)
        return bool(kinds & _SET and self._shows_set(instruction, held)) or bool(
            kinds & _VIEW and self.has_algebra and self._keeps_view(instruction, held)
        )

    def _shows_set(self, instruction: op.Instruction, held: int) -> bool:
        match instruction:
            case op.Copy() | op.Move() | op.Branch() | op.Check() | op.Bound() | op.Attribute():
                return False
            case op.Return():
                return not self.is_root
            case op.Test(operation=operation):
                return operation not in _ASKS
            case op.Compute(operation="add", arguments=(_, item)):  # to the set of a comprehension
                return bool(self._kinds(item, held) & _SET)
            case op.Compute(operation=operation):
                return operation not in _ASKS and operation not in _ALGEBRA and operation not in ("set", "frozenset")
            case op.Method(target=target, name=name, arguments=arguments):
                if not self._kinds(target, held) & _SET:
                    return True
                items = name in _ITEMS and any(self._kinds(one, held) & _SET for one in arguments)
                return items or name not in _METHODS | _CHANGES | _ITEMS
            case _:
                return True

    def _keeps_view(self, instruction: op.Instruction, held: int) -> bool:
        match instruction:
            case op.Copy() | op.Move() | op.Branch() | op.Check() | op.Bound() | op.Test():
                return False
            case op.Iterate() | op.Unpack() | op.Call() | op.Request():  # what a task gives is looked at as it comes
                return False
            case op.Return():
                return not self.is_root
            case op.Compute(operation=operation):
                return operation not in _ASKS and operation not in _ALGEBRA and operation not in _READS
            case op.Method(name=name, arguments=arguments):
                return any(self._kinds(one, held) & _VIEW for one in arguments) and name not in _TAKES
            case _:
                return True
