"""Formatting loses nothing and comes to rest."""

from __future__ import annotations

from cascade_grammar import tree
from cascade_grammar.parser import parse_module
from cascade_grammar.printer import format_module
from cascade_grammar.spans import Source
from hypothesis import HealthCheck, Phase, given, settings
from support.effort import scaled
from support.trees import HERE, expressions, modules

SETTINGS = settings(
    max_examples=scaled(60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a whole file takes minutes, and says little more
)


def parse(text: str) -> tree.Module:
    return parse_module(Source("t.csc", text))


@SETTINGS
@given(modules())
def test_a_printed_tree_reads_back_as_itself(module: tree.Module) -> None:
    """``parse(format(tree)) == tree``, notes included, and formatting that again changes nothing."""
    text = format_module(module)
    again = parse(text)
    assert again == module
    assert format_module(again) == text


@settings(SETTINGS, max_examples=scaled(300))
@given(expressions)
def test_a_printed_expression_reads_back_as_itself(value: tree.Expression) -> None:
    """Parentheses are where the meaning needs them."""
    module = tree.Module(HERE, None, (tree.ConstDeclaration(HERE, tree.Identifier(HERE, "x"), value),))
    assert parse(format_module(module)) == module
