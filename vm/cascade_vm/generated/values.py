"""Instructions that compute, as Python's operators where there is one, else as calls of what the machine calls.

Each function writes one opcode.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from cascade_vm import call_operations, plain, roles
from cascade_vm import opcodes as op
from cascade_vm.attributes import read_attribute
from cascade_vm.generated.control import CONTROL
from cascade_vm.generated.operands import Operands
from cascade_vm.generated.short_loops import MOST_ITEMS
from cascade_vm.generated.syntax import (
    assign,
    assign_many,
    augment,
    branch,
    call,
    constant,
    is_,
    is_type,
    is_word,
    items,
    load,
    run,
)  # fmt: skip
from cascade_vm.library import VALUES
from cascade_vm.operations import METHODS, OPERATIONS

__all__ = [
    "OPENING", "attribute", "bound", "check", "clear", "comparison", "compute", "copy", "following", "iterate", "likeliest",
    "match", "move", "source", "unpack",
]  # fmt: skip

_BINARY: dict[str, type[ast.operator]] = {
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
_LIKELY: list[type] = [list, dict, str, set]
_SUBSCRIPTS = ("[]", "[]=", "del []", "put")
_BUILDS: dict[str, Callable[[list[ast.expr]], ast.expr]] = {
    "slice": lambda values: call("slice", *values),
    "build_tuple": lambda values: ast.Tuple(values, ast.Load()),
    "build_list": lambda values: ast.List(values, ast.Load()),
    "build_dict": lambda values: ast.Dict([*values[::2]], values[1::2]),
}


def comparison(s: Operands, operation: str, left: int, right: int) -> ast.expr:
    identity = operation.startswith("is")
    if identity and any(operand < 0 and not _is_single(s, operand) for operand in (left, right)):
        return s.calling(OPERATIONS[operation].function, s.read(left), s.read(right))
    return ast.Compare(s.read(left), [_COMPARING[operation]()], [s.read(right)])


def _is_single(s: Operands, operand: int) -> bool:
    """Whether a constant may stand beside ``is``."""
    return type(s.flow.constants[-1 - operand].value) in (type(None), bool)


def source(s: Operands, i: op.Instruction, following: op.Instruction | None) -> list[ast.stmt] | None:
    """What a loop goes over, made and begun at once; None for anything else."""
    if not (isinstance(i, op.Compute) and isinstance(following, op.Iterate) and i.dst == following.source == following.dst):
        return None
    if not s.is_iterator(following.dst, s.pc + 2):
        return None
    iterator, source = s.iterator(i.dst)
    if any(i.forms):
        return _spread_zip(s, i) if i.operation == "zip" and i.forms == ("*",) and i.arguments[0] >= 0 else None
    arguments = s.read_all(i.arguments)
    few: ast.expr = constant(False)
    match i.operation:
        case "range":
            made = [assign(source, call("range", *arguments)), assign(iterator, call("iter", load(source)))]
            few = _few_numbers(s, i.arguments)
        case "enumerate" if len(arguments) == 1:
            made = [assign(iterator, call("enumerate", *arguments)), assign(source, s.read(i.arguments[0]))]
            few = _few_items(source)
        case "zip" if arguments:
            whole = ast.Tuple(s.read_all(i.arguments), ast.Load())
            made = [assign(iterator, call("zip", *arguments)), assign(source, whole)]
        case "reversed":
            made = [assign(iterator, call("backwards", *arguments)), assign(source, constant(None))]
        case _:
            return None
    return [*made, assign(s.bounded(i.dst), few)]


def _spread_zip(s: Operands, i: op.Compute) -> list[ast.stmt]:
    """``zip(*rows)``"""
    iterator, source = s.iterator(i.dst)
    rows = s.read(i.arguments[0])
    usual = ast.BoolOp(ast.Or(), [is_type(rows, "list"), is_type(rows, "tuple")])
    whole = call("zip", ast.Starred(load(source), ast.Load()))
    begun = [assign(source, call("tuple", s.read(i.arguments[0]))), assign(iterator, whole)]
    other = [*s.cell(i), assign(iterator, s.read(i.dst)), assign(source, constant(None))]
    return [*branch(usual, begun, other), assign(s.bounded(i.dst), constant(False))]


def _few_items(source: str) -> ast.expr:
    """Whether what is gone over has few items."""
    sized = ast.Compare(call("type", load(source)), [ast.In()], [load("SIZED")])
    few = ast.Compare(call("len", load(source)), [ast.LtE()], [constant(MOST_ITEMS)])
    return ast.BoolOp(ast.And(), [sized, few])


def _few_numbers(s: Operands, arguments: Sequence[int]) -> ast.expr:
    """The same for a range: its length may be more than `len` can say."""
    if len(arguments) == 3:
        return constant(False)
    stop = s.read(arguments[-1])
    first: ast.expr = constant(0) if len(arguments) == 1 else s.read(arguments[0])
    few = ast.Compare(ast.BinOp(stop, ast.Sub(), first), [ast.LtE()], [constant(MOST_ITEMS)])
    integers = [is_type(s.read(each), "int") for each in arguments if each >= 0]
    return ast.BoolOp(ast.And(), [*integers, few]) if integers else few


def iterate(s: Operands, i: op.Iterate) -> list[ast.stmt]:
    if not s.is_iterator(i.dst, s.pc + 1):
        return s.write(i.dst, call("cursor_over", s.read(i.source)))
    iterator, source = s.iterator(i.dst)
    begun = ast.IfExp(is_type(load(source), "list"), call("iter", load(source)), call("iterator_over", load(source)))
    return [assign(source, s.read(i.source)), assign(iterator, begun), assign(s.bounded(i.dst), _few_items(source))]


def following(s: Operands, i: op.Next) -> ast.expr:
    """The next item of a cursor, or ``DONE``."""
    if i.cursor >= 0 and s.is_iterator(i.cursor, s.pc):
        return call("next", load(s.iterator(i.cursor)[0]), load("DONE"))
    return call("step", s.read(i.cursor))


def copy(s: Operands, i: op.Copy) -> list[ast.stmt]:
    return s.write(i.dst, s.read(i.source))


def move(s: Operands, i: op.Move) -> list[ast.stmt]:
    targets = [s.register(target) for target in i.targets]
    if len(targets) == 1:
        return [assign(targets[0], s.read(i.sources[0]))]
    return [assign_many(targets, ast.Tuple(s.read_all(i.sources), ast.Load()))] if targets else []


def compute(s: Operands, i: op.Compute) -> list[ast.stmt]:
    name, arguments = i.operation, i.arguments
    if any(i.forms):
        return _formed(s, i)
    values = s.read_all(arguments)
    if name in _BINARY:
        return s.write(i.dst, ast.BinOp(values[0], _BINARY[name](), values[1]))
    if name in _COMPARING:
        return s.write(i.dst, comparison(s, name, *arguments))
    if name in _UNARY:
        return s.write(i.dst, ast.UnaryOp(_UNARY[name](), values[0]))
    if name[:-1] in _BINARY and name[-1] == "=" and arguments[0] == i.dst:
        return [augment(s.register(i.dst), _BINARY[name[:-1]](), values[1])]
    build = _BUILDS.get(name)
    if build is not None:
        return s.write(i.dst, build(values))
    if name in ("format_value", "concat") and (text := _text(s, i)) is not None:
        return s.write(i.dst, text)
    if arguments and arguments[0] >= 0 and name in _SUBSCRIPTS:
        return _subscript(s, i, values)
    if name == "builtin" and arguments[0] < 0 and (known := s.flow.constants[-1 - arguments[0]].value) in VALUES:
        return s.write(i.dst, load(s.scope.name_of(VALUES[str(known)])))
    control = CONTROL.get(name)
    if control is not None and (whole := control(s, arguments)) is not None:
        return s.write(i.dst, whole)
    if name in _LAZY and _is_consumed(s, i):
        return s.write(i.dst, call(name, *values))
    if name in ("append", "add"):
        method = ast.Attribute(values[0], name, ast.Load())
        return s.write(i.dst, call(method, values[1]))
    return s.write(i.dst, s.calling(OPERATIONS[name].function, *values))


_LAZY = ("map", "filter", "zip", "enumerate")
_CONSUMING = ("sum", "list", "tuple", "set", "frozenset", "sorted", "max", "min", "any", "all", "dict")


def _is_consumed(s: Operands, i: op.Compute) -> bool:
    """Whether the next instruction reads all that this gives, and nobody else sees it: then an iterator of Python's will do."""
    following = s.flow.code[s.pc + 1] if s.pc + 1 < s.end else None
    return (
        isinstance(following, op.Compute)
        and following.operation in _CONSUMING
        and following.arguments == (i.dst,)
        and following.dst == i.dst
        and not s.guarded
    )


def _formed(s: Operands, i: op.Compute) -> list[ast.stmt]:
    """An operation with arguments in their forms: as a call of Python's where that says the same."""
    pairs = list(zip(i.arguments, i.forms, strict=True))
    if i.operation in call_operations.CALLEES or "**" in i.forms:
        return s.cell(i)
    named = [form for form in i.forms if form not in ("", "*")]
    stars = [argument for argument, form in pairs if form == "*"]
    if len(set(named)) < len(named) or not all(map(is_word, named)) or len(stars) > 1 or (stars and stars[0] < 0):
        return s.cell(i)
    positional = [ast.Starred(s.read(a), ast.Load()) if form == "*" else s.read(a) for a, form in pairs if form in ("", "*")]
    keywords = [ast.keyword(form, s.read(a)) for a, form in pairs if form not in ("", "*")]
    whole = call(s.scope.name_of(OPERATIONS[i.operation].function), *positional, keywords=keywords)
    if not stars:
        return s.write(i.dst, whole)
    usual = ast.BoolOp(ast.Or(), [is_type(s.read(stars[0]), "list"), is_type(s.read(stars[0]), "tuple")])
    return branch(usual, s.write(i.dst, whole), s.cell(i))


def _text(s: Operands, i: op.Compute) -> ast.expr | None:
    """A replacement field, or a whole f-string of parts that are texts for certain."""
    constants = [s.flow.constants[-1 - each].value if each < 0 else None for each in i.arguments]
    if i.operation == "format_value":
        _, conversion, spec = constants
        if conversion not in ("", "s", "r", "a") or type(spec) is not str:
            return None
        wanted: ast.expr | None = ast.JoinedStr([constant(spec)]) if spec else None
        s.texts.add(i.dst)
        return ast.JoinedStr([ast.FormattedValue(s.read(i.arguments[0]), ord(conversion) if conversion else -1, wanted)])
    if not all(each in s.texts or type(known) is str for each, known in zip(i.arguments, constants, strict=True)):
        return call(ast.Attribute(constant(""), "join", ast.Load()), ast.Tuple(s.read_all(i.arguments), ast.Load()))
    parts: list[ast.expr] = [
        constant(known) if type(known) is str else ast.FormattedValue(s.read(each), -1, None)
        for each, known in zip(i.arguments, constants, strict=True)
    ]
    return ast.JoinedStr(parts)


def _subscript(s: Operands, i: op.Compute, values: list[ast.expr]) -> list[ast.stmt]:
    match i.operation:
        case "[]":
            return s.write(i.dst, ast.Subscript(values[0], values[1], ast.Load()))
        case "del []":
            done: ast.stmt = ast.Delete([ast.Subscript(values[0], values[1], ast.Del())])
        case _:
            done = ast.Assign([ast.Subscript(values[0], values[1], ast.Store())], values[2])
    return [done, *s.write(i.dst, constant(None))]


def unpack(s: Operands, i: op.Unpack) -> list[ast.stmt]:
    if not i.targets or i.source < 0:
        return s.cell(i)
    return [assign_many([s.register(target) for target in i.targets], s.read(i.source), i.star)]


def attribute(s: Operands, i: op.Attribute) -> list[ast.stmt]:
    slow = s.calling(read_attribute, s.read(i.target), constant(i.name))
    if i.name in OPENING or not is_word(i.name):
        return s.write(i.dst, slow)
    if i.target < 0:
        return s.write(i.dst, ast.Attribute(s.read(i.target), i.name, ast.Load()))
    kinds = [kind for kind, names in METHODS.items() if i.name in names]
    closed = ast.Compare(call("type", s.read(i.target)), [ast.In()], [load("CLOSED")])
    written = s.write(i.dst, ast.IfExp(closed, slow, ast.Attribute(s.read(i.target), i.name, ast.Load())))
    if not kinds or not _is_forgotten(s, i.dst):
        return written
    unlike = ast.Compare(call("type", s.read(i.target)), [ast.IsNot()], [load(s.scope.name_of(likeliest(kinds)))])
    return branch(unlike, written, [])


def likeliest(kinds: Sequence[type]) -> type:
    """Whose method is meant, most of the time."""
    return min(kinds, key=lambda kind: _LIKELY.index(kind) if kind in _LIKELY else len(_LIKELY))


def _is_forgotten(s: Operands, register: int) -> bool:
    """Whether what this instruction gives is not read by those behind it, up to the next that writes the register. Python looks
    a method up before its arguments, so that it may be missed; then the call looks again."""
    for pc in range(s.pc + 1, s.end):
        instruction = s.flow.code[pc]
        if register in roles.registers_read(instruction):
            return False
        if register in roles.writes(instruction):
            return s.pc + 1 == pc or not s.guarded
    return False


def clear(s: Operands, i: op.Clear) -> list[ast.stmt]:
    return s.write(i.dst, load("UNBOUND"))


def bound(s: Operands, i: op.Bound) -> list[ast.stmt]:
    if i.variable < 0:
        return s.write(i.dst, constant(True))
    return s.write(i.dst, ast.Compare(s.read(i.variable), [ast.IsNot()], [load("UNBOUND")]))


def check(s: Operands, i: op.Check) -> list[ast.stmt]:
    if i.variable < 0:
        return []
    missed = run(s.calling(plain.check, items(s.read(i.variable)), constant(0), constant(i.name), constant(0)))
    return branch(is_(s.read(i.variable), load("UNBOUND")), [missed], [])


def match(s: Operands, i: op.Match) -> list[ast.stmt]:
    classes, others = plain.errors_named(i.kinds)
    if others:
        return s.cell(i)
    return s.write(i.dst, call("isinstance", s.read(i.error), load(s.scope.name_of(classes, "k"))))
