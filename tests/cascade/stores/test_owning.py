"""Whose process is dead loses a run at once; whose process sleeps, when the lease is over, and writes nothing from then on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from cascade.durable.store import Commit, Lease, Owner, Store, open_store
from cascade.durable.stores.owners import format_owner, is_dead, lease_lost, new_owner, parse_owner, run_is_owned
from cascade.errors import RunIsOwned
from support.store_process import process_command

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(url: str) -> Iterator[Start]:
    """Starts a process with the store; it is killed in the end."""
    started: list[subprocess.Popen[str]] = []

    def start(command: str, *words: object) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        process = subprocess.Popen(process_command(url, command, *words), stdin=pipe, stdout=pipe, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


async def take(url: str, patience: float = 0) -> Lease:
    """Take the run, and commit to it."""
    store: Store = await open_store(url)
    deadline = time.monotonic() + patience
    try:
        while True:
            try:
                lease = await store.take("run")
                await store.commit(Commit(lease, [b"taken"]))
                return lease
            except RunIsOwned:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.05)
    finally:
        await store.close()


def test_a_killed_process_owns_nothing(start: Start, url: str) -> None:
    """Its lease is good for half a minute, and is not waited for; even while nobody has collected the process."""
    process = start("hold", "run")
    assert said(process) == "1"
    with pytest.raises(RunIsOwned, match=f"process {process.pid} of this machine"):
        asyncio.run(take(url))
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert asyncio.run(take(url)).token == 2
    process.wait()


def test_a_process_that_slept_too_long_writes_nothing(start: Start, url: str) -> None:
    """It was stopped, its lease ran out, another took the run: when it goes on, its commit is refused."""
    process = start("stopped", "run")
    assert said(process) == "1"
    process.send_signal(signal.SIGSTOP)
    assert asyncio.run(take(url, patience=20)).token == 2
    process.send_signal(signal.SIGCONT)
    tell(process)
    assert said(process) == "CS513"

    async def records() -> list[bytes]:
        store = await open_store(url)
        try:
            return (await store.read("run")).records
        finally:
            await store.close()

    assert asyncio.run(records()) == [b"first", b"taken"]


def test_only_what_can_be_seen_to_be_dead_is() -> None:
    """Not this process, none of another machine; one whose number was given to another."""
    here = new_owner()
    assert parse_owner(format_owner(here)) == here
    assert not is_dead(here)
    assert not is_dead(here._replace(host="elsewhere", pid=2**22 - 1))
    assert not is_dead(here._replace(started=""))
    if sys.platform == "linux":
        assert is_dead(here._replace(started="1"))
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert is_dead(here._replace(pid=done.pid, started="1"))


def test_the_owner_is_told() -> None:
    """Where it is, and until when it may be."""
    other = Owner("build-7 0000 pid:[1]", 12, "1", "key")
    assert "process 12 of the machine `build-7`" in str(run_is_owned("run", other, 0))
    assert "1970-01-01 00:00:00 UTC" in str(run_is_owned("run", other, 0))
    assert "run `run` was taken by process 12 of the machine `build-7`" in str(lease_lost("run", other))
