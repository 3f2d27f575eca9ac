"""The process that is killed: runs one program of `tests/crash/programs` in a store, or goes on with a run that is there.

    python crash_worker.py            serve: a job in JSON from each line of standard input; each runs in a process of its own
    python crash_worker.py JOB        one job, in this interpreter

A server has imported everything and run nothing: a process that it forks is as good as a new one, and begins forty times as
soon. Of a job it says the process's number, and when it has ended, how. What the run does is in two files of the job's folder.
In ``effects`` each execution of a task has a line, which the task writes first, and each call that a commit has made durable
another; ``results`` says how each process ended, if it lived so long.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
PROGRAMS = TESTS / "crash" / "programs"

Job = dict[str, Any]


# --- dying -----------------------------------------------------------------------------------------------------------------


class Deaths:
    """``kill`` is ``before:commit:3``: when the process kills itself. Counts what the store is asked to write."""

    def __init__(self, kill: str) -> None:
        self.when, self.operation, number = kill.split(":") if kill else ("", "", "0")
        self.number = int(number)
        self.counted = 0

    def strike(self, when: str, operation: str) -> None:
        """An operation begins, or is done."""
        if operation != self.operation:
            return
        if when == "before":
            self.counted += 1
        if when == self.when and self.counted == self.number:
            os.kill(os.getpid(), signal.SIGKILL)


class Watch:
    """Says which calls a commit has made durable. A run that is killed before that is said claims nothing."""

    def __init__(self, deaths: Deaths) -> None:
        self.deaths = deaths
        self.applied: list[str] = []
        """Calls whose event has happened: a snapshot makes them durable."""
        self.said: set[str] = set()
        self.run: Any = None

    def install(self, stores: Iterable[type]) -> None:
        """Wrap the methods that write, of stores, and those that tell which call is meant, of runs."""
        from cascade.durable.applying import Applying
        from cascade.durable.run import DurableRun

        begin, apply = DurableRun.__init__, Applying.apply

        def begun(run: Any, *arguments: Any, **keywords: Any) -> None:
            self.run = run
            begin(run, *arguments, **keywords)

        def applied(applying: Any, event: Any, value: Any, waits: Any) -> None:
            if not self.run.host.again:  # else it was said by the process that committed it, or is not known to be said
                self.applied += self.calls_of([event])
            apply(applying, event, value, waits)

        DurableRun.__init__ = begun  # type: ignore[method-assign]
        Applying.apply = applied  # type: ignore[method-assign]
        for kind in stores:
            for operation in ("create", "take", "put_program", "release", "commit"):
                setattr(kind, operation, self.wrapped(operation, getattr(kind, operation)))

    def wrapped(self, operation: str, method: Callable[..., Any]) -> Callable[..., Any]:
        async def write(store: Any, *arguments: Any) -> Any:
            claims = self.claims(arguments[0]) if operation == "commit" and self.run is not None else []
            self.deaths.strike("before", operation)
            answer = await method(store, *arguments)
            new = [claim for claim in claims if claim not in self.said]
            if new:
                self.said.update(new)
                note("".join(f"c {claim}\n" for claim in new))
            self.deaths.strike("after", operation)
            return answer

        return write

    def claims(self, commit: Any) -> list[str]:
        """The calls that are not made again when this is written."""
        from cascade.durable.journal import read_record

        if commit.snapshot is not None:
            claims, self.applied = self.applied, []
            return claims
        events = [event for record in commit.records for turn in read_record(record) for event in turn]
        return self.calls_of(events)

    def calls_of(self, events: Iterable[Any]) -> list[str]:
        """``key *`` for a call that is over, ``key attempt`` for one that will be tried again."""
        from cascade.durable.journal import CANCELLED, ERROR, RESULT, RETRY
        from cascade.durable.suspensions import Calling

        found = []
        for kind, *rest in events:
            if kind not in (RESULT, ERROR, CANCELLED, RETRY):
                continue
            waits = self.run.scheduler.nodes[rest[0]].waits
            assert isinstance(waits, Calling)
            key = f"{self.run.run_id}/{rest[0]}.{waits.number}"
            found.append(f"{key} {rest[3][0] if kind == RETRY else '*'}")
        return found


def note(text: str) -> None:
    """Write to the file of effects, all at once."""
    file = os.open(os.environ["CRASH_EFFECTS"], os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(file, text.encode())
    os.close(file)


# --- a job -------------------------------------------------------------------------------------------------------------------


def work(job: Job) -> None:
    """Do one job, and write down how it ended."""
    if job["do"] == "generated":
        from support.fresh import one_process

        return one_process(Path(job["folder"]), job["seed"], job["tier"], job["every"], job["before"], job["saves"])
    os.environ.update(CRASH_EFFECTS=f"{job['folder']}/effects", CRASH_STORE=job["store"], CRASH_FOLDER=job["folder"])
    os.chdir(job["folder"])
    prepare(job)
    try:
        outcome = {"kind": "value", **asyncio.run(done(job))}
    except BaseException as error:
        outcome = {"kind": "error", "type": type(error).__name__, "said": str(error), "code": getattr(error, "code", None)}
        outcome["trace"] = "".join(traceback.format_exception(error))
    with open(f"{job['folder']}/results", "a", encoding="utf-8") as file:
        file.write(json.dumps({"pid": os.getpid(), **outcome}) + "\n")
    return None


def prepare(job: Job) -> None:
    """Sizes and kills that are for tests alone."""
    from cascade.durable import run, running
    from cascade.durable.stores import sqlite

    stores: list[type] = [sqlite.SqliteStore]
    if job["store"].startswith("postgres"):
        from cascade.durable.stores import postgres

        stores.append(postgres.PostgresStore)
    if job.get("least_log"):
        run.LEAST_LOG = job["least_log"]  # type: ignore[misc]
    running.PATIENCE = job.get("patience", 0)
    Watch(Deaths(job.get("kill", ""))).install(stores)


async def done(job: Job) -> dict[str, Any]:
    """What the program comes to."""
    import io

    from cascade.durable import encode
    from cascade.durable.machine_values import MACHINE_CODECS
    from cascade.durable.running import Options, resume_stored, run_stored
    from cascade.durable.store import open_store
    from cascade.errors import NoSuchRun, NotAStore

    printed, given = io.StringIO(), None
    options = Options(codegen=job.get("codegen", True), print_to=printed)
    if job["do"] == "plain":
        value, given = await plain(job, printed)
    else:
        value, resumed = None, False
        store = None
        try:
            store = await open_store(job["store"], lease_seconds=job.get("lease_seconds", 30.0))
            if job["do"] == "resume":
                try:
                    _, value = await resume_stored(job["run_id"], store, None, options)
                    resumed = True
                except (NoSuchRun, NotAStore):
                    pass  # it was killed before it was made
            if not resumed:
                call, given = call_of(job)
                value = await run_stored(call, store, job["run_id"], None, options)
        finally:
            if store is not None:
                await store.close()
    whole = encode([value, given], codecs=MACHINE_CODECS)
    return {"data": whole.hex(), "printed": printed.getvalue()}


async def plain(job: Job, printed: Any) -> tuple[Any, Any]:
    """Without a store."""
    import contextlib

    import cascade as cs

    call, given = call_of(job)
    with contextlib.redirect_stdout(printed):
        return await cs.arun(call), given


def call_of(job: Job) -> tuple[Any, Any]:
    """The call of a program, and its arguments."""
    import cascade as cs

    file, _, flow = job["program"].rpartition(":")
    arguments = eval(job.get("arguments", "[]"), {})
    if file.endswith(".csc"):
        return cs.load(PROGRAMS / file)[flow](*arguments), arguments
    return getattr(import_module(file), flow)(*arguments), arguments


# --- serving -----------------------------------------------------------------------------------------------------------------


def serve() -> None:
    """Do jobs, one after the other, in processes of their own."""
    load()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    say("ready")
    while line := os.read(0, 1 << 20):
        job = json.loads(line)
        pid = os.fork()
        if not pid:
            child(job)
        say(str(pid))
        if job.get("kill_after") is not None and signal.sigtimedwait([signal.SIGCHLD], job["kill_after"]) is None:
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        signal.sigtimedwait([signal.SIGCHLD], 0)
        say(str(os.waitstatus_to_exitcode(status)))


def load() -> None:
    """Import what jobs need."""
    for name in ("encodings.ascii", "encodings.utf_8_sig", "cascade.durable.running", "cascade.durable.stores.opening",
                 "cascade.durable.stores.sqlite", "cascade.code_cache", "cascade.compile_cache", "cascade.flow_programs",
                 "cascade_vm.generated.instance", "cascade_compiler.optimise", "cascade_compiler.python.unit", "support.fresh",
                 "flows"):  # fmt: skip
        import_module(name)


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def child(job: Job) -> None:
    """In the new process."""
    status = 70
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        for number, name, flags in ((0, os.devnull, os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY)):
            path = name if number == 0 else f"{job['folder']}/{name}"
            file = os.open(path, flags | (os.O_CREAT | os.O_APPEND if number else 0))
            os.dup2(file, number)
            os.close(file)
        work(job)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.path[:1] = [str(PROGRAMS), str(TESTS)]
    if len(sys.argv) > 1:
        work(json.loads(sys.argv[1]))
    else:
        serve()
