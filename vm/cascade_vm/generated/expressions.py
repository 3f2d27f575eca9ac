"""Instructions that are an expression of Python's: each reads its operands once, from left to right, and runs through.

So it can be written where its value is read (`cascade_vm.generated.folding`).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TypeGuard

from cascade_vm import call_operations, roles
from cascade_vm import opcodes as op
from cascade_vm.formatting import is_harmless
from cascade_vm.generated.control import CONTROL
from cascade_vm.generated.folding import as_value
from cascade_vm.generated.iteration import asked, passing_expression
from cascade_vm.generated.operands import Operands
from cascade_vm.generated.passing import LAZY, TAKEN, goes_on_to
from cascade_vm.generated.syntax import call, constant, is_word, load
from cascade_vm.library import VALUES
from cascade_vm.operations import METHODS, OPERATIONS

__all__ = ["BINARY", "OPENING", "SUBSCRIPTS", "comparison", "expression", "is_in_place", "is_template"]

BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod, "**": ast.Pow, "@": ast.MatMult,
    "&": ast.BitAnd, "|": ast.BitOr, "^": ast.BitXor, "<<": ast.LShift, ">>": ast.RShift,
}  # fmt: skip
_COMPARING: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "in": ast.In, "not in": ast.NotIn,
    "is": ast.Is, "is not": ast.IsNot,
}  # fmt: skip
_UNARY: dict[str, type[ast.unaryop]] = {"neg": ast.USub, "pos": ast.UAdd, "invert": ast.Invert, "not": ast.Not}
OPENING = ("format", "format_map")
"""Methods of texts that reach attributes by a computed name: they have a guard."""
SUBSCRIPTS = ("[]=", "del []", "put")
"""Operations that change an item."""
_BUILDS: dict[str, Callable[[list[ast.expr]], ast.expr]] = {
    "build_tuple": lambda values: ast.Tuple(values, ast.Load()),
    "build_list": lambda values: ast.List(values, ast.Load()),
    "build_dict": lambda values: ast.Dict([*values[::2]], values[1::2]),
}


def expression(s: Operands, i: op.Instruction) -> ast.expr | None:
    """What an instruction gives, with the values that wait for it; None when it is more than an expression."""
    if isinstance(i, op.Copy):
        return s.take((i.source,))[0]
    if isinstance(i, op.Method):
        return _method(s, i)
    if not isinstance(i, op.Compute):
        return None
    if i.operation in LAZY and (ends := goes_on_to(s, i)) is not None:
        return passing_expression(s, i) if ends == TAKEN else None
    if i.operation == "iter" and s.is_iterator(i.dst, s.pc + 1):
        return None
    return _formed(s, i) if any(i.forms) else _computed(s, i)


def is_in_place(i: op.Compute) -> bool:
    """Whether it is an assignment such as ``x += 1``."""
    name = i.operation
    return name[-1] == "=" and name[:-1] in BINARY and name not in _COMPARING and i.arguments[0] == i.dst


def comparison(s: Operands, operation: str, left: int, right: int) -> ast.expr:
    a, b = s.take((left, right))
    if operation.startswith("is") and not all(_is_object(each) or _is_single(each) for each in (a, b)):
        return s.calling(OPERATIONS[operation].function, a, b)
    return ast.Compare(a, [_COMPARING[operation]()], [b])


def _is_object(value: ast.expr) -> bool:
    """Whether Python's compiler knows nothing of a value: it warns of literals compared by identity, or looked into."""
    if isinstance(value, ast.BinOp):
        return _is_object(value.left) or _is_object(value.right)
    return isinstance(value, ast.Name | ast.Subscript | ast.Call | ast.Attribute)


def _is_text(value: ast.expr) -> bool:
    """A literal whose items may be looked up: Python's compiler warns of keys that it knows to be wrong."""
    return isinstance(value, ast.Constant) and type(value.value) in (str, bytes)


def _is_single(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and (value.value is None or type(value.value) is bool)


def _method(s: Operands, i: op.Method) -> ast.expr | None:
    """A method of a value of a built-in type that is known, or of such a type itself (`dict.fromkeys`): it runs here."""
    forms = i.forms or ("",) * len(i.arguments)
    count = sum(form == "" for form in forms)
    named = forms[count:]
    if any(forms[:count]) or len(set(named)) < len(named) or not all(map(is_word, (i.name, *named))):
        return None
    if i.name in OPENING and not is_template(s, i.target):
        return None
    if i.name not in METHODS.get(s.kind(i.target) or object, ()) and i.name not in METHODS.get(_type_held(s, i.target), ()):
        return None
    target, *values = s.take((i.target, *i.arguments))
    keywords = [ast.keyword(form, value) for form, value in zip(named, values[count:], strict=True)]
    return call(ast.Attribute(target, i.name, ast.Load()), *values[:count], keywords=keywords)


def _type_held(s: Operands, operand: int) -> type:
    """The built-in type that a register holds, if the node has just put it there; `object`, whose methods nobody asks for, if
    not."""
    _, start, _ = s.node
    for pc in range(s.pc - 1, start - 1, -1):
        i = s.flow.code[pc]
        if operand in roles.writes(i):
            known = VALUES.get(str(_constant(s, i.arguments[0]))) if _names_built_in(i) else None
            return known if isinstance(known, type) else object
    return object


def _names_built_in(i: op.Instruction) -> TypeGuard[op.Compute]:
    return isinstance(i, op.Compute) and i.operation == "builtin" and i.arguments[0] < 0


def is_template(s: Operands, operand: int) -> bool:
    """Whether it is a constant text whose methods reach no attribute that they may not."""
    known = _constant(s, operand) if operand < 0 else None
    return type(known) is str and is_harmless(known)


def _constant(s: Operands, operand: int) -> object:
    """The value of a constant operand."""
    return s.flow.constants[-1 - operand].value


def _computed(s: Operands, i: op.Compute) -> ast.expr | None:
    name, arguments = i.operation, i.arguments
    if name in _COMPARING:
        return comparison(s, name, *arguments)
    if name in CONTROL:
        s.settled_first += s.write_down()  # these read an operand several times
        whole = CONTROL[name](s, arguments)
        return s.calling(OPERATIONS[name].function, *s.read_all(arguments)) if whole is None else whole
    if name in SUBSCRIPTS or is_in_place(i) or name in ("extend", "give", "update_dict"):
        return None
    if name in ("format_value", "concat"):
        text = _text(s, i)
        if text is not None:
            return text
    if name == "builtin" and arguments[0] < 0 and (known := _constant(s, arguments[0])) in VALUES:
        return load(s.scope.name_of(VALUES[str(known)]))
    if (item := asked(s, i)) is not None:
        return item
    values = s.take(arguments, slices=name == "[]")
    if name in BINARY:
        return ast.BinOp(values[0], BINARY[name](), values[1])
    if name in _UNARY:
        return ast.UnaryOp(_UNARY[name](), values[0])
    if name in _BUILDS:
        return _BUILDS[name](values)
    if name == "[]" and (_is_object(values[0]) or (_is_text(values[0]) and _is_object(values[1]))):
        return ast.Subscript(values[0], values[1], ast.Load())
    if name == "slice":
        bounds = [
            None if each < 0 and _constant(s, each) is None else value for each, value in zip(arguments, values, strict=True)
        ]
        return ast.Slice(*bounds)
    if name in ("append", "add"):
        return call(ast.Attribute(values[0], name, ast.Load()), values[1])
    return s.calling(OPERATIONS[name].function, *map(as_value, values))


def _formed(s: Operands, i: op.Compute) -> ast.expr | None:
    """An operation with arguments by position first, and then by name."""
    count = sum(form == "" for form in i.forms)
    named = i.forms[count:]
    if i.operation in call_operations.CALLEES or any(i.forms[:count]) or len(set(named)) < len(named):
        return None
    if not all(map(is_word, named)):
        return None
    values = s.take(i.arguments)
    keywords = [ast.keyword(form, value) for form, value in zip(named, values[count:], strict=True)]
    return call(s.scope.name_of(OPERATIONS[i.operation].function), *values[:count], keywords=keywords)


def _text(s: Operands, i: op.Compute) -> ast.expr | None:
    """A replacement field, or a whole f-string of parts that are texts for certain."""
    constants = [_constant(s, each) if each < 0 else None for each in i.arguments]
    if i.operation == "format_value":
        _, conversion, spec = constants
        if conversion not in ("", "s", "r", "a") or not (type(spec) is str or i.arguments[2] in s.texts):
            return None
        s.is_text = True
        value, *computed = s.take(i.arguments[:1] if type(spec) is str else i.arguments[::2])
        parts = [part for each in computed for part in _parts(each)] if computed else [constant(spec)] if spec else []
        wanted = ast.JoinedStr(parts) if parts else None
        return ast.JoinedStr([ast.FormattedValue(value, ord(str(conversion)) if conversion else -1, wanted)])
    sure = all(each in s.texts or type(known) is str for each, known in zip(i.arguments, constants, strict=True))
    values = s.take(i.arguments)
    s.is_text = True
    if not sure:
        return call(ast.Attribute(constant(""), "join", ast.Load()), ast.Tuple(values, ast.Load()))
    return ast.JoinedStr([part for value in values for part in _parts(value)])


def _parts(value: ast.expr) -> Sequence[ast.expr]:
    """A text as parts of an f-string."""
    if isinstance(value, ast.JoinedStr):
        return value.values
    return [value] if isinstance(value, ast.Constant) else [ast.FormattedValue(value, -1, None)]
