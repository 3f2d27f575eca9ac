"""Expressions whose translation needs nothing but their parts: constants, displays, operators, f-strings, comprehensions."""

from __future__ import annotations

import ast
from typing import TypeAlias

from cascade_compiler.python.bindings import bound_by
from cascade_compiler.python.translation import Scope, Translation
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["Comprehended", "binary", "comparison", "comprehension", "constant", "display", "fstring", "operator_of", "unary"]

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not"}

Comprehended: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def operator_of(operator: ast.operator) -> str:
    """An operator as it is written."""
    return _BINARY[type(operator)]


def constant(translation: Translation, node: ast.Constant) -> tree.Expression:
    """A number, text, or one of None, True, False and ``...``."""
    value, span = node.value, translation.span(node)
    if isinstance(value, int | float | complex) and not isinstance(value, bool):
        return tree.Number(span, value, repr(value))
    return tree.Literal(span, value)


def unary(translation: Translation, node: ast.UnaryOp) -> tree.Expression:
    """``-a``, ``not a``"""
    return tree.Unary(translation.span(node), _UNARY[type(node.op)], translation.expression(node.operand))


def binary(translation: Translation, node: ast.BinOp) -> tree.Expression:
    """``a + b``, without recursion to the left: ``a + b + …`` may be long."""
    spine = [node]
    while isinstance(spine[-1].left, ast.BinOp):
        spine.append(spine[-1].left)
    left = translation.expression(spine[-1].left)
    while spine:
        step = spine.pop()
        left = tree.Binary(translation.span(step), operator_of(step.op), left, translation.expression(step.right))
    return left


def comparison(translation: Translation, node: ast.Compare) -> tree.Expression:
    """``a < b <= c``"""
    first = translation.expression(node.left)
    pairs = zip(node.ops, node.comparators, strict=True)
    rest = tuple([(_COMPARISONS[type(operator)], _operand(translation, operator, part)) for operator, part in pairs])
    return tree.Comparison(translation.span(node), first, rest)


def _operand(translation: Translation, operator: ast.cmpop, part: ast.expr) -> tree.Expression:
    """``x in (… for …)`` looks until it finds it."""
    return iterable(translation, part) if isinstance(operator, ast.In | ast.NotIn) else translation.expression(part)


def display(translation: Translation, node: ast.Tuple | ast.List | ast.Set | ast.Dict) -> tree.Expression:
    """A display, with its stars."""
    span = translation.span(node)
    if not isinstance(node, ast.Dict):
        return _DISPLAYS[type(node)](span, translation.expressions(node.elts))
    pairs = zip(node.keys, node.values, strict=True)
    return tree.DictDisplay(span, tuple([_dict_item(translation, key, value) for key, value in pairs]))


_DISPLAYS: dict[type[ast.expr], type[tree.TupleDisplay | tree.ListDisplay | tree.SetDisplay]] = {
    ast.Tuple: tree.TupleDisplay, ast.List: tree.ListDisplay, ast.Set: tree.SetDisplay,
}  # fmt: skip


def _dict_item(translation: Translation, key: ast.expr | None, value: ast.expr) -> tree.DictItem:
    known = None if key is None else translation.expression(key)
    item = translation.expression(value)
    return tree.DictItem(item.span if known is None else known.span.to(item.span), known, item)


# --- f-strings -----------------------------------------------------------------------------------------------------------


def fstring(translation: Translation, node: ast.JoinedStr) -> tree.FString:
    """An f-string; the text of ``{value = }`` is a text before the value."""
    span = translation.span(node)
    parts: list[str | tree.Replacement] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        else:
            assert isinstance(part, ast.FormattedValue)
            parts.append(_replacement(translation, part, span))
    return tree.FString(span, tuple(parts))


def _replacement(translation: Translation, part: ast.FormattedValue, whole: Span) -> tree.Replacement:
    conversion = "" if part.conversion < 0 else chr(part.conversion)
    spec = None if part.format_spec is None else translation.expression(part.format_spec)
    assert spec is None or isinstance(spec, tree.FString)
    value = translation.expression(part.value)
    span = translation.span(part)
    return tree.Replacement(span if span.start >= whole.start else whole, value, conversion, spec)


# --- comprehensions ------------------------------------------------------------------------------------------------------


def iterable(translation: Translation, node: ast.expr) -> tree.Expression:
    """What is read where it stands; that may be a generator expression."""
    if isinstance(node, ast.GeneratorExp):
        return comprehension(translation, node)
    return translation.expression(node)


def comprehension(translation: Translation, node: Comprehended) -> tree.Comprehension:
    """A comprehension; its variables are its own, and its first iterable is evaluated outside of it."""
    bound = {
        translation.mangled(name) for clause in node.generators for part in ast.walk(clause.target) for name in bound_by(part)
    }
    first = iterable(translation, node.generators[0].iter)
    with translation.within(Scope(frozenset(bound), is_function=False)):
        clauses = tuple(
            [
                _clause(translation, clause, iterable(translation, clause.iter) if number else first)
                for number, clause in enumerate(node.generators)
            ]
        )
        key = None
        if isinstance(node, ast.DictComp):
            key, element = translation.expression(node.key), translation.expression(node.value)
        else:
            element = translation.expression(node.elt)
    return tree.Comprehension(translation.span(node), _KINDS[type(node)], key, element, clauses)


_KINDS = {ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict", ast.GeneratorExp: "generator"}


def _clause(translation: Translation, clause: ast.comprehension, iterable: tree.Expression) -> tree.Clause:
    if clause.is_async:
        message = "`async for` reads an asynchronous iterator, which flows do not have"
        translation.refuse("CS267", clause.target, message, "let a task read it, and give a list")
    target = translation.expression(clause.target)
    conditions = translation.expressions(clause.ifs)
    return tree.Clause(target.span.to(iterable.span), target, iterable, conditions)
