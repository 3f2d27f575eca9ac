"""Refuses what a file says wrong, before anything is built of it."""

from __future__ import annotations

from cascade_compiler.csc.symbols import Unit

__all__ = ["check_unit"]


def check_unit(unit: Unit) -> None:
    """Add what is wrong with a file to its complaints."""
