"""Loops over values in generated code: which registers are iterators of Python's own, and how they become cursors again.

A register that is written by `Iterate` and `iter` only, and read by loops and `next` only, need not hold a cursor: in generated
code it is an iterator of Python's own and, beside it, what that goes over. Whenever the run leaves generated code the two
become the cursor that the machine has in their place (`cursor_of`): iterators of built-in types can say where they are.
Beside an iterator that stays what it is, a cursor or one of a value that is not built in, stands that iterator itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import length_hint
from typing import TYPE_CHECKING, Any

from cascade_vm import cursors, roles
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Flow
from cascade_vm.cursors import (
    CURSORS,
    Counter,
    Cursor,
    Enumerated,
    Filtered,
    Mapped,
    Reversed,
    Zipped,
    cursor_over,
)  # fmt: skip

if TYPE_CHECKING:
    from cascade_vm.generated.graph import Plan

__all__ = [
    "ITERABLE", "REVERSIBLE", "SEQUENCES", "Iterators", "cursor_of", "iterator_at", "iterator_over", "iterators_at", "step",
]  # fmt: skip

_CURSOR, _OTHER = 1, 2


class Iterators:
    """The registers of a flow that hold cursors and nothing else, as far as anybody looks at them; `holds` says where."""

    def __init__(self, flow: Flow, plan: Plan) -> None:
        self._flow = flow
        self.plan = plan
        written = {i.dst for i in flow.code if isinstance(i, op.Iterate | op.Compute) and _begins(i)}
        self.registers = written & {register for i in flow.code for register in (_asked(i), _gone_over(i)) if register >= 0}
        self._states: dict[int, dict[int, int]] = {}
        self._writes = {start: self._written(start) for start in plan.ends} if self.registers else {}
        if self.registers:
            self._flow_through()
            while misused := self._misused():
                self.registers -= misused

    def holds(self, register: int, pc: int) -> bool:
        """Whether a register is an iterator just before an instruction."""
        if register not in self.registers:
            return False
        start = max(start for start in self.plan.ends if start <= pc)
        state = self._states.get(start, {}).get(register, 0)
        for place, written, becomes in self._writes[start]:
            if written == register and place < pc:
                state = becomes
        return state == _CURSOR

    def by_instruction(self) -> tuple[tuple[int, ...], ...]:
        """The registers that are iterators just before each instruction, of a whole flow; nothing where none ever is."""
        if not self.registers:
            return ()
        found: list[tuple[int, ...]] = [()] * len(self._flow.code)
        for start, end in self.plan.ends.items():
            state = dict(self._states.get(start, {}))
            changes: dict[int, list[tuple[int, int]]] = {}
            for place, register, becomes in self._writes[start]:
                changes.setdefault(place, []).append((register, becomes))
            held = self._held(state)
            for pc in range(start, end):
                found[pc] = held
                if pc in changes:
                    state.update(changes[pc])
                    held = self._held(state)
        return tuple(found)

    def _held(self, state: dict[int, int]) -> tuple[int, ...]:
        return tuple(sorted(register for register in self.registers if state.get(register) == _CURSOR))

    def _written(self, start: int) -> list[tuple[int, int, int]]:
        """Instruction, register and what it is from then on, of all that a node writes."""
        return [
            (pc, register, _CURSOR if _begins(self._flow.code[pc]) else _OTHER)
            for pc in range(start, self.plan.ends[start])
            for register in self.registers.intersection(roles.writes(self._flow.code[pc]))
        ]

    def _flow_through(self) -> None:
        parameters = len(self._flow.parameters)
        self._states[0] = {register: _OTHER if register < parameters else 0 for register in self.registers}
        pending = [0]
        while pending:
            start = pending.pop()
            state = dict(self._states[start])
            seen = dict(state)
            for _, register, becomes in self._writes[start]:
                state[register] = becomes
                seen[register] |= becomes
            row = self.plan.handlers[start]
            asks = self.plan.ends[start] - 1 in self.plan.asking  # `next`: at the end it goes to the handler, as errors do
            ways = [(way, state) for way in self.plan.after[start][: 1 if asks else None]]
            if row >= 0:
                handler = self._flow.handlers[row]
                held = {handler.error: _OTHER} if handler.error in self.registers else {}
                ways.append((handler.target, {**seen, **held}))
            for way, new in ways:
                known = self._states.get(way)
                joined = new if known is None else {register: known[register] | new[register] for register in new}
                if joined != known:
                    self._states[way] = dict(joined)
                    pending.append(way)

    def _misused(self) -> set[int]:
        """Those that are read where they may be something else, or by something else."""
        found: set[int] = set()
        for start, states in self._states.items():
            state = dict(states)
            changes: dict[int, dict[int, int]] = {}
            for pc, register, becomes in self._writes[start]:
                changes.setdefault(pc, {})[register] = becomes
            for pc in range(start, self.plan.ends[start]):
                instruction = self._flow.code[pc]
                for register in self.registers.intersection(roles.registers_read(instruction)):
                    fits = state[register] == _CURSOR and self._reads_on(instruction, register)
                    if state[register] != _OTHER and not fits:
                        found.add(register)
                state.update(changes.get(pc, {}))
        return found

    def _reads_on(self, i: op.Instruction, register: int) -> bool:
        """Whether an instruction goes on with an iterator, and hands it to nobody but a loop's own register."""
        return register == _asked(i) or (isinstance(i, op.Iterate) and register == i.source and i.dst in self.registers)


def _begins(i: op.Instruction) -> bool:
    """Whether an instruction makes what a register can be."""
    return isinstance(i, op.Iterate) or (isinstance(i, op.Compute) and i.operation == "iter" and not any(i.forms))


def _asked(i: op.Instruction) -> int:
    """The register that an instruction takes the next item of; below 0 for none."""
    match i:
        case op.Next(cursor=cursor):
            return cursor
        case op.Compute(operation="next", arguments=(cursor, *others)) if not any(i.forms) and cursor not in others:
            return cursor
        case _:
            return -1


def _gone_over(i: op.Instruction) -> int:
    return i.source if isinstance(i, op.Iterate) else -1


SEQUENCES: tuple[type, ...] = (list, tuple, range, str, bytes, bytearray)
"""The types whose iterators say whether they have ended: those of dicts and sets do not."""

REVERSIBLE: tuple[type, ...] = (list, tuple, str, range, bytes)
"""The types that Python's own `reversed` is used for."""

ITERABLE: tuple[type, ...] = (
    *SEQUENCES,
    dict,
    set,
    type({}.keys()),
    type({}.values()),
    type({}.items()),
)


def iterator_over(value: Any) -> Iterator[Any]:
    """What `cascade_vm.cursors.cursor_over` gives, but Python's own iterator where there is one that can say where it is."""
    kind = type(value)
    if kind in ITERABLE:
        return iter(value)
    return value if kind in CURSORS else iter(list(value))


def iterator_at(cursor: Any) -> tuple[Any, Any]:
    """The iterator that goes on where a cursor is, and what that goes over (`cursor_of`); what others hold stays as it is."""
    if type(cursor) not in CURSORS or not getattr(cursor, "of_loop", False):
        return cursor, cursor
    match cursor:
        case Counter():
            numbers = range(cursor.value, cursor.value + cursor.left * cursor.step, cursor.step)
            return iter(numbers), numbers
        case Cursor() if type(cursor.sequence) in ITERABLE:
            made: Any = iter(cursor.sequence)
            if cursor.index:
                made.__setstate__(cursor.index)
            return made, cursor.sequence
        case Reversed() if type(cursor.sequence) in ITERABLE:
            made = reversed(cursor.sequence)
            made.__setstate__(cursor.index)
            return made, cursor.sequence
        case Enumerated():
            inner, source = iterator_at(cursor.inner)
            return enumerate(inner, cursor.count), source
        case Filtered():
            inner, source = iterator_at(cursor.inner)
            return filter(cursor.function, inner), source
        case Zipped():
            pairs = [iterator_at(each) for each in cursor.inner]
            return zip(*(inner for inner, _ in pairs), strict=cursor.strict), tuple([source for _, source in pairs])
        case Mapped():
            pairs = [iterator_at(each) for each in cursor.inner]
            return map(cursor.function, *(inner for inner, _ in pairs)), tuple([source for _, source in pairs])
        case _:
            return cursor, cursor


def iterators_at(*held: Any) -> list[tuple[Any, Any]]:
    """`iterator_at` of several registers: those that share a cursor share the iterator."""
    known: dict[int, tuple[Any, Any]] = {}
    for each in held:
        if id(each) not in known:
            known[id(each)] = iterator_at(each)
    return [known[id(each)] for each in held]


def step(cursor: Any) -> Any:
    """The next item of a cursor, or `cascade_vm.cursors.DONE`."""
    if type(cursor) not in CURSORS:
        raise TypeError(f"'{type(cursor).__name__}' object is not an iterator")
    return next(cursor, cursors.DONE)


# --- back to cursors -----------------------------------------------------------------------------------------------------


def cursor_of(iterator: Any, source: Any) -> Any:
    """The cursor that goes on where an iterator is. ``source`` is what it goes over: a value; for `enumerate` and `filter` that
    of the iterator that they read, for `zip` and `map` a tuple of those."""
    kind = type(iterator)
    if kind in CURSORS or iterator is source:
        return iterator
    made: Any
    if kind is enumerate:
        inner, count = iterator.__reduce__()[1]
        made = Enumerated(_inner_cursor(inner, source), count)
    elif kind is filter:
        function, inner = iterator.__reduce__()[1]
        made = Filtered(function, _inner_cursor(inner, source))
    elif kind is map:
        function, *inners = iterator.__reduce__()[1]
        made = Mapped(function, tuple(map(_inner_cursor, inners, source)))
    elif kind is zip:
        _, inners, *strict = iterator.__reduce__()
        made = Zipped(tuple(map(_inner_cursor, inners, source)), bool(strict))
    elif kind in _KEYED:
        made = _keyed(iterator, source)
    elif kind in _INDEXED:
        made = _indexed(*iterator.__reduce__())
    else:
        return iterator
    if type(made) in _REMADE:
        made.of_loop = True
    return made


_READING = (enumerate, filter, map, zip)
_REMADE = (Counter, Cursor, Enumerated, Filtered, Mapped, Reversed, Zipped)
"""Those that `iterator_at` makes iterators of again."""


def _inner_cursor(iterator: Any, source: Any) -> Any:
    """The same for what another iterator reads. One that is not a built-in value's own may be read by others, too: it stays
    what it is."""
    ours = type(source) in ITERABLE or (type(iterator) in _READING and iterator is not source)
    return cursor_of(iterator, source) if ours else iterator


def _indexed(make: Any, arguments: tuple[Any, ...], index: int = 0) -> Any:
    (sequence,) = arguments
    if make is reversed:
        found = Reversed(sequence)
        found.index = index
        return found
    if type(sequence) is range:
        return cursor_over(sequence[index or 0 :])
    placed = Cursor(sequence)
    placed.index = index or 0
    return placed


def _keyed(iterator: Iterator[Any], source: Any) -> Any:
    made: Any = cursor_over(source)
    left = length_hint(iterator)
    made.index = made.size - left
    if not left:  # over, or what it goes over has another size now
        try:
            next(iterator)
        except StopIteration:
            pass
        except RuntimeError:
            made.size = -1
    return made


def _types(*values: Iterable[Any]) -> frozenset[type]:
    return frozenset(type(iter(value)) for value in values)


_KEYED = _types({}, {}.keys(), {}.values(), {}.items(), set())
_INDEXED = _types([], (), "", "é", b"", bytearray(), range(0), range(1 << 70), reversed([]), reversed(())) | {reversed}
