"""Bytes to values. Whatever the bytes are, the outcome is a value or a `StoreError`, and no code that they choose has run.

How the objects of a graph are made: those that can be part of a cycle are made hollow, and filled when their parts are
complete; tuples and the like are made of parts that may still be hollow; what hashes its parts, or is made by a registered
``from_state``, of complete ones. Rows are gone through from the last to the first, which for a tree means from the leaves up;
what is met too early waits on a stack of our own, so depth is no matter. Where a cycle leaves a part that is not there yet, or
a key that is not complete, an object is filled at the end, dicts and sets after all others.

What bytes could do: memory is bounded, for msgspec allocates what is there, each row makes one object, and no codec of ours
takes a count (`values`). Time is bounded, for the hash of a key looks at most at `_HASHED` objects (tuples that hold the same
tuple twice, and so on, take 2ⁿ steps to hash) and goes no deeper than `_HASH_DEPTH` (hashing recurses in C). Which classes may
be named, and that naming one may import its module, is said in `classes`. That bytes are those that were written, a store has
to know by a checksum: a text that has become another text is a value too.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

import msgspec

from cascade.durable.codecs import ABSENT, Codec, Codecs, Parts
from cascade.durable.documents import GRAPH, PLAIN, UPDATE, VERSION, Known, plain_containers
from cascade.durable.instances import INSTANCE, NAMED_TUPLE
from cascade.durable.replacing import replace
from cascade.durable.standard import CODECS
from cascade.durable.values import FROZENSET, SLICE, TUPLE
from cascade.errors import Problem, StoreError

__all__ = ["decode"]

_HASHED: Final = 10_000_000
_HASH_DEPTH: Final = 5_000
_LOOKED_INTO = frozenset({TUPLE, FROZENSET, SLICE, NAMED_TUPLE, INSTANCE})
"""Kinds whose hash looks at their parts."""


class _Nothing:
    """The type of `_NOTHING`."""


_NOTHING: Final = _Nothing()
_NEW, _MAKING, _MADE, _FILLING, _DONE = range(5)
_MAKE, _END_OF_MAKING, _COMPLETE, _END_OF_COMPLETING = range(4)
_read = msgspec.msgpack.Decoder().decode


def decode(data: bytes, *, known: Known | None = None, codecs: Codecs = CODECS) -> Any:
    """The value of a document. ``known`` has the objects of the documents before it, as when it was written."""
    if len(data) < 2:
        _damaged("it has no head")
    if data[0] != VERSION:
        said = f"it has version {data[0]} of the format, and this is version {VERSION}"
        raise StoreError(Problem("CS503", f"a stored value can not be read: {said}", hint="use the Cascade that wrote it"))
    form = data[1]
    body = _body(data, form)
    base = 0 if known is None else len(known.objects)
    if body[0] != base:
        _damaged(f"it follows {body[0]!r:.20} objects, and here there are {base}")
    if form == PLAIN:
        return _plain(body[1], known)
    known = Known() if known is None else known
    try:
        return _Graph(known, codecs, body).decode()
    except BaseException:
        known.forget(base)
        raise


def _body(data: bytes, form: int) -> list[Any]:
    try:
        body = _read(memoryview(data)[2:])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _damaged(str(error))
    size = {PLAIN: 2, GRAPH: 3, UPDATE: 4}.get(form)
    if type(body) is not list or len(body) != size or type(body[0]) is not int:
        _damaged("its outermost part is not one of a document")
    return body


def _plain(value: Any, known: Known | None) -> Any:
    if known is not None and (type(value) is list or type(value) is dict):
        containers = plain_containers(value, {})
        if containers is None:
            _damaged("it is not as plain as it says")
        known.add(containers)
    return value


def _damaged(said: str) -> NoReturn:
    raise StoreError(Problem("CS502", f"a stored value is damaged: {said}")) from None


def _is_strict(codec: Codec) -> bool:
    """Whether objects are made of complete parts only."""
    return codec.fill is None and (codec.keys is not None or isinstance(codec.code, str))


class _Graph:
    """One document that is being read. Rows are counted from 0 here, objects as in `Known`."""

    def __init__(self, known: Known, codecs: Codecs, body: list[Any]) -> None:
        self.known = known
        self.base: int = body[0]
        self.root = body[2]
        self.changes = body[3] if len(body) > 3 else []
        rows = body[1]
        if type(rows) is not list or any(type(row) is not list or len(row) != 2 or type(row[1]) is not list for row in rows):
            _damaged("its rows are no rows")
        if not {type(row[0]) for row in rows} <= {int, str}:
            _damaged("its rows have no kinds")
        by_code = {code: codecs.by_code(code) for code in {row[0] for row in rows}}
        self.codecs: list[Codec] = [by_code[row[0]] for row in rows]
        self.parts: list[list[Any]] = [row[1] for row in rows]
        self.states = [_NEW] * len(rows)
        self.late: dict[int, None] = {}
        """Rows that are to be filled when there is an object for every row."""
        self.hashable: dict[int, tuple[int, int]] = {}
        """Rows that were found complete: how many objects their hash looks at, and how deep."""
        self.objects = known.objects
        self.objects.extend([_NOTHING] * len(rows))

    def decode(self) -> Any:
        for row in reversed(range(len(self.parts))):
            if self.states[row] == _NEW and not self.build_at_once(row):
                self.build(row)
        late = sorted(self.late, key=lambda row: self.codecs[row].keys is not None)  # stable: inner ones first
        for row in late:
            if self.codecs[row].keys is not None:
                self.check_keys(row, complete=False)
            self.fill(row)
            del self.late[row]
        root = self.resolve([self.root])[0]
        self.change()
        for number, value in enumerate(self.objects[self.base :], self.base):
            self.known.numbers.setdefault(id(value), number)
        return root

    # --- making and filling ---

    def build_at_once(self, row: int) -> bool:
        """Make the object of a row whose parts are complete, as those of all rows of a tree are. False when some are not."""
        codec, parts = self.codecs[row], self.parts[row]
        if not codec.raw and list in {*map(type, parts)}:
            if self.late:
                return False
            base, objects, states = self.base, self.objects, self.states
            found = []
            for part in parts:
                if type(part) is list:
                    if part:
                        number = self.number(part)
                        if number >= base and states[number - base] != _DONE:
                            return False
                        part = objects[number]
                    else:
                        part = ABSENT
                found.append(part)
            if codec.keys is not None:
                self.check_keys(row)
            parts = found
        try:
            if codec.fill is None:
                made = codec.make(parts)
            else:
                made = codec.make(parts[: codec.early])
                codec.fill(made, parts)
        except Exception as error:
            self.refuse(codec, error)
        self.objects[self.base + row] = made
        self.states[row] = _DONE
        return True

    def build(self, row: int) -> None:
        """Complete the object of a row, and before it whatever it needs."""
        states = self.states
        stack = [(_COMPLETE, row)]
        while stack:
            step, row = stack.pop()
            state = states[row]
            if step == _MAKE and state == _NEW:
                states[row] = _MAKING
                stack.append((_END_OF_MAKING, row))
                codec, parts = self.codecs[row], self.parts[row]
                if not codec.raw:
                    needs = _COMPLETE if _is_strict(codec) else _MAKE
                    stack += [(needs, one) for one in self.rows_of(parts if codec.fill is None else parts[: codec.early])]
            elif step == _END_OF_MAKING:
                self.make(row)
                states[row] = _MADE
            elif step == _COMPLETE and state == _NEW:
                stack += ((_COMPLETE, row), (_MAKE, row))
            elif step == _COMPLETE and state == _MADE:
                states[row] = _FILLING
                stack.append((_END_OF_COMPLETING, row))
                if not self.codecs[row].raw:
                    stack += [(_COMPLETE, one) for one in self.rows_of(self.parts[row])]
            elif step == _END_OF_COMPLETING:
                states[row] = _DONE
                if self.codecs[row].fill is not None:
                    self.fill_or_wait(row)

    def rows_of(self, parts: Parts) -> list[int]:
        """The rows among the parts, as far as they are not complete, the first of them last."""
        base, states = self.base, self.states
        found = [self.number(part) - base for part in reversed(parts) if type(part) is list and part]
        return [row for row in found if row >= 0 and states[row] != _DONE]

    def number(self, part: list[Any]) -> int:
        if len(part) != 1 or type(part[0]) is not int or not 0 <= part[0] < len(self.objects):
            _damaged("a part refers to nothing")
        return part[0]

    def make(self, row: int) -> None:
        codec, parts = self.codecs[row], self.parts[row]
        if codec.fill is not None:
            parts = parts[: codec.early]
        if not codec.raw:
            if codec.keys is not None and codec.fill is None:
                self.check_keys(row, complete=False)
            if isinstance(codec.code, str) and codec.fill is None:
                self.check_state(row)
            parts = self.resolve(parts)
        try:
            made = codec.make(parts)
        except Exception as error:
            self.refuse(codec, error)
        self.objects[self.base + row] = made

    def check_state(self, row: int) -> None:
        """What a registered ``from_state`` is given has to be complete."""
        for part in self.parts[row]:
            if type(part) is list and part:
                inner = self.number(part) - self.base
                if inner >= 0 and (self.states[inner] != _DONE or inner in self.late):
                    said = f"a `{self.codecs[row].code}` is part of a cycle, and its codec has no `fill`"
                    raise StoreError(Problem("CS507", f"a stored value can not be made again: {said}"))

    def resolve(self, parts: Parts) -> list[Any]:
        """Parts as the objects that they mean."""
        objects = self.objects
        found = [part if type(part) is not list else objects[self.number(part)] if part else ABSENT for part in parts]
        if _Nothing in map(type, found):
            _damaged("an immutable value contains itself")
        return found

    def fill_or_wait(self, row: int) -> None:
        """Fill the object of a row, unless one of its parts is not there, or a key not complete."""
        objects, codec = self.objects, self.codecs[row]
        there = codec.raw or all(
            objects[self.number(part)] is not _NOTHING for part in self.parts[row] if type(part) is list and part
        )
        if there and (codec.keys is None or self.check_keys(row)):
            self.fill(row)
        else:
            self.late[row] = None

    def fill(self, row: int) -> None:
        codec = self.codecs[row]
        assert codec.fill is not None
        parts = self.parts[row] if codec.raw else self.resolve(self.parts[row])
        try:
            codec.fill(self.objects[self.base + row], parts)
        except Exception as error:
            self.refuse(codec, error)

    def refuse(self, codec: Codec, error: Exception) -> NoReturn:
        if isinstance(error, StoreError):
            raise error
        said = f"{type(error).__name__}: {error}"
        if isinstance(codec.code, str):
            said = f"the codec `{codec.code}` failed with {said}"
        raise StoreError(Problem("CS507", f"a stored value can not be made again: {said}")) from error

    # --- keys ---

    def check_keys(self, row: int, complete: bool = True) -> bool:
        """Refuse keys that take too long to hash. False when one is not ``complete``, if it has to be."""
        keys = self.codecs[row].keys
        assert keys is not None
        for part in keys(self.parts[row]):
            if type(part) is list and part:
                key = self.number(part) - self.base
                if key >= 0 and not self.is_hashable(key, complete):
                    return False
        return True

    def is_hashable(self, row: int, complete: bool) -> bool:
        """Whether everything that the hash of an object looks at is complete."""
        stack = [(row, False)]
        begun: set[int] = set()
        while stack:
            row, is_whole = stack.pop()
            if row in self.hashable:
                continue
            if complete and (self.states[row] != _DONE or row in self.late):
                return False
            codec = self.codecs[row]
            inner = []
            if codec.code in _LOOKED_INTO or isinstance(codec.code, str):
                inner = [self.number(part) - self.base for part in self.parts[row] if type(part) is list and part]
                inner = [one for one in inner if one >= 0]
            if is_whole:
                sizes = [self.hashable.get(one, (1, 1)) for one in inner]
                size = (1 + sum(count for count, _ in sizes), 1 + max((depth for _, depth in sizes), default=0))
                if size[0] > _HASHED or size[1] > _HASH_DEPTH:
                    _damaged("a key is too large to be hashed")
                self.hashable[row] = size
            elif row not in begun:
                begun.add(row)
                stack.append((row, True))
                stack += [(one, False) for one in inner if one not in begun]
        return True

    # --- changes of what is known ---

    def change(self) -> None:
        """Known objects get new content; that of all is there before the first is changed."""
        changes = self.changes
        if type(changes) is not list or len(changes) % 2 or any(type(number) is not int for number in changes):
            _damaged("its changes are no changes")
        pairs = list(zip(changes[::2], changes[1::2], strict=True))
        for number, content in pairs:
            if not 0 <= number < self.base or not self.base <= content < len(self.objects):
                _damaged("a change is one of nothing")
            if type(self.objects[number]) is not type(self.objects[content]):
                _damaged("a change makes another type of an object")
        for number, content in pairs:
            replace(self.objects[number], self.objects[content])
