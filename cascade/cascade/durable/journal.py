"""What a commit says: the events of a run, as bytes, and back.

A record is MessagePack, ``[[event, …], …]``: the events of one commit, in turns. Those of one turn came when all strands of the
run waited; they are delivered one after the other, each when the one before has been worked off. An event is an array whose
first item is its kind; values are documents (`documents`) in it.

Values refer to the objects of earlier events (a task may give what it gave before), and to those that the call could reach (it
may give an argument, or a part of it). So a table goes along with the log, which both sides keep in step: objects get their
numbers in the order of the events; what a call reaches has numbers only while its own event is written or read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from zlib import crc32

import msgspec

from cascade.durable.changes import apply_changes, changes_since
from cascade.durable.codecs import Codecs
from cascade.durable.decoding import decode
from cascade.durable.documents import LONG, Known
from cascade.durable.encoding import encode, encode_call, encode_given, encode_small
from cascade.durable.suspensions import Calling
from cascade.errors import Problem, StoreError

__all__ = [
    "ADDED", "CANCEL", "CANCELLED", "ERROR", "LATE", "RESULT", "RETRY", "SIGNAL", "TIMES", "WOKE", "Event", "Journal", "Turn",
    "read_record", "write_record",
]  # fmt: skip

RESULT: Final = 0  # [node, digest, document, cost?]: a call gave a value
ERROR: Final = 1  # [node, digest, document, cost?]: it raised an error
CANCELLED: Final = 2  # [node, digest, document, cost?]: it was cancelled
RETRY: Final = 3  # [node, digest, document, course, cost?]: it failed, and will be made again
TIMES: Final = 4  # [node, course or time]: when something is over
WOKE: Final = 5  # [node]: a sleep, or a pause before another attempt, is over
SIGNAL: Final = 6  # [node, document, id]: a signal came
LATE: Final = 7  # [node, level]: the time of a wait (-1), or of a policy of a flow, was up
CANCEL: Final = 8  # []: the run is to be cancelled
ADDED: Final = 9  # [budget, time]: it may spend more

Event = list[Any]
Turn = list[Event]

_SMALL = frozenset({type(None), bool, int, float, str})
_SETS: tuple[type, ...] = (set, frozenset, type({}.keys()), type({}.items()))


def write_record(turns: Sequence[Sequence[Sequence[Any]]]) -> bytes:
    """The bytes of a commit's events."""
    return _write(turns)


_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(list[list[list[Any]]]).decode


def read_record(data: bytes) -> list[Turn]:
    """The inverse. `StoreError` CS502."""
    try:
        turns = _read(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        turns = [[[]]]
    if any(not event or type(event[0]) is not int or not 0 <= event[0] <= ADDED for turn in turns for event in turn):
        raise StoreError(Problem("CS502", "a stored record is damaged: it holds no events"))
    return turns


class Journal:
    """Writes and reads the values in events. ``exact`` turns false when a value came whose like another process may see
    otherwise: the order of a set is that of its process. From then on going the same way again proves nothing, until a
    snapshot has no set any more. In a program that looks at sets of its own it is never true (``may_be_exact``)."""

    def __init__(self, codecs: Codecs, *, may_be_exact: bool = True) -> None:
        self.codecs = codecs
        self.known = Known()
        self.exact = self._may_be_exact = may_be_exact

    # --- calls ---

    def note(self, call: Calling) -> None:
        """What a call is given: a digest of it, and all the objects that the task can reach.

        Raises `NotStorable`.
        """
        if call.target is None and not call.keywords and _SMALL.issuperset(map(type, call.positional)):
            try:
                call.digest = crc32(_write((call.name, call.positional)))
            except (OverflowError, UnicodeEncodeError):
                pass
            else:
                return
        elif call.target is None and not call.keywords and len(call.name) < LONG:
            found = encode_call(call.name, call.positional)
            if found is not None:
                data, call.objects = found
                call.digest = crc32(data)
                return
        self._note_by(encode_given, call)

    def _note_by(self, write: Callable[..., bytes], call: Calling) -> None:
        reached = Known()
        given = (call.name, call.target, tuple(call.positional), dict(call.keywords))
        data = write(given, known=reached, codecs=self.codecs, name=f"what `{call.site.target}` is called with")
        call.digest = crc32(data)
        call.objects = reached.objects[1:]  # the first is the tuple itself
        self._look_at(call.objects)

    def outcome(self, call: Calling, value: object) -> bytes:
        """The document of what a call came to: a small value, or a list of the value or error and, if need be, what the task
        has changed. Raises `NotStorable`."""
        if not call.objects and (small := encode_small(value, self.known)) is not None:
            return small
        parts, whole = changes_since(call.before, self.codecs)
        known, reached = self.known, call.objects
        base = len(known.objects)
        if reached:
            known.add(reached)
        try:
            data = encode([value, parts] if parts else [value], known=known, changed=whole, codecs=self.codecs, name="result")
        except BaseException:
            known.forget(base)
            raise
        self._keep(base, len(reached))
        return data

    def take(self, call: Calling, digest: int, data: bytes) -> object:
        """The inverse: the value; what the task had changed is changed again. `StoreError` CS521 when this is another call."""
        if digest != call.digest:
            self._note_by(encode, call)  # as it was written before equal values were one
        if digest != call.digest:
            raise other_way(call)
        known, reached = self.known, call.objects
        base = len(known.objects)
        if reached:
            known.add(reached)
        told = decode(data, known=known, codecs=self.codecs)
        value, *changes = told if type(told) is list else (told,)
        try:
            for parts in changes:
                apply_changes(reached, parts)
        except LookupError as error:
            raise other_way(call) from error
        self._keep(base, len(reached))
        return value

    def _keep(self, base: int, reached: int) -> None:
        """Let go of what only the call could reach; what came with the event stays."""
        known = self.known
        new = known.objects[base + reached :]
        known.forget(base)
        if new:
            known.add(new)
            self._look_at(new)

    def _look_at(self, objects: Sequence[Any]) -> None:
        if self.exact and objects and any(isinstance(one, _SETS) for one in objects):
            self.exact = False

    # --- other values ---

    def value(self, value: object, name: str) -> bytes:
        """A value that no call gave."""
        base = len(self.known.objects)
        data = encode(value, known=self.known, codecs=self.codecs, name=name)
        self._look_at(self.known.objects[base:])
        return data

    def take_value(self, data: bytes) -> Any:
        """The inverse."""
        base = len(self.known.objects)
        value = decode(data, known=self.known, codecs=self.codecs)
        self._look_at(self.known.objects[base:])
        return value

    # --- snapshots ---

    def snapshot(self, state: Mapping[str, object]) -> bytes:
        """The document of a whole run. Later events refer to its objects."""
        known = Known()
        data = encode({**state, "exact": self.exact}, known=known, codecs=self.codecs, name="run")
        self.known = known
        self._begin_anew(self.exact)
        return data

    def take_snapshot(self, data: bytes) -> dict[str, Any]:
        """The inverse."""
        self.known = Known()
        state = decode(data, known=self.known, codecs=self.codecs)
        if type(state) is not dict:
            raise StoreError(Problem("CS502", "a stored run is damaged: it is no snapshot"))
        self._begin_anew(state.get("exact") is True)
        return state

    def _begin_anew(self, was_exact: bool) -> None:
        """From a snapshot: the sets in it are the program's own, which does not look at their order, or there are none."""
        self.exact = self._may_be_exact
        if not was_exact:
            self._look_at(self.known.objects)


def other_way(call: Calling) -> StoreError:
    """The run has not gone the way that it went before: nothing that is recorded fits any more."""
    place = call.site.place
    message = f"the run does not come to the call of `{call.site.target}` that was recorded"
    hint = "a task that is compiled into the program may have changed; the run is kept as it is"
    return StoreError(Problem("CS521", message, f"{place.file}:{place.line}:{place.column + 1}", hint))
