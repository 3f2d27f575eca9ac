"""What is made in a node for one reader behind it there, and is gone then: nobody else can see what it is.

That are iterators which one instruction takes whole or a loop goes over, and functions that a built-in function calls while it
runs (``sorted(names, key=lambda name: …)``). Between its making and its reading the code can not be left, and no handler looks
at it: there an iterator is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Flow
from cascade_vm.generated.cursors import Iterators
from cascade_vm.generated.liveness import Liveness
from cascade_vm.generated.program import Program

__all__ = ["LAZY", "TAKEN", "Here", "goes_on_to", "has_loops", "is_called_only", "runs_through"]

TAKEN: Final = -1
"""One instruction reads all that there is, or drops the rest."""

Operands = Sequence[int]


class Here(Protocol):
    """An instruction of a node, which ends before ``end``; it is ``guarded`` by a handler."""

    program: Program
    iterators: dict[int, Iterators]
    flow: Flow
    index: int
    pc: int
    end: int
    guarded: bool

    def is_iterator(self, register: int, pc: int) -> bool: ...

    def liveness(self) -> Liveness: ...


# --- iterators -----------------------------------------------------------------------------------------------------------


def _all_by_position(i: op.Compute) -> Operands | None:
    return None if any(i.forms) else i.arguments


def _of_enumerate(i: op.Compute) -> Operands | None:
    return i.arguments[:1] if not any(i.forms) or i.forms == ("", "start") else None


def _of_zip(i: op.Compute) -> Operands | None:
    if i.forms == ("*",):
        return i.arguments if i.arguments[0] >= 0 else None
    forms = i.forms or ("",) * len(i.arguments)
    data = [each for each, form in zip(i.arguments, forms, strict=True) if not form]
    return data if data and all(form == "" for form in forms[:-1]) and forms[-1] in ("", "strict") else None


def _of_map(i: op.Compute) -> Operands | None:
    return i.arguments[1:] if not any(i.forms) and len(i.arguments) > 1 else None


LAZY: dict[str, Callable[[op.Compute], Operands | None]] = {
    "enumerate": _of_enumerate, "filter": _of_map, "iter": _all_by_position, "map": _of_map, "reversed": _all_by_position,
    "zip": _of_zip,
}  # fmt: skip
"""The operations that give iterators, and what these go over; None for forms that are seldom."""

_FIRST = (
    "all", "any", "dict", "frozenset", "list", "max", "min", "next", "set", "sorted", "sum", "tuple", "math.fsum", "math.prod",
)  # fmt: skip
_SECOND = ("extend", "functools.reduce", "heapq.nlargest", "heapq.nsmallest", "update_set")
_ALONE = ("max", "min")
"""These take items only where there is one argument; of several, these are the items."""


def goes_on_to(here: Here, i: op.Compute) -> int | None:
    """Who reads the iterator that an instruction gives: `TAKEN`, or where a loop over it begins; None where it has to be a
    cursor."""
    return _reader(here, i, here.pc)


def _reader(here: Here, i: op.Compute, pc: int) -> int | None:
    register, code = i.dst, here.flow.code
    if here.guarded and here.liveness().is_read_by_handler(register, pc):
        return None
    for at in range(pc + 1, here.end):
        each = code[at]
        if register in roles.registers_read(each):
            ends = _end_of(here, each, register, at)
            if ends is None or (i.operation == "iter" and ends != TAKEN):  # a loop reads other values whole, `iter` does not
                return None
            seen = register not in roles.writes(each) and here.liveness().is_read_after(register, at)
            return None if seen or roles.reads(each).count(register) > 1 else ends
        if register in roles.writes(each):
            return TAKEN
        if not isinstance(each, _STAYING):
            return None
    return None


def _end_of(here: Here, each: op.Instruction, register: int, at: int) -> int | None:
    match each:
        case op.Iterate():
            return at if here.is_iterator(each.dst, at + 1) else None
        case op.Unpack():
            return TAKEN if each.targets else None
        case op.Method(name="join", target=target, arguments=(argument,)) if argument == register and target < 0:
            return TAKEN if type(here.flow.constants[-1 - target].value) is str and not any(each.forms) else None
        case op.Compute(operation=name) if name in LAZY:
            data = LAZY[name](each)
            return _reader(here, each, at) if data is not None and register in data and "*" not in each.forms else None
        case op.Compute(operation=name):
            return TAKEN if _takes_all(each, register) else None
        case _:
            return None


def _takes_all(each: op.Compute, register: int) -> bool:
    name, arguments = each.operation, each.arguments
    forms = each.forms or ("",) * len(arguments)
    if "*" in forms or "**" in forms:
        return False
    place = 0 if name in _FIRST else 1 if name in _SECOND else len(arguments)
    if name in _ALONE and sum(form == "" for form in forms) > 1:
        return False
    return place < len(arguments) and arguments[place] == register and forms[place] == ""


_STAYING = (
    op.Copy, op.Move, op.Compute, op.Unpack, op.Attribute, op.Clear, op.Bound, op.Check, op.Match, op.Close, op.Iterate,
)  # fmt: skip
"""Code is never left at these, but by an error."""


# --- functions -----------------------------------------------------------------------------------------------------------

_PASSED = (
    op.Copy, op.Move, op.Compute, op.Unpack, op.Attribute, op.Jump, op.Branch, op.Test, op.Switch, op.Clear, op.Bound, op.Check,
    op.Match, op.Return, op.Fail, op.Iterate, op.Next,
)  # fmt: skip
_WITH_KEY = ("sorted", "max", "min", "heapq.nlargest", "heapq.nsmallest")
"""The operations that call their argument ``key``."""


def is_called_only(here: Here, i: op.Close) -> bool:
    """Whether a function is made to be called by one operation there, and does not wait."""
    if here.program.careful or i.flow in here.program.waiting:
        return False
    for at in range(here.pc + 1, here.end):
        each = here.flow.code[at]
        if i.dst in roles.registers_read(each):
            gone = i.dst in roles.writes(each) or not here.liveness().is_read_after(i.dst, at)
            once = roles.reads(each).count(i.dst) == 1
            return gone and once and _arguments_of(here, each, i.dst, at) == _parameters(here, i)
        if not isinstance(each, _STAYING) or {i.dst, *i.captured}.intersection(roles.writes(each)):
            return False
    return False


def runs_through(flow: Flow) -> bool:
    """Whether the code of a flow is never left, but by an error. A handler that cleans up may doom the strand, which whoever
    called the function in the midst of a built-in would not hear of."""
    if flow.branch or any(handler.cleanup for handler in flow.handlers):
        return False
    return all(isinstance(i, _PASSED) for i in flow.code)


def has_loops(flow: Flow) -> bool:
    return any(label <= pc for pc, i in enumerate(flow.code) for label in roles.labels(i))


def _parameters(here: Here, i: op.Close) -> int:
    """How many arguments a function takes, all by position; -1 for another one."""
    parameters = here.program.image.blueprint.flows[i.flow].parameters[len(i.captured) :]
    return len(parameters) if all(each.kind in ("position", "either") for each in parameters) else -1


def _arguments_of(here: Here, each: op.Instruction, register: int, at: int) -> int | None:
    """How many arguments an instruction calls a function with, while it runs."""
    match each:
        case op.Method(name="sort", arguments=(argument, *_), forms=(form, *_)) if argument == register and form == "key":
            return 1
        case op.Compute(operation="functools.reduce", arguments=(function, *_)) if function == register and not any(each.forms):
            return 2
        case op.Compute(operation="map" | "filter", arguments=(function, *data)) if function == register:
            taken = LAZY[each.operation](each) is not None and _reader(here, each, at) == TAKEN
            return len(data) if taken else None
        case op.Compute(operation=name) if name in _WITH_KEY and "*" not in each.forms and "**" not in each.forms:
            key = [argument for argument, form in zip(each.arguments, each.forms, strict=False) if form == "key"]
            return 1 if key == [register] else None
        case _:
            return None
