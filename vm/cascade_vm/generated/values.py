"""Instructions that compute, as Python's operators where there is one, else as calls of what the machine calls.

Each function writes one opcode.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from keyword import iskeyword

from cascade_vm import opcodes as op
from cascade_vm import plain
from cascade_vm.attributes import read_attribute
from cascade_vm.generated.control import CONTROL
from cascade_vm.generated.operands import Operands
from cascade_vm.generated.syntax import (
    assign,
    assign_many,
    augment,
    branch,
    call,
    constant,
    is_,
    is_type,
    items,
    load,
    run,
)  # fmt: skip
from cascade_vm.operations import OPERATIONS

__all__ = [
    "OPENING", "attribute", "bound", "check", "clear", "comparison", "compute", "copy", "following", "iterate", "match", "move",
    "source", "unpack",
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
_SUBSCRIPTS = ("[]", "[]=", "del []", "put")
_BUILDS: dict[str, Callable[[list[ast.expr]], ast.expr]] = {
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
    if any(i.forms) or not s.is_iterator(following.dst, s.pc + 2):
        return None
    iterator, source = s.iterator(i.dst)
    arguments = s.read_all(i.arguments)
    match i.operation:
        case "range":
            return [assign(source, call("range", *arguments)), assign(iterator, call("iter", load(source)))]
        case "enumerate" if len(arguments) == 1:
            return [assign(iterator, call("enumerate", *arguments)), assign(source, s.read(i.arguments[0]))]
        case "zip" if arguments:
            whole = ast.Tuple(s.read_all(i.arguments), ast.Load())
            return [assign(iterator, call("zip", *arguments)), assign(source, whole)]
        case "reversed":
            return [assign(iterator, call("backwards", *arguments)), assign(source, constant(None))]
        case _:
            return None


def iterate(s: Operands, i: op.Iterate) -> list[ast.stmt]:
    if not s.is_iterator(i.dst, s.pc + 1):
        return s.cell(i)
    iterator, source = s.iterator(i.dst)
    begun = ast.IfExp(is_type(load(source), "list"), call("iter", load(source)), call("iterator_over", load(source)))
    return [assign(source, s.read(i.source)), assign(iterator, begun)]


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
        return s.cell(i)
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
    if arguments and arguments[0] >= 0 and name in _SUBSCRIPTS:
        return _subscript(s, i, values)
    control = CONTROL.get(name)
    if control is not None and (whole := control(s, arguments)) is not None:
        return s.write(i.dst, whole)
    if name in ("append", "add"):
        method = ast.Attribute(values[0], name, ast.Load())
        return s.write(i.dst, call(method, values[1]))
    return s.write(i.dst, s.calling(OPERATIONS[name].function, *values))


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
    if i.name in OPENING or iskeyword(i.name):
        return s.write(i.dst, slow)
    closed = ast.Compare(call("type", s.read(i.target)), [ast.In()], [load("CLOSED")])
    return s.write(i.dst, ast.IfExp(closed, slow, ast.Attribute(s.read(i.target), i.name, ast.Load())))


def clear(s: Operands, i: op.Clear) -> list[ast.stmt]:
    return s.write(i.dst, load("UNBOUND"))


def bound(s: Operands, i: op.Bound) -> list[ast.stmt]:
    return s.write(i.dst, ast.Compare(s.read(i.variable), [ast.IsNot()], [load("UNBOUND")]))


def check(s: Operands, i: op.Check) -> list[ast.stmt]:
    missed = run(s.calling(plain.check, items(s.read(i.variable)), constant(0), constant(i.name), constant(0)))
    return branch(is_(s.read(i.variable), load("UNBOUND")), [missed], [])


def match(s: Operands, i: op.Match) -> list[ast.stmt]:
    classes, others = plain.errors_named(i.kinds)
    if others:
        return s.cell(i)
    return s.write(i.dst, call("isinstance", s.read(i.error), load(s.scope.name_of(classes, "k"))))
