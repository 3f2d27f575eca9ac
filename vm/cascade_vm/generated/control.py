"""Jumps and tail calls that tasks answer with, written out for the usual cases; `cascade_vm.choices` has what they mean.

Each function gives an expression for an operation, or None where it has to be called. What is usual: a `Jump` to a state that
there is, with data that is no dict; a `TailCall` of the flow itself, with just the keywords that it needs, or by position.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cascade_vm import opcodes as op
from cascade_vm.generated.syntax import call, constant, is_, is_type, load
from cascade_vm.operations import OPERATIONS

if TYPE_CHECKING:
    from cascade_vm.generated.operands import Operands

__all__ = ["CONTROL", "harmless_answers", "has_keys"]

Control = Callable[["Operands", Sequence[int]], ast.expr | None]


def _part(value: ast.expr, name: str) -> ast.expr:
    return ast.Attribute(value, name, ast.Load())


def _constant(s: Operands, operand: int) -> Any:
    """A constant operand's value; None for a register."""
    return s.flow.constants[-1 - operand].value if operand < 0 else None


def _either(usual: ast.expr, then: ast.expr, s: Operands, name: str, arguments: Sequence[int]) -> ast.expr:
    whole = s.calling(OPERATIONS[name].function, *s.read_all(arguments))
    return ast.IfExp(usual, then, whole)


def _all(*conditions: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.And(), list(conditions))


def has_keys(given: ast.expr, names: Sequence[str]) -> list[ast.expr]:
    """That a dict has these keys and no others: comparing its keys with a set takes four times as long."""
    as_many = ast.Compare(call("len", given), [ast.Eq()], [constant(len(names))])
    return [as_many, *(ast.Compare(constant(name), [ast.In()], [given]) for name in names)]


def _jump_case(s: Operands, arguments: Sequence[int]) -> ast.expr | None:
    value, keys = arguments
    known = _constant(s, keys)
    if value < 0 or type(known) is not tuple or not all(type(key) is str for key in known):
        return None
    cases = load(s.scope.name_of({key: known.index(key) for key in known}, "k"))
    key = _part(s.read(value), "target_key")
    usual = _all(is_type(s.read(value), "Jump"), is_type(key, "str"), ast.Compare(key, [ast.In()], [cases]))
    return _either(usual, ast.Subscript(cases, key, ast.Load()), s, "jump_case", arguments)


def _is_usual_jump(s: Operands, value: int) -> ast.expr:
    """A jump whose data is the first argument."""
    data = _part(s.read(value), "data")
    no_dict = ast.UnaryOp(ast.Not(), call("isinstance", data, load("dict")))
    return _all(is_type(s.read(value), "Jump"), ast.Compare(data, [ast.IsNot()], [constant(None)]), no_dict)


def _told(s: Operands, arguments: Sequence[int]) -> bool:
    """Whether the data is given by position."""
    told = _constant(s, arguments[2]) if len(arguments) == 3 else None
    return arguments[0] >= 0 and type(told) is tuple and len(told) == 2 and told[1] == ""


def _jump_arguments(s: Operands, arguments: Sequence[int]) -> ast.expr | None:
    value, before, *_ = arguments
    if not _told(s, arguments) or before < 0:
        return None
    usual = _all(is_type(s.read(before), "tuple"), _is_usual_jump(s, value))
    rest = ast.Subscript(s.read(before), ast.Slice(constant(1), None, None), ast.Load())
    made = ast.Tuple([_part(s.read(value), "data"), ast.Starred(rest, ast.Load())], ast.Load())
    return _either(usual, made, s, "jump_arguments", arguments)


def _jump_keywords(s: Operands, arguments: Sequence[int]) -> ast.expr | None:
    if not _told(s, arguments):
        return None
    return _either(_is_usual_jump(s, arguments[0]), s.read(arguments[1]), s, "jump_keywords", arguments)


def _tail_call_case(s: Operands, arguments: Sequence[int]) -> ast.expr | None:
    fit = _constant(s, arguments[1]) if len(arguments) == 2 else None
    if arguments[0] < 0 or type(fit) is not tuple or len(fit) != 5:
        return None
    _, _, _, needed, _ = fit
    value = s.read(arguments[0])
    no_tail_call = ast.UnaryOp(ast.Not(), call("isinstance", value, load("TailCall")))
    usual = _all(
        is_type(value, "TailCall"),
        is_(_part(value, "target"), constant(None)),
        ast.UnaryOp(ast.Not(), _part(value, "args")),
        is_type(_part(value, "kwargs"), "dict"),
        *has_keys(_part(value, "kwargs"), needed),
    )
    whole = s.calling(OPERATIONS["tail_call_case"].function, *s.read_all(arguments))
    rest = ast.IfExp(no_tail_call, constant(False), whole)
    return ast.IfExp(usual, constant(True), rest) if needed else rest


def _tail_arguments(s: Operands, arguments: Sequence[int]) -> ast.expr | None:
    (value,) = arguments
    if value < 0:
        return None
    given = _part(s.read(value), "args")
    return _either(is_type(given, "tuple"), given, s, "tail_arguments", arguments)


def _tail_keywords(s: Operands, arguments: Sequence[int]) -> ast.expr | None:
    (value,) = arguments
    if value < 0:
        return None
    given = _part(s.read(value), "kwargs")
    return _either(
        is_type(given, "dict"), given if _is_spread_only(s) else call(_part(given, "copy")), s, "tail_keywords", arguments
    )


def _is_spread_only(s: Operands) -> bool:
    """Whether what the instruction gives is ``**keywords`` of the task called next, and nothing else: that copies them."""
    here, following = s.flow.code[s.pc], s.flow.code[s.pc + 1] if s.pc + 1 < s.end else None
    if not (isinstance(here, op.Compute) and isinstance(following, op.Call) and following.forms == ("*", "**")):
        return False
    positional, keywords = following.arguments
    gone = here.dst == following.dst or not s.liveness().is_read_after(here.dst, s.pc + 1)
    return keywords == here.dst and positional != here.dst and gone and not s.guarded


def _is_sequence(s: Operands, arguments: Sequence[int]) -> ast.expr:
    """A pattern that does not fit is followed by others for the same value: most often of one type, which is asked for once."""
    return _is_one_of(s, "is_sequence", arguments, (list, tuple), "PATTERNED")


def _is_mapping(s: Operands, arguments: Sequence[int]) -> ast.expr:
    return _is_one_of(s, "is_mapping", arguments, (dict,), "")


def _is_one_of(s: Operands, name: str, arguments: Sequence[int], kinds: tuple[type, ...], known_as: str) -> ast.expr:
    """Whether a value is of these types, or of others that the operation knows. Both sides of `or` give a bool."""
    (value,) = arguments
    if s.kind(value) in kinds:
        return constant(True)
    usual = is_type(s.read(value), kinds[0].__name__)
    if known_as:
        usual = ast.Compare(call("type", s.read(value)), [ast.In()], [load(known_as)])
    return ast.BoolOp(ast.Or(), [usual, s.calling(OPERATIONS[name].function, s.read(value))])


def _plain_value(s: Operands, arguments: Sequence[int]) -> ast.expr:
    (value,) = arguments
    return _either(_is_plain(s.read(value)), s.read(value), s, "plain_value", arguments)


def _are_plain(s: Operands, arguments: Sequence[int]) -> ast.expr | None:
    if not arguments:
        return constant(True)
    conditions = [_is_plain(s.read(each)) for each in arguments]
    usual = _all(*conditions) if len(conditions) > 1 else conditions[0]
    return _either(usual, constant(True), s, "are_plain", arguments)


def _is_plain(value: ast.expr) -> ast.expr:
    return ast.Compare(call("type", value), [ast.In()], [load("PLAIN")])


# --- what tasks answer ---------------------------------------------------------------------------------------------------


def harmless_answers(s: Operands, value: ast.expr) -> list[ast.expr]:
    """Conditions under which an answer that is not plain is not one that the host has to look at."""
    found: list[ast.expr] = []

    if s.program.jumps:
        found.append(_all(is_type(value, "Jump"), _is_plain(_part(value, "data"))))
    if s.program.again:
        given = _part(value, "kwargs")
        items = [_is_plain(ast.Subscript(given, constant(name), ast.Load())) for name in s.program.again]
        usual = has_keys(given, s.program.again)
        no_more = ast.UnaryOp(ast.Not(), _part(value, "args"))
        found.append(_all(is_type(value, "TailCall"), is_type(given, "dict"), *usual, no_more, *items))
    return found


CONTROL: dict[str, Control] = {
    "are_plain": _are_plain,
    "is_mapping": _is_mapping,
    "is_sequence": _is_sequence,
    "jump_case": _jump_case,
    "jump_arguments": _jump_arguments,
    "jump_keywords": _jump_keywords,
    "plain_value": _plain_value,
    "tail_call_case": _tail_call_case,
    "tail_arguments": _tail_arguments,
    "tail_keywords": _tail_keywords,
}
"""By the names of the operations."""
