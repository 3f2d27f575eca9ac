"""Whether a program may see the order of a set, which is that of its process: going the same way again proves nothing then.

Values that come from outside are looked at as they come (`cascade.durable.journal`).
"""

from __future__ import annotations

from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow

__all__ = ["makes_sets"]

_MAKES = frozenset({"build_set", "set", "frozenset"})
_METHODS = frozenset({"difference", "intersection", "symmetric_difference", "union"})
_VIEWS = frozenset({"keys", "items"})
_ALGEBRA = frozenset(
    sign + more for sign in ("&", "|", "^", "-") for more in ("", "=")
) | {f"operator.{name}" for name in ("and_", "or_", "xor", "sub", "iand", "ior", "ixor", "isub")}  # fmt: skip


def makes_sets(blueprint: Blueprint) -> bool:
    """Whether a set may come about in a program, by what it says."""
    return any(map(_makes_sets, blueprint.flows))


def _makes_sets(flow: Flow) -> bool:
    operations = {i.operation for i in flow.code if isinstance(i, op.Compute | op.Test)}
    names = {i.name for i in flow.code if isinstance(i, op.Method | op.Attribute)}
    if operations & _MAKES or names & _METHODS or (names & _VIEWS and operations & _ALGEBRA):
        return True
    return any(constant.value in (set, frozenset) or type(constant.value) is frozenset for constant in flow.constants)
