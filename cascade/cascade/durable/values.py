"""The codecs of Python's own types.

Whatever is wrong with parts is an exception of any kind; `decoding` says that the bytes are damaged. A part whose type decides
how much memory is taken is looked at first: ``bytearray(10**12)`` is a call that bytes must not get.
"""

from __future__ import annotations

import struct
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from gc import get_referents
from pathlib import Path, PosixPath, PurePath, PurePosixPath, PureWindowsPath, WindowsPath
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID, SafeUUID
from zoneinfo import ZoneInfo

from cascade.durable.codecs import Codec, Parts, Refused

__all__ = ["CONTAINERS", "DICT", "FROZENSET", "LIST", "SET", "SLICE", "TUPLE", "VALUES"]

_T = TypeVar("_T")

LIST, DICT, TUPLE, SET, FROZENSET, SLICE, ORDERED, DEFAULT, COUNTS, DEQUE, PROXY, KEYS, ITEMS, CONTENTS = range(14)
TEXT, BYTES, BIG, NAN, BYTEARRAY, COMPLEX, RANGE, DECIMAL, FRACTION, ID, PATH = range(20, 31)
DATETIME, DATE, TIME, DURATION, OFFSET, ZONE = range(40, 46)
"""The codes of the kinds in the bytes. 60 and more are those of `instances`."""


def _exactly(kind: type[_T], parts: Parts) -> list[_T]:
    """All parts, which are of one type."""
    if any(type(part) is not kind for part in parts):
        raise TypeError(f"not all parts are of the type {kind.__name__}")
    return [*parts]


def _one(kind: type[_T], parts: Parts) -> _T:
    (part,) = _exactly(kind, parts)
    return part


# --- containers ------------------------------------------------------------------------------------------------------


def _fill_list(value: list[Any], parts: Parts) -> None:
    value[:] = parts


def _pairs(value: dict[Any, Any]) -> Parts:
    return [*value, *value.values()]


def _keys(parts: Parts) -> Parts:
    return parts[: len(parts) // 2]


def _fill_dict(value: dict[Any, Any], parts: Parts) -> None:
    half = len(parts) // 2
    value.update(zip(parts[:half], parts[half:], strict=True))
    if len(value) != half:
        raise ValueError("two keys are equal")


def _fill_counts(value: Counter[Any], parts: Parts) -> None:
    counts: dict[Any, Any] = {}
    _fill_dict(counts, parts)
    dict.update(value, counts)  # its own `update` adds


def _fill_set(value: set[Any], parts: Parts) -> None:
    value.update(parts)
    if len(value) != len(parts):
        raise ValueError("two items of a set are equal")


def _frozenset(parts: Parts) -> frozenset[Any]:
    value = frozenset(parts)
    if len(value) != len(parts):
        raise ValueError("two items of a set are equal")
    return value


def _take_slice(value: slice) -> Parts:
    return value.start, value.stop, value.step


def _slice(parts: Parts) -> slice:
    start, stop, step = parts
    return slice(start, stop, step)


def _take_default(value: defaultdict[Any, Any]) -> Parts:
    factory = value.default_factory
    if factory is not None and factory not in _FACTORIES.values():
        raise Refused("its default factory is none of Python's own types")
    return (None if factory is None else factory.__name__, *_pairs(value))


def _default(parts: Parts) -> defaultdict[Any, Any]:
    return defaultdict(None if parts[0] is None else _FACTORIES[parts[0]])


_FACTORIES: dict[str, Callable[[], Any]] = {
    kind.__name__: kind for kind in (bool, bytes, dict, float, frozenset, int, list, set, str, tuple)
}


def _deque(parts: Parts) -> deque[Any]:
    return deque(maxlen=parts[0])


def _fill_deque(value: deque[Any], parts: Parts) -> None:
    value.extend(parts[1:])


def _mapping_of(value: MappingProxyType[Any, Any]) -> object:
    """What the proxy shows, which only the garbage collector tells."""
    (mapping,) = get_referents(value)
    return mapping


def _proxy(parts: Parts) -> MappingProxyType[Any, Any]:
    (mapping,) = parts
    return MappingProxyType(mapping)


def _views(code: int, name: str) -> Iterator[tuple[type, Codec]]:
    """Views of dicts: live ones, of that dict."""

    def make(parts: Parts) -> object:
        (mapping,) = parts
        if type(mapping) not in (dict, OrderedDict):
            raise TypeError("a view is one of no dict")
        return getattr(mapping, name)()

    empties: tuple[dict[Any, Any], ...] = ({}, OrderedDict())
    for empty in empties:
        yield type(getattr(empty, name)()), Codec(code, lambda view: (_mapping_of(view.mapping),), make)


CONTAINERS: tuple[tuple[type, Codec], ...] = (
    (list, Codec(LIST, lambda value: value, lambda _: [], _fill_list)),
    (dict, Codec(DICT, _pairs, lambda _: {}, _fill_dict, keys=_keys)),
    (tuple, Codec(TUPLE, lambda value: value, tuple)),
    (set, Codec(SET, tuple, lambda _: set(), _fill_set, keys=lambda parts: parts)),
    (frozenset, Codec(FROZENSET, tuple, _frozenset, keys=lambda parts: parts)),
    (slice, Codec(SLICE, _take_slice, _slice)),
    (OrderedDict, Codec(ORDERED, _pairs, lambda _: OrderedDict(), _fill_dict, keys=_keys)),
    (Counter, Codec(COUNTS, _pairs, lambda _: Counter(), _fill_counts, keys=_keys)),
    (
        defaultdict,
        Codec(
            DEFAULT,
            _take_default,
            _default,
            lambda value, parts: _fill_dict(value, parts[1:]),
            early=1,
            keys=lambda parts: _keys(parts[1:]),
        ),
    ),
    (MappingProxyType, Codec(PROXY, lambda value: (_mapping_of(value),), _proxy)),
    *_views(KEYS, "keys"),
    *_views(ITEMS, "items"),
    *_views(CONTENTS, "values"),
    (deque, Codec(DEQUE, lambda value: (value.maxlen, *value), _deque, _fill_deque, early=1)),
)

# --- values that have no parts of their own --------------------------------------------------------------------------


def _text(parts: Parts) -> str:
    return _one(bytes, parts).decode("utf-8", "surrogatepass")


def _int_to_bytes(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)


def _int(parts: Parts) -> int:
    return int.from_bytes(_one(bytes, parts), "little", signed=True)


def _complex(parts: Parts) -> complex:
    return complex(*struct.unpack("<dd", _one(bytes, parts)))


def _range(parts: Parts) -> range:
    start, stop, step = _exactly(int, parts)
    return range(start, stop, step)


def _fraction(parts: Parts) -> Fraction:
    numerator, denominator = _exactly(int, parts)
    return Fraction(numerator, denominator)


def _uuid(parts: Parts) -> UUID:
    number, safe = parts
    return UUID(bytes=_one(bytes, [number]), is_safe=SafeUUID(safe))


_PATHS: dict[str, type[PurePath]] = {
    kind.__name__: kind for kind in (PosixPath, WindowsPath, PurePosixPath, PureWindowsPath, PurePath, Path)
}


def _path(parts: Parts) -> PurePath:
    kind, text = parts
    return _PATHS[kind](_text([text]))


def _take_path(value: PurePath) -> Parts:
    return type(value).__name__, str(value).encode("utf-8", "surrogatepass")


def _take_datetime(value: datetime) -> Parts:
    day = (value.year, value.month, value.day)
    return (*day, value.hour, value.minute, value.second, value.microsecond, value.fold, value.tzinfo)


def _datetime(parts: Parts) -> datetime:
    year, month, day, hour, minute, second, microsecond, fold, zone = parts
    _exactly(int, [year, month, day, hour, minute, second, microsecond])
    return datetime(year, month, day, hour, minute, second, microsecond, zone, fold=fold)


def _time(parts: Parts) -> time:
    hour, minute, second, microsecond, fold, zone = parts
    _exactly(int, [hour, minute, second, microsecond])
    return time(hour, minute, second, microsecond, zone, fold=fold)


def _take_offset(value: timezone) -> Parts:
    offset = value.utcoffset(None)
    given = value.__getinitargs__()  # type: ignore[attr-defined]  # the name, if one was given
    return (offset.days, offset.seconds, offset.microseconds, *given[1:])


def _offset(parts: Parts) -> timezone:
    days, seconds, microseconds, *name = parts
    if not days | seconds | microseconds and not name:
        return timezone.utc  # noqa: UP017 - the same on every version
    return timezone(timedelta(days, seconds, microseconds), *name)


def _take_zone(value: ZoneInfo) -> Parts:
    if value.key is None:
        raise Refused("it was read from a file and has no key")
    return (value.key,)


VALUES: tuple[tuple[type | None, Codec], ...] = (
    (str, Codec(TEXT, lambda value: (value.encode("utf-8", "surrogatepass"),), _text, raw=True)),
    (bytes, Codec(BYTES, lambda value: (value,), lambda parts: _one(bytes, parts), raw=True)),
    (int, Codec(BIG, lambda value: (_int_to_bytes(value),), _int, raw=True)),
    (float, Codec(NAN, lambda value: (struct.pack("<d", value),), lambda parts: struct.unpack("<d", *parts)[0], raw=True)),
    (bytearray, Codec(BYTEARRAY, lambda value: (bytes(value),), lambda parts: bytearray(_one(bytes, parts)), raw=True)),
    (complex, Codec(COMPLEX, lambda value: (struct.pack("<dd", value.real, value.imag),), _complex, raw=True)),
    (range, Codec(RANGE, lambda value: (value.start, value.stop, value.step), _range)),
    (Decimal, Codec(DECIMAL, lambda value: (str(value),), lambda parts: Decimal(_one(str, parts)), raw=True)),
    (Fraction, Codec(FRACTION, lambda value: (value.numerator, value.denominator), _fraction)),
    (UUID, Codec(ID, lambda value: (value.bytes, value.is_safe.value), _uuid, raw=True)),
    *((kind, Codec(PATH, _take_path, _path, raw=True)) for kind in _PATHS.values()),
    (datetime, Codec(DATETIME, _take_datetime, _datetime)),
    (
        date,
        Codec(DATE, lambda value: (value.year, value.month, value.day), lambda parts: date(*_exactly(int, parts)), raw=True),
    ),
    (
        time,
        Codec(
            TIME,
            lambda value: (value.hour, value.minute, value.second, value.microsecond, value.fold, value.tzinfo),
            _time,
        ),
    ),
    (
        timedelta,
        Codec(
            DURATION,
            lambda value: (value.days, value.seconds, value.microseconds),
            lambda parts: timedelta(*_exactly(int, parts)),
            raw=True,
        ),
    ),
    (timezone, Codec(OFFSET, _take_offset, _offset)),
    (ZoneInfo, Codec(ZONE, _take_zone, lambda parts: ZoneInfo(_one(str, parts)))),
)
