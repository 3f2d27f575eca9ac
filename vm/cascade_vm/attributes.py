"""Attributes of values, as programs read, set and delete them: public names only, and nothing of the machine's own types."""

from __future__ import annotations

from typing import Any

from cascade_vm.cursors import CURSORS
from cascade_vm.formatting import format_method
from cascade_vm.names import is_public, opens_attributes

__all__ = ["CLOSED", "delete_attribute", "read_attribute", "write_attribute"]

CLOSED: set[type] = set(CURSORS)
"""The machine's own types: programs hold their values, and see nothing in them. Each adds itself where it is defined."""


def read_attribute(value: Any, name: str) -> Any:
    """``value.name``, for a name that the verifier has looked at. `str.format` gets a guard in its place."""
    if type(value) in CLOSED or opens_attributes(value, name):
        if type(value) is str:
            return format_method(value, name)
        raise AttributeError(f"'{type(value).__name__}' object has no attribute '{name}'")
    return getattr(value, name)


def write_attribute(target: Any, name: str, value: object) -> None:
    """``target.name = value``"""
    _check(target, name)
    setattr(target, name, value)


def delete_attribute(target: Any, name: str) -> None:
    """``del target.name``"""
    _check(target, name)
    delattr(target, name)


def _check(target: object, name: object) -> None:
    """The name is an operand like any other here, so nobody has looked at it."""
    if type(name) is not str or not is_public(name):
        raise AttributeError(f"programs reach public attributes only, not {name!r}")
    if type(target) in CLOSED:
        raise AttributeError(f"'{type(target).__name__}' object has no attribute '{name}'")
