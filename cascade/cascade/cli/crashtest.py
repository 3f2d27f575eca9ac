"""``cascade crashtest``: kills a run at each of its commits, resumes it, and compares what becomes of it.

Each run is a copy of one that was made and not begun; processes of their own continue it (`cascade.durable.crashing`). What
they wrote down, and what the store has at the end, is compared with a run that nobody killed.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cascade.cli.output import complain, is_terminal, results_only
from cascade.cli.running import FAILED, bound_call, parse_pairs, parse_signals, read_params
from cascade.cli.tables import show_table
from cascade.durable.crashing import COMMIT, COMMITTED, MADE, Note, read_notes
from cascade.durable.decoding import decode
from cascade.durable.encoding import encode
from cascade.durable.kept_programs import kept_of
from cascade.durable.looks import shown
from cascade.durable.machine_values import MACHINE_CODECS
from cascade.durable.running import Asked
from cascade.durable.store import ENDED, NewRun, Stored, open_store
from cascade.errors import Problem, UsageError, format_problem
from cascade.loading import load_target
from cascade.one_run import Budget
from cascade.program import FlowCall

__all__ = ["crash_test"]

_UNKILLED = "unkilled"
_TEMPLATE = "template"
_PATIENCE = 60.0
"""Seconds that a process may take, at least; twenty times what the unkilled one took where that is more."""


def crash_test(
    target: str, flow: str | None, *, parameters: Sequence[str], params: str | None, signals: Sequence[str], kills: int | None,
    keep: str | None,
) -> int:  # fmt: skip
    """Run once unkilled, then with kills, and say what differs; the exit status."""
    texts, received = parse_pairs(parameters), parse_signals(signals)
    with tempfile.TemporaryDirectory(prefix="cascade-crashtest-") as folder:
        with results_only():
            call = bound_call(load_target(target), flow, texts, read_params(params))
            store = f"{folder}/runs.db" if keep is None else keep
            asyncio.run(_prepare(call, store, received))
            test = _Test(store, Path(folder))
            test.run_unkilled()
            found = [*_shown_progress(test, _chosen(test.commits, kills))]
        differences = [difference for _, difference in found if difference is not None]
        cells = (test.commits, len(found), sum(again for again, _ in found), len(differences))
        headings = ("commits", "kills", "calls made again", "differences")
        show_table(headings, [tuple(map(str, cells))], headings, ())
    if differences:
        complain(format_problem(Problem("CS534", differences[0])))
        return FAILED
    return 0


def _chosen(commits: int, most: int | None) -> list[tuple[int, str]]:
    """Where to kill: before and after each commit, or so many of those, spread evenly."""
    every = [(number, when) for number in range(1, commits + 1) for when in ("before", "after")]
    if most is None or most >= len(every):
        return every
    return [every[at * len(every) // most] for at in range(most)]


def _shown_progress(test: _Test, points: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str | None]]:
    """Kill at each of the points, with a line that says how far that is on a terminal."""
    shows = is_terminal(sys.stderr)
    for at, (number, when) in enumerate(points, 1):
        if shows:
            print(f"\r\x1b[Kkill {at} of {len(points)}: {when} commit {number}", end="", file=sys.stderr, flush=True)
        yield test.kill(number, when)
    if shows:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


async def _prepare(call: FlowCall, store: str, received: Sequence[tuple[str, object]]) -> None:
    """Make the run that all others are copies of."""
    kept = kept_of(call.flow.program)
    arguments = encode(list(call.arguments), codecs=MACHINE_CODECS, name="arguments")
    opened = await open_store(store)
    try:
        await opened.put_program(kept.digest, kept.data)
        asked = msgspec.msgpack.encode(Asked(kept.origin, Budget()))
        lease = await opened.create(NewRun(_UNKILLED, kept.digest, call.flow.name, arguments, asked, kept.origin.name))
        for name, value in received:
            await opened.send(_UNKILLED, name, encode(value, codecs=MACHINE_CODECS, name="value"))
        await opened.release(lease)
        await opened.copy(_UNKILLED, _TEMPLATE)
    finally:
        await opened.close()


# --- runs ----------------------------------------------------------------------------------------------------------------


class _Course(NamedTuple):
    """What became of a run: ``said`` is what its last process wrote to standard error."""

    status: str
    outcome: bytes | None
    notes: list[Note]
    said: str

    def log(self) -> list[tuple[str, ...]]:
        """The calls that were committed: in their order, where all were made one after the other."""
        committed = [note for note in self.notes if note.what == COMMITTED]
        strands = {note.call.partition(".")[0] for note in committed}
        if len(strands) < 2:
            return [(note.task, note.call, str(note.attempt)) for note in committed]
        return sorted((note.task,) for note in committed)

    def repeated(self) -> list[Note]:
        """Calls that were made again."""
        seen: set[tuple[str, int]] = set()
        again = []
        for note in self.notes:
            if note.what == MADE:
                again += [note] if (note.call, note.attempt) in seen else []
                seen.add((note.call, note.attempt))
        return again

    def wrongly_repeated(self) -> Note | None:
        """The first call that was made again when it had been committed."""
        committed: set[tuple[str, int]] = set()
        for note in self.notes:
            if note.what == COMMITTED:
                committed.add((note.call, note.attempt))
            elif note.what == MADE and (note.call, note.attempt) in committed:
                return note
        return None


class _Test:
    """The runs of one crash test. ``commits`` is how many the run has that is not killed."""

    def __init__(self, store: str, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._patience = _PATIENCE
        self._unkilled = _Course("", None, [], "")
        self.commits = 0

    def run_unkilled(self) -> None:
        """What all others are held against. `UsageError` CS534 when it does not end."""
        began = time.monotonic()
        said = self._process(_UNKILLED)
        self._unkilled = course = self._course(_UNKILLED, said)
        if course.status not in ENDED:
            message = f"the run does not come to an end, though nobody kills it: {_last_line(said)}"
            raise UsageError(Problem("CS534", message))
        self._patience = max(_PATIENCE, 20 * (time.monotonic() - began))
        self.commits = sum(note.what == COMMIT for note in course.notes)

    def kill(self, number: int, when: str) -> tuple[int, str | None]:
        """Kill a run there and resume it: how many calls were made again, and what differs."""
        run_id = f"{when}-{number}"
        asyncio.run(self._copied(run_id))
        self._process(run_id, str(number), when)
        course = self._course(run_id, self._process(run_id))
        difference = self._difference(course)
        said = None if difference is None else f"killed {when} commit {number} of {self.commits} and resumed, {difference}"
        return len(course.repeated()), said

    def _process(self, run_id: str, *strike: str) -> str:
        """Let a process continue a run; what it says."""
        words = [sys.executable, "-m", "cascade.durable.crashing", self._store, run_id, str(self._notes_of(run_id)), *strike]
        env = {**os.environ, "PYTHONHASHSEED": "0"}  # sets have one order in all of them
        try:
            done = subprocess.run(
                words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=self._patience, check=False
            )
        except subprocess.TimeoutExpired:
            return f"it took longer than {self._patience:.0f} seconds"
        return done.stderr

    def _notes_of(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.notes"

    async def _copied(self, run_id: str) -> None:
        opened = await open_store(self._store)
        try:
            await opened.copy(_TEMPLATE, run_id)
        finally:
            await opened.close()

    def _course(self, run_id: str, said: str) -> _Course:
        async def read() -> Stored:
            opened = await open_store(self._store)
            try:
                return await opened.read(run_id)
            finally:
                await opened.close()

        stored = asyncio.run(read())
        path = self._notes_of(run_id)
        notes = read_notes(path.read_text(encoding="utf-8")) if path.exists() else []
        return _Course(stored.run.status, stored.outcome, notes, said)

    def _difference(self, course: _Course) -> str | None:
        unkilled = self._unkilled
        if course.status not in ENDED:
            return f"the run did not come to its end: {_last_line(course.said)}"
        if course.status != unkilled.status or not _is_same(course.outcome, unkilled.outcome):
            return f"the run came to {_said_of(course)}, and without being killed to {_said_of(unkilled)}"
        repeated = course.wrongly_repeated()
        if repeated is not None:
            return f"the run made the call of `{repeated.task}` again that was committed"
        if course.log() != unkilled.log():
            return f"the run committed {_calls(course)}, and without being killed {_calls(unkilled)}"
        return None


def _is_same(one: bytes | None, other: bytes | None) -> bool:
    if one == other:
        return True
    if one is None or other is None:
        return False
    try:
        return bool(decode(one, codecs=MACHINE_CODECS) == decode(other, codecs=MACHINE_CODECS))
    except Exception:  # what a class of the user's does to be compared
        return False


def _said_of(course: _Course) -> str:
    if course.outcome is None:
        return course.status
    value: Any = decode(course.outcome, codecs=MACHINE_CODECS)
    return shown(value[1]).text


def _calls(course: _Course) -> str:
    names = [row[0].rpartition(":")[2] for row in course.log()]
    return f"{len(names)} calls ({', '.join(names[:8])}{', …' if len(names) > 8 else ''})"


def _last_line(said: str) -> str:
    return said.strip().rpartition("\n")[2] or "nothing was said"
