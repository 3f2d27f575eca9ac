"""Arguments with ``*`` and ``**`` to the parameters of a flow: a function that has just these binds them, as in Python.

    bind_call %4, (key=…), *%1, **%2        v = (lambda a, /, b=…, *c, **d: (a, b, c, d))(*r1, **r2)
    restore %5, %6, %7, %8 from %4          r5, r6, r7, r8 = v

Nothing is said here of what does not fit: then `cascade_vm.signature` binds, or has words for it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from cascade_vm import opcodes as op
from cascade_vm.generated.operands import Operands
from cascade_vm.generated.syntax import assign, assign_many, branch, call, constant, is_, is_type, is_word, load, otherwise

__all__ = ["spread_arguments"]

Described = tuple[str, tuple[tuple[Any, ...], ...]]
"""A flow's name, and its parameters as operation ``bind`` wants them."""


def spread_arguments(s: Operands, i: op.Instruction, following: op.Instruction | None) -> list[ast.stmt] | None:
    """What binds arguments in their forms to the parameters of a flow and takes them out again. None for anything else."""
    if not (isinstance(i, op.Compute) and i.operation == "bind_call" and isinstance(following, op.Restore)):
        return None
    whole = i.arguments[0]
    if whole >= 0 or i.forms[0] or following.branch != -1 or following.source != i.dst:
        return None
    if i.dst not in following.targets and s.liveness().is_read_after(i.dst, s.pc + 1):
        return None
    described: Described = s.flow.constants[-1 - whole].value[0]  # type: ignore[index]
    given = _written_out(i)
    if given is None or len(described[1]) != len(following.targets) or not _is_written(described[1]):
        return None
    bound = _bound(s, i, whole, described, given)
    taken = [assign_many([s.register(target) for target in following.targets], load("v"))] if following.targets else []
    alike = _all_by_position(s, i, following, described)
    slow = s.mark(s.cell(i))
    s.at(s.index, s.pc + 1)
    slow += s.mark(s.cell(following))
    s.bound.update(_always_bound(following, described))
    either = [*bound, *branch(is_(load("v"), constant(None)), slow, taken)]
    return either if alike is None else branch(*alike, either)


def _written_out(i: op.Compute) -> list[tuple[int, str]] | None:
    """The arguments with their forms, behind the first, in an order that Python's syntax can have."""
    given = list(zip(i.arguments[1:], i.forms[1:], strict=True))
    named = [form for _, form in given if form not in ("", "*", "**")]
    spread = [argument for argument, form in given if form in ("*", "**")]
    if len(set(named)) < len(named) or not all(map(is_word, named)) or not spread or min(spread) < 0:
        return None
    return sorted(given, key=lambda pair: pair[1] not in ("", "*"))


def _is_written(parameters: Sequence[tuple[Any, ...]]) -> bool:
    """Whether Python's syntax can have such parameters: no program needs others, but a Blueprint may have them."""
    names = [name for name, *_ in parameters]
    order = [_ORDER.index(kind) for _, kind, *_ in parameters]
    by_position = [not required for _, kind, required, *_ in parameters if kind in ("position", "either")]
    return (
        all(map(is_word, names))
        and len(set(names)) == len(names)
        and order == sorted(order)
        and order.count(_ORDER.index("rest")) <= 1
        and order.count(_ORDER.index("keywords")) <= 1
        and by_position == sorted(by_position)
    )


_ORDER = ("position", "either", "rest", "keyword", "keywords")


def _always_bound(following: op.Restore, described: Described) -> set[int]:
    """The registers that hold a value for certain: all but those of parameters whose default the flow computes."""
    pairs = zip(following.targets, described[1], strict=True)
    return {target for target, (_, kind, required, *default) in pairs if required or default or kind in ("rest", "keywords")}


def _bound(s: Operands, i: op.Compute, whole: int, described: Described, given: list[tuple[int, str]]) -> list[ast.stmt]:
    """Sets ``v`` to the values of all parameters; to None where arguments do not fit, or are none of the types that usually are
    spread: others run code of their own."""
    positional: list[ast.expr] = []
    keywords: list[ast.keyword] = []
    tests: list[ast.expr] = []
    for argument, form in given:
        value = s.read(argument)
        if form == "*":
            positional.append(ast.Starred(value, ast.Load()))
            kinds = [is_type(s.read(argument), kind) for kind in ("tuple", "list")]
            tests += [] if s.kind(argument) in (tuple, list) else [ast.BoolOp(ast.Or(), kinds)]
        elif not form:
            positional.append(value)
        else:
            keywords.append(ast.keyword(None if form == "**" else form, value))
            tests += [is_type(s.read(argument), "dict")] if form == "**" and s.kind(argument) is not dict else []
    made = ast.Call(_binder(s, whole, described), positional, keywords)
    nothing: ast.stmt = assign("v", constant(None))
    usual: list[ast.stmt] = [
        ast.Try([assign("v", made)], [ast.ExceptHandler(load("TypeError"), None, [nothing])], [], [])  # out of it, then again
    ]
    if not tests:
        return usual
    return branch(tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests), usual, [nothing])


def _binder(s: Operands, whole: int, described: Described) -> ast.expr:
    arguments = ast.arguments([], [], None, [], [], None, [])
    for number, (name, kind, required, *default) in enumerate(described[1]):
        parameter = ast.arg(name)
        value = _default(s, whole, number, default)
        match kind:
            case "rest":
                arguments.vararg = parameter
            case "keywords":
                arguments.kwarg = parameter
            case "keyword":
                arguments.kwonlyargs.append(parameter)
                arguments.kw_defaults.append(None if required else value)
            case _:
                (arguments.posonlyargs if kind == "position" else arguments.args).append(parameter)
                arguments.defaults += [] if required else [value]
    return ast.Lambda(arguments, ast.Tuple([load(name) for name, *_ in described[1]], ast.Load()))


def _default(s: Operands, whole: int, number: int, default: Sequence[object]) -> ast.expr:
    """The very object that the constant holds: ``is`` tells it from an equal one."""
    if not default:
        return load("UNBOUND")
    if default[0] is None or type(default[0]) is bool:
        return constant(default[0])
    return load(s.scope.name_of(default[0], "k", ("default", s.index, -1 - whole, number)))


def _all_by_position(
    s: Operands, i: op.Compute, following: op.Restore, described: Described
) -> tuple[ast.expr, list[ast.stmt]] | None:
    """When there are as many arguments as parameters, and no keywords: the condition, and what takes them then. It is twice as
    fast as binding them."""
    count = i.forms.count("")
    spread = i.arguments[count:]
    if i.forms[count:] not in (("*",), ("*", "**")) or any(kind not in ("position", "either") for _, kind, *_ in described[1]):
        return None
    fixed = i.arguments[1:count]
    usual = ast.BoolOp(ast.Or(), [is_type(s.read(spread[0]), "tuple"), is_type(s.read(spread[0]), "list")])
    as_many = ast.Compare(call("len", s.read(spread[0])), [ast.Eq()], [constant(len(described[1]) - len(fixed))])
    without = [is_type(s.read(each), "dict") for each in spread[1:]] + [otherwise(s.read(each)) for each in spread[1:]]
    given: ast.expr = s.read(spread[0])
    if fixed:
        given = ast.Tuple([*s.read_all(fixed), ast.Starred(given, ast.Load())], ast.Load())
    taken = [assign_many([s.register(target) for target in following.targets], given)] if following.targets else []
    return ast.BoolOp(ast.And(), [usual, as_many, *without]), taken
