"""Several processes with one store: nothing that was acknowledged is lost, nothing is there by halves, whoever is killed."""

from __future__ import annotations

import asyncio
import subprocess

from cascade.durable.store import Stored, open_store
from support.store_process import payload, process_command


async def read_all(url: str) -> dict[str, Stored]:
    store = await open_store(url)
    try:
        return {run.run_id: await store.read(run.run_id) for run in await store.runs(limit=1000)}
    finally:
        await store.close()


def until_killed(url: str, command: str, lines: int) -> list[str]:
    """What a process says until it is killed, after so many lines."""
    with subprocess.Popen(process_command(url, command, "run", 100_000), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        said += process.stdout.readlines()
    assert said[0].startswith("begins"), said
    return [line.strip() for line in said if line.endswith("\n")]


def test_what_was_acknowledged_is_there_after_a_kill(url: str) -> None:
    """Each time: all that was said, at most one record more, every one whole. The next process goes on at once."""
    expected = 0
    for lines in (1, 2, 20, 61, 33):
        said = until_killed(url, "commit", lines)
        assert said[0] == f"begins {expected}"
        acknowledged = int(said[-1]) + 1 if len(said) > 1 else expected
        stored = asyncio.run(read_all(url))["run"]
        base = int(stored.snapshot or b"0")
        expected = base + len(stored.records)
        assert acknowledged <= expected <= acknowledged + 1
        assert stored.records == [payload(number) for number in range(base, expected)]


def test_what_is_committed_together_is_whole_after_a_kill(url: str) -> None:
    """Each commit of each run has all three of its records."""
    before = 0
    for lines in (2, 5, 12):
        said = until_killed(url, "together", lines)
        before += len(said) - 1
        for stored in asyncio.run(read_all(url)).values():
            assert len(stored.records) % 3 == 0
            assert stored.records[0::3] == [b"a"] * (len(stored.records) // 3)
            assert len(stored.records) // 3 >= before
        before = min(len(stored.records) // 3 for stored in asyncio.run(read_all(url)).values())


def test_processes_write_at_once(url: str) -> None:
    """Each to runs of its own, without a pause: nobody is locked out."""
    commands = [process_command(url, "commit", "a", 120), process_command(url, "commit", "b", 120)]
    commands += [process_command(url, "together", "c", 12), process_command(url, "together", "d", 12)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    for process in processes:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        assert len(said.splitlines()) in (121, 13)
    found = asyncio.run(read_all(url))
    for name in "ab":
        assert (found[name].snapshot, found[name].records) == (b"99", [payload(at) for at in range(99, 120)])
    for name in (f"{letter}-{at}" for letter in "cd" for at in range(20)):
        assert found[name].records == [part for turn in range(12) for part in (b"a", b"b", b"%d" % turn)]
