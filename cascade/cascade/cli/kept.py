"""What is done with runs in stores: ``cascade run --store``, ``resume``, ``signal``, ``cancel`` and ``fork``."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shlex
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Final

from cascade_vm.errors import trail_of

from cascade.cli.durable import STORE
from cascade.cli.output import Out, complain, results_only, show_error
from cascade.cli.running import FAILED, Options, conclude, parse_pairs, parse_timeout, parse_value, place_of
from cascade.cli.supervisor import Outcome, busy_threads, leave, supervise
from cascade.cli.watching import Watch
from cascade.durable.forking import fork_stored
from cascade.durable.kept_programs import tasks_not_needed
from cascade.durable.kept_runs import new_run_id, send_cancellation
from cascade.durable.looking import seen_rows
from cascade.durable.looks import RunLook, is_attended, look_of
from cascade.durable.names import checked_id, checked_signal, command_for
from cascade.durable.opened import using
from cascade.durable.running import Options as RunOptions
from cascade.durable.running import origin_of, resume_stored, run_stored, send_signal
from cascade.durable.store import ENDED, Run
from cascade.durations import format_duration, parse_duration
from cascade.errors import (
    CascadeError,
    LeaseLost,
    NoSuchRun,
    NotAStore,
    Problem,
    RunExists,
    RunIsOwned,
    RunPaused,
    StoreError,
    StoreIsNewer,
    UsageError,
    format_problem,
)
from cascade.flow_calls import reported
from cascade.one_run import Budget
from cascade.parameters import near_miss
from cascade.program import Flow, FlowCall

__all__ = ["cancel_run", "fork_run", "named_store", "resume_run", "run_kept", "signal_run"]

_BUDGETS: Final = {"time": "seconds"}
"""What budgets are called, where that is not what is said of them."""
_NOT_BEGUN: Final = (NoSuchRun, RunExists, RunIsOwned, NotAStore, StoreIsNewer)
"""What is wrong with the command line, and not with the run."""


@dataclass(slots=True)
class _Kept:
    """A run and where it is kept. ``is_open`` says that the store could be opened, so that the run may be there."""

    run_id: str
    store: str
    call: FlowCall
    is_open: bool = True

    def command(self, more: str = "") -> str:
        """What to type to go on with it."""
        return _resuming_command(self.run_id, self.store, more)


def named_store(url: str | None) -> str:
    """The store that a command needs. `UsageError` CS530."""
    if not url:
        hint = f"`--store runs.db` names one, and so does the variable {STORE}"
        raise UsageError(Problem("CS530", "this is about runs in a store, and no store is named", None, hint))
    return url


def _resuming_command(run_id: str, store: str, more: str = "") -> str:
    return f"`{command_for('resume', run_id, more + _said_of(store))}`"


def _said_of(store: str) -> str:
    """The store as an option of a command; nothing when it is that of the environment. Without a password."""
    if os.environ.get(STORE) == store:
        return ""
    return " --store " + shlex.quote(re.sub(r"(://[^:/@]*):[^@/]*@", r"\1@", store))


# --- to the end ----------------------------------------------------------------------------------------------------------


def run_kept(call: FlowCall, received: Sequence[tuple[str, object]], options: Options, out: Out) -> int:
    """Begin a run in a store, or continue it, to its end."""
    store = named_store(options.store)
    run_id = options.run_id
    if run_id is None:
        run_id = new_run_id()
        complain(f"run {run_id}")
    budget = Budget(options.max_turns, options.max_calls)

    kept = _Kept(run_id, store, call, is_open=False)

    async def begin(listener: Any) -> object:
        how = RunOptions(listener, options.codegen, signals=received)
        async with using(store) as opened:
            kept.is_open = True
            return await run_stored(call, opened, run_id, None if budget == Budget() else budget, how)

    return _to_its_end(kept, options, begin, lambda outcome, place: _conclude(kept, outcome, options, place, out))


def resume_run(
    run_id: str, *, store: str | None, add_budget: str | None, timeout: str | None, json_events: str | None, codegen: bool
) -> int:
    """Continue a run to its end."""
    options = Options(True, None, None, parse_timeout(timeout), json_events, codegen, named_store(store), run_id)
    more = _parse_budget(add_budget)
    with results_only() as out:
        kept, run = _found(run_id, named_store(store))
        if run.status in ENDED:
            complain(f"run `{run_id}` has ended already ({run.status})")
        resuming = _resuming(kept, options, more)
        return _to_its_end(kept, options, resuming, lambda outcome, place: _conclude(kept, outcome, options, place, out))


def cancel_run(run_id: str, store: str | None) -> int:
    """Cancel a run, in the process that has it, or here."""
    options = Options(True, None, None, None, None, True, named_store(store), run_id)

    async def cancelled() -> Run:
        async with using(kept.store, create=False) as opened:
            return await send_cancellation(opened, run_id)

    def conclude_cancelled(outcome: Outcome, place: Any) -> int:
        if isinstance(outcome.error, asyncio.CancelledError) and outcome.signal is None:
            complain(f"run `{run_id}` is cancelled")
            return 0
        if isinstance(outcome.error, RunIsOwned):
            complain(f"run `{run_id}` will be cancelled by the process that has it")
            return 0
        return _conclude(kept, outcome, options, place, out)

    with results_only() as out:
        kept, _ = _found(run_id, named_store(store))
        run = asyncio.run(cancelled())
        if is_attended(run, _now()):
            owner = f"process {run.owner.pid}" if run.owner else "the process"
            complain(f"run `{run_id}` will be cancelled by {owner}, which has it")
            return 0
        return _to_its_end(kept, options, _resuming(kept, options, None), conclude_cancelled)


def _now() -> float:
    import time

    return time.time()


def _resuming(kept: _Kept, options: Options, more: Budget | None) -> Any:
    async def resumed(listener: Any) -> object:
        _, value = await resume_stored(kept.run_id, kept.store, more, RunOptions(listener, options.codegen))
        return value

    return resumed


def _found(run_id: str, store: str) -> tuple[_Kept, Run]:
    """A run that is there, with its flow: to be named, and shown in tracebacks."""
    checked_id(run_id)

    async def found() -> tuple[Flow, Run]:
        async with using(store, create=False) as opened:
            stored = await opened.read(run_id)
            program = tasks_not_needed(await opened.program(stored.run.program), origin_of(stored))
            return program[stored.run.flow], stored.run

    flow, run = asyncio.run(found())
    return _Kept(run_id, store, FlowCall(flow, ())), run


def _to_its_end(kept: _Kept, options: Options, begin: Any, conclude: Any) -> int:
    """Run, with progress and events as asked for, and conclude."""
    before = frozenset(threading.enumerate())
    with ExitStack() as stack:
        watch = Watch(kept.call, options.json_events, stack)
        listener = watch.listener()
        seconds = None if options.timeout is None else options.timeout.total_seconds()
        running = reported(kept.call.flow.name, begin(listener), listener)
        outcome = supervise(running, seconds, lambda: complain(f"run `{kept.run_id}` is kept: {kept.command()} continues it"))
    status: int = conclude(outcome, place_of(outcome.error))
    if outcome.signal is not None and busy_threads(before):
        leave(status)
    return status


def _goes_on(kept: _Kept) -> str | None:
    """How it does, when it is there: it may have been ended before it was made."""
    if not kept.is_open:
        return None

    async def is_there() -> None:
        async with using(kept.store, create=False) as opened:
            await opened.read(kept.run_id)

    try:
        asyncio.run(is_there())
    except (NoSuchRun, NotAStore):
        return None
    except StoreError:
        pass
    return f"run `{kept.run_id}` is kept: {kept.command()} continues it"


def _conclude(kept: _Kept, outcome: Outcome, options: Options, place: Any, out: Out) -> int:
    """Write the result, or why there is none; the exit status."""
    match outcome.error:
        case asyncio.CancelledError() | KeyboardInterrupt() if outcome.signal is not None:
            complain("; ".join(filter(None, ("interrupted", _goes_on(kept)))))
            return 128 + outcome.signal
        case asyncio.CancelledError() if outcome.late and options.timeout is not None:
            said = f"the run took longer than {format_duration(options.timeout)} and was stopped"
            complain(format_problem(Problem("CS415", said, None, _goes_on(kept))))
        case asyncio.CancelledError():
            complain(f"run `{kept.run_id}` was cancelled")
        case RunPaused() as paused:
            _show_paused(kept, paused)
        case CascadeError() as error if not trail_of(error):
            if not isinstance(error, StoreError) or isinstance(error, _NOT_BEGUN):
                raise error
            show_error(error)
            is_said = isinstance(error, LeaseLost) or "kept" in (error.problems[-1].hint or "")
            if not is_said and (hint := _goes_on(kept)) is not None:
                complain(f"  = hint: {hint}")
        case _:
            return conclude(kept.call, outcome, options, place, out)
    return FAILED


def _show_paused(kept: _Kept, paused: RunPaused) -> None:
    problem = paused.problems[0]
    spent = re.search(r"budget of (\w+)", problem.message)
    more = f" --add-budget {_BUDGETS.get(spent[1], spent[1])}=1000" if spent else ""
    complain(format_problem(problem._replace(hint=f"{kept.command(more=more)} lets it go on")))


def _parse_budget(text: str | None) -> Budget | None:
    """``turns=1000,calls=10``"""
    if text is None:
        return None
    known = [field.name for field in fields(Budget)]
    found: dict[str, Any] = {}
    for pair in text.split(","):
        name, _, amount = (part.strip() for part in pair.partition("="))
        if name not in known:
            hint = near_miss(name, known) or f"there are {', '.join(known)}"
            raise UsageError(Problem("CS400", f"--add-budget takes NAME=AMOUNT, and no budget is called `{name}`", None, hint))
        value = _amount(amount)
        if value is None or name in found:
            what = f"a number for each budget once, not `{pair.strip()}`"
            raise UsageError(Problem("CS400", f"--add-budget takes {what}", None, "such as `turns=1000,calls=10`"))
        found[name] = value
    return Budget(**found)


def _amount(text: str) -> float | None:
    if text.isascii() and text.isdigit():
        return int(text)
    with contextlib.suppress(ValueError):
        duration = parse_duration(text)
        if not text.lstrip("+-").replace(".", "").isdigit() and duration > timedelta():
            return duration.total_seconds()
    return None


# --- at once -------------------------------------------------------------------------------------------------------------


def signal_run(run_id: str, name: str, value: str | None, store: str | None) -> int:
    """Send a signal, and say when nobody waits for it."""
    url = named_store(store)
    checked_id(run_id)
    checked_signal(name)
    given = None if value is None else parse_value(value)

    async def sent() -> RunLook:
        async with using(url, create=False) as opened:
            run = (await opened.read(run_id)).run
            if run.status in ENDED:
                raise UsageError(Problem("CS531", f"run `{run_id}` has ended ({run.status}): nobody would take the signal"))
            [row] = await seen_rows(opened, [look_of(run)])  # the store itself is told when a run waits for long
            await send_signal(run_id, name, given, opened)
            return row

    run = asyncio.run(sent())
    waits = run.waits
    if not run.attended:
        complain(f"kept: nobody runs `{run_id}` now; {_resuming_command(run_id, url)} continues it")
    elif f"signal {name!r}" not in waits and ", and " not in waits:
        doing = f"it waits for {waits}" if waits else "it does not wait"
        complain(f"kept until `{run_id}` waits for `{name}`: now {doing}")
    return 0


def fork_run(run_id: str, *, store: str | None, at: int | None, changes: Sequence[str], new_id: str | None) -> int:
    """Copy a run, and write the id of the copy."""
    url = named_store(store)
    name = new_run_id() if new_id is None else new_id
    values = {key: parse_value(text) for key, text in parse_pairs(changes, "--set", "variable").items()}
    with results_only() as out:
        asyncio.run(fork_stored(run_id, name, url, at, values))
        complain(f"{_resuming_command(name, url)} continues the copy")
        out.line(name)
    return 0
