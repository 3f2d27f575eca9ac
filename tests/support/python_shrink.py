"""Makes a Python text small that fails: takes statements away, puts a suite in place of what holds it, a part in place of an
expression. It works on Python's own tree, and knows nothing of why the text fails."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

__all__ = ["shrink"]

_SUITES = ("body", "orelse", "finalbody", "handlers", "cases")


def shrink(text: str, fails: Callable[[str], bool], patience: float) -> str:
    """The smallest text found within ``patience`` seconds for which ``fails`` is still true."""
    until = time.monotonic() + patience
    tree, at = ast.parse(text), 0
    while time.monotonic() < until:
        smaller = _step(tree, at)
        if smaller is None:
            if at == 0 or not _again(tree, text):
                break
            text, at = ast.unparse(tree), 0
            continue
        if _is_valid(smaller) and fails(ast.unparse(smaller)):
            tree = smaller
        else:
            at += 1
    return ast.unparse(tree)


def _again(tree: ast.Module, text: str) -> bool:
    """Whether the last round made it any smaller, so that another one may."""
    return ast.unparse(tree) != text


def _is_valid(tree: ast.Module) -> bool:
    try:
        compile(ast.unparse(tree), "<smaller>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _step(tree: ast.Module, number: int) -> ast.Module | None:
    """The tree with its ``number``-th change; None when there are not so many."""
    copy = deepcopy(tree)
    for position, change in enumerate(_changes(copy)):
        if position == number:
            change()
            return copy
    return None


def _changes(tree: ast.Module) -> Iterator[Callable[[], None]]:
    nodes = list(ast.walk(tree))
    for node in nodes:
        for name in _SUITES:
            suite = getattr(node, name, None)
            if isinstance(suite, list):
                yield from _of_suite(suite, name)
    for node in nodes:
        yield from _of_parts(node)


def _of_suite(suite: list[Any], name: str) -> Iterator[Callable[[], None]]:
    if len(suite) > 3:
        half = len(suite) // 2
        yield lambda: _put(suite, suite[half:])
        yield lambda: _put(suite, suite[:half])
    for position, statement in enumerate(suite):
        rest = [*suite[:position], *suite[position + 1 :]]
        if not (isinstance(statement, ast.Pass) and len(suite) == 1):
            yield lambda rest=rest: _put(suite, rest or ([ast.Pass()] if name == "body" else []))  # type: ignore[misc]
        for inner in _SUITES:
            held = getattr(statement, inner, None)
            if held and inner in ("body", "orelse", "finalbody") and not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                items = held if isinstance(held, list) else []
                yield lambda position=position, items=items: _put(  # type: ignore[misc]
                    suite, [*suite[:position], *items, *suite[position + 1 :]]
                )


def _put(suite: list[Any], items: list[Any]) -> None:
    suite[:] = items


def _of_parts(node: ast.AST) -> Iterator[Callable[[], None]]:
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr) and not isinstance(getattr(value, "ctx", None), ast.Store | ast.Del):
            yield from _of_expression(node, name, value)
        elif isinstance(value, list) and name not in _SUITES:
            for position, item in enumerate(value):
                if name in ("elts", "args", "keywords", "ifs", "generators", "defaults", "targets", "values", "patterns"):
                    yield lambda value=value, position=position: value.pop(position)  # type: ignore[misc]
                if isinstance(item, ast.expr) and not isinstance(getattr(item, "ctx", None), ast.Store | ast.Del):
                    yield from _of_item(value, position, item)


def _of_expression(node: ast.AST, name: str, value: ast.expr) -> Iterator[Callable[[], None]]:
    for other in _smaller(value):
        yield lambda other=other: setattr(node, name, other)  # type: ignore[misc]


def _of_item(items: list[Any], position: int, value: ast.expr) -> Iterator[Callable[[], None]]:
    for other in _smaller(value):
        yield lambda other=other: items.__setitem__(position, other)  # type: ignore[misc]


def _smaller(value: ast.expr) -> Iterator[ast.expr]:
    """Its parts, or a plain number."""
    if isinstance(value, ast.Constant | ast.Name):
        return
    yield ast.Constant(0)
    for part in ast.iter_child_nodes(value):
        if isinstance(part, ast.expr) and not isinstance(getattr(part, "ctx", None), ast.Store | ast.Del):
            yield part
