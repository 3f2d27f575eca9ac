"""Values to bytes, as `documents` says.

What could be written and not be read again is found here: an object that is hashed, or made by a registered ``from_state``,
and is part of a cycle. Such documents, which are rare, are read once before they are given out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import msgspec

from cascade.durable.classes import Layout
from cascade.durable.codecs import ABSENT, Codec, Codecs, Refused
from cascade.durable.cycles import first_in_cycle
from cascade.durable.decoding import decode
from cascade.durable.documents import GRAPH, LONG, PLAIN, SCALARS, UPDATE, VERSION, Known, plain_containers
from cascade.durable.equal_values import EqualValues
from cascade.durable.replacing import can_change
from cascade.durable.standard import CODECS
from cascade.durable.values import DICT, LIST, TUPLE
from cascade.durable.whereabouts import path_of
from cascade.errors import NotStorable, StoreError

__all__ = ["encode", "encode_call", "encode_given", "encode_small"]

_FREE = frozenset({type(None), bool})
_PLAIN_HEAD, _GRAPH_HEAD, _UPDATE_HEAD = (bytes((VERSION, form)) for form in (PLAIN, GRAPH, UPDATE))
_LONG_HEADS = (b"\xda", b"\xdb", b"\xc5", b"\xc6")
"""MessagePack's marks of texts and bytes that are not short; other things have these bytes too."""
_write = msgspec.msgpack.Encoder().encode


def encode(
    value: object, *, known: Known | None = None, changed: Sequence[object] = (), codecs: Codecs = CODECS, name: str = "value"
) -> bytes:
    """The bytes of a value; `decode` is the inverse.

    ``known`` is the table of a run, which goes from document to document. ``changed`` are objects in it that are not as they
    were: their new content comes along. A value that can not be stored is a `NotStorable`, whose path begins with ``name``;
    ``known`` is then as it was.

    >>> decode(encode({"id": 7, "tags": {"new"}}))
    {'id': 7, 'tags': {'new'}}
    """
    if not changed:
        plain = _encode_plain(value, known)
        if plain is not None:
            return plain
    known = Known() if known is None else known
    base = len(known.objects)
    try:
        return _Graph(known, codecs, name).encode(value, changed)
    except BaseException:
        known.forget(base)
        raise


def encode_given(given: tuple[Any, ...], *, known: Known, codecs: Codecs, name: str) -> bytes:
    """The bytes of what a call is given, the same in every process. ``known`` is empty."""
    return _Given(known, codecs, name).encode(given, ())


def encode_small(value: object, known: Known) -> bytes | None:
    """The document of a small value, which is no object: it leaves ``known`` as it is. None for any other."""
    if type(value) not in SCALARS or value != value:
        return None
    try:
        data = _PLAIN_HEAD + _write((len(known.objects), value))
    except (OverflowError, UnicodeEncodeError):  # an int of more than 64 bits; a lone surrogate
        return None
    return data if len(data) < LONG else None


def encode_call(name: str, positional: Sequence[Any]) -> tuple[bytes, list[Any]] | None:
    """The document of ``(name, None, tuple(positional), {})``, as `encode_given` writes it, and the objects in it but for the
    first. None when an argument is anything but a small value, or a list or dict of small values."""
    given: list[Any] = []
    objects: list[Any] = [tuple(positional), {}]
    rows: list[Any] = [(TUPLE, (name, None, (1,), (2,))), (TUPLE, given), (DICT, ())]
    numbers: dict[int, int] = {}
    for value in positional:
        kind = type(value)
        if kind is list or kind is dict:
            number = numbers.get(id(value))
            if number is None:
                parts = value if kind is list else [*value, *value.values()]
                if not all(map(_is_small, parts)):
                    return None
                number = numbers[id(value)] = len(rows)
                rows.append((LIST if kind is list else DICT, parts))
                objects.append(value)
            given.append((number,))
        elif _is_small(value):
            given.append(value)
        else:
            return None
    try:
        return _GRAPH_HEAD + _write((0, rows, (0,))), objects
    except (OverflowError, UnicodeEncodeError):  # an int of more than 64 bits; a lone surrogate
        return None


def _is_small(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is bytes:
        return len(value) < LONG
    return kind is int or kind in _FREE or (kind is float and value == value)


def _encode_plain(value: object, known: Known | None) -> bytes | None:
    """A plain document; None when the value needs a graph."""
    kind = type(value)
    containers: Sequence[Any] = ()
    if kind is dict or kind is list:
        found = plain_containers(value, {} if known is None else known.numbers)
        if found is None:
            return None
        containers = found
    elif kind not in SCALARS or value != value:
        return None
    try:
        data = _PLAIN_HEAD + _write((0 if known is None else len(known.objects), value))
    except (OverflowError, UnicodeEncodeError):  # an int of more than 64 bits; a lone surrogate
        return None
    if len(data) > LONG and any(head in data for head in _LONG_HEADS) and _has_long(containers or (value,)):
        return None
    if known is not None and containers:
        known.add(containers)
    return data


def _has_long(containers: Sequence[Any]) -> bool:
    """Whether a text or bytes in one of them is an object."""
    for one in containers:
        parts = (one,) if type(one) in SCALARS else (*one, *one.values()) if type(one) is dict else one
        for part in parts:
            if (type(part) is str or type(part) is bytes) and len(part) >= LONG:
                return True
    return False


class _Graph:
    """One document that is being written."""

    def __init__(self, known: Known, codecs: Codecs, name: str) -> None:
        self.objects = known.objects
        self.numbers = known.numbers
        self.codecs = codecs
        self.name = name
        self.base = len(known.objects)
        self.firsts: list[int] = []
        """For each row the number that the next object would have had before it: who met an object is found by it."""

    def encode(self, value: object, changed: Sequence[object]) -> bytes:
        root = self.items((value,))[0]
        changes: list[int] = []
        for one in changed:
            if id(one) not in self.numbers or not can_change(one):
                raise ValueError(f"a {type(one).__qualname__} is told to have changed, which it can not, or is not known")
            changes += (self.numbers[id(one)], len(self.objects))
            self.objects.append(one)  # without a number: what refers to it means the one that is known
        rows = []
        stated: list[int] = []  # made by a registered `from_state`
        hashed: list[int] = []
        objects, by_type = self.objects, self.codecs.by_type
        at = self.base
        while at < len(objects):
            one = objects[at]
            codec = by_type.get(type(one)) or self.codec_of(one, at)
            self.firsts.append(len(objects))
            try:
                parts = codec.take(one)
            except Refused as refused:
                raise self.not_storable(at, str(refused)) from None
            except Exception as error:
                if not isinstance(codec.code, str):
                    raise
                raise self.not_storable(at, f"its codec failed with {type(error).__name__}: {error}") from error
            written = parts if codec.raw else self.items(parts)
            if codec.keys is not None:
                if tuple in {*map(type, codec.keys(written))}:
                    hashed.append(at - self.base)
            elif codec.fill is None and isinstance(codec.code, str):
                stated.append(at - self.base)
            rows.append((codec.code, written))
            at += 1
        head, end = (_UPDATE_HEAD, (changes,)) if changes else (_GRAPH_HEAD, ())
        data = head + _write((self.base, rows, root, *end))
        if stated or hashed:
            self.try_cycles(rows, stated, hashed)
        return data

    def try_cycles(self, rows: Sequence[tuple[int | str, Sequence[Any]]], stated: Sequence[int], hashed: Sequence[int]) -> None:
        """Refuse objects in cycles that could not be made again."""
        inner = [
            [part[0] - self.base for part in parts if type(part) is tuple and part and part[0] >= self.base]
            for _, parts in rows
        ]
        found = first_in_cycle(inner, stated)
        if found is not None:
            raise self.not_storable(self.base + found, "it contains itself, and its codec has no `fill`")
        found = first_in_cycle(inner, hashed)
        if found is None:
            return
        before = Known()
        before.add(self.objects[: self.base])
        try:
            decode(_GRAPH_HEAD + _write((self.base, rows, (self.base,))), known=before, codecs=self.codecs)
        except StoreError as error:
            why = f"it contains itself, and can not be hashed before it is whole: {error.problems[0].message}"
            raise self.not_storable(self.base + found, why) from None

    def codec_of(self, value: object, number: int) -> Codec:
        try:
            return self.codecs.of(value)
        except Refused as refused:
            raise self.not_storable(number, str(refused)) from None

    def items(self, parts: Sequence[Any]) -> list[Any]:
        """Parts as they are written."""
        written: list[Any] = []
        for part in parts:
            kind = type(part)
            if (
                kind in _FREE
                or (kind is str and len(part) < LONG and (part.isascii() or _is_utf8(part)))
                or (kind is int and -0x8000_0000_0000_0000 <= part <= 0xFFFF_FFFF_FFFF_FFFF)
                or (kind is float and part == part)
                or (kind is bytes and len(part) < LONG)
            ):
                written.append(part)
                continue
            if part is ABSENT:
                written.append(())
                continue
            number = self.numbers.get(id(part))
            written.append((self.met(part) if number is None else number,))
        return written

    def met(self, value: Any) -> int:
        """The number of an object that is met for the first time."""
        number = self.numbers[id(value)] = len(self.objects)
        self.objects.append(value)
        return number

    def not_storable(self, number: int, why: str) -> NotStorable:
        """The object of that number can not be stored: where it is, by who met it first."""
        chain = [number]
        while chain[-1] > self.base:
            row = bisect_right(self.firsts, chain[-1]) - 1
            if row < 0:
                break
            chain.append(self.base + row)
        path = path_of(self.name, [self.objects[one] for one in reversed(chain)])
        value = self.objects[number]
        if isinstance(value, Layout):
            return NotStorable(path, value.kind.__qualname__, why)
        return NotStorable(path, f"class `{value.__qualname__}`" if isinstance(value, type) else type(value).__qualname__, why)


class _Given(_Graph):
    """What a call is given. Of values that can not change, equal ones are one object: which of them are the same object differs
    between processes, and this document is worked out anew in each."""

    def __init__(self, known: Known, codecs: Codecs, name: str) -> None:
        super().__init__(known, codecs, name)
        self.equal = EqualValues()
        self.by_value: dict[int, int] = {}

    def met(self, value: Any) -> int:
        """The same; or the number of one that is equal."""
        equal = self.equal.number(value)  # which keeps the value, and so its `id`
        if equal is None:
            return super().met(value)
        number = self.by_value.get(equal)
        if number is None:
            number = self.by_value[equal] = super().met(value)
        self.numbers[id(value)] = number
        return number


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
