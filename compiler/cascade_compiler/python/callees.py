"""Calls: what is called is told apart by what its name stands for. Policies and services of the run are `services`'."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cascade_compiler.csc.symbols import ConstSymbol, FlowSymbol, TaskSymbol
from cascade_compiler.python import literals, nodes, services
from cascade_compiler.python.meanings import BuiltInFunction, ErrorClass, Meaning, ModuleValue, Pending, Refused, Word
from cascade_compiler.python.translation import Translation, as_expression
from cascade_grammar import tree
from cascade_vm.names import is_public, opens_attributes
from cascade_vm.operations import BUILTINS

__all__ = ["arguments", "awaited", "call", "listed"]

_USED_UP = frozenset((
    "all", "any", "bytearray", "bytes", "dict", "frozenset", "list", "max", "min", "next", "set", "sorted", "sum", "tuple",
    "functools.reduce", "heapq.nlargest", "heapq.nsmallest", "math.fsum", "math.prod",
))  # fmt: skip
"""Functions that use up a generator before they return."""
_NONE = slice(0)
_USED_UP_BY_METHODS = frozenset((
    "difference", "difference_update", "extend", "fromkeys", "intersection", "intersection_update", "isdisjoint", "issubset",
    "issuperset", "join", "symmetric_difference", "symmetric_difference_update", "union", "update",
))  # fmt: skip


def call(translation: Translation, node: ast.Call) -> tree.Expression:
    """Translate any call."""
    written = services.written_policies(translation, node)
    if written is not None:
        return services.with_policies(translation, written, _call)
    return _call(translation, node, ())


def _call(translation: Translation, node: ast.Call, policies: tuple[tree.Policy, ...]) -> tree.Expression:
    function = node.func
    found = translation.global_meaning(function)
    if found is not None:
        return _of_global(translation, node, *found, policies)
    match function:
        case ast.Attribute():
            return _method(translation, node, function, policies)
        case ast.Name(id=name):
            called = tree.Name(translation.span(function), translation.mangled(name))
            return tree.Call(translation.span(node), called, arguments(translation, node))
        case _:
            target = translation.expression(function)
            return as_expression(nodes.CallValue(translation.span(node), target, arguments(translation, node)))


def _of_global(
    translation: Translation, node: ast.Call, path: tuple[str, ...], meaning: Meaning, policies: tuple[tree.Policy, ...]
) -> tree.Expression:
    span, where, written = translation.span(node), translation.span(node.func), ".".join(path)
    match meaning:
        case TaskSymbol() | FlowSymbol():
            name = tree.Name(where, translation.names.key_of(path, meaning))
            return tree.Call(span, name, arguments(translation, node), policies)
        case BuiltInFunction(name=name):
            return _built_in(translation, node, name)
        case ErrorClass():
            return tree.Call(span, error_name(translation, node.func, meaning), arguments(translation, node))
        case Word():
            return services.request(translation, node, meaning.name, written)
        case Pending():
            return tree.Call(span, tree.Name(where, written), arguments(translation, node), policies)
        case ModuleValue() | ConstSymbol():
            kind = "module" if isinstance(meaning, ModuleValue) else "constant"
            return translation.refuse("CS217", node.func, f"`{written}` is a {kind}, and can not be called")
        case Refused():
            translation.refuse_value(meaning, node.func)
            arguments(translation, node, slice(None))
            return tree.Literal(span, None)


def error_name(translation: Translation, node: ast.expr, error: ErrorClass) -> tree.Name:
    """What makes an error of a class: a built-in one by its name, another one as a task."""
    if error.task is None:
        return tree.Name(translation.span(node), error.kind)
    translation.names.errors[error.kind] = error.value
    return tree.Name(translation.span(node), translation.names.key_of((error.kind,), error.task))


def _built_in(translation: Translation, node: ast.Call, name: str) -> tree.Expression:
    where = translation.span(node.func)
    if name == "print":
        services.refuse_file(translation, node)
    plain = name == "print" or name in BUILTINS
    called = tree.Name(where, name) if plain else as_expression(nodes.BuiltIn(where, name))
    return tree.Call(translation.span(node), called, arguments(translation, node, _place_in(node, name)))


def _method(
    translation: Translation, node: ast.Call, function: ast.Attribute, policies: tuple[tree.Policy, ...]
) -> tree.Expression:
    span = translation.span(node)
    found = translation.global_meaning(function.value)
    if found is not None and isinstance(found[1], TaskSymbol | FlowSymbol):
        path, symbol = found[0], found[1]
        if function.attr != "map":
            message = f"a call in a flow is written `{'.'.join(path)}(…)`; `.{function.attr}` is for calls outside of flows"
            return translation.refuse("CS290", function, message)
        name = tree.Name(translation.span(function.value), translation.names.key_of(path, symbol))
        return as_expression(nodes.MapCall(span, name, services.map_arguments(translation, node), policies))
    name_span = translation.positions.last_name(function, function.attr)
    if not is_public(function.attr):
        message = f"`{function.attr}` is a private method, and flows call public ones only"
        return translation.refuse("CS272", name_span.span, message, "let a task do it")
    if isinstance(found and found[1], BuiltInFunction) and opens_attributes(str, function.attr):
        message = f"`.{function.attr}` is called on the text itself"
        return translation.refuse("CS273", function, message, f'as in `"…".{function.attr}(…)`')
    target = tree.Attribute(translation.span(function), translation.expression(function.value), name_span)
    used_up = slice(None) if function.attr in _USED_UP_BY_METHODS else _NONE
    return tree.Call(span, target, arguments(translation, node, used_up))


# --- arguments -----------------------------------------------------------------------------------------------------------


def arguments(translation: Translation, node: ast.Call, used_up: slice = _NONE) -> tuple[tree.Argument, ...]:
    """The arguments in the order in which they are evaluated; a generator only where it is ``used_up``."""
    places = range(len(node.args))[used_up]
    found = [_positional(translation, argument, place in places) for place, argument in enumerate(node.args)]
    for keyword in node.keywords:
        form = "**" if keyword.arg is None else translation.mangled(keyword.arg)
        found.append(tree.Argument(translation.span(keyword), translation.expression(keyword.value), form))
    return tuple(found)


def _place_in(node: ast.Call, name: str) -> slice:
    """Which arguments a built-in function uses up."""
    if name not in _USED_UP or (name in ("max", "min") and len(node.args) > 1):
        return _NONE
    place = 1 if name in ("functools.reduce", "heapq.nlargest", "heapq.nsmallest") else 0
    return slice(place, place + 1)


def _positional(translation: Translation, argument: ast.expr, uses_up: bool) -> tree.Argument:
    span = translation.span(argument)
    if isinstance(argument, ast.Starred):
        return tree.Argument(span, literals.iterable(translation, argument.value), "*")
    if uses_up:
        return tree.Argument(span, literals.iterable(translation, argument))
    return tree.Argument(span, translation.expression(argument))


def listed(value: ast.expr) -> ast.expr:
    """What a star stands before: of a generator expression all items are taken at once."""
    if isinstance(value, ast.GeneratorExp):
        return ast.copy_location(ast.ListComp(value.elt, value.generators), value)
    return value


# --- await ---------------------------------------------------------------------------------------------------------------


def awaited(translation: Translation, node: ast.Await) -> tree.Expression:
    """``await call(…)`` is the call: flows wait for what they call."""
    value = node.value
    if not all(map(_may_be_awaited, _outcomes(value))):
        message = "`await` stands before a call, and this is a value that nobody waits for"
        return translation.refuse("CS291", node, message, "leave the `await` out")
    return translation.expression(value)


def _outcomes(value: ast.expr) -> Sequence[ast.expr]:
    return (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)


def _may_be_awaited(value: ast.expr) -> bool:
    return isinstance(value, ast.Call | ast.Name | ast.Subscript | ast.Attribute | ast.Await | ast.NamedExpr)
