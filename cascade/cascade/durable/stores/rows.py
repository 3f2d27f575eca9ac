"""What stands in a store beside the bytes of runs, and the sums over these: the same for every store.

A sum is CRC-32: it is to notice a bad disk, not somebody who writes into the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any, Final
from zlib import crc32

import msgspec

from cascade.durable.store import DAMAGED, STATUSES, Owner, Run, Signal, Standing
from cascade.durable.stores.owners import parse_owner
from cascade.errors import DamagedStore, NoSuchRun, Problem, RunExists, UsageError

__all__ = [
    "ARGUMENTS", "ASKED", "KINDS", "OUTCOME", "SNAPSHOT", "checked", "damaged", "expect_id", "format_name", "format_standing",
    "format_text", "missing_program", "no_such_run", "parse_holding", "parse_name", "parse_run", "parse_signal", "run_exists",
    "stored_run", "sum_of",
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
    """A row of a listing, as `stored_run` takes it. One bad row does not hide the others: it has status ``damaged``."""
    try:
        return stored_run(row)
    except DamagedStore:
        run_id = row[0] if _is_text(row[0]) else ascii(row[0])
        return Run(run_id, "", "", b"", DAMAGED, None, 0.0, 0.0, 0, 0, 0, None, 0.0, 0)


def stored_run(row: Any) -> Run:
    """The row of a run: run_id, name, flow, program, status, standing, created, updated, records, size, written, owner,
    lease_until, token."""
    run_id, name, flow, program, status, standing, created, updated, records, size, written, *holding = row
    try:
        counts = int(records), int(size), int(written)  # a database may sum up to a decimal number
    except (ValueError, TypeError, OverflowError):
        raise _damaged_row(run_id) from None
    texts = all(map(_is_text, (run_id, name, flow))) and status in STATUSES
    if not texts or type(program) is not bytes or not (_is_moment(created) and _is_moment(updated)):
        raise _damaged_row(run_id)
    where, (holder, until, token) = _parse_standing(standing, run_id), parse_holding(holding, run_id)
    return Run(run_id, name, flow, program, status, where, created, updated, *counts, holder, until, token)


def parse_holding(row: Sequence[Any], run_id: str) -> tuple[Owner | None, float, int]:
    """Who owns a run, until when, and by which token."""
    owner, until, token = row
    try:
        if type(until) is not float or until != until or type(token) is not int:
            raise ValueError
        return parse_owner(owner), until, token
    except ValueError:
        raise _damaged_row(run_id) from None


def parse_signal(row: Any, run_id: str) -> Signal:
    """A row of a signal: id, name, payload, sent, sum."""
    one, name, payload, sent, total = row
    what = f"signal {one}"
    data = checked(payload, total, run_id, what)
    try:
        if type(name) is not bytes or not _is_moment(sent):
            raise ValueError
        return Signal(one, parse_name(name), data, sent)
    except ValueError:
        raise damaged(f"{what} of run `{run_id}` is damaged") from None


def _parse_standing(text: Any, run_id: str) -> Standing | None:
    try:
        if text is None:
            return None
        standing = msgspec.convert(json.loads(text), Standing)
        if not _is_text(text) or not _is_moment(standing.since):
            raise ValueError
        return standing
    except (ValueError, TypeError, RecursionError, msgspec.ValidationError):
        raise _damaged_row(run_id) from None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value == format_text(value)


def _is_moment(value: object) -> bool:
    return type(value) is float and isfinite(value)


def _damaged_row(run_id: object) -> DamagedStore:
    return damaged(f"what is said of run `{run_id if _is_text(run_id) else ascii(run_id)}` is damaged")
