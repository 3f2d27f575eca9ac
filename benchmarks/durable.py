"""Runs in a store: what a step costs, what many runs at once share, what a long run leaves, and what others take for the same.

    python benchmarks/durable.py                  # everything, some minutes
    python benchmarks/durable.py step many        # some of: step many growing long plain peers
    CASCADE_LONG=1000000 python benchmarks/durable.py long

Stores lie in the current folder's file system (`synchronous=full`: each commit waits for the disk), save in `long`, which takes
memory for a disk where there is one, so that it ends. Peers live in environments of their own, made on first use with pip; one
that can not be had is skipped with a word.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from zlib import crc32

from cascade.durable.store import open_store
from figures import Figure, exit_status, medians, seconds, show

import cascade as cs

STEPS = 2_000
ROUNDS = 5
RUNS = 1_000
STEPS_EACH = 100
LONG = int(os.environ.get("CASCADE_LONG", "100000"))
SHORT = 1_000
PEERS = {
    "LangGraph (SqliteSaver, durability sync)": ("langgraph", "langgraph>=1,<2 langgraph-checkpoint-sqlite>=3,<4", 4),
    "Burr (SQLLitePersister)": ("burr", "burr>=0.40,<1", 4),
    "DBOS (SQLite)": ("dbos", "dbos>=2,<3", 8),
}
PEER_STEPS = 300


@cs.task(mode="inline")
def add(one: int, other: int) -> int:
    return one + other


@cs.task
async def add_later(one: int, other: int) -> int:
    await asyncio.sleep(0)
    return one + other


@cs.task(mode="inline")
def append(items: list[str], item: str) -> None:
    items.append(item)


REACHED: list[float] = []
STOP_AT = [0]


@cs.task(mode="inline")
def count(number: int) -> int:
    """Says when it is called; at one number it does not answer, and the run is left there."""
    if number >= STOP_AT[0]:
        REACHED.append(time.perf_counter())
        raise KeyboardInterrupt
    return number + 1


@cs.flow
def loop(steps: int) -> int:
    n = 0
    while n < steps:
        n = add(n, 1)
    return n


@cs.flow
def loop_later(steps: int) -> int:
    n = 0
    while n < steps:
        n = add_later(n, 1)
    return n


@cs.flow
def growing(turns: int) -> int:
    items: list[str] = []
    for _ in range(turns):
        append(items, "x" * 200)
    return len(items)


@cs.flow
def for_ever() -> int:
    n = 0
    while True:
        n = count(n)


@cs.flow
def count_down(n: int) -> int:
    while n > 0:
        n -= 1
    return n


# --- a step ----------------------------------------------------------------------------------------------------------------


def bare(path: Path, steps: int) -> None:
    """The same bytes by the standard library alone, each committed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL)")
        for number in range(steps):
            data = b"\x91\x91\x94\x00\x00\xce%012d" % number
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO log VALUES (?, ?, ?)", (number, data, crc32(data)))
            db.execute("COMMIT")


def step(folder: Path) -> list[Figure]:
    """One run, one commit a step."""
    names = iter(range(1_000_000))
    cs.run(loop(10), store=str(folder / "first.db"))
    runs = {
        "bare": lambda: seconds(lambda: bare(folder / f"bare{next(names)}.db", STEPS)),
        "durable": lambda: seconds(lambda: cs.run(loop(STEPS), store=str(folder / f"step{next(names)}.db"))),
        "async": lambda: seconds(lambda: cs.run(loop_later(STEPS), store=str(folder / f"step{next(names)}.db"))),
    }
    took = medians(runs, ROUNDS)
    return [
        Figure("a durable step, against a bare INSERT and COMMIT", took["durable"] / took["bare"], "times", 1.5),
        Figure("the same, of a coroutine function", took["async"] / took["bare"], "times"),
        Figure("a bare INSERT and COMMIT", took["bare"] / STEPS * 1e6, "µs"),
        Figure("a durable step", took["durable"] / STEPS * 1e6, "µs"),
    ]


# --- many runs ---------------------------------------------------------------------------------------------------------------


def many(folder: Path) -> list[Figure]:
    """What commits at the same time is written together."""

    async def at_once(path: str, flow: Callable[[int], object], runs: int, steps: int) -> float:
        store = await open_store(path)
        began = time.perf_counter()
        await asyncio.gather(*(asyncio.ensure_future(_run(store, flow(steps))) for _ in range(runs)))
        took = time.perf_counter() - began
        await store.close()
        return took / (runs * steps)

    names = iter(range(1_000_000))
    kinds = {"tasks that are functions": loop, "coroutine functions": loop_later}
    found = []
    for kind, flow in kinds.items():

        def one(flow: Callable[[int], object] = flow) -> float:
            return asyncio.run(at_once(str(folder / f"one{next(names)}.db"), flow, 1, STEPS))

        def all_of_them(flow: Callable[[int], object] = flow) -> float:
            return asyncio.run(at_once(str(folder / f"many{next(names)}.db"), flow, RUNS, STEPS_EACH))

        took = medians({"one": one, "many": all_of_them}, 3)
        found += [
            Figure(
                f"a step of {RUNS:,} runs at once, against one of a run alone: {kind}", took["many"] / took["one"], "times", 0.1
            ),
            Figure(f"steps of {RUNS:,} runs at once: {kind}", 1 / took["many"], "a second"),
            Figure(f"steps of one run: {kind}", 1 / took["one"], "a second"),
        ]
    return found


async def _run(store: object, call: object) -> object:
    return await cs.arun(call, store=store)  # type: ignore[call-overload]


# --- what is left ------------------------------------------------------------------------------------------------------------


def growing_state(folder: Path) -> list[Figure]:
    """2,000 turns, each of which appends 200 bytes."""
    path = folder / "growing.db"

    async def written() -> int:
        store = await open_store(str(path))
        await cs.arun(growing(2_000), store=store, run_id="run")
        [run] = await store.runs()
        await store.close()
        return run.written

    total = asyncio.run(written())
    return [
        Figure("2,000 turns that append 200 bytes: written in all", total / 1e6, "MB", 4),
        Figure("the same: the file in the end", path.stat().st_size / 1e6, "MB"),
    ]


def left_at(path: Path, turns: int) -> None:
    """A run that has made so many turns, and goes on when it is resumed."""
    STOP_AT[0] = turns
    with suppress(KeyboardInterrupt):
        cs.run(for_ever(), store=f"sqlite:///{path}?synchronous=normal", run_id="run")


def resumed(path: Path, turns: int) -> float:
    """Milliseconds from the call of `resume` to the first call of a task."""
    STOP_AT[0] = turns
    REACHED.clear()
    began = time.perf_counter()
    with suppress(KeyboardInterrupt):
        cs.resume("run", str(path))
    return (REACHED[0] - began) * 1000


def long(folder: Path) -> list[Figure]:
    """A run of very many turns, against one of a thousand."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else folder) as place:
        short, far = Path(place) / "short.db", Path(place) / "long.db"
        left_at(short, SHORT)
        took = seconds(lambda: left_at(far, LONG))
        sizes = [sum(each.stat().st_size for each in Path(place).glob(f"{path.name}*")) for path in (short, far)]
        times = medians({"short": lambda: resumed(short, SHORT), "long": lambda: resumed(far, LONG)}, 9)
    return [
        Figure(f"{LONG:,} turns, against {SHORT:,}: size of the store", sizes[1] / sizes[0], "times", 1.1),
        Figure("the same: time to resume", times["long"] / times["short"], "times", 1.1),
        Figure(f"time to resume after {LONG:,} turns", times["long"], "ms", 100),
        Figure(f"size of the store after {LONG:,} turns", sizes[1] / 1e3, "kB"),
        Figure(f"size of the store after {SHORT:,} turns", sizes[0] / 1e3, "kB"),
        Figure("a turn in memory", took / LONG * 1e6, "µs"),
    ]


def plain(folder: Path) -> list[Figure]:
    """A loop that calls nothing, in a store and without one."""
    turns = 3_000_000
    names = iter(range(1_000_000))
    for options in ({}, {"store": str(folder / "first.db")}):
        cs.run(count_down(100_000), **options)  # type: ignore[call-overload]

    def stored(times: int) -> float:
        return seconds(lambda: cs.run(count_down(times * turns), store=str(folder / f"plain{next(names)}.db")))

    took = medians(
        {
            "plain": lambda: seconds(lambda: cs.run(count_down(turns))),
            "plain, long": lambda: seconds(lambda: cs.run(count_down(4 * turns))),
            "stored": lambda: stored(1),
            "stored, long": lambda: stored(4),
        },
        7,
    )
    ratio = (took["stored, long"] - took["stored"]) / (took["plain, long"] - took["plain"])
    return [
        Figure("a turn that calls nothing, with a store against without", ratio, "times", 1.05),
        Figure("what a run in a new store takes more, in all", (took["stored"] - took["plain"]) * 1000, "ms"),
    ]


# --- others ------------------------------------------------------------------------------------------------------------------


def peers(folder: Path) -> list[Figure]:
    """The same loop elsewhere: steps a second, against ours."""
    found = []
    for title, (name, requirements, goal) in PEERS.items():
        try:
            python = environment(name, requirements.split())
        except OSError as error:
            print(f"{title} is left out: {error}", file=sys.stderr)
            continue
        script = str(Path(__file__).parent / "durable_peers" / f"{name}_steps.py")
        names = iter(range(1_000_000))

        def theirs(python: Path = python, script: str = script, name: str = name, names: object = names) -> float:
            path = folder / f"{name}{next(names)}.db"  # type: ignore[call-overload]
            done = subprocess.run(
                [str(python), script, str(PEER_STEPS), str(path)], capture_output=True, text=True, check=False, cwd=folder
            )
            if done.returncode:
                raise OSError((done.stderr.strip().splitlines() or ["it failed"])[-1])
            return float(done.stdout.split()[-1]) / PEER_STEPS

        def ours(name: str = name, names: object = names) -> float:
            path = folder / f"ours-{name}{next(names)}.db"  # type: ignore[call-overload]
            return seconds(lambda: cs.run(loop(PEER_STEPS * 4), store=str(path))) / (PEER_STEPS * 4)

        try:
            took = medians({"theirs": theirs, "ours": ours}, 3)
        except OSError as error:
            print(f"{title} is left out: {error}", file=sys.stderr)
            continue
        found += [
            Figure(f"a step, against {title}", took["ours"] / took["theirs"], "times", 1 / goal),
            Figure(f"steps of {title}", 1 / took["theirs"], "a second"),
        ]
    return found


def environment(name: str, requirements: list[str]) -> Path:
    """The Python of an environment that has them. Raises `OSError` when it can not be made."""
    from cascade.bench.peers import environment as made

    return made(f"durable-{name}", " ".join(requirements))


PARTS: dict[str, Callable[[Path], list[Figure]]] = {
    "step": step, "many": many, "growing": growing_state, "long": long, "plain": plain, "peers": peers,
}  # fmt: skip


def figures(names: list[str] | None = None) -> list[Figure]:
    """All parts, or those that are named."""
    found = []
    for name in names or PARTS:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            print(f"durable {name} …", file=sys.stderr, flush=True)
            found += PARTS[name](Path(folder).resolve())
    return found


if __name__ == "__main__":
    show(result := figures(sys.argv[1:]))
    sys.exit(exit_status(result))
