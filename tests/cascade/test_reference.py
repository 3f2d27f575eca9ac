"""The reference interpreter: what each node and terminator means."""

from __future__ import annotations

from cascade.reference_values import METHODS, OPERATIONS
from cascade_vm import operations


def test_the_table_covers_exactly_the_operations() -> None:
    """Every operation that a program can name has a meaning in the reference, and nothing else has."""
    assert OPERATIONS.keys() == operations.OPERATIONS.keys()


def test_the_methods_are_those_of_the_machine() -> None:
    """Both engines answer the same methods without asking the host."""
    assert METHODS == operations.METHODS
