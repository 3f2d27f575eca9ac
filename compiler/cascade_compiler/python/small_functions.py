"""A small function that computes, as a flow that may run in the place of a call of it: the same value, the same error, the
same changes to its arguments.

That has to be provable from its text alone, given arguments for which the operation ``are_plain`` holds: then all values in it
are of Python's own types, and no operation runs anybody's code. So it has constants, variables, operators, displays, f-strings,
branches, loops, `raise`, `assert`, and those built-in functions that neither print, nor call what they are given, nor give
iterators. What may take long for small arguments stays out too: it would hold up the event loop.

It knows neither tasks nor programs. What `Jump` and `TailCall` are is the caller's to say (`Resolve`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from types import FunctionType

from cascade_compiler import graph
from cascade_compiler.graph import FlowGraph, Node, Ref, Terminator
from cascade_compiler.python.modules import FunctionNode
from cascade_compiler.python.same_code import is_code_of
from cascade_compiler.python.unit import Built, Resolve, build, read_definition
from cascade_grammar.diagnostics import SourceErrors
from cascade_vm.operations import OPERATIONS

__all__ = ["small_function"]

MOST_NODES = 80
"""Of the syntax tree of a function."""

_LATE = {"zip", "enumerate", "reversed", "iter", "next", "map", "filter"}
_LONG = {"**", "**=", "<<", "<<=", "pow"}
_OWN = {"bind", "are_plain", "builtin", "range", "is", "is not"}
_ALLOWED = {name for name in OPERATIONS if "." not in name} - _LATE - _LONG - _OWN | {
    f"math.{name}" for name in ("sqrt", "floor", "ceil", "trunc", "gcd", "isqrt", "isnan", "isinf", "isfinite", "sin", "cos")
}
_TYPES = {"bool", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
_SINGLE = (None, True, False, ...)


def small_function(fn: FunctionType, name: str, resolve: Resolve) -> Built | None:
    """The flow of a function, called ``name``; None when it is not one that may stand for a call."""
    try:
        definition = read_definition(fn, name)
        reading = definition.reading
        if reading.owner is not None or not _is_small(reading.node):
            return None
        if not is_code_of(reading.node, reading.module.tree, fn.__code__):
            return None
        built = build(definition, resolve)
    except SourceErrors:
        return None
    alone = len(built.flows) == 1 and not (built.tasks or built.calls or built.errors)
    return built if alone and _is_provable(built.flows[0]) else None


def _is_small(node: FunctionNode) -> bool:
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    parts = [part for statement in body for part in ast.walk(statement)]
    if not __debug__ and any(isinstance(part, ast.Assert) for part in parts):
        return False  # Python has left it out
    return len(parts) <= MOST_NODES and not isinstance(node, ast.AsyncFunctionDef)


# --- the graph -----------------------------------------------------------------------------------------------------------


def _is_provable(flow: FlowGraph) -> bool:
    if any(parameter.kind in ("rest", "keywords") or parameter.computed for parameter in flow.parameters):
        return False
    nodes = {node.id: node for block in flow.blocks for node in block.nodes}
    readers = _readers(flow)
    return all(_is_known(node, nodes, readers) for node in nodes.values()) and all(
        block.handler is None and _is_plain_end(block.end, nodes) for block in flow.blocks
    )


def _is_known(node: Node, nodes: dict[Ref, Node], readers: dict[Ref, list[Node | Terminator]]) -> bool:
    match node:
        case graph.Constantly(constant=constant):
            return not isinstance(constant.value, frozenset)  # equal ones may differ in their order
        case graph.Load() | graph.Store() | graph.Forget() | graph.IsBound() | graph.UnpackInto() | graph.Iterate():
            return True
        case graph.Operate():
            return not {"*", "**"} & {*node.forms} and _is_known_operation(node, nodes, readers)
        case _:
            return False


def _is_known_operation(node: graph.Operate, nodes: dict[Ref, Node], readers: dict[Ref, list[Node | Terminator]]) -> bool:
    match node.operation:
        case "is" | "is not":  # other constants may be other objects here
            return any(_is_single(nodes[argument]) for argument in node.arguments)
        case "range":
            return all(isinstance(reader, graph.Iterate) for reader in readers.get(node.id, ()))
        case "builtin":
            return _is_type(nodes[node.arguments[0]]) and _asks_for_type(node, readers)
        case "build_set":
            return not node.arguments  # Python makes one of constants in another way, and in another order perhaps
        case "error":  # a `StopIteration` that leaves a task is another error
            kind = nodes[node.arguments[0]]
            return isinstance(kind, graph.Constantly) and kind.constant.value != "StopIteration"
        case "sorted" | "max" | "min":
            return "key" not in node.forms
        case _:
            return node.operation in _ALLOWED


def _is_single(node: Node) -> bool:
    return isinstance(node, graph.Constantly) and any(node.constant.value is one for one in _SINGLE)


def _is_type(node: Node) -> bool:
    return isinstance(node, graph.Constantly) and node.constant.value in _TYPES


def _asks_for_type(node: Node, readers: dict[Ref, list[Node | Terminator]]) -> bool:
    """Whether a type goes nowhere but into `isinstance`, alone or in a tuple."""
    return all(
        isinstance(reader, graph.Operate)
        and (reader.operation == "isinstance" or (reader.operation == "build_tuple" and _asks_for_type(reader, readers)))
        for reader in readers.get(node.id, ())
    )


def _readers(flow: FlowGraph) -> dict[Ref, list[Node | Terminator]]:
    found: dict[Ref, list[Node | Terminator]] = {}
    for block in flow.blocks:
        for part in (*block.nodes, block.end):
            for ref in _read_by(part):
                found.setdefault(ref, []).append(part)
    return found


def _read_by(part: Node | Terminator) -> Iterable[Ref]:
    match part:
        case graph.Operate(arguments=arguments):
            return arguments
        case graph.Jump(arguments=arguments):
            return [argument for argument in arguments if argument is not None]
        case graph.Store(value=value) | graph.Return(value=value) | graph.SwitchOn(value=value):
            return (value,)
        case graph.UnpackInto(source=source) | graph.Iterate(source=source):
            return (source,)
        case graph.BranchOn(condition=condition):
            return (condition,)
        case _:
            return ()


def _is_plain_end(end: Terminator, nodes: dict[Ref, Node]) -> bool:
    match end:
        case graph.Fail(error=error, cause=cause):
            made = nodes[error]
            return cause is None and isinstance(made, graph.Operate) and made.operation == "error"
        case graph.Jump() | graph.BranchOn() | graph.SwitchOn() | graph.Step() | graph.Return():
            return True
        case _:
            return False
