"""Parsed Python sources: found as tracebacks find them, kept by their text. Knows files and cells of notebooks, no flows."""

from __future__ import annotations

import ast
import linecache
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any, NamedTuple, TypeAlias

from cascade_compiler.nesting import room_for_nesting
from cascade_compiler.python.bindings import changing_names
from cascade_compiler.python.positions import Positions
from cascade_grammar.spans import Source

__all__ = ["Definition", "FunctionNode", "ParsedModule", "SourceMissing", "module_of"]

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class SourceMissing(Exception):  # noqa: N818 - says what is missing
    """There is no source that could be compiled; the argument says why, in a sentence."""


class Definition(NamedTuple):
    """A function in a source. ``owner`` is the class whose body it is in, directly or in a method, which mangles names."""

    node: FunctionNode
    owner: str | None


@dataclass
class ParsedModule:
    """A source with its tree."""

    source: Source
    tree: ast.Module

    @cached_property
    def positions(self) -> Positions:
        return Positions(self.source)

    @cached_property
    def definitions(self) -> Mapping[int, list[Definition]]:
        """The functions by the line that their code names as the first: that of the first decorator, if there is one."""
        found: dict[int, list[Definition]] = {}
        for definition in _definitions(self.tree):
            node = definition.node
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            line = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            found.setdefault(line, []).append(definition)
        return found

    @cached_property
    def changing(self) -> frozenset[str]:
        """The globals that get a value more than once."""
        return changing_names(self.tree)


def _definitions(module: ast.Module) -> Iterator[Definition]:
    pending: list[tuple[ast.AST, str | None]] = [(module, None)]
    while pending:
        node, owner = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield Definition(node, owner)
        inside = node.name if isinstance(node, ast.ClassDef) else owner
        pending.extend((child, inside) for child in ast.iter_child_nodes(node))


_KEPT = 64
_parsed: OrderedDict[tuple[str, str], ParsedModule] = OrderedDict()


def module_of(code: CodeType, names: dict[str, Any]) -> ParsedModule:
    """The source that a code object comes from; ``names`` are its globals, which may know a loader."""
    text = _text_of(code, names)
    key = (code.co_filename, text)
    known = _parsed.get(key)
    if known is None:
        known = _parsed[key] = _parse(code.co_filename, text)
        if len(_parsed) > _KEPT:
            _parsed.popitem(last=False)
    _parsed.move_to_end(key)
    return known


def _text_of(code: CodeType, names: dict[str, Any]) -> str:
    name = code.co_filename
    linecache.checkcache(name)
    lines = linecache.getlines(name, names)
    if not lines:  # what was typed at a prompt, or given with `python -c`, on newer versions of Python
        of_code: Any = getattr(linecache, "_getlines_from_code", None)
        lines = of_code(code) if of_code is not None else []
    if not lines:
        raise SourceMissing(f"there is no source of it: `{name}` is no file, or can not be read")
    return "".join(lines)


def _parse(name: str, text: str) -> ParsedModule:
    source = Source(name, text)
    try:
        with room_for_nesting():
            tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or str(error) or type(error).__name__
        raise SourceMissing(f"its source can not be read: `{name}` is no Python any more ({reason})") from None
    return ParsedModule(source, tree)
