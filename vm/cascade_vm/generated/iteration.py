"""Iteration: loops, and what they and other readers go over.

`zip`, `enumerate`, `map` and their like are cursors of the machine's own, since a variable may hold one when the run is saved.
Where the very next that reads one takes all of it, or is a loop, nobody else ever sees it: there it is Python's own iterator,
which is ten times as fast. Such a value *passes*. A loop over one can be left in its midst, so beside the iterator stands what
that goes over, in the same form (`cascade_vm.generated.cursors.cursor_of`).

Each function writes one opcode, or gives None where that is not for it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from cascade_vm import cursors
from cascade_vm import opcodes as op
from cascade_vm.generated.cursors import ITERABLE, REVERSIBLE, SEQUENCES
from cascade_vm.generated.operands import Begun, Operands
from cascade_vm.generated.passing import LAZY, TAKEN, goes_on_to
from cascade_vm.generated.short_loops import MOST_ITEMS
from cascade_vm.generated.syntax import assign, branch, call, constant, every, is_, is_type, load

__all__ = ["asked", "begun", "counted", "following", "is_counted", "iterate", "lazy", "passing_expression"]


def is_counted(s: Operands, i: op.Instruction, following: op.Instruction | None) -> bool:
    """Whether two instructions are a range and the loop over it."""
    if not (isinstance(i, op.Compute) and i.operation == "range" and isinstance(following, op.Iterate)):
        return False
    return not any(i.forms) and i.dst == following.source == following.dst and s.is_iterator(following.dst, s.pc + 2)


def counted(s: Operands, i: op.Instruction) -> list[ast.stmt]:
    """A range and the loop over it, at once."""
    assert isinstance(i, op.Compute)
    iterator, source = s.iterator(i.dst)
    short = (s.index, s.pc + 1) in s.short
    begins = s.begins(s.pc + 1)
    s.settled_first = s.write_down() if short or begins else []  # what is few is read out of the registers
    few = _few_numbers(s, i.arguments)
    numbers = call("range", *s.take(i.arguments))
    made = [assign(source, numbers), assign(iterator, call("iter", load(source)))]
    if begins and few is not None:
        over = call("range", *s.read_all(i.arguments))
        s.begin(Begun(s.mark(few), s.mark([over])[0], s.mark(made), True))
        return []
    if short:
        made.append(assign(s.bounded(i.dst), constant(False) if few is None else every(few)))
    return made


def _few_numbers(s: Operands, arguments: Sequence[int]) -> list[ast.expr] | None:
    """The conditions under which a range has few items, None where that is not known: its length may be more than `len` can
    say."""
    constants: list[Any] = [s.flow.constants[-1 - each].value if each < 0 else None for each in arguments]
    step = constants[2] if len(arguments) == 3 else 1
    if not step or any(each < 0 and type(value) is not int for each, value in zip(arguments, constants, strict=True)):
        return None
    if max(arguments) < 0:
        return None if range(*constants)[MOST_ITEMS:] else []
    first, last = (None, arguments[0]) if len(arguments) == 1 else arguments[:2]
    if step < 0:
        first, last = last, first
    assert last is not None
    zero = first is None or (first < 0 and s.flow.constants[-1 - first].value == 0)
    count = s.read(last) if first is None or zero else ast.BinOp(s.read(last), ast.Sub(), s.read(first))
    integers = [is_type(s.read(each), "int") for each in arguments[:2] if s.kind(each) is not int]
    return [*integers, ast.Compare(count, [ast.LtE()], [constant(MOST_ITEMS)])]


def iterate(s: Operands, i: op.Iterate) -> list[ast.stmt]:
    if not s.is_iterator(i.dst, s.pc + 1):
        return s.write(i.dst, call("cursor_over", *s.take((i.source,))))
    iterator, source = s.iterator(i.dst)
    short = (s.index, s.pc) in s.short
    if i.source in s.passing:
        made = [assign(iterator, s.read(i.source))]
        if i.source != i.dst:
            made += [assign(source, load(s.iterator(i.source)[1])), assign(s.register(i.source), constant(None))]
            made += [assign(s.bounded(i.dst), load(s.bounded(i.source)))] if short else []
        return made
    if i.source >= 0 and s.is_iterator(i.source, s.pc):
        return _gone_on_with(s, i) + ([assign(s.bounded(i.dst), constant(False))] if short else [])
    if s.begins(s.pc):
        return _begun(s, i)
    begun = _iterator_of(s, i)
    made = [assign(source, s.take((i.source,))[0]), assign(iterator, begun)]
    return [*made, assign(s.bounded(i.dst), _few_items(load(source), load(source)))] if short else made


def _gone_on_with(s: Operands, i: op.Iterate) -> list[ast.stmt]:
    """A loop over an iterator that a variable holds. One of a value that is not built in is read whole, as any such value."""
    iterator, source = s.iterator(i.dst)
    held, over = s.iterator(i.source)
    whole = [assign(source, load(held)), assign(iterator, call("iterator_over", load(source)))]
    same = [] if i.dst == i.source else [assign(iterator, load(held)), assign(source, load(over))]
    return branch(is_(load(over), load(held)), whole, same)


def begun(s: Operands, i: op.Compute) -> list[ast.stmt] | None:
    """`iter` of a value, for a variable that only loops and `next` read. When it fails, the variable is what it was."""
    if i.operation != "iter" or not s.is_iterator(i.dst, s.pc + 1):
        return None
    (over,) = i.arguments
    iterator, source = s.iterator(i.dst)
    usual = [assign(iterator, call("iter", s.read(over))), assign(source, s.read(over))]
    if s.kind(over) in SEQUENCES:
        return usual
    known = ast.Compare(call("type", s.read(over)), [ast.In()], [load("SEQUENCES")])
    other = [assign(source, s.calling(cursors.iterator, s.read(over))), assign(iterator, load(source))]
    return branch(ast.BoolOp(ast.Or(), [is_type(s.read(over), "list"), known]), usual, other)


def asked(s: Operands, i: op.Compute) -> ast.expr | None:
    """`next` of such a variable."""
    if i.operation != "next" or any(i.forms):
        return None
    first, *default = i.arguments
    passes = first in s.passing or any(each.register == first for each in s.waiting)
    if first < 0 or passes or not s.is_iterator(first, s.pc):
        return None
    return call("next", load(s.iterator(first)[0]), *s.take(default))


def _iterator_of(s: Operands, i: op.Iterate) -> ast.expr:
    source = s.iterator(i.dst)[1]
    begun = call("iter", load(source))
    if s.kind(i.source) in ITERABLE:
        return begun
    known = ast.Compare(call("type", load(source)), [ast.In()], [load("ITERABLE")])
    usual = ast.BoolOp(ast.Or(), [is_type(load(source), "list"), known])
    return ast.IfExp(usual, begun, call("iterator_over", load(source)))


def _begun(s: Operands, i: op.Iterate) -> list[ast.stmt]:
    """The beginning of a loop that makes an iterator only where there are many items."""
    iterator, source = s.iterator(i.dst)
    kind, made = s.kind(i.source), _iterator_of(s, i)
    (value,) = s.take((i.source,))
    kept: list[ast.stmt] = []
    length = len(value.elts) if isinstance(value, ast.Tuple | ast.List) else MOST_ITEMS + 1
    if i.source < 0 and kind in (tuple, str, bytes):
        constants: Any = s.flow.constants[-1 - i.source].value
        length = len(constants)
    fixed = kind in (tuple, str, bytes)
    if not isinstance(value, ast.Name) or (i.source >= 0 and value.id != s.register(i.source)):
        fixed = fixed or (kind is list and not isinstance(value, ast.Name))  # a new one, that nobody else has
        kept, value = [assign(s.kept(i.dst), value)], load(s.kept(i.dst))
    few: list[ast.expr] = []
    if kind not in _SIZED:
        sized = ast.Compare(call("type", value), [ast.In()], [load("SIZED")])
        few.append(ast.BoolOp(ast.Or(), [is_type(value, "list"), sized]))
    if length > MOST_ITEMS:
        few.append(ast.Compare(call("len", value), [ast.LtE()], [constant(MOST_ITEMS)]))
    first: list[ast.stmt] = [assign(source, value), assign(iterator, made)]
    s.begin(Begun(s.mark(few), s.mark([value])[0], s.mark(first), fixed))
    return kept


_SIZED = (list, tuple, str, bytes, dict, set)


def _few_items(source: ast.expr, same: ast.expr) -> ast.expr:
    """What is gone over if that has few items, else False; ``same`` is the same expression again."""
    sized = ast.Compare(call("type", source), [ast.In()], [load("SIZED")])
    known = ast.BoolOp(ast.Or(), [is_type(source, "list"), sized])
    few = ast.Compare(call("len", source), [ast.LtE()], [constant(MOST_ITEMS)])
    return ast.IfExp(ast.BoolOp(ast.And(), [known, few]), same, constant(False))


def following(s: Operands, i: op.Next | op.Compute) -> ast.expr:
    """The next item of a cursor, or ``DONE``."""
    cursor = i.cursor if isinstance(i, op.Next) else i.arguments[0]
    if cursor >= 0 and s.is_iterator(cursor, s.pc):
        return call("next", load(s.iterator(cursor)[0]), load("DONE"))
    if isinstance(i, op.Compute):
        return call("next", s.read(cursor), load("DONE"))
    return call("step", s.read(cursor))


# --- iterators that pass -------------------------------------------------------------------------------------------------


def passing_expression(s: Operands, i: op.Compute) -> ast.expr | None:
    """An operation that gives an iterator which one instruction takes."""
    if i.operation == "reversed" or "*" in i.forms or LAZY[i.operation](i) is None:
        return None
    s.passes = True
    return _iterator(i, s.take(i.arguments))


def lazy(s: Operands, i: op.Compute) -> list[ast.stmt] | None:
    """An operation that gives an iterator which passes."""
    if i.operation not in LAZY:
        return None
    ends = goes_on_to(s, i)
    if ends is None:
        return None
    data = LAZY[i.operation](i)
    if data is None:
        return None
    s.passes = True
    if "*" in i.forms:
        return _spread(s, i, ends)
    leaves = [(load(s.iterator(each)[1]) if each in s.passing else s.read(each)) for each in data]
    made: list[ast.stmt] = []
    if ends != TAKEN:
        same = i.dst == data[0] and i.dst in s.passing
        if (s.index, ends) in s.short and not (same and i.operation in _AS_MANY):
            made.append(assign(s.bounded(i.dst), _few(s, i, data)))
        many = i.operation in ("zip", "map")
        if many or not same:
            made.append(assign(s.iterator(i.dst)[1], ast.Tuple(leaves, ast.Load()) if many else leaves[0]))
    values = s.read_all(i.arguments)
    if i.operation == "reversed":
        return [*made, *s.write(i.dst, _reversed(s, i.arguments[0]))]
    return [*made, *s.write(i.dst, _iterator(i, values))]


def _reversed(s: Operands, over: int) -> ast.expr:
    usual = call("reversed", s.read(over))
    if s.kind(over) in REVERSIBLE:
        return usual
    known = ast.Compare(call("type", s.read(over)), [ast.In()], [load("REVERSIBLE")])
    either = ast.BoolOp(ast.Or(), [is_type(s.read(over), "list"), known])
    return ast.IfExp(either, usual, call("backwards", s.read(over)))


_AS_MANY = ("enumerate", "reversed", "zip")
"""Those that give no more items than the first that they go over."""


def _few(s: Operands, i: op.Compute, data: Sequence[int]) -> ast.expr:
    """The first of what is gone over if that has few items, else False."""
    if i.operation not in _AS_MANY:
        return constant(False)
    first = data[0]
    return load(s.bounded(first)) if first in s.passing else _few_items(s.read(first), s.read(first))


def _iterator(i: op.Compute, values: list[ast.expr]) -> ast.expr:
    forms = i.forms or ("",) * len(i.arguments)
    positional = [value for value, form in zip(values, forms, strict=True) if not form]
    keywords = [ast.keyword(form, value) for value, form in zip(values, forms, strict=True) if form]
    return call(i.operation, *positional, keywords=keywords)


def _spread(s: Operands, i: op.Compute, ends: int) -> list[ast.stmt]:
    """``zip(*rows)``"""
    source = s.iterator(i.dst)[1]
    (rows,) = i.arguments
    usual = ast.BoolOp(ast.Or(), [is_type(s.read(rows), "list"), is_type(s.read(rows), "tuple")])
    begun = [assign(source, call("tuple", s.read(rows)))]
    begun += s.write(i.dst, call("zip", ast.Starred(load(source), ast.Load())))
    other = [*s.cell(i), assign(source, constant(None))]
    made = branch(usual, begun, other)
    if (s.index, ends) in s.short:
        made.append(assign(s.bounded(i.dst), constant(False)))
    return made
