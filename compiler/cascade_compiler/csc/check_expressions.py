"""Checks expressions: names, calls, comprehensions. One walk, without recursion: expressions may be long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from cascade_compiler.csc.check_arguments import Callee, callee_of, check_arguments
from cascade_compiler.csc.check_names import Names, check_callable, check_new_name, check_read
from cascade_compiler.csc.check_settings import check_duration, check_limit, check_policies, check_text
from cascade_compiler.csc.functions import FUNCTIONS, is_absent_builtin
from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol, Unit
from cascade_compiler.csc.walk import children, mentions, target_names
from cascade_grammar import tree
from cascade_grammar.nodes import Spanned
from cascade_vm.errors import CATCHABLE
from cascade_vm.names import is_public

__all__ = ["check_expressions"]

_Inner: TypeAlias = frozenset[str]
_Parts: TypeAlias = list[tuple[Spanned, _Inner]]


def check_expressions(names: Names, *expressions: Spanned | None) -> None:
    """Complain about what is wrong in them."""
    pending: _Parts = [(expression, frozenset()) for expression in expressions if expression is not None]
    while pending:
        node, inner = pending.pop()
        pending.extend(_check(names, node, inner))


def _check(names: Names, node: Spanned, inner: _Inner) -> _Parts:
    """Check a node by itself; give its parts."""
    unit = names.unit
    match node:
        case tree.Name():
            check_read(names, node, inner)
            return []
        case tree.Call():
            return _all(_call(names, node, inner), inner)
        case tree.Attribute(value=value, name=name):
            _check_public(unit, name, "attribute")
            return [(value, inner)]
        case tree.Comprehension():
            if node.kind == "generator":
                _refuse_generator(unit, node)
            return _comprehension(names, node, inner)
        case tree.ParallelMap():
            return _parallel_map(names, node, inner)
        case tree.Walrus(target=target, value=value):
            if target.id in inner:
                message = f"`{target.id}` is the comprehension's own variable"
                unit.complaints.add("CS260", target.span, message, "choose another name")
            return [(value, inner)]
        case tree.Wait(signal=signal, timeout=timeout):
            check_text(unit, signal, "the name of a signal")
            if timeout is not None:
                check_duration(unit, timeout, "`timeout` takes")
            return _all(children(node), inner)
        case _:
            return _all(children(node), inner)


def _all(parts: Iterable[Spanned], inner: _Inner) -> _Parts:
    return [(part, inner) for part in parts]


def _check_public(unit: Unit, name: tree.Identifier, kind: str) -> None:
    if not is_public(name.text):
        message = f"`{name.text}` is a private {kind}, and programs reach public ones only"
        unit.complaints.add("CS219", name.span, message, "let a Python task do it")


def _refuse_generator(unit: Unit, node: tree.Comprehension) -> None:
    message = "a generator expression stands only as the one argument of a call"
    unit.complaints.add("CS261", node.span, message, "write a list, `[… for …]`")


def _comprehension(names: Names, node: tree.Comprehension, inner: _Inner) -> _Parts:
    own = frozenset(_new_names(names.unit, node.clauses))
    within = inner | own
    parts: _Parts = [(node.clauses[0].iterable, inner), (node.element, within)]
    if node.key is not None:
        parts.append((node.key, within))
    for position, clause in enumerate(node.clauses):
        if position:
            parts.append((clause.iterable, within))
        parts += [(part, within) for part in (clause.target, *clause.conditions)]
    return parts


def _new_names(unit: Unit, clauses: Iterable[tree.Clause]) -> Iterable[str]:
    for clause in clauses:
        for name in target_names(clause.target):
            check_new_name(unit, name.id, name.span)
            yield name.id


def _parallel_map(names: Names, node: tree.ParallelMap, inner: _Inner) -> _Parts:
    within = inner | frozenset(_new_names(names.unit, (node.clause,)))
    for name, span in mentions([node.element]).writes.items():
        message = f"the branches of a parallel comprehension can not all write `{name}`"
        names.unit.complaints.add("CS253", span, message)
    parts: _Parts = [(node.clause.iterable, inner), (node.element, within), (node.clause.target, within)]
    if node.limit is not None:
        check_limit(names.unit, node.limit)
        parts.append((node.limit, inner))
    return parts + _all(node.clause.conditions, within)


def _call(names: Names, node: tree.Call, inner: _Inner) -> Iterable[Spanned]:
    """Check what is called, its arguments and its policies; give the parts that have values of their own."""
    unit, function = names.unit, node.function
    parts: list[Spanned] = []
    match function:
        case tree.Name():
            if check_callable(names, function, inner):
                check_arguments(unit, _callee(unit, function.id), node.arguments, node.span)
            elif is_absent_builtin(function.id):  # `isinstance(x, int)`: that `int` is no value does not matter
                parts += [a.value for a in node.arguments if not _is_function(unit, a.value)]
                return parts
        case tree.Attribute(value=value, name=name):
            _check_public(unit, name, "method")
            parts.append(value)
        case _:
            message = "this is a value, and can not be called"
            hint = "tasks, flows, built-in functions and methods of values can be called"
            unit.complaints.add("CS217", function.span, message, hint)
            parts.append(function)
    check_policies(unit, node)
    for argument in node.arguments:
        match argument.value:
            case tree.Comprehension(kind="generator") as generator if len(node.arguments) == 1:
                parts.append(tree.Comprehension(generator.span, "list", None, generator.element, generator.clauses))
            case value:
                parts.append(value)
    for policy in node.policies:
        parts += [argument.value for argument in policy.arguments if argument.form != "on"]
    return parts


def _is_function(unit: Unit, value: tree.Expression) -> bool:
    return isinstance(value, tree.Name) and value.id in FUNCTIONS and value.id not in unit.names


def _callee(unit: Unit, name: str) -> Callee:
    match unit.names.get(name):
        case FlowSymbol(declaration=declaration):
            assert declaration is not None, "a file calls the flows of files"
            return callee_of("flow", name, declaration.parameters)
        case TaskSymbol(task=task):
            if task.parameters is None:
                return Callee("task", name, FUNCTIONS["dict"], {}, spreads=True)
            return Callee("task", name, task.parameters, {}, spreads=True)
        case _:
            return Callee("error" if name in CATCHABLE else "function", name, FUNCTIONS[name], {}, spreads=True)
