"""Which names a piece of Python binds: those of a function are local to it, those of a module may get a value again.

Python's own rules, as `symtable` has them; it knows no flows.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeAlias

__all__ = ["bound_by", "changing_names", "local_names", "parameters_of"]

_Scope: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def parameters_of(function: _Scope) -> list[ast.arg]:
    """All parameters of a function, in the order of its signature."""
    arguments = function.args
    rest = [] if arguments.vararg is None else [arguments.vararg]
    keywords = [] if arguments.kwarg is None else [arguments.kwarg]
    return [*arguments.posonlyargs, *arguments.args, *rest, *arguments.kwonlyargs, *keywords]


def local_names(function: _Scope) -> frozenset[str]:
    """The names that are local to a function, parameters included."""
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    parts = list(_own_parts(body))
    bound = {name for part in parts for name in bound_by(part)}
    elsewhere = {name for part in parts if isinstance(part, ast.Global | ast.Nonlocal) for name in part.names}
    return frozenset((bound - elsewhere) | {parameter.arg for parameter in parameters_of(function)})


def _own_parts(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of one scope: of functions and classes inside only what is evaluated outside of them, of comprehensions all
    but the targets."""
    pending = [*nodes]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending += [*node.decorator_list, *_defaults(node.args)]
        elif isinstance(node, ast.Lambda):
            pending += _defaults(node.args)
        elif isinstance(node, ast.ClassDef):
            pending += [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, _COMPREHENSIONS):
            pending += _within_comprehension(node)
        else:
            pending += ast.iter_child_nodes(node)


def _defaults(arguments: ast.arguments) -> list[ast.AST]:
    return [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]


def _within_comprehension(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> list[ast.AST]:
    parts: list[ast.AST] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    for clause in node.generators:
        parts += [clause.iter, *clause.ifs]
    return parts


def bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a node binds itself, not those of its parts."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
            yield name
        case ast.MatchMapping(rest=str() as name):
            yield name
        case ast.alias(name=name, asname=renamed):
            yield renamed or name.partition(".")[0]
        case _:
            pass


# --- modules -------------------------------------------------------------------------------------------------------------


def changing_names(module: ast.Module) -> frozenset[str]:
    """The globals that are assigned more than once on some way through a module, or by a function that says ``global``."""
    counts = _count(module.body)
    by_functions = {name for node in ast.walk(module) if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    assigned = {
        node.id for node in _own_parts(module.body) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del)
    }
    return frozenset({name for name, count in counts.items() if count > 1 and name in assigned} | by_functions)


def _count(statements: Iterable[ast.stmt]) -> Counter[str]:
    """How often names are bound at most."""
    total: Counter[str] = Counter()
    for statement in statements:
        total += _count_one(statement)
    return total


def _count_one(statement: ast.stmt) -> Counter[str]:
    match statement:
        case ast.If(test=test, body=body, orelse=otherwise):
            return _names([test]) + (_count(body) | _count(otherwise))
        case ast.For() | ast.AsyncFor() | ast.While():
            once = _names([statement])
            return once + once
        case ast.Try(body=body, handlers=handlers, orelse=otherwise, finalbody=final):
            failed: Counter[str] = Counter()
            for handler in handlers:
                failed |= _names([handler])
            return ((_count(body) + _count(otherwise)) | failed) + _count(final)
        case ast.AugAssign(target=ast.Name(id=name)):
            return Counter({name: 2})
        case ast.AnnAssign(value=None):
            return Counter()
        case _:
            return _names([statement])


def _names(nodes: Iterable[ast.AST]) -> Counter[str]:
    return Counter(name for part in _own_parts(nodes) for name in bound_by(part))
