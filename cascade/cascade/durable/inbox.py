"""Signals of one run: those that came, and the strands that wait for them. First come, first served, by name."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cascade.durable.decoding import decode
from cascade.durable.journal import SIGNAL, Journal
from cascade.durable.suspensions import Waiting

__all__ = ["CANCELLATION", "Inbox", "Message"]

CANCELLATION = "\0cancel"
"""The signal that cancels a run. No program can wait for it: the names of programs are texts without this character."""


class Message(NamedTuple):
    """A signal that came."""

    id: int
    name: str
    payload: bytes


class Inbox:
    """``on_arrival`` is called when something came."""

    def __init__(self) -> None:
        self.on_arrival: Callable[[], None] = lambda: None

        self._kept: dict[str, deque[Message]] = {}
        self._waiting: dict[str, deque[Waiting]] = {}
        self._seen: set[int] = set()
        self._taken: list[int] = []
        self.has_more = False
        """Something came that nobody has looked at."""

    def add(self, messages: Iterable[Message]) -> None:
        """Signals from the store; those that are known already are left out."""
        for message in messages:
            if message.id not in self._seen:
                self._seen.add(message.id)
                self._kept.setdefault(message.name, deque()).append(message)
                self.has_more = True
        if self.has_more:
            self.on_arrival()

    def expect(self, waiting: Waiting) -> None:
        """A strand waits."""
        self._waiting.setdefault(waiting.signal, deque()).append(waiting)
        self.has_more = self.has_more or waiting.signal in self._kept

    def forget(self, waiting: Waiting) -> None:
        """It waits no longer."""
        queue = self._waiting.get(waiting.signal)
        if queue is not None and waiting in queue:
            queue.remove(waiting)

    def awaited(self) -> list[str]:
        """The names that are waited for."""
        return sorted(name for name, queue in self._waiting.items() if any(each.node.waits is each for each in queue))

    def is_cancelled(self) -> bool:
        """Whether the run is to be cancelled; that is used up by asking."""
        if not self._kept:
            return False
        cancellations = self._kept.pop(CANCELLATION, None)
        self._taken += [message.id for message in cancellations or ()]
        return cancellations is not None

    def hand_out(self, journal: Journal, add: Callable[..., None]) -> None:
        """Make an event of the first signal that somebody waits for. It is alone in its turn: another event could end the
        strand that waits, and the signal would have been taken for nothing."""
        if not self.has_more:
            return
        self.has_more = False
        for name, kept in [*self._kept.items()]:
            queue = self._waiting.get(name, deque())
            while kept and queue:
                waiting = queue.popleft()
                if waiting.node.waits is not waiting:
                    continue
                message = kept.popleft()
                value = decode(message.payload, codecs=journal.codecs)
                if not kept:
                    del self._kept[name]
                self._taken.append(message.id)
                add([SIGNAL, waiting.node.number, journal.value(value, f"signal {name}"), message.id], value)
                self.has_more = True  # look again
                return

    def taken(self) -> Sequence[int]:
        """The signals that the next commit uses up."""
        if not self._taken:
            return ()
        taken, self._taken = self._taken, []
        return taken
