"""One process of a crash test: continues a run, notes the calls that it makes and commits, and kills itself at a commit.

    python -m cascade.durable.crashing STORE RUN NOTES [COMMIT before|after]

NOTES is a file that lines of JSON are added to: ``["made", call, attempt, task]``, ``["committed", …]`` of the same, and
``["commit", "", number, ""]``. Commits are counted that say something of the course of the run, from 1.
`cascade.cli.crashtest` starts this and reads it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TextIO

from cascade.current import current_call
from cascade.durable.host import DurableHost, Way
from cascade.durable.journal import CANCELLED, ERROR, RESULT, RETRY, read_record
from cascade.durable.running import Options, resume_stored
from cascade.durable.store import Commit, Store, open_store
from cascade.durable.suspensions import Calling

__all__ = ["COMMIT", "COMMITTED", "MADE", "Note", "read_notes"]

MADE = "made"
COMMITTED = "committed"
COMMIT = "commit"


class Note(NamedTuple):
    """A call was made, what an attempt at it came to was committed, or there was a commit. ``call`` is the same everywhere."""

    what: str
    call: str
    attempt: int
    task: str


def read_notes(text: str) -> list[Note]:
    """The notes in a file."""
    return [Note(*json.loads(line)) for line in text.splitlines()]


class _Notes:
    """What this process has done, as it is written down."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._under_way: dict[int, tuple[Calling, Note]] = {}

    def made(self, calling: Calling) -> None:
        """A call is about to be made."""
        current = current_call()
        note = Note(MADE, current.key.rpartition("/")[2], current.attempt, calling.site.target)
        self._under_way[calling.node.number] = (calling, note)
        self._write(note)

    def committed(self, commit: Commit, number: int) -> None:
        """Something was committed: records tell which calls, a snapshot has all that came to something."""
        self._write(Note(COMMIT, "", number, ""))
        ended: list[int] = []
        for record in commit.records:
            events = [event for turn in read_record(record) for event in turn]
            ended += [event[1] for event in events if event[0] in (RESULT, ERROR, CANCELLED, RETRY)]
        if commit.snapshot is not None or commit.outcome is not None:
            ended += [number for number, (calling, _) in self._under_way.items() if not _is_under_way(calling)]
        for number in ended:
            if number in self._under_way:
                self._write(self._under_way.pop(number)[1]._replace(what=COMMITTED))

    def _write(self, note: Note) -> None:
        self._file.write(json.dumps(note) + "\n")
        self._file.flush()


def _is_under_way(calling: Calling) -> bool:
    return calling.node.waits is calling and calling.begun


class _Crashing:
    """A store in which one commit is the last thing that this process does, or does not do any more."""

    def __init__(self, store: Store, notes: _Notes, strikes: Callable[[int, str], bool]) -> None:
        self._store = store
        self._notes = notes
        self._strikes = strikes
        self._count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, commit: Commit) -> None:
        """See `Store.commit`."""
        if not commit.records and commit.snapshot is None and commit.outcome is None:  # where it stands
            await self._store.commit(commit)
            return
        self._count += 1
        self._strike("before")
        await self._store.commit(commit)
        self._notes.committed(commit, self._count)
        self._strike("after")

    def _strike(self, when: str) -> None:
        if self._strikes(self._count, when):
            os.kill(os.getpid(), signal.SIGKILL)


async def _go_on(store: str, run_id: str, notes: _Notes, strikes: Callable[[int, str], bool]) -> None:
    class Noting(DurableHost):
        """Of this process."""

        __slots__ = ()

        def make(self, call: Calling, way: Way) -> object:
            notes.made(call)
            return super().make(call, way)

    opened = await open_store(store, create=False)
    crashing: Any = _Crashing(opened, notes, strikes)
    try:
        await resume_stored(run_id, crashing, None, Options(host=Noting))
    finally:
        await opened.close()


def main(words: Sequence[str]) -> None:
    """See above. What the flow raises is in the store, too."""
    store, run_id, path, *strike = words
    wanted = (int(strike[0]), strike[1]) if strike else None
    with open(path, "a", encoding="utf-8") as file, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_go_on(store, run_id, _Notes(file), lambda number, when: (number, when) == wanted))


if __name__ == "__main__":
    main(sys.argv[1:])
