"""A host that writes down what was called, with what, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cascade_vm.host import Meter, Pending, Site

from cascade.host import LocalHost
from cascade.tasks import Task

__all__ = ["Recorded", "RecordingHost"]


@dataclass(slots=True)
class Recorded:
    """One call. ``outcome`` is the repr of the result, or ``!`` and the repr of the error; None while it is under way."""

    target: str
    arguments: str
    outcome: str | None = None


class RecordingHost(LocalHost):
    """A `LocalHost` with ``log``: every call of a task or a method, in the order in which they began.

    Arguments are written down when the call begins, so it does not matter if it changes them. A call under policies is
    one entry.
    """

    def __init__(self, tasks: Mapping[str, Task[..., Any]], **options: Any) -> None:
        super().__init__(tasks, **options)
        self.log: list[Recorded] = []

    def for_run(self, meter: Meter | None = None, **options: Any) -> LocalHost:
        """As `LocalHost.for_run`; the log is shared."""
        host = super().for_run(meter, **options)
        assert isinstance(host, RecordingHost)
        host.log = self.log
        return host

    def call(self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object], policies: object) -> object:
        entry = self._begin(site, arguments, keywords)
        return self._note(entry, lambda: super(RecordingHost, self).call(site, arguments, keywords, policies))

    def method(self, site: Site, target: object, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        entry = self._begin(site, [target, *arguments], keywords)
        return self._note(entry, lambda: super(RecordingHost, self).method(site, target, arguments, keywords))

    def apply(self, site: Site, target: Any, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        if isinstance(target, Task):
            return super().apply(site, target, arguments, keywords)  # comes back as a call
        entry = self._begin(site._replace(target=getattr(target, "__qualname__", site.target)), arguments, keywords)
        return self._note(entry, lambda: super(RecordingHost, self).apply(site, target, arguments, keywords))

    def _begin(self, site: Site, arguments: Sequence[object], keywords: Mapping[str, object]) -> Recorded:
        words = [*map(repr, arguments), *(f"{name}={value!r}" for name, value in keywords.items())]
        self.log.append(Recorded(site.target, ", ".join(words)))
        return self.log[-1]

    def _note(self, entry: Recorded, call: Any) -> object:
        try:
            reply = call()
        except BaseException as error:
            entry.outcome = f"!{error!r}"
            raise
        if isinstance(reply, Pending):
            return Pending(self._note_later(entry, reply), reply.drop)
        entry.outcome = repr(reply)
        return reply

    async def _note_later(self, entry: Recorded, reply: Pending) -> object:
        try:
            value = await reply.awaitable
        except BaseException as error:
            entry.outcome = f"!{error!r}"
            raise
        entry.outcome = repr(value)
        return value
