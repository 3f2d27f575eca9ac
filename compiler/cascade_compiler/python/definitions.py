"""Functions: the decorated one and those inside of it, with their parameters and the names that are local to them."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cascade_compiler.python import expressions, nodes, statements
from cascade_compiler.python.bindings import local_names
from cascade_compiler.python.modules import FunctionNode
from cascade_compiler.python.translation import Rules, Scope, Translation
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["RULES", "function"]


def function(translation: Translation, node: FunctionNode) -> nodes.Function:
    """Translate a function; its defaults are evaluated outside of it, those of the decorated one by Python."""
    parameters = _parameters(translation, node.args)
    variables = frozenset(translation.mangled(name) for name in local_names(node))
    before, translation.excepts = translation.excepts, False
    with translation.within(Scope(variables)) as scope:
        if isinstance(node, ast.Lambda):
            value = translation.expression(node.body)
            body = tree.Suite(value.span, (tree.Return(value.span, value),))
            name = tree.Identifier(translation.span(node), "<lambda>")
        else:
            body = translation.suite(without_docstring(node.body))
            start = translation.span(node).start
            name = translation.positions.name_after("def", start, translation.mangled(node.name))
    translation.excepts = before
    return nodes.Function(translation.span(node), name, parameters, variables, tuple(scope.captured), body)


def without_docstring(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """The statements of a function; at least one."""
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), _, *_]:
            return body[1:]
        case _:
            return body


def _parameters(translation: Translation, arguments: ast.arguments) -> tuple[nodes.Parameter, ...]:
    by_position = [*arguments.posonlyargs, *arguments.args]
    without = len(by_position) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*[None] * without, *arguments.defaults]
    found = [
        _parameter(translation, each, "position" if number < len(arguments.posonlyargs) else "either", default)
        for number, (each, default) in enumerate(zip(by_position, defaults, strict=True))
    ]
    if arguments.vararg is not None:
        found.append(_parameter(translation, arguments.vararg, "rest", None))
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(_parameter(translation, each, "keyword", default))
    if arguments.kwarg is not None:
        found.append(_parameter(translation, arguments.kwarg, "keywords", None))
    return tuple(found)


def _parameter(translation: Translation, node: ast.arg, kind: str, default: ast.expr | None) -> nodes.Parameter:
    span = translation.span(node)
    name = tree.Identifier(Span(span.start, min(span.end, span.start + len(node.arg))), translation.mangled(node.arg))
    inside = bool(translation.scopes)
    value = translation.expression(default) if inside and default is not None else None
    return nodes.Parameter(span, name, kind, value)


RULES = Rules(expressions.expression, statements.statements, function)
