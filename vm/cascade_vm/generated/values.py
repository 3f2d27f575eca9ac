"""Instructions that compute and are more than an expression (`cascade_vm.generated.expressions`).

Each function writes one opcode.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cascade_vm import call_operations, plain
from cascade_vm import opcodes as op
from cascade_vm.attributes import read_attribute
from cascade_vm.generated.expressions import BINARY, OPENING, SUBSCRIPTS, is_in_place, is_template
from cascade_vm.generated.folding import as_value
from cascade_vm.generated.iteration import begun, lazy
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
    is_word,
    items,
    load,
    run,
)  # fmt: skip
from cascade_vm.operations import METHODS, OPERATIONS

__all__ = [
    "attribute", "bound", "check", "clear", "compute", "likeliest", "match", "move", "takes", "unpack",
]  # fmt: skip

_LIKELY: list[type] = [list, dict, str, set]


def move(s: Operands, i: op.Move) -> list[ast.stmt]:
    targets = [s.register(target) for target in i.targets]
    if len(targets) == 1:
        return [assign(targets[0], s.read(i.sources[0]))]
    return [assign_many(targets, ast.Tuple(s.read_all(i.sources), ast.Load()))] if targets else []


def compute(s: Operands, i: op.Compute) -> list[ast.stmt]:
    """What is no expression."""
    name, arguments = i.operation, i.arguments
    passing = lazy(s, i)
    if passing is None:
        passing = begun(s, i)
    if passing is not None:
        return passing
    if any(i.forms):
        return _formed(s, i)
    if is_in_place(i):
        return [augment(s.register(i.dst), BINARY[name[:-1]](), s.take(arguments[1:])[0])]
    if name in SUBSCRIPTS:
        return _subscript(s, i)
    if name == "give" and min(arguments) >= 0:
        return _give(s, i)
    if name in _SPREADING and arguments[1] >= 0:
        return _spread_in(s, i)
    return s.write(i.dst, s.calling(OPERATIONS[name].function, *s.read_all(arguments)))


_SPREADING = {"extend": ("extend", ("list", "tuple")), "update_dict": ("update", ("dict",))}
"""Operations that add all items of a value: the method that does, and the types of what they usually are given."""


def _spread_in(s: Operands, i: op.Compute) -> list[ast.stmt]:
    """``[*more]`` and ``{**more}``: Python words errors in its own way."""
    method, kinds = _SPREADING[i.operation]
    into, more = i.arguments
    whole = s.write(i.dst, s.calling(OPERATIONS[i.operation].function, *s.read_all(i.arguments)))
    usual = run(call(ast.Attribute(s.read(into), method, ast.Load()), s.read(more)))
    done = s.write(i.dst, constant(None)) if s.liveness().is_read_after(i.dst, s.pc) else []
    kind = s.kind(more)
    if kind is not None and kind.__name__ in kinds:
        return [usual, *done]
    tests = [is_type(s.read(more), each) for each in kinds]
    known = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
    return branch(known, [usual, *done], whole)


def _give(s: Operands, i: op.Compute) -> list[ast.stmt]:
    """An item of a generator for the method that reads it (`cascade_vm.reading`): what most of them put items into is asked for
    here."""
    goal, item = i.arguments
    slow = [run(s.calling(OPERATIONS[i.operation].function, *s.read_all(i.arguments)))]
    for kind, method in (("set", "add"), ("list", "append")):
        put = run(call(ast.Attribute(s.read(goal), method, ast.Load()), s.read(item)))
        slow = branch(is_type(s.read(goal), kind), [put], slow)
    return [*slow, *(s.write(i.dst, constant(None)) if s.liveness().is_read_after(i.dst, s.pc) else [])]


def takes(i: op.Instruction) -> bool:
    """Whether an instruction that is no expression takes the values that wait for it."""
    if isinstance(i, op.Compute):
        return not any(i.forms) and (is_in_place(i) or (i.operation in SUBSCRIPTS and i.arguments[0] >= 0))
    return isinstance(i, op.Unpack | op.Iterate)


def _formed(s: Operands, i: op.Compute) -> list[ast.stmt]:
    """An operation with arguments in their forms: as a call of Python's where that says the same."""
    pairs = list(zip(i.arguments, i.forms, strict=True))
    named = [form for form in i.forms if form not in ("", "*")]
    stars = [argument for argument, form in pairs if form == "*"]
    if i.operation in call_operations.CALLEES or "**" in i.forms:
        return s.cell(i)
    if len(set(named)) < len(named) or not all(map(is_word, named)) or len(stars) > 1 or (stars and stars[0] < 0):
        return s.cell(i)
    positional = [ast.Starred(s.read(a), ast.Load()) if form == "*" else s.read(a) for a, form in pairs if form in ("", "*")]
    keywords = [ast.keyword(form, s.read(a)) for a, form in pairs if form not in ("", "*")]
    whole = call(s.scope.name_of(OPERATIONS[i.operation].function), *positional, keywords=keywords)
    if not stars:
        return s.write(i.dst, whole)
    usual = ast.BoolOp(ast.Or(), [is_type(s.read(stars[0]), "list"), is_type(s.read(stars[0]), "tuple")])
    return branch(usual, s.write(i.dst, whole), s.cell(i))


def _subscript(s: Operands, i: op.Compute) -> list[ast.stmt]:
    """An item that is set or deleted: Python evaluates what it is set to first."""
    if i.arguments[0] < 0:
        return s.write(i.dst, s.calling(OPERATIONS[i.operation].function, *s.read_all(i.arguments)))
    if i.operation == "del []":
        container, key = s.take(i.arguments, slices=True)
        done: ast.stmt = ast.Delete([ast.Subscript(container, key, ast.Del())])
    else:
        order = (i.arguments[2], *i.arguments[:2])
        value, container, key = s.take(order, slices=True)
        done = ast.Assign([ast.Subscript(container, key, ast.Store())], as_value(value))
    return [done, *s.write(i.dst, constant(None))] if s.liveness().is_read_after(i.dst, s.pc) else [done]


def unpack(s: Operands, i: op.Unpack) -> list[ast.stmt]:
    if not i.targets or i.source < 0:
        return s.cell(i)
    return [assign_many([s.register(target) for target in i.targets], s.take((i.source,))[0], i.star)]


def attribute(s: Operands, i: op.Attribute) -> list[ast.stmt]:
    slow = s.calling(read_attribute, s.read(i.target), constant(i.name))
    if i.name in OPENING and is_template(s, i.target) and _is_forgotten(s, i.dst):
        return []
    if i.name in OPENING or not is_word(i.name):
        return s.write(i.dst, slow)
    kinds = [kind for kind, names in METHODS.items() if i.name in names]
    if s.kind(i.target) in kinds and _is_forgotten(s, i.dst):
        return []
    if i.target < 0:
        return s.write(i.dst, ast.Attribute(s.read(i.target), i.name, ast.Load()))
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
    """Whether nobody reads what this instruction gives. Python looks a method up before its arguments, so that it may be
    missed; then the call looks again."""
    return not s.liveness().is_read_after(register, s.pc)


def clear(s: Operands, i: op.Clear) -> list[ast.stmt]:
    return s.write(i.dst, load("UNBOUND"))


def bound(s: Operands, i: op.Bound) -> list[ast.stmt]:
    if i.variable < 0:
        return s.write(i.dst, constant(True))
    return s.write(i.dst, ast.Compare(s.read(i.variable), [ast.IsNot()], [load("UNBOUND")]))


def check(s: Operands, i: op.Check) -> list[ast.stmt]:
    if i.variable < 0 or i.variable in s.bound:
        return []
    missed = run(s.calling(plain.check, items(s.read(i.variable)), constant(0), constant(i.name), constant(0)))
    return branch(is_(s.read(i.variable), load("UNBOUND")), [missed], [])


def match(s: Operands, i: op.Match) -> list[ast.stmt]:
    classes, others = plain.errors_named(i.kinds)
    if others:
        return s.cell(i)
    return s.write(i.dst, call("isinstance", s.read(i.error), load(s.scope.name_of(classes, "k"))))
