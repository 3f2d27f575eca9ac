"""A copy of a run that goes its own way: from where the run stands or from an earlier record, variables changed or not.

The copy is brought back in memory, changed there, and written down as a snapshot. Nothing is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cascade.durable.kept_programs import program_from
from cascade.durable.looking import QuietHost, bring_back
from cascade.durable.names import Where, checked_id
from cascade.durable.opened import using
from cascade.durable.running import Options, made_ready, origin_of
from cascade.durable.saving import located, state_of
from cascade.durable.standing import stand_of
from cascade.durable.store import ENDED, READY, Commit, Lease, Standing, Store, Stored
from cascade.errors import NotStorable, Problem, UsageError
from cascade.parameters import near_miss

if TYPE_CHECKING:
    from cascade.durable.run import DurableRun

__all__ = ["fork_stored"]


async def fork_stored(
    run_id: str, new_id: str, store: Where, at: int | None = None, changes: Mapping[str, object] | None = None
) -> None:
    """See `cascade.Store.fork`."""
    checked_id(run_id)
    checked_id(new_id)
    _check_asked(at, changes)
    async with using(store, create=False) as opened:
        stored = await opened.read(run_id)
        _check(stored, at)
        if at is None and not changes:
            await opened.copy(run_id, new_id)
            return
        run = await _brought_back(opened, stored, at)
        try:
            _set(run, run_id, changes or {})
            commit = _commit(run)
            await opened.copy(run_id, new_id)
            await _write(opened, new_id, commit)
        finally:
            run.scheduler.close()


def _check_asked(at: object, changes: object) -> None:
    if at is not None and type(at) is not int:
        said = f"`at` is the number of a record of the log, not {type(at).__name__} `{at!r:.60}`"
        raise UsageError(Problem("CS400", said))
    if changes is not None and not isinstance(changes, Mapping):
        said = f"`changes` is a dict of variables and their new values, not {type(changes).__name__} `{changes!r:.60}`"
        raise UsageError(Problem("CS400", said))


def _check(stored: Stored, at: int | None) -> None:
    run = stored.run
    if run.status in ENDED:
        hint = "a run that has ended keeps its result and no log: begin it again with `cascade run`"
        raise UsageError(
            Problem("CS531", f"run `{run.run_id}` has ended ({run.status}): there is nothing to go on from", None, hint)
        )
    if at is not None and not 0 <= at <= len(stored.records):
        count = len(stored.records)
        has = "no records" if not count else "1 record" if count == 1 else f"{count} records"
        before = "; what was before its last snapshot is gone" if stored.snapshot else ""
        hint = f"`--at` takes 0 to {count}" if count else "leave `--at` out"
        raise UsageError(Problem("CS533", f"the log of run `{run.run_id}` has {has}, not {at}{before}", None, hint))


async def _brought_back(store: Store, stored: Stored, at: int | None) -> DurableRun:
    program = program_from(await store.program(stored.run.program), origin_of(stored))
    run = made_ready(store, stored, program, Options(codegen=False, host=QuietHost))
    try:
        await bring_back(run, stored, program, stored.records[:at])
    except BaseException:
        run.scheduler.close()
        raise
    return run


def _set(run: DurableRun, run_id: str, changes: Mapping[str, object]) -> None:
    """Change variables of the innermost frame of the strand that was there first. `UsageError` CS532."""
    if not changes:
        return
    nodes = run.scheduler.nodes
    if not nodes:
        raise UsageError(Problem("CS531", f"run `{run_id}` has come to its end there: it has no variables any more"))
    frame = nodes[min(nodes)].strand.frames[-1]
    places = {name: number for number, name in enumerate(frame.flow.flow.variables) if name is not None}
    problems = []
    for name, value in changes.items():
        if name in places:
            frame.registers[places[name]] = value
            continue
        known = ", ".join(f"`{one}`" for one in places) or "none"
        hint = (near_miss(name, places) if isinstance(name, str) else None) or f"it has {known}"
        problems.append(
            Problem("CS532", f"run `{run_id}` has no variable `{name}` in flow `{frame.flow.flow.name}`", None, hint)
        )
    if problems:
        raise UsageError(*problems)


def _commit(run: DurableRun) -> Callable[[Lease], Commit]:
    """What is written of it. `NotStorable`, by the name of the variable, before there is a copy."""
    scheduler, meter = run.scheduler, run.host.meter
    stand = stand_of(scheduler, run.now())
    standing = Standing(stand.place, stand.waits, stand.since, stand.until, meter.turns_spent, meter.calls_spent)
    try:
        snapshot = run.journal.snapshot(state_of(scheduler, run.allowance)) if scheduler.nodes else None
    except NotStorable as refused:
        raise located(refused, scheduler) from refused.__cause__
    return lambda lease: Commit(lease, snapshot=snapshot, status=READY, standing=standing)


async def _write(store: Store, new_id: str, commit: Callable[[Lease], Commit]) -> None:
    lease = await store.take(new_id)
    try:
        await store.commit(commit(lease))
    finally:
        await store.release(lease)
