"""Whether a source still says what a function does: what is compiled from it again has to be the very same code.

A file may have been edited since it was imported, and tools rewrite functions when they are imported (pytest does, for
`assert`). Knows Python's code objects, no flows.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from types import CodeType

from cascade_compiler.python.modules import FunctionNode

__all__ = ["is_code_of"]

_FUTURES = 0x1FE0000
"""The flags of a code object that `from __future__ import …` sets."""


def is_code_of(node: FunctionNode, module: ast.Module, code: CodeType) -> bool:
    """Whether compiling a function of a module gives this code: same instructions, constants, names and lines."""
    body: list[ast.stmt] = [ast.copy_location(ast.Expr(node), node) if isinstance(node, ast.Lambda) else node]
    nested = bool(code.co_flags & inspect.CO_NESTED)
    if nested:
        body = [_function_around(body, code.co_freevars)]
    flags = code.co_flags & _FUTURES
    try:
        # Python compiles `name.attribute()` in another way where `name` is imported.
        made = compile(ast.Module([*_imports_of(module), *body], []), code.co_filename, "exec", flags=flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(found.replace(co_qualname=code.co_qualname) == code for found in _codes_in(made, 2 if nested else 1))


def _imports_of(module: ast.Module) -> list[ast.stmt]:
    """The imports of a module that are not in functions or classes."""
    found: list[ast.stmt] = []
    pending: list[ast.AST] = [*reversed(module.body)]
    while pending:
        match pending.pop():
            case ast.Import() | ast.ImportFrom() as statement:
                found.append(statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.expr():
                pass
            case node:
                pending += ast.iter_child_nodes(node)
    return found


def _function_around(body: list[ast.stmt], variables: tuple[str, ...]) -> ast.stmt:
    """A function that has variables, so that what is in it may capture them."""
    around = ast.parse("def around(): pass").body[0]
    assert isinstance(around, ast.FunctionDef)
    around.body = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)) for name in variables]
    around.body += body
    return ast.fix_missing_locations(ast.copy_location(around, body[0]))


def _codes_in(code: CodeType, depth: int) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            if depth > 1:
                yield from _codes_in(constant, depth - 1)
