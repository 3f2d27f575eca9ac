"""What registers hold that no user made: cursors, packed variables, the marker of unbound ones, built-in functions, functions
of the program. Their codecs stand here, because the machine's room knows nothing of stores.

`run_codecs` gives the table for one run: functions are those of its machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from cascade_vm.call_operations import EndedBy
from cascade_vm.control import Jump, TailCall
from cascade_vm.cursors import DONE, NAMES
from cascade_vm.functions import Function, make_function, template
from cascade_vm.host import UNBOUND
from cascade_vm.library import VALUES
from cascade_vm.machine import Machine
from cascade_vm.names import is_public
from cascade_vm.operations import METHODS
from cascade_vm.plain import Packed
from cascade_vm.reading import Answers, Less, Pairs

from cascade.durable.codecs import Codec, Codecs, Parts, Refused
from cascade.durable.standard import CODECS

__all__ = ["MACHINE_CODECS", "run_codecs"]


def _add_slots(codecs: Codecs, kind: type, name: str) -> None:
    """Objects that are what their slots hold."""
    slots: tuple[str, ...] = kind.__slots__  # type: ignore[attr-defined]
    take, fill = _takes(slots), _fills(slots)
    codecs.add(kind, name, take, fill=fill)


def _takes(slots: Sequence[str]) -> Callable[[Any], Parts]:
    return lambda value: tuple([getattr(value, slot) for slot in slots])


def _fills(slots: Sequence[str]) -> Callable[[Any, Parts], None]:
    def fill(value: Any, state: Parts) -> None:
        if type(state) is not tuple:
            raise TypeError("the state is no tuple")
        for slot, held in zip(slots, state, strict=True):
            setattr(value, slot, held)

    return fill


def _take_method(method: Any) -> Parts:
    """A method of a built-in value, as a value."""
    if method.__name__ not in METHODS.get(type(method.__self__), ()):
        raise Refused("")
    return method.__self__, method.__name__


def _method(state: Any) -> object:
    owner, name = state
    if name not in METHODS.get(type(owner), ()):
        raise ValueError(f"it is a method {name!r:.40} of a {type(owner).__name__}")
    return getattr(owner, name)


class _BuiltInMethod:
    """Nothing is one."""


def _built_in_method(value: object) -> Codec | None:
    is_one = type(value) is BuiltinMethodType and type(value.__self__) in METHODS
    return MACHINE_CODECS.by_type[_BuiltInMethod] if is_one else None


def _take_bound(method: Any) -> Parts:
    """A public method of another value: what it is, is the method that the value has by this name."""
    name = method.__func__.__name__
    if not is_public(name) or getattr(type(method.__self__), name, None) is not method.__func__:
        raise Refused("")
    return method.__self__, name


def _bound(state: Any) -> object:
    owner, name = state
    function = getattr(type(owner), name, None) if type(name) is str and is_public(name) else None
    if type(function) is not FunctionType:
        raise ValueError(f"a {type(owner).__name__} has no method {name!r:.40}")
    return MethodType(function, owner)


def _of_machine() -> Codecs:
    codecs = Codecs(parent=CODECS, shapes=_built_in_method)
    codecs.add(_BuiltInMethod, "cascade.method", _take_method, _method)  # for their code: `len` is of the same type
    for name, kind in NAMES.items():
        _add_slots(codecs, kind, f"cascade.cursor.{name}")
    for kind, name in ((Packed, "packed"), (EndedBy, "ended_by"), (Pairs, "pairs"), (Less, "less"), (Answers, "answers")):
        _add_slots(codecs, kind, f"cascade.{name}")
    codecs.add(Jump, "cascade.jump", lambda jump: (jump.target_key, jump.data), lambda state: Jump(*state))
    codecs.add(
        TailCall, "cascade.tail_call", lambda call: (call.args, call.kwargs, call.target), lambda state: TailCall(*state)
    )
    codecs.add(MethodType, "cascade.bound_method", _take_bound, _bound)
    codecs.name(UNBOUND, "cascade.unbound")
    codecs.name(DONE, "cascade.done")
    named = {id(value): name for name, value in reversed(VALUES.items())}
    for name, value in VALUES.items():
        if named[id(value)] == name:
            codecs.name(value, f"cascade.library.{name}")
    return codecs


MACHINE_CODECS = _of_machine()
"""Everything but functions of a program."""


def run_codecs(machine: Machine) -> Codecs:
    """The table for the values of one run."""
    codecs = Codecs(parent=MACHINE_CODECS)

    def take(function: Any) -> Parts:
        return function._template.number, function._template.name, tuple(function._captured)

    def fill(function: Any, state: Parts) -> None:
        number, name, captured = state
        flows = machine.image.flows
        if type(number) is not int or not 0 <= number < len(flows) or type(captured) is not tuple:
            raise ValueError("it is a function of another program")
        made = make_function(machine, template(flows[number], name, len(captured)), captured)
        for field in Function.__struct_fields__:
            setattr(function, field, getattr(made, field))

    codecs.add(Function, "cascade.function", take, fill=fill)
    return codecs
