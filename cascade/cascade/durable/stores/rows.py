"""What stands in a store beside the bytes of runs, and the sums over these: the same for every store.

A sum is CRC-32: it is to notice a bad disk, not somebody who writes into the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final
from zlib import crc32

from cascade.durable.store import Run, Standing
from cascade.durable.stores.owners import parse_owner
from cascade.errors import DamagedStore, NoSuchRun, Problem, RunExists, UsageError

__all__ = [
    "ARGUMENTS", "ASKED", "KINDS", "OUTCOME", "SNAPSHOT", "checked", "damaged", "expect_id", "format_name", "format_standing",
    "format_text", "missing_program", "no_such_run", "parse_name", "parse_run", "run_exists", "sum_of",
]  # fmt: skip

KINDS: Final = ("arguments", "options", "snapshot", "outcome")
ARGUMENTS, ASKED, SNAPSHOT, OUTCOME = range(4)
_LONGEST_ID: Final = 200

sum_of = crc32


def checked(data: Any, sum_written: Any, run_id: str, what: str) -> bytes:
    """The bytes, if they are those that were written."""
    if isinstance(data, bytes) and sum_of(data) == sum_written:
        return data
    raise damaged(f"{what} of run `{run_id}` is damaged" if run_id else f"{what} is damaged")


def damaged(said: str) -> DamagedStore:
    """Something is not as it was written."""
    return DamagedStore(Problem("CS518", f"{said}: it is not what was written"))


def missing_program(digest: bytes) -> DamagedStore:
    """A run needs a program that nobody has put."""
    return DamagedStore(Problem("CS518", f"the program {digest.hex()[:16]} is not in the store", hint="put it again"))


def expect_id(run_id: str) -> None:
    """Ids are what people type: short, and on one line."""
    if not run_id or len(run_id) > _LONGEST_ID or not run_id.isprintable() or run_id != run_id.strip():
        said = f"the id of a run has 1 to {_LONGEST_ID} characters that can be printed, and no space around them"
        raise UsageError(Problem("CS400", f"{said}: not {run_id!r:.80}"))


def no_such_run(run_id: str, known: Iterable[str]) -> NoSuchRun:
    """With what is near as a hint."""
    from cascade.parameters import near_miss

    return NoSuchRun(Problem("CS510", f"the store has no run `{run_id}`", hint=near_miss(run_id, known)))


def run_exists(run_id: str) -> RunExists:
    """The id is taken."""
    hint = "go on with that one, or give the new run another id"
    return RunExists(Problem("CS511", f"the store has a run `{run_id}` already", hint=hint))


def format_text(text: str) -> str:
    """Text that every database takes: a file name may hold bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def format_name(name: str) -> bytes:
    """The name of a signal, which can be any string."""
    return name.encode("utf-8", "surrogatepass")


def parse_name(data: bytes) -> str:
    """The inverse of `format_name`."""
    return data.decode("utf-8", "surrogatepass")


def format_standing(standing: Standing | None) -> str | None:
    """As JSON, which listings in other languages can read."""
    return None if standing is None else json.dumps(standing)


def parse_run(row: Any) -> Run:
    """A row of the listing: run_id, name, flow, program, status, standing, created, updated, records, size, written, owner,
    lease_until, token."""
    run_id, name, flow, program, status, standing, created, updated, records, size, written, owner, until, token = row
    try:
        where, holder = None if standing is None else Standing(*json.loads(standing)), parse_owner(owner)
    except (ValueError, TypeError):
        raise damaged(f"what is said of run `{run_id}` is damaged") from None
    counts = (int(records), int(size), int(written))
    return Run(run_id, name, flow, bytes(program), status, where, created, updated, *counts, holder, until, token)
