"""What the rarer opcodes do to a frame's registers: one function each, called as ``f(registers, x, y, dst)``.

None of them suspends, jumps or knows the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from cascade_vm.arguments import arguments_of
from cascade_vm.attributes import CLOSED, read_attribute
from cascade_vm.cursors import Counter, Cursor, cursor_over
from cascade_vm.errors import CATCHABLE
from cascade_vm.host import UNBOUND

__all__ = ["Packed"]

Registers = list[Any]


def move(registers: Registers, targets: Sequence[int], sources: Sequence[int], _dst: int) -> None:
    """Parallel: all sources are read first."""
    for target, value in zip(targets, [registers[source] for source in sources], strict=True):
        registers[target] = value


class Packed:
    """Contents of variables on their way out of a branch. Opaque, so that no program gets hold of `UNBOUND`."""

    __slots__ = ("contents",)

    def __init__(self, contents: list[Any]) -> None:
        self.contents = contents


CLOSED.add(Packed)


def pack(registers: Registers, sources: Sequence[int], _y: object, dst: int) -> None:
    registers[dst] = Packed([registers[source] for source in sources])


def restore(registers: Registers, targets: Sequence[int], branch: int, source: int) -> None:
    """Branch -1: the source is the packed value itself."""
    packed = registers[source] if branch < 0 else registers[source][branch]
    if type(packed) is not Packed or len(packed.contents) != len(targets):
        raise TypeError(f"a branch gave a {type(packed).__name__}, not its {len(targets)} variables")
    for target, value in zip(targets, packed.contents, strict=True):
        registers[target] = value


def unpack(registers: Registers, targets: Sequence[int], star: int, source: int) -> None:
    """As the assignment ``a, *b, c = value``; nothing is written if it fails."""
    values = _unpacked(registers[source], len(targets), star)
    for target, value in zip(targets, values, strict=True):
        registers[target] = value


def _unpacked(value: Any, wanted: int, star: int) -> list[Any]:
    if not hasattr(type(value), "__iter__") and not hasattr(type(value), "__getitem__"):
        raise TypeError(f"cannot unpack non-iterable {type(value).__name__} object")
    given = iter(value)  # no more is taken of it than Python takes: it may have no end
    if star >= 0:
        items = list(given)
        fixed = wanted - 1
        if len(items) < fixed:
            raise ValueError(f"not enough values to unpack (expected at least {fixed}, got {len(items)})")
        behind = len(items) - (fixed - star)
        return [*items[:star], items[star:behind], *items[behind:]]
    items = []
    for item in given:
        if len(items) == wanted:
            raise ValueError(f"too many values to unpack (expected {wanted})")
        items.append(item)
    if len(items) < wanted:
        raise ValueError(f"not enough values to unpack (expected {wanted}, got {len(items)})")
    return items


def attribute(registers: Registers, target: int, name: str, dst: int) -> None:
    registers[dst] = read_attribute(registers[target], name)


def clear(registers: Registers, _x: object, _y: object, dst: int) -> None:
    registers[dst] = UNBOUND


def bound(registers: Registers, variable: int, _y: object, dst: int) -> None:
    registers[dst] = registers[variable] is not UNBOUND


def check(registers: Registers, variable: int, name: str, _dst: int) -> None:
    if registers[variable] is UNBOUND:
        raise UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")


def iterate(registers: Registers, source: int, _y: object, dst: int) -> None:
    value = registers[source]
    cursor = registers[dst] = cursor_over(value)
    if cursor is not value and type(cursor) in (Cursor, Counter):
        cursor.of_loop = True  # type: ignore[attr-defined]


def match(registers: Registers, error: int, kinds: tuple[tuple[type[Exception], ...], frozenset[str]], dst: int) -> None:
    value = registers[error]
    classes, others = kinds
    kind: Any = type(value)
    registers[dst] = isinstance(value, classes) or (bool(others) and _is_named(kind, others))


@lru_cache(maxsize=256)
def _is_named(kind: Any, names: frozenset[str]) -> bool:
    """Whether a class, or one that it is made from, has one of the names: to write them takes a microsecond."""
    return any(f"{each.__module__}:{each.__qualname__}" in names for each in kind.__mro__)


def errors_named(names: Sequence[str]) -> tuple[tuple[type[Exception], ...], frozenset[str]]:
    """What `match` compares with: classes, and the names ``module:Class`` of those that a Blueprint can not hold."""
    return tuple([CATCHABLE[name] for name in names if name in CATCHABLE]), frozenset(names).difference(CATCHABLE)


_Computing = tuple[Callable[..., Any], Sequence[int], Sequence[str], object]


def compute(registers: Registers, call: _Computing, _y: object, dst: int) -> None:
    """An operation with keyword or spread arguments; what it calls is known."""
    function, arguments, forms, callee = call
    positional, named = arguments_of(registers, arguments, forms, lambda _: callee)
    registers[dst] = function(*positional, **named)


def compute_for(registers: Registers, call: _Computing, naming: Callable[[Any], str], dst: int) -> None:
    """The same, when the first argument says what is called."""
    function, (first, *arguments), forms, _ = call
    subject = registers[first]
    positional, named = arguments_of(registers, arguments, forms[1:], lambda _: naming(subject))
    registers[dst] = function(subject, *positional, **named)
