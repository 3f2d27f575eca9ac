"""Who owns a run: this process, as others can recognise it, and whether another one is dead.

A process is known by its machine, its number and when it started, for numbers are given again. What can not be seen is taken
to be alive: then a lease has to run out.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache

import msgspec

from cascade.durable.store import Owner
from cascade.errors import LeaseLost, Problem, RunIsOwned

__all__ = ["format_owner", "is_dead", "lease_lost", "new_owner", "owner_if_known", "parse_owner", "run_is_owned"]

_GONE = frozenset("ZX")
"""States of a process that was killed, and whose parent has not noticed yet."""


def new_owner() -> Owner:
    """This process, with a key that no other opened store has."""
    return Owner(_host(), os.getpid(), _started(os.getpid()) or "", secrets.token_hex(8))


def format_owner(owner: Owner) -> str:
    """An owner as it stands in a store."""
    return json.dumps(owner)


def parse_owner(text: str | None) -> Owner | None:
    """The inverse of `format_owner`; None for a run without an owner. `ValueError` for what is none."""
    try:
        return None if text is None else msgspec.convert(json.loads(text), Owner)
    except (TypeError, msgspec.ValidationError, RecursionError) as error:
        raise ValueError("no owner") from error


def owner_if_known(text: str | None) -> Owner | None:
    """The owner, for a sentence that says who has the run now."""
    try:
        return parse_owner(text)
    except ValueError:
        return None


def is_dead(owner: Owner) -> bool:
    """Whether a process of this machine runs no more."""
    if owner.host != _host():
        return False
    started = _started(owner.pid)
    return started is None or bool(started and owner.started and started != owner.started)


@cache
def _host() -> str:
    """The machine, its boot, and the namespace that numbers of processes are of, where there are such."""
    parts = [socket.gethostname()]
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            parts.append(file.read().strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    except OSError:
        pass
    return " ".join(parts)


def _started(pid: int) -> str | None:
    """When a process started, in the words of the system; None when there is no such process, empty when nobody tells."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            state, *fields = file.read().rpartition(")")[2].split()  # the name before it may have spaces and brackets
        return None if state in _GONE else fields[18]
    except FileNotFoundError:
        if os.path.exists("/proc/self/stat"):
            return None
    except (OSError, ValueError, IndexError):
        return ""
    return "" if sys.platform == "win32" else _started_by_ps(pid)


def _started_by_ps(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
        done = subprocess.run(
            ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=5, check=False
        )
    except ProcessLookupError:
        return None
    except (OSError, subprocess.SubprocessError):
        return ""
    state, _, started = done.stdout.strip().partition(" ")
    return None if state[:1] in _GONE else started.strip()


def run_is_owned(run_id: str, owner: Owner, until: float) -> RunIsOwned:
    """Says by whom, and until when."""
    hint = f"its lease is over at {_moment(until)} if it is not renewed; cancel it, or end that process, to have it at once"
    return RunIsOwned(Problem("CS512", f"run `{run_id}` is owned by {_process(owner)}", hint=hint))


def lease_lost(run_id: str, owner: Owner | None) -> LeaseLost:
    """Says who has the run now, where that is known."""
    by = f" by {_process(owner)}" if owner is not None else ""
    what = f"run `{run_id}` is not owned by this process any more" if owner is None else f"run `{run_id}` was taken{by}"
    return LeaseLost(Problem("CS513", f"{what}: nothing is written"))


def _process(owner: Owner) -> str:
    if owner.host != _host():
        return f"process {owner.pid} of the machine `{owner.host.partition(' ')[0]}`"
    return "this process" if owner.pid == os.getpid() else f"process {owner.pid} of this machine"


def _moment(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{seconds:.0f}"
