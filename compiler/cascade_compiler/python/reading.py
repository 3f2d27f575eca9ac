"""From a function object to its place in a source: the node that it was made of. Knows no meaning."""

from __future__ import annotations

import ast
import inspect
from types import CodeType, FunctionType
from typing import NamedTuple

from cascade_compiler.python.bindings import parameters_of
from cascade_compiler.python.modules import Definition, FunctionNode, ParsedModule, SourceMissing, module_of
from cascade_grammar.diagnostics import Diagnostic, SourceErrors
from cascade_grammar.spans import Source, Span

__all__ = ["Reading", "mangled", "read_function"]


class Reading(NamedTuple):
    """A function in its source. ``owner`` is the class that it is in, which mangles private names."""

    module: ParsedModule
    node: FunctionNode
    owner: str | None


def read_function(fn: FunctionType) -> Reading:
    """Find the source of a function. Raises `SourceErrors` when there is none, or none that says what the function does."""
    code = fn.__code__
    try:
        module = module_of(code, fn.__globals__)
        definition = _definition_of(code, module)
    except SourceMissing as error:
        message = f"the flow `{fn.__name__}` is compiled from its source, and {error}"
        hint = "write the flow into a file, or a cell of a notebook, and import it from there"
        line = max(code.co_firstlineno, 1)
        source = Source(code.co_filename, "\n" * (line - 1))
        raise SourceErrors([Diagnostic("CS263", source, Span(line - 1, line - 1), message, hint)]) from None
    return Reading(module, definition.node, definition.owner)


def _definition_of(code: CodeType, module: ParsedModule) -> Definition:
    candidates = [each for each in module.definitions.get(code.co_firstlineno, ()) if _is_made_of(code, each)]
    if len(candidates) > 1:
        candidates = [each for each in candidates if _has_its_places(code, each.node)]
    if not candidates:
        raise SourceMissing(f"`{code.co_filename}` has changed since: line {code.co_firstlineno} does not define it")
    if len(candidates) > 1:
        raise SourceMissing("several functions of that form are on one line of it")
    return candidates[0]


def _is_made_of(code: CodeType, definition: Definition) -> bool:
    """Whether a code object has the name and the parameters of a function."""
    node = definition.node
    if code.co_name != ("<lambda>" if isinstance(node, ast.Lambda) else node.name):
        return False
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    written = sorted(mangled(parameter.arg, definition.owner) for parameter in parameters_of(node))
    return written == sorted(code.co_varnames[:count])


def _has_its_places(code: CodeType, node: FunctionNode) -> bool:
    """Whether the instructions of a code object stand in the body of a function, and make up all of it."""
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    first, last = body[0], body[-1]
    inside = (first.lineno, first.col_offset), (last.end_lineno or 0, last.end_col_offset or 0)
    found = [
        ((line, column), (end_line, end_column))
        for line, end_line, column, end_column in code.co_positions()
        if None not in (line, end_line, column, end_column) and (column, end_column) != (0, 0)
    ]
    own = [place for place in found if inside[0] <= place[0] and place[1] <= inside[1]]
    return bool(own) and max(own, key=lambda place: place[1])[1] == inside[1] and min(own)[0] == inside[0]


def mangled(name: str, owner: str | None) -> str:
    """A name as Python has it within a class: ``__name`` is private to it."""
    if owner is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = owner.lstrip("_")
    return f"_{stripped}{name}" if stripped else name
