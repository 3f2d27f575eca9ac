"""What flows ask of the run: `cs.sleep`, `cs.wait`, `cs.emit`, `gather`, `task.map`, and policies on calls."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol
from cascade_compiler.python import nodes
from cascade_compiler.python.meanings import ErrorClass, Pending
from cascade_compiler.python.translation import Translation, as_expression
from cascade_grammar import tree

__all__ = ["Written", "map_arguments", "refuse_file", "request", "with_policies", "written_policies"]

# --- policies ------------------------------------------------------------------------------------------------------------

_POLICIES = {
    "with_retry": (
        "retry",
        {"max_attempts": "attempts", "delay": "delay", "backoff": "backoff", "jitter": "jitter", "on": "on"},
    ),
    "with_timeout": ("timeout", {"duration": "duration"}),
}
_OUTSIDE = ("with_cache", "with_constraints", "run_if", "after")

Written: TypeAlias = "tuple[ast.Call, list[ast.Call]]"
"""A call of a task or flow, and the calls of methods behind it that put it under policies, in their order."""
_Translate: TypeAlias = Callable[[Translation, ast.Call, tuple[tree.Policy, ...]], tree.Expression]


def written_policies(translation: Translation, node: ast.Call) -> Written | None:
    """``task(…).with_retry(…)`` taken apart; None for any other call."""
    methods: list[ast.Call] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
        if inner.func.attr not in (*_POLICIES, *_OUTSIDE):
            break
        methods.append(inner)
        inner = inner.func.value
    if not methods or not isinstance(inner, ast.Call) or not _calls_task(translation, inner):
        return None
    return inner, methods[::-1]


def _calls_task(translation: Translation, node: ast.Call) -> bool:
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr == "map":
        function = function.value
    found = translation.global_meaning(function)
    return found is not None and isinstance(found[1], TaskSymbol | FlowSymbol | Pending)


def with_policies(translation: Translation, written: Written, translate: _Translate) -> tree.Expression:
    """The call under its policies: what is written last is outermost."""
    inner, methods = written
    policies: list[tree.Policy] = []
    for method in methods:
        assert isinstance(method.func, ast.Attribute)
        name = method.func.attr
        if name in _OUTSIDE:
            message = f"`.{name}(…)` is for calls outside of flows"
            hint = "in a flow, statements say it: `if`, the order of calls, and variables that keep results"
            translation.refuse("CS290", method.func, message, hint)
        else:
            policies.append(_policy(translation, method, method.func))
    return translate(translation, inner, tuple(reversed(policies)))


def _policy(translation: Translation, method: ast.Call, function: ast.Attribute) -> tree.Policy:
    word, settings = _POLICIES[function.attr]
    identifier = tree.Identifier(translation.positions.last_name(function, function.attr).span, word)
    given = _named(translation, method, tuple(settings))
    arguments = [
        tree.Argument(translation.span(value), _setting(translation, name, value), settings[name])
        for name, value in given.items()
        if name in settings
    ]
    if word == "retry":
        arguments = _completed(translation, method, given, arguments)
    return tree.Policy(translation.span(method), identifier, tuple(arguments))


def _completed(
    translation: Translation, method: ast.Call, given: dict[str, ast.expr], arguments: list[tree.Argument]
) -> list[tree.Argument]:
    """With the defaults of `with_retry`, where they are not those of ``retry`` in `.csc`."""
    span = translation.span(method)
    if "max_attempts" not in given:
        arguments = [tree.Argument(span, tree.Number(span, 3, "3"), "attempts"), *arguments]
    if "backoff" in given and "delay" not in given:
        arguments = [*arguments, tree.Argument(span, tree.Number(span, 0.0, "0.0"), "delay")]
    return arguments


def _setting(translation: Translation, name: str, value: ast.expr) -> tree.Expression:
    if name != "on":
        return translation.expression(value)
    kinds = value.elts if isinstance(value, ast.Tuple) else [value]
    return tree.TupleDisplay(translation.span(value), tuple([_kind(translation, kind) for kind in kinds]))


def _kind(translation: Translation, written: ast.expr) -> tree.Name:
    found = translation.global_meaning(written)
    meaning = None if found is None else found[1]
    if isinstance(meaning, ErrorClass) and meaning.task is None:
        return tree.Name(translation.span(written), meaning.kind)
    hint = "as in `on=TimeoutError`, or `on=(ValueError, KeyError)`"
    translation.refuse("CS251", written, "`on` takes names of built-in errors", hint)
    return tree.Name(translation.span(written), "Exception")


# --- services ------------------------------------------------------------------------------------------------------------


class _Known(NamedTuple):
    parameters: tuple[str, ...]
    example: str


_SERVICES = {
    "sleep": _Known(("duration",), "cs.sleep(5)"),
    "wait": _Known(("signal", "timeout"), 'cs.wait("approved", timeout=60)'),
    "emit": _Known(("name", "value"), 'cs.emit("progress", done)'),
}


def request(translation: Translation, node: ast.Call, service: str, written: str) -> tree.Expression:
    """The call of a service."""
    if service == "gather":
        return _gather(translation, node)
    if service not in _SERVICES:
        if service == "timeout":
            hint = f"as in `with {written}(10):`"
            return translation.refuse("CS268", node, f"`{written}` stands in a `with` statement", hint)
        return translation.refuse("CS296", node, f"`{written}` is a statement of its own")
    known = _SERVICES[service]
    given = _named(translation, node, known.parameters)
    if service == "sleep" and "delay" in given:  # what `asyncio.sleep` calls it
        given["duration"] = given.pop("delay")
    found = [tree.Argument(translation.span(value), translation.expression(value), name) for name, value in given.items()]
    in_order = [argument.form for argument in found] == list(known.parameters[: len(found)])
    plain = tuple(tree.Argument(a.span, a.value, "" if in_order else a.form) for a in found)
    spread = any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords)
    if known.parameters[0] not in given and not spread:
        name = known.parameters[0]
        translation.refuse("CS221", node, f"`{written}` needs `{name}`", f"as in `{known.example}`")
    return as_expression(nodes.Request(translation.span(node), service, plain))


def _named(translation: Translation, node: ast.Call, parameters: tuple[str, ...]) -> dict[str, ast.expr]:
    """The arguments of a call by the names of its parameters, in the order in which they are written."""
    shown = ast.unparse(node.func)
    given: dict[str, ast.expr] = {}
    for position, argument in enumerate(node.args):
        if isinstance(argument, ast.Starred):
            _refuse_star(translation, argument, shown)
        elif position >= len(parameters):
            count = "one argument" if len(parameters) == 1 else f"{len(parameters)} arguments"
            translation.refuse("CS220", argument, f"`{shown}` takes {count} at most, and this is one more")
        else:
            given[parameters[position]] = argument
    for keyword in node.keywords:
        if keyword.arg is None:
            _refuse_star(translation, keyword, shown)
        elif keyword.arg in given:
            translation.refuse("CS223", keyword, f"`{shown}` is given `{keyword.arg}` twice")
        elif keyword.arg not in parameters and not (keyword.arg == "delay" and parameters == ("duration",)):
            hint = f"it takes {', '.join(f'`{name}`' for name in parameters)}"
            translation.refuse("CS222", keyword, f"`{shown}` has no parameter `{keyword.arg}`", hint)
        else:
            given[keyword.arg] = keyword.value
    return given


def _refuse_star(translation: Translation, node: ast.expr | ast.keyword, written: str) -> None:
    star = "**" if isinstance(node, ast.keyword) else "*"
    message = f"`{written}` is given its arguments one by one, without `{star}`"
    translation.refuse("CS277", node, message, "write each of them by itself")


# --- side by side --------------------------------------------------------------------------------------------------------


def _gather(translation: Translation, node: ast.Call) -> tree.Expression:
    """``gather(a(), b())`` or ``gather(*[task(x) for x in items])``"""
    for keyword in node.keywords:
        message = "`gather` in a flow takes calls and nothing else: the first error ends the others"
        translation.refuse("CS293", keyword, message, "catch errors in a flow, and gather calls of that")
    branches = tuple([_branch(translation, node, argument) for argument in node.args])
    return as_expression(nodes.Gather(translation.span(node), branches))


def _branch(translation: Translation, node: ast.Call, argument: ast.expr) -> tree.Expression:
    match argument:
        case ast.Call() | ast.Name() | ast.Await(value=ast.Call()):
            return translation.expression(argument)
        case ast.Starred(value=ast.ListComp(elt=ast.Call()) | ast.GeneratorExp(elt=ast.Call())) if len(node.args) == 1:
            return translation.expression(argument)
        case _:
            hint = "as in `gather(a(), b())`, or `gather(*[task(x) for x in items])`"
            return translation.refuse("CS293", argument, "what runs side by side must be calls", hint)


def map_arguments(translation: Translation, node: ast.Call) -> tuple[tree.Argument, ...]:
    """The iterables of ``task.map(x=xs)``."""
    strays: list[ast.expr | ast.keyword] = [*node.args, *(keyword for keyword in node.keywords if keyword.arg is None)]
    for argument in strays:
        message = "`map` is given its iterables by the names of the parameters that get the items"
        translation.refuse("CS294", argument, message, f"as in `{ast.unparse(node.func)}(name=items)`")
    named = [(keyword, keyword.arg) for keyword in node.keywords if keyword.arg is not None]
    return tuple([tree.Argument(translation.span(part), translation.expression(part.value), name) for part, name in named])


def refuse_file(translation: Translation, node: ast.Call) -> None:
    """``print(…, file=…)``"""
    for keyword in node.keywords:
        if keyword.arg == "file":
            message = "a flow prints to where its run prints, and not to a file of its own"
            translation.refuse("CS289", keyword, message, "leave `file` out, or print in a task")
