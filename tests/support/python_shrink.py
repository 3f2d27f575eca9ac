"""Makes a failing Python text small: takes statements away, puts a suite in place of what holds it, a part in place of an
expression. It works on Python's own tree, and knows nothing of why the text fails."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
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
        yield partial(_put, suite, suite[half:])
        yield partial(_put, suite, suite[:half])
    for position, statement in enumerate(suite):
        before, after = suite[:position], suite[position + 1 :]
        if not (isinstance(statement, ast.Pass) and len(suite) == 1):
            yield partial(_put, suite, [*before, *after] or ([ast.Pass()] if name == "body" else []))
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            continue
        for inner in ("body", "orelse", "finalbody"):
            held = getattr(statement, inner, None)
            if held and isinstance(held, list):
                yield partial(_put, suite, [*before, *held, *after])


def _put(suite: list[Any], items: list[Any]) -> None:
    suite[:] = items


_LISTS = ("elts", "args", "keywords", "ifs", "generators", "defaults", "targets", "values", "patterns")


def _of_parts(node: ast.AST) -> Iterator[Callable[[], None]]:
    for name, value in ast.iter_fields(node):
        if _is_read(value):
            yield from (partial(setattr, node, name, other) for other in _smaller(value))
        elif isinstance(value, list) and name not in _SUITES:
            for position, item in enumerate(value):
                if name in _LISTS:
                    yield partial(value.pop, position)
                if _is_read(item):
                    yield from (partial(value.__setitem__, position, other) for other in _smaller(item))


def _is_read(value: object) -> bool:
    """Whether it is an expression, and none that something is assigned to."""
    return isinstance(value, ast.expr) and not isinstance(getattr(value, "ctx", None), ast.Store | ast.Del)


def _smaller(value: ast.expr) -> Iterator[ast.expr]:
    """Its parts, or a plain number."""
    if isinstance(value, ast.Constant | ast.Name):
        return
    yield ast.Constant(0)
    for part in ast.iter_child_nodes(value):
        if isinstance(part, ast.expr) and _is_read(part):
            yield part
