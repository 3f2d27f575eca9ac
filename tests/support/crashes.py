"""Runs that are killed with SIGKILL and gone on with, and what has to hold of them: see `crash_worker`.

A `Server` forks processes. A `Story` is one run over all its processes: it knows how they ended, and `Story.check` compares
what they did with a run that nobody killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cascade.durable import decode
from cascade.durable.machine_values import MACHINE_CODECS
from cascade.durable.store import DONE, FAILED, Stored, open_store
from support.isomorphic import difference

__all__ = ["Program", "Server", "Story", "serving"]

WORKER = Path(__file__).with_name("crash_worker.py")
KILLED = -signal.SIGKILL
MOST_PROCESSES = 200


class Program(NamedTuple):
    """``concurrent``: calls are made at the same time, so their order is not fixed; ``most`` how many at a time, at most.

    ``ordered`` is false for what goes through a set of texts, whose order is each process's own.
    """

    name: str
    arguments: str = "[]"
    concurrent: bool = False
    most: int = 1
    ordered: bool = True
    ends: str = DONE


class Server:
    """A process that forks others, each of which does a job. One at a time; several servers are several processes at a time."""

    def __init__(self, hash_seed: int) -> None:
        environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": _path()}
        self._process = subprocess.Popen(
            [sys.executable, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0
        )
        self._said = b""
        self._pid = 0
        """Of the job under way."""
        assert self._line() == "ready"

    def start(self, **job: Any) -> int:
        """Begin a job: the number of its process. One that a test has left is killed."""
        self._end()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        self._pid = int(self._line())
        assert self._pid > 1
        return self._pid

    def wait(self) -> int:
        """Until it has ended: its exit status, or the negative number of the signal that ended it."""
        assert self._pid
        status = int(self._line())
        self._pid = 0
        return status

    def _end(self) -> None:
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        while b"\n" not in self._said:
            more = os.read(self._process.stdout.fileno(), 4096)
            assert more, "the server has ended"
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        return line.decode()

    def close(self) -> None:
        self._end()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def started(job: dict[str, Any]) -> int:
    """A job in an interpreter of its own. How it ended."""
    environment = {**os.environ, "PYTHONHASHSEED": "random", "PYTHONPATH": _path()}
    return subprocess.run([sys.executable, str(WORKER), json.dumps(job)], env=environment, check=False).returncode


def _path() -> str:
    return os.pathsep.join(path for path in sys.path if path)


@contextmanager
def serving(count: int = 2) -> Iterator[list[Server]]:
    """Servers whose sets have different orders."""
    servers = [Server(seed + 1) for seed in range(count)]
    try:
        yield servers
    finally:
        for server in servers:
            server.close()


@dataclass
class Effects:
    """What the tasks of a run did, and what commits said."""

    executions: list[tuple[str, str, str, str]] = field(default_factory=list)
    """The key, the attempt, the process and what was done."""
    again: list[str] = field(default_factory=list)
    """Executions of what was durable: there may be none."""

    @classmethod
    def read(cls, file: Path) -> Effects:
        """From a file of effects."""
        effects = cls()
        over: set[tuple[str, str]] = set()
        for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
            kind, key, attempt, *rest = line.split(" ", 4)
            if kind == "c":
                over.add((key, attempt))
                continue
            if (key, "*") in over or (key, attempt) in over:
                effects.again.append(line)
            effects.executions.append((key, attempt, rest[0], rest[1]))
        return effects

    def calls(self) -> list[str]:
        """What was done, each call once, in the order in which they were first made. Those that only a deadline ends are left
        out: it may be over before they are made, when a process was dead meanwhile."""
        made = {(key, attempt): what for key, attempt, _, what in self.executions}
        return [what for what in made.values() if not what.startswith("never(")]


class Story:
    """One run in a folder. ``options`` go to each of its processes."""

    def __init__(self, servers: list[Server], program: Program, folder: Path, store: str | None = None, **options: Any) -> None:
        self.servers = servers
        self.program = program
        self.folder = folder
        self.store = store or f"{folder}/runs.db"
        self.options = options
        self.statuses: list[int] = []
        folder.mkdir(parents=True, exist_ok=True)

    def job(self, do: str, **more: Any) -> dict[str, Any]:
        """A job for a server."""
        name, arguments = self.program.name, self.program.arguments
        where = {"folder": str(self.folder), "store": self.store, "run_id": "run"}
        return {"do": do, "program": name, "arguments": arguments, **where, **self.options, **more}

    def process(self, do: str = "resume", **more: Any) -> int:
        """One process, to its end. How it ended."""
        job = self.job(do, **more)
        if job.get("fresh"):
            status = started(job)
        else:
            server = self.servers[len(self.statuses) % len(self.servers)]
            server.start(**job)
            status = server.wait()
        self.statuses.append(status)
        return status

    @property
    def kills(self) -> int:
        return self.statuses.count(KILLED)

    def finish(self) -> None:
        """Go on without a kill, to the end."""
        assert self.process() == 0, (self.folder / "err").read_text()

    def results(self) -> list[dict[str, Any]]:
        """What the processes that lived say."""
        file = self.folder / "results"
        return [*map(json.loads, file.read_text(encoding="utf-8").splitlines())] if file.exists() else []

    def last(self) -> dict[str, Any]:
        """What the last process says. Its errors are those of the program."""
        last = self.results()[-1]
        assert last["kind"] == "value" or self.program.ends == FAILED, last["trace"]
        return last

    def effects(self) -> Effects:
        return Effects.read(self.folder / "effects")

    def stored(self) -> Stored:
        """The run, as it lies in the store."""

        async def read() -> Stored:
            store = await open_store(self.store, create=False)
            try:
                return await store.read("run")
            finally:
                await store.close()

        return asyncio.run(read())

    def outcome(self) -> Any:
        """What the run came to: a pair of a word and a value."""
        stored = self.stored()
        assert stored.run.status == self.program.ends, stored.run
        assert stored.outcome is not None
        sys.path.insert(0, str(Path(__file__).parents[1] / "crash" / "programs"))
        try:
            return decode(stored.outcome, codecs=MACHINE_CODECS)
        finally:
            del sys.path[0]

    # --- what has to hold ---

    def check(self, whole: Story) -> None:
        """It came to what the ``whole`` run came to, which nobody killed; nothing durable was done again."""
        assert self.last()["kind"] == whole.last()["kind"], self.last()
        found = difference(self.outcome(), whole.outcome()) if self.program.ends == DONE else self._other_error(whole)
        assert found is None, found
        effects, others = self.effects(), whole.effects()
        assert effects.again == []
        self._check_processes(effects)
        if self.program.concurrent or not self.program.ordered:
            assert sorted(effects.calls()) == sorted(others.calls())
        else:
            assert effects.calls() == others.calls()

    def _other_error(self, whole: Story) -> str | None:
        one, other = self.outcome()[1], whole.outcome()[1]
        same = type(one).__name__ == type(other).__name__ and one.args == other.args
        return None if same else f"{one!r} and {other!r}"

    def _check_processes(self, effects: Effects) -> None:
        """A process makes a call once, a key always names the same call, and only what was in flight is made again."""
        seen: dict[tuple[str, str], str] = {}
        repeated: Counter[str] = Counter()
        made: set[tuple[str, str, str]] = set()
        for key, attempt, pid, what in effects.executions:
            assert (key, attempt, pid) not in made, f"{what} was done twice by one process"
            made.add((key, attempt, pid))
            if (key, attempt) in seen:
                repeated[pid] += 1
            assert seen.setdefault((key, attempt), what) == what
        assert not repeated or max(repeated.values()) <= self.program.most, repeated

    # --- ways to be killed ---

    def killed_at_each_commit(self, every: int = 1) -> None:
        """Before the first commit that a process makes, after it, and so on, until the run has ended; or each second one, …"""
        points = (f"before:commit:{every}", f"after:commit:{every}")
        for turn in range(MOST_PROCESSES):
            if self.process("resume" if turn else "run", kill=points[turn % 2]) != KILLED:
                return
        raise AssertionError("the run does not come further")

    def killed_at(self, *points: str) -> None:
        """At these points, one after the other; then to the end."""
        for at, point in enumerate(points):
            self.process("resume" if at else "run", kill=point)
        self.finish()

    def killed_after(self, *moments: float) -> None:
        """After so many seconds, one after the other; then to the end."""
        for at, seconds in enumerate(moments):
            self.process("resume" if at else "run", kill_after=seconds)
        self.finish()
