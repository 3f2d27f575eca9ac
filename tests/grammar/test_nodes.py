"""When nodes of the syntax tree are equal, and that they stay as they are."""

from __future__ import annotations

import pytest
from cascade_grammar.spans import Span
from cascade_grammar.tree import Evaluate, FString, Literal, Name, Notes, Number, Unary

HERE, THERE = Span(0, 1), Span(5, 6)


def test_where_a_node_stands_and_how_it_is_laid_out_does_not_count() -> None:
    """Nor does it for what stands in it, for `==` as for `!=`."""
    for one, other in (
        (Name(HERE, "x"), Name(THERE, "x")),
        (Unary(HERE, "-", Name(HERE, "x")), Unary(HERE, "-", Name(THERE, "x"))),
        (Literal(HERE, "x", ("'x'",)), Literal(HERE, "x")),
        (FString(HERE, ("x",), True), FString(HERE, ("x",))),
        (Number(HERE, 1, "1"), Number(HERE, 1.0, "1")),
    ):
        assert (one == other, one != other) == (True, False)
        assert hash(one) == hash(other)


def test_what_a_node_says_counts() -> None:
    """Its kind, its parts, and the comments around it."""
    plain = Evaluate(HERE, Name(HERE, "x"))
    for one, other in (
        (Name(HERE, "x"), Name(HERE, "y")),
        (Name(HERE, "x"), Literal(HERE, "x")),
        (Number(HERE, 1, "1"), Number(HERE, 1, "0x1")),
        (plain, Evaluate(HERE, Name(HERE, "x"), notes=Notes(beside="why"))),
        (plain, Name(HERE, "x")),
    ):
        assert (one == other, one != other) == (False, True)


def test_a_node_is_frozen_and_may_be_deep() -> None:
    """Deeper than the stack of Python."""
    node = tree = Name(HERE, "x")
    with pytest.raises(AttributeError):
        node.id = "y"  # type: ignore[misc]
    for _ in range(100_000):
        tree = Unary(HERE, "-", tree)  # type: ignore[assignment]
    assert tree == tree
