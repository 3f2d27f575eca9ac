"""Python's syntax trees, made by short functions. Names are ours, values are constants: no text is ever parsed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from keyword import iskeyword
from typing import Any, TypeVar

__all__ = [
    "assign", "assign_many", "augment", "await_", "branch", "break_", "call", "constant", "continue_", "every", "for_",
    "forever", "function", "is_", "is_type", "is_word", "items", "load", "mark", "name", "otherwise", "raise_", "return_",
    "run", "try_",
]  # fmt: skip

_Node = TypeVar("_Node", ast.stmt, ast.expr)
_LOAD, _STORE = ast.Load(), ast.Store()


def load(identifier: str) -> ast.expr:
    return ast.Name(identifier, _LOAD)


def name(identifier: str) -> ast.Name:
    """A target."""
    return ast.Name(identifier, _STORE)


def constant(value: object) -> ast.expr:
    return ast.Constant(value)  # type: ignore[arg-type]


def assign(target: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([name(target)], value)


def assign_many(targets: Sequence[str], value: ast.expr, star: int = -1) -> ast.stmt:
    names: list[ast.expr] = [name(target) for target in targets]
    if star >= 0:
        names[star] = ast.Starred(names[star], _STORE)
    return ast.Assign([ast.Tuple(names, _STORE)], value)


def augment(target: str, operator: ast.operator, value: ast.expr) -> ast.stmt:
    return ast.AugAssign(name(target), operator, value)


def call(function: str | ast.expr, *arguments: ast.expr, keywords: Sequence[ast.keyword] = ()) -> ast.expr:
    return ast.Call(load(function) if isinstance(function, str) else function, list(arguments), list(keywords))


def items(*values: ast.expr) -> ast.expr:
    return ast.List(list(values), _LOAD)


def await_(value: ast.expr) -> ast.expr:
    return ast.Await(value)


def run(value: ast.expr) -> ast.stmt:
    """An expression for its effect."""
    return ast.Expr(value)


def is_(left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.Compare(left, [ast.Is()], [right])


def every(conditions: Sequence[ast.expr]) -> ast.expr:
    """Whether all of these hold."""
    if not conditions:
        return constant(True)
    return ast.BoolOp(ast.And(), list(conditions)) if len(conditions) > 1 else conditions[0]


def is_word(text: str) -> bool:
    """Whether syntax can have it as the name of an attribute or a keyword argument."""
    return text.isidentifier() and not iskeyword(text) and text != "__debug__"


def otherwise(condition: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), condition)


def is_type(value: ast.expr, kind: str) -> ast.expr:
    return is_(call("type", value), load(kind))


def branch(condition: ast.expr, then: list[ast.stmt], other: list[ast.stmt]) -> list[ast.stmt]:
    """``if``; nothing where both sides do nothing (the condition has been looked at before)."""
    if then:
        return [ast.If(condition, then, other)]
    return [ast.If(otherwise(condition), other, [])] if other else [run(otherwise(condition))]


def forever(body: list[ast.stmt]) -> ast.stmt:
    return ast.While(ast.Constant(True), body, [])


def for_(target: ast.expr, iterator: ast.expr, body: list[ast.stmt], ended: list[ast.stmt]) -> ast.stmt:
    return ast.For(target, iterator, body or [ast.Pass()], ended)


def try_(body: list[ast.stmt], error: str, caught: list[ast.stmt], after: list[ast.stmt]) -> ast.stmt:
    handler = ast.ExceptHandler(load("BaseException"), error, caught)
    return ast.Try(body, [handler], after, [])


def raise_(error: ast.expr | None = None) -> ast.stmt:
    return ast.Raise(error, None)


def return_(value: ast.expr) -> ast.stmt:
    return ast.Return(value)


def break_() -> ast.stmt:
    return ast.Break()


def continue_() -> ast.stmt:
    return ast.Continue()


def function(title: str, parameters: Sequence[str], body: list[ast.stmt], waits: bool) -> ast.Module:
    arguments = ast.arguments([], [ast.arg(each) for each in parameters], None, [], [], None, [])
    kind = ast.AsyncFunctionDef if waits else ast.FunctionDef
    made = kind(name=title, args=arguments, body=body, decorator_list=[], returns=None, type_comment=None)
    place: Any = made
    place.lineno = place.end_lineno = 1
    place.col_offset = place.end_col_offset = 0
    if "type_params" in kind._fields:
        place.type_params = []
    for argument in arguments.args:
        _place(argument, 1, 0)
    return ast.Module([made], [])


def mark(nodes: Sequence[_Node], line: int, column: int) -> list[_Node]:
    """Give these, and all in them that has no place yet, a place."""
    for node in nodes:
        _mark(node, line, column)
    return list(nodes)


def _mark(node: ast.AST, line: int, column: int) -> None:
    pending: list[ast.AST] = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, ast.expr | ast.stmt | ast.excepthandler | ast.keyword | ast.arg):
            if hasattr(one, "lineno"):
                continue
            _place(one, line, column)
        pending += _children(one)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            yield from (each for each in value if isinstance(each, ast.AST))


def _place(node: ast.AST, line: int, column: int) -> None:
    node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
    node.col_offset = node.end_col_offset = column  # type: ignore[attr-defined]
