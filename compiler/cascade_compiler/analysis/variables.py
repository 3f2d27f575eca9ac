"""Which registers are variables of the program, that a debugger shows."""

from __future__ import annotations

from cascade_vm.blueprint import Flow

__all__ = ["variable_in"]


def variable_in(flow: Flow, register: int) -> str | None:
    """The name of the variable that a register holds; None for a temporary. The table of names may be short."""
    return flow.variables[register] if register < len(flow.variables) else None
