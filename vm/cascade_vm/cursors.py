"""Iteration as data: a cursor is a sequence and an index, not a live Python iterator.

`cursor_over` gives the cursor of a value. A cursor is an iterator of Python's too, so that operations such as ``list`` can read
one. What a loop sees when its value changes under it is what CPython shows: a list is looked at live, a dict or set that
changes its size is an error. Values that are not built in are read whole when the loop starts; only `zip`, `enumerate`, `map`,
`filter` and `iter` hold on to iterators of theirs, because these may have no end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import index as as_index
from typing import Any, Final

__all__ = [
    "CURSORS", "DONE", "NAMES", "Counter", "Cursor", "cursor_over", "enumerated", "filtered", "iterator", "mapped", "reversed_",
    "zipped",
]  # fmt: skip

DONE: Final = object()
"""What ``next(cursor, DONE)`` gives at the end."""

_SEQUENCES = (list, tuple, range, str, bytes, bytearray)


class Cursor:
    """A place in a sequence, read by index: items that are appended while it runs are seen."""

    __slots__ = ("index", "of_loop", "sequence")

    def __init__(self, sequence: Sequence[Any]) -> None:
        self.sequence = sequence
        self.index = 0
        self.of_loop = False
        """Made for a loop, or where one of Python's own was: nothing but loops and `next` of one flow reads it."""

    def __iter__(self) -> Cursor:
        return self

    def __next__(self) -> Any:
        index = self.index
        if index < len(self.sequence):
            self.index = index + 1
            return self.sequence[index]
        self.sequence = ()  # one that has ended stays so, whatever is appended later
        raise StopIteration


class Counter:
    """A place in a range: the next value, and how many are left. Indexing a range costs three times as much."""

    __slots__ = ("left", "of_loop", "step", "value")

    def __init__(self, numbers: range) -> None:
        self.of_loop = False
        self.value = numbers.start
        self.step = numbers.step
        self.left = len(numbers)

    def __iter__(self) -> Counter:
        return self

    def __next__(self) -> int:
        if not self.left:
            raise StopIteration
        value = self.value
        self.left -= 1
        self.value = value + self.step
        return value


class _Keys:
    """A place among the keys, as they were at the start, of a dict or set whose size must not change."""

    __slots__ = ("complaint", "index", "keys", "look_up", "size", "source")

    def __init__(self, source: Any, keys: Iterable[Any], look_up: str, complaint: str) -> None:
        self.source = source
        self.keys = tuple(keys)
        self.look_up = look_up  # "key", "value" or "item"
        self.complaint = complaint
        self.size = len(source)
        self.index = 0

    def __iter__(self) -> _Keys:
        return self

    def __next__(self) -> Any:
        if self.size != len(self.source):
            self.size = -1  # sticky, as in CPython
            raise RuntimeError(self.complaint)
        if self.index >= len(self.keys):
            self.source, self.keys, self.size = (), (), 0
            raise StopIteration
        key = self.keys[self.index]
        self.index += 1
        if self.look_up == "key":
            return key
        try:
            value = self.source[key]
        except KeyError:
            raise RuntimeError("dictionary keys changed during iteration") from None
        return value if self.look_up == "value" else (key, value)


class Enumerated:
    """``enumerate(values, start)``"""

    __slots__ = ("count", "inner", "of_loop")

    def __init__(self, inner: Iterator[Any], count: int) -> None:
        self.inner = inner
        self.count = count
        self.of_loop = False

    def __iter__(self) -> Enumerated:
        return self

    def __next__(self) -> tuple[int, Any]:
        item = next(self.inner)
        count = self.count
        self.count = count + 1
        return count, item


class Zipped:
    """``zip(*values, strict=…)``"""

    __slots__ = ("inner", "of_loop", "strict")

    def __init__(self, inner: tuple[Iterator[Any], ...], strict: bool) -> None:
        self.inner = inner
        self.strict = strict
        self.of_loop = False

    def __iter__(self) -> Zipped:
        return self

    def __next__(self) -> tuple[Any, ...]:
        if not self.inner:
            raise StopIteration
        items = []
        for place, cursor in enumerate(self.inner):
            item = next(cursor, DONE)
            if item is DONE:
                if self.strict:
                    self._refuse_unequal(place)
                raise StopIteration
            items.append(item)
        return tuple(items)

    def _refuse_unequal(self, ended: int) -> None:
        """Argument ``ended`` (from 0) has no more: raise if another has."""
        if ended:
            raise ValueError(f"zip() argument {ended + 1} is shorter than argument{_others(ended)}")
        for place, cursor in enumerate(self.inner[1:], 1):
            if next(cursor, DONE) is not DONE:
                raise ValueError(f"zip() argument {place + 1} is longer than argument{_others(place)}")


def _others(count: int) -> str:
    return " 1" if count == 1 else f"s 1-{count}"


class Mapped:
    """``map(function, *values)``"""

    __slots__ = ("function", "inner", "of_loop")

    def __init__(self, function: Callable[..., Any], inner: tuple[Iterator[Any], ...]) -> None:
        self.function = function
        self.inner = inner
        self.of_loop = False

    def __iter__(self) -> Mapped:
        return self

    def __next__(self) -> Any:
        items = []
        for cursor in self.inner:
            item = next(cursor, DONE)
            if item is DONE:
                raise StopIteration
            items.append(item)
        return self.function(*items)


class Filtered:
    """``filter(function, values)``; None keeps what is true."""

    __slots__ = ("function", "inner", "of_loop")

    def __init__(self, function: Callable[[Any], Any] | None, inner: Iterator[Any]) -> None:
        self.function = function
        self.inner = inner
        self.of_loop = False

    def __iter__(self) -> Filtered:
        return self

    def __next__(self) -> Any:
        for item in self.inner:
            if self.function(item) if self.function is not None else item:
                return item
        raise StopIteration


class Reversed:
    """``reversed(sequence)``: an index that falls."""

    __slots__ = ("index", "of_loop", "sequence")

    def __init__(self, sequence: Sequence[Any]) -> None:
        self.sequence = sequence
        self.index = len(sequence) - 1
        self.of_loop = False

    def __iter__(self) -> Reversed:
        return self

    def __next__(self) -> Any:
        index = self.index
        if 0 <= index < len(self.sequence):
            self.index = index - 1
            return self.sequence[index]
        self.index = -1
        raise StopIteration


for _kind, _name in (
    (Enumerated, "enumerate"),
    (Zipped, "zip"),
    (Reversed, "reversed"),
    (Mapped, "map"),
    (Filtered, "filter"),
    (Cursor, "iterator"),
    (Counter, "iterator"),
):
    _kind.__name__ = _kind.__qualname__ = _name  # what Python's own messages call them

NAMES: dict[str, type] = {
    "sequence": Cursor, "range": Counter, "keys": _Keys, "enumerate": Enumerated, "zip": Zipped, "reversed": Reversed,
    "map": Mapped, "filter": Filtered,
}  # fmt: skip
"""What stored runs call the kinds of cursors."""

CURSORS: frozenset[type] = frozenset(NAMES.values())

_EMPTY: dict[Any, Any] = {}
_LOOK_UPS: dict[type, str] = {
    type(_EMPTY.keys()): "key",
    type(_EMPTY.values()): "value",
    type(_EMPTY.items()): "item",
}
_DICT_CHANGED = "dictionary changed size during iteration"


def cursor_over(value: Any) -> Iterator[Any]:
    """A cursor at the start of ``value``; `TypeError` as from `iter` when it has none."""
    kind = type(value)
    if kind is range:
        return _count(value)
    if kind in _SEQUENCES:
        return Cursor(value)
    if kind in CURSORS:
        return value  # type: ignore[no-any-return]
    if kind is dict:
        return _Keys(value, value, "key", _DICT_CHANGED)
    if kind in _LOOK_UPS:
        return _Keys(value.mapping, value.mapping, _LOOK_UPS[kind], _DICT_CHANGED)
    if kind is set:
        return _Keys(value, value, "key", "Set changed size during iteration")
    return Cursor(list(value))


def _count(numbers: range) -> Counter | Cursor:
    try:
        return Counter(numbers)
    except OverflowError:  # more numbers than `len` can say
        return Cursor(numbers)


def enumerated(iterable: Iterable[Any], start: Any = 0) -> Enumerated:
    """`enumerate`"""
    first = as_index(start)
    return Enumerated(_lazily(iterable), first)


def zipped(*iterables: Iterable[Any], **options: Any) -> Zipped:
    """`zip`"""
    if options:
        zip(**options)  # which says what is wrong
    return Zipped(tuple(map(_lazily, iterables)), bool(options.get("strict")))


def mapped(function: Callable[..., Any], *iterables: Iterable[Any]) -> Mapped:
    """`map`"""
    return Mapped(function, tuple(map(_lazily, iterables)))


def filtered(function: Callable[[Any], Any] | None, iterable: Iterable[Any]) -> Filtered:
    """`filter`"""
    return Filtered(function, _lazily(iterable))


def iterator(iterable: Iterable[Any]) -> Iterator[Any]:
    """`iter`"""
    return _lazily(iterable)


def _lazily(value: Any) -> Iterator[Any]:
    """What `zip` and `enumerate` read. A value that is not built in is read an item at a time too: it may have no end
    (``zip(names, counter())``)."""
    kind = type(value)
    if kind in _SEQUENCES or kind in CURSORS or kind in _LOOK_UPS or kind in (dict, set):
        return cursor_over(value)
    return iter(value)


def reversed_(sequence: Any) -> Iterator[Any]:
    """`reversed`"""
    if type(sequence) in _SEQUENCES:
        return Reversed(sequence)
    if type(sequence) in (dict, *_LOOK_UPS):
        mapping = sequence if type(sequence) is dict else sequence.mapping
        return _Keys(mapping, reversed(mapping), _LOOK_UPS.get(type(sequence), "key"), _DICT_CHANGED)
    return Cursor(list(reversed(sequence)))
