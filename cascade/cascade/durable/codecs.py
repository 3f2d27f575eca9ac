"""What a document may hold: a `Codec` for each kind of object, and `Codecs`, the table of them.

A codec takes an object apart into *parts* and makes it again. Parts are small values, which are written where they stand, or
other objects, which are written once and referred to. A codec is found by the exact type of an object, or by the code in the
bytes: a number for what Python and Cascade bring along, a name for what `register_codec` adds.

Knows no bytes and no order of building: that is `encoding` and `decoding`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cascade.errors import Problem, StoreError, UsageError

__all__ = ["ABSENT", "Codec", "Codecs", "Parts", "Refused"]

Parts = Sequence[Any]


class _Absent:
    """The type of `ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()
"""The part that stands for an attribute which has no value."""


class Refused(Exception):  # noqa: N818 - says what happened
    """An object can not be stored; the argument says why. `encoding` adds where it is."""


class Codec(NamedTuple):
    """How objects of one kind are taken apart and made.

    Without ``fill``, ``make`` is given all parts, each of them complete. With it, ``make`` is given the first ``early`` parts
    and makes an object that is hollow; ``fill`` is given the object and all parts, when there is an object for each. Only such
    an object can be part of a cycle. ``keys`` picks the parts that are hashed. ``raw`` parts are written as they are.
    """

    code: int | str
    take: Callable[[Any], Parts]
    make: Callable[[Parts], Any]
    fill: Callable[[Any, Parts], object] | None = None
    early: int = 0
    raw: bool = False
    keys: Callable[[Parts], Parts] | None = None


class Codecs:
    """A table of codecs. One with a ``parent`` adds to what that has: a run's own values, say.

    ``shapes`` gives the codec of a value that has none by its type or identity, or None; then the parent is asked. Without a
    parent, it is the codec of all values of that class.
    """

    def __init__(
        self,
        codecs: Sequence[tuple[type | None, Codec]] = (),
        *,
        shapes: Callable[[Any], Codec | None] = lambda _value: None,
        parent: Codecs | None = None,
    ) -> None:
        self.by_type: dict[type, Codec] = {kind: codec for kind, codec in codecs if kind is not None}
        if parent is not None:  # nobody else can claim these, and most objects are of them
            self.by_type |= {kind: parent.by_type[kind] for kind in (list, dict, tuple) if kind in parent.by_type}
        self._by_code: dict[int | str, Codec] = {codec.code: codec for _, codec in codecs}
        self._shapes = shapes
        self._parent = parent
        self._constants: dict[int, tuple[object, Codec]] = {}
        self._seen: set[type] = set()  # classes whose codec came from `shapes`

    def add(
        self,
        kind: type,
        name: str,
        to_state: Callable[[Any], object],
        from_state: Callable[[Any], object] | None = None,
        fill: Callable[[Any, Any], object] | None = None,
    ) -> None:
        """As `register_codec`, for this table."""
        if (from_state is None) == (fill is None):
            raise UsageError(Problem("CS508", f"the codec `{name}` needs one of `from_state` and `fill`"))

        def take(value: object) -> Parts:
            return (to_state(value),)

        if from_state is not None:
            codec = Codec(name, take, lambda parts: from_state(_only(parts)))
        else:
            assert fill is not None
            codec = Codec(name, take, lambda _: _hollow(kind), lambda value, parts: fill(value, _only(parts)))
        self._claim(name, kind)
        old = self.by_type.get(kind)
        if old is not None and old.code != name and kind not in self._seen:
            what = f"as `{old.code}`" if isinstance(old.code, str) else "by Cascade itself"
            raise UsageError(Problem("CS508", f"{kind.__qualname__} is stored {what} already"))
        self._seen.discard(kind)
        self.by_type[kind] = self._by_code[name] = codec

    def name(self, value: object, name: str) -> None:
        """``value`` is one of a kind, and stored as its name: a sentinel, a built-in function."""
        self._claim(name, value)
        codec = Codec(name, lambda _: (), lambda _: value)
        self._constants[id(value)] = (value, codec)
        self._by_code[name] = codec

    def _claim(self, name: str, of: object) -> None:
        for kind, codec in self.by_type.items():
            if codec.code == name and not _is_same(kind, of):
                raise UsageError(Problem("CS508", f"two codecs are called `{name}`: those of {_title(kind)} and {_title(of)}"))
        for value, codec in self._constants.values():
            if codec.code == name and value is not of:
                raise UsageError(Problem("CS508", f"two codecs are called `{name}`: those of {_title(value)} and {_title(of)}"))

    def of(self, value: Any) -> Codec:
        """The codec of an object; `Refused` when it has none."""
        kind = type(value)
        codec = self.by_type.get(kind)
        if codec is not None:
            return codec
        constant = self._constants.get(id(value))
        if constant is not None:
            return constant[1]
        codec = self._shapes(value)
        if codec is None:
            if self._parent is not None:
                return self._parent.of(value)
            raise Refused("")
        if self._parent is not None:
            return codec
        if not isinstance(value, type):
            self.by_type[kind] = codec
            self._seen.add(kind)
        return codec

    def by_code(self, code: object) -> Codec:
        """The codec that the bytes name."""
        table: Codecs | None = self
        while table is not None:
            codec = table._by_code.get(code) if isinstance(code, int | str) else None
            if codec is not None:
                return codec
            table = table._parent
        if isinstance(code, str):
            hint = "import the module that calls `register_codec` before the run is resumed"
            raise StoreError(Problem("CS506", f"no codec is called `{code}`", hint=hint))
        raise StoreError(Problem("CS502", f"a stored value is damaged: there is no kind {code!r:.40}"))


def _only(parts: Parts) -> Any:
    (state,) = parts
    return state


def _title(value: object) -> str:
    return f"{value.__module__}.{value.__qualname__}" if isinstance(value, type) else repr(value)[:80]


def _is_same(kind: type, other: object) -> bool:
    """Whether it is that class, or the one of a module that was loaded again."""
    return kind is other or (isinstance(other, type) and _title(kind) == _title(other))


def _hollow(kind: Any) -> object:
    """An object to be filled; a Struct is made by its constructor only."""
    fields = getattr(kind, "__struct_fields__", None)
    return kind.__new__(kind) if fields is None else kind(**dict.fromkeys(fields))
