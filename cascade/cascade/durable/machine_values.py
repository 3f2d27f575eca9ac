"""What registers hold that no user made: cursors, packed variables, the marker of unbound ones, built-in functions, functions
of the program. Their codecs stand here, because the machine's room knows nothing of stores.

`run_codecs` gives the table for one run: functions are those of its machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cascade_vm.control import Jump, TailCall
from cascade_vm.cursors import DONE, NAMES
from cascade_vm.functions import Function, make_function, template
from cascade_vm.host import UNBOUND
from cascade_vm.library import VALUES
from cascade_vm.machine import Machine
from cascade_vm.plain import Packed

from cascade.durable.codecs import Codecs, Parts
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


def _of_machine() -> Codecs:
    codecs = Codecs(parent=CODECS)
    for name, kind in NAMES.items():
        _add_slots(codecs, kind, f"cascade.cursor.{name}")
    _add_slots(codecs, Packed, "cascade.packed")
    codecs.add(Jump, "cascade.jump", lambda jump: (jump.target_key, jump.data), lambda state: Jump(*state))
    codecs.add(
        TailCall, "cascade.tail_call", lambda call: (call.args, call.kwargs, call.target), lambda state: TailCall(*state)
    )
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
