"""Numbers and constants as compact, canonical bytes: the building blocks of `codec`.

Knows no Blueprint. Whatever is wrong with bytes is a `ValueError`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TypeAlias, TypeVar

from cascade_vm import limits
from cascade_vm.constants import Constant

__all__ = [
    "Scalar", "TooLarge", "pack_constants", "pack_numbers", "text_from_bytes", "text_to_bytes", "unpack_constants",
    "unpack_numbers",
]  # fmt: skip

Scalar: TypeAlias = bool | int | float | bytes | None
"""Texts are among them as bytes: MessagePack has no words for a `str` that is not UTF-8."""

_T = TypeVar("_T")

_WIDTHS = {1: "b", 2: "h", 4: "i", 8: "q"}


class TooLarge(ValueError):  # noqa: N818 - says what is the matter
    """A number or a constant beyond what can be written down."""


def text_to_bytes(text: str) -> bytes:
    """UTF-8, extended to lone surrogates: names of files may have them."""
    return text.encode("utf-8", "surrogatepass")


def text_from_bytes(data: bytes) -> str:
    """The inverse of `text_to_bytes`."""
    return data.decode("utf-8", "surrogatepass")


def pack_numbers(numbers: Sequence[int]) -> bytes:
    """Numbers as the narrowest of 1, 2, 4 or 8 bytes each, little-endian and signed, after a byte that says which."""
    if not numbers:
        return b""
    low, high = min(numbers), max(numbers)
    for width, letter in _WIDTHS.items():
        half = 1 << (8 * width - 1)
        if -half <= low and high < half:
            return bytes((width,)) + struct.pack(f"<{len(numbers)}{letter}", *numbers)
    raise TooLarge(f"the number {low if abs(low) > abs(high) else high:#x} takes more than eight bytes")


def unpack_numbers(data: bytes) -> tuple[int, ...]:
    """The inverse of `pack_numbers`."""
    if not data:
        return ()
    width = data[0]
    count, rest = divmod(len(data) - 1, width) if width in _WIDTHS else (0, 1)
    if rest or not count:
        raise ValueError("a list of numbers is damaged")
    return struct.unpack_from(f"<{count}{_WIDTHS[width]}", data, 1)


# --- constants: a flat list of scalars, and a flat list of numbers that says what they make up -----------------------


class _Form:
    """What the next constant is made of; the numbers are part of the file format."""

    SCALAR = 0
    TUPLE = 1  # the number of items and the items follow
    FROZENSET = 2  # likewise
    COMPLEX = 3
    DURATION = 4
    ELLIPSIS = 5
    BIG = 6  # an int of more than 64 bits
    TEXT = 7


def pack_constants(constants: Iterable[Constant]) -> tuple[bytes, list[Scalar]]:
    """What `unpack_constants` takes. The same constants give the same bytes: the items of a frozenset are sorted."""
    shape: list[int] = []
    scalars: list[Scalar] = []
    for constant in constants:
        if limits.depth_of(constant.value) > limits.CONSTANT_DEPTH:
            raise TooLarge(f"a constant has more than {limits.CONSTANT_DEPTH} tuples within each other")
        _take_apart(constant.value, shape, scalars)
    return pack_numbers(shape), scalars


def _take_apart(value: object, shape: list[int], scalars: list[Scalar]) -> None:
    match value:
        case None | bool() | float() | bytes():
            shape.append(_Form.SCALAR)
            scalars.append(value)
        case int():
            _take_apart_int(value, shape, scalars)
        case str():
            shape.append(_Form.TEXT)
            scalars.append(text_to_bytes(value))
        case tuple():
            shape += (_Form.TUPLE, len(value))
            for item in value:
                _take_apart(item, shape, scalars)
        case frozenset():
            _take_apart_set(value, shape, scalars)
        case complex():
            shape.append(_Form.COMPLEX)
            scalars += (value.real, value.imag)
        case timedelta():
            shape.append(_Form.DURATION)
            scalars += (value.days, value.seconds, value.microseconds)
        case _:  # `...`
            shape.append(_Form.ELLIPSIS)


def _take_apart_int(value: int, shape: list[int], scalars: list[Scalar]) -> None:
    if -(2**63) <= value < 2**63:
        shape.append(_Form.SCALAR)
        scalars.append(value)
    else:
        shape.append(_Form.BIG)
        scalars.append(value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))


def _take_apart_set(value: frozenset[object], shape: list[int], scalars: list[Scalar]) -> None:
    items: dict[tuple[tuple[int, ...], tuple[tuple[str, bytes], ...]], tuple[list[int], list[Scalar]]] = {}
    for item in value:
        parts: tuple[list[int], list[Scalar]] = ([], [])
        _take_apart(item, *parts)
        items[tuple(parts[0]), tuple(map(_order, parts[1]))] = parts
    if len(items) > limits.SET_ITEMS:
        raise TooLarge(f"a frozenset has more than {limits.SET_ITEMS} items")
    shape += (_Form.FROZENSET, len(items))
    for key in sorted(items):
        shape += items[key][0]
        scalars += items[key][1]


def _order(scalar: Scalar) -> tuple[str, bytes]:
    """A key that is equal for two scalars just when they are the same, and that sorts."""
    if isinstance(scalar, float):
        return ("float", struct.pack(">d", scalar))
    if isinstance(scalar, bytes):
        return ("bytes", scalar)
    return (type(scalar).__name__, repr(scalar).encode())


class _Builder:
    """Reads back what `pack_constants` wrote."""

    def __init__(self, shape: Sequence[int], scalars: Sequence[Scalar]) -> None:
        self._shape = iter(shape)
        self._scalars = iter(scalars)

    def constants(self) -> Iterator[Constant]:
        for form in self._shape:
            yield Constant(self._value(form, 0))
        for _ in self._scalars:
            raise ValueError("there are more scalars than constants")

    def _value(self, form: int, depth: int) -> object:
        match form:
            case _Form.SCALAR:
                return self._scalar()
            case _Form.TUPLE:
                return tuple(self._items(depth))
            case _Form.FROZENSET:
                return self._frozenset(depth)
            case _Form.COMPLEX:
                return complex(self._exactly(float), self._exactly(float))
            case _Form.DURATION:
                return self._duration()
            case _Form.ELLIPSIS:
                return ...
            case _Form.BIG:
                return int.from_bytes(self._exactly(bytes), "little", signed=True)
            case _Form.TEXT:
                return text_from_bytes(self._exactly(bytes))
            case _:
                raise ValueError(f"no constant has the form {form}")

    def _scalar(self) -> Scalar:
        for scalar in self._scalars:
            return scalar
        raise ValueError("a constant ends too early")

    def _exactly(self, kind: type[_T]) -> _T:
        scalar = self._scalar()
        if isinstance(scalar, kind) and type(scalar) is kind:
            return scalar
        raise ValueError(f"a constant has a {type(scalar).__name__} where it can not be")

    def _items(self, depth: int) -> list[object]:
        if depth >= limits.CONSTANT_DEPTH:
            raise ValueError(f"a constant has more than {limits.CONSTANT_DEPTH} tuples within each other")
        items: list[object] = []
        for _ in range(self._number()):
            items.append(self._value(self._number(), depth + 1))  # noqa: PERF401 - grows with the bytes that are there
        return items

    def _frozenset(self, depth: int) -> frozenset[object]:
        items = self._items(depth)
        if len(items) > limits.SET_ITEMS:
            raise ValueError(f"a frozenset has more than {limits.SET_ITEMS} items")
        result = frozenset(items)
        if len(result) != len(items):
            raise ValueError("the items of a frozenset are not distinct")
        return result

    def _number(self) -> int:
        for number in self._shape:
            if number >= 0:
                return number
            break
        raise ValueError("a constant ends too early")

    def _duration(self) -> timedelta:
        try:
            return timedelta(self._exactly(int), self._exactly(int), self._exactly(int))
        except OverflowError:
            raise ValueError("a duration is out of range") from None


def unpack_constants(shape: bytes, scalars: Sequence[Scalar]) -> tuple[Constant, ...]:
    """The inverse of `pack_constants`."""
    return tuple(_Builder(unpack_numbers(shape), scalars).constants())
