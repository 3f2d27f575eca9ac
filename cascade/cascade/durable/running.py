"""Runs that are kept in a store: begun, continued, sent signals. What `cascade.run` does with ``store=``, and `cascade.resume`.

A run that is there already is continued if it is the same call of the same program, and its result given if it has ended; so
whoever begins runs need not know whether it was interrupted.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final
from uuid import uuid4

import msgspec
from cascade_vm.control import TailCall
from cascade_vm.host import Meter
from cascade_vm.machine import PATIENCE, Machine

from cascade.durable.attending import Attending
from cascade.durable.decoding import decode
from cascade.durable.encoding import encode
from cascade.durable.host import DurableHost
from cascade.durable.inbox import Inbox, Message
from cascade.durable.journal import Journal
from cascade.durable.kept_programs import Origin, kept_of, program_from, tasks_not_needed
from cascade.durable.machine_values import MACHINE_CODECS, run_codecs
from cascade.durable.names import Where, checked_id, checked_signal, command_for
from cascade.durable.opened import using
from cascade.durable.order import sees_orders
from cascade.durable.run import DurableRun, Paused
from cascade.durable.scheduling import Outcome
from cascade.durable.store import CANCELLED, DONE, FAILED, PAUSED, Lease, NewRun, Store, Stored
from cascade.durable.store_ledger import StoreLedger
from cascade.errors import DamagedStore, NotStorable, Problem, RunExists, RunPaused, StoreError, UsageError
from cascade.flow_calls import checked_result
from cascade.one_run import Budget, checked_budget
from cascade.program import Flow, FlowCall, Program
from cascade.targets import direct_call, following

__all__ = ["Asked", "Options", "made_ready", "origin_of", "resume_stored", "run_stored", "send_signal"]


class Asked(msgspec.Struct, frozen=True):
    """How a run was begun: kept with it."""

    origin: Origin
    budget: Budget


class Options(msgspec.Struct, frozen=True):
    """How this process runs it: nothing of this is kept."""

    listener: Any = None
    codegen: bool = True
    now: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random
    print_to: Any = None
    signals: Sequence[tuple[str, object]] = ()
    """Sent to a run that is begun here."""
    host: type[DurableHost] = DurableHost


_PLAIN: Final = Options()
_TRIES: Final = 5


# --- what users call -----------------------------------------------------------------------------------------------------


async def run_stored(
    target: object, store: Where, run_id: str | None = None, budget: Budget | None = None, options: Options = _PLAIN
) -> object:
    """Begin a run in a store, or continue it, to its end. See `cascade.run`."""
    call = _call_of(target)
    asked_for = checked_budget(budget, "budget") or Budget()
    run_id = uuid4().hex if run_id is None else checked_id(run_id)
    kept = kept_of(call.flow.program)
    codecs = MACHINE_CODECS
    arguments = encode(list(call.arguments), codecs=codecs, name="arguments")
    asked = Asked(kept.origin, asked_for)
    async with using(store) as opened:
        new = NewRun(run_id, kept.digest, call.flow.name, arguments, msgspec.msgpack.encode(asked), kept.origin.name)
        try:
            lease = await _created(opened, new, kept.data)
        except RunExists:
            stored = await opened.read(run_id)
            _check_same(stored, new, list(call.arguments))
            return await _continued(opened, stored, call.flow, None, options)
        for name, value in options.signals:
            await opened.send(run_id, name, encode(value, codecs=codecs, name="value"))
        given = list(call.arguments)
        held = _Held(opened, lease, call.flow, asked, arguments, None, options, given=given, is_exact=kept.is_exact)
        return await _to_its_end(held)


async def _created(store: Store, new: NewRun, program: bytes) -> Lease:
    """A new run. Its program is there already, save for the first one, or when a process has just pruned it."""
    for _ in range(_TRIES):
        try:
            return await store.create(new)
        except DamagedStore:
            await store.put_program(new.program, program)
    return await store.create(new)


async def resume_stored(run_id: str, store: Where, add: Budget | None = None, options: Options = _PLAIN) -> tuple[Flow, object]:
    """Continue a run that is in a store, to its end: its flow and its result. See `cascade.resume`."""
    checked_id(run_id)
    add = checked_budget(add, "add_budget")
    async with using(store, create=False) as opened:
        stored = await opened.read(run_id)
        asked = _asked(stored)
        load = program_from if stored.outcome is None else tasks_not_needed
        flow = load(await opened.program(stored.run.program), asked.origin)[stored.run.flow]
        return flow, await _continued(opened, stored, flow, add, options)


async def send_signal(run_id: str, name: str, value: object, store: Where) -> None:
    """Send a signal to a run in a store. See `cascade.signal`."""
    checked_id(run_id)
    checked_signal(name)
    payload = encode(value, codecs=MACHINE_CODECS, name="value")
    async with using(store, create=False) as opened:
        await opened.send(run_id, name, payload)


# --- how it goes ---------------------------------------------------------------------------------------------------------


def _call_of(target: object) -> FlowCall:
    call = direct_call(target)
    if call is None:
        message = "only a call of a flow can be kept in a store, and this is something else"
        raise UsageError(Problem("CS522", message, hint="write a @cs.flow that makes these calls, and run a call of it"))
    return call


def _asked(stored: Stored) -> Asked:
    try:
        return msgspec.msgpack.decode(stored.asked, type=Asked)
    except msgspec.DecodeError:
        raise StoreError(Problem("CS502", f"run `{stored.run.run_id}` is damaged: how it was begun can not be read")) from None


def _check_same(stored: Stored, new: NewRun, arguments: list[object]) -> None:
    """Refuse to take one run for another. Equal arguments may have other bytes: sets are in the order of their process."""
    run = stored.run
    if (run.program, run.flow) != (new.program, new.flow):
        message = f"run `{run.run_id}` is a run of another program: `{run.flow}` of `{run.name}`"
        hint = f"`{command_for('resume', run.run_id)}` continues it on the program that it began with; else take another name"
        raise RunExists(Problem("CS524", message, hint=hint))
    if stored.arguments != new.arguments and decode(stored.arguments, codecs=MACHINE_CODECS) != arguments:
        message = f"run `{run.run_id}` was begun with other arguments"
        raise RunExists(Problem("CS525", message, hint="leave them out and resume it, or take another name"))


class _Held(msgspec.Struct):
    """A run that is this process's. ``stored`` is None for one that has just been made; that is ``given`` the caller's own
    arguments, so that its caller sees what the run changes in them, as without a store."""

    store: Store
    lease: Lease
    flow: Flow
    asked: Asked
    arguments: bytes
    stored: Stored | None
    options: Options
    add: Any = None
    given: Any = None
    is_exact: bool | None = None
    """See `Kept`; None: not known."""


async def _continued(store: Store, stored: Stored, flow: Flow, add: Budget | None, options: Options) -> object:
    """A run that is there: its result, once it has one."""
    if stored.outcome is not None:
        return _result_of(stored)
    lease = await store.take(stored.run.run_id)
    held = await store.read(stored.run.run_id)  # nobody else writes it any more
    if held.outcome is not None:
        await store.release(lease)
        return _result_of(held)
    return await _to_its_end(_Held(store, lease, flow, _asked(held), held.arguments, held, options, add))


def origin_of(stored: Stored) -> Origin:
    """Where the program of a run came from."""
    return _asked(stored).origin


def made_ready(store: Store, stored: Stored, program: Program, options: Options) -> DurableRun:
    """A run that is to be looked at or changed, not run, before it is brought back. Nobody owns it for that."""
    run = stored.run
    held = _Held(store, Lease(run.run_id, 0), program[run.flow], _asked(stored), stored.arguments, stored, options)
    return _made(held)[0]


def _result_of(stored: Stored) -> object:
    assert stored.outcome is not None
    outcome: Any = decode(stored.outcome, codecs=MACHINE_CODECS)
    kind, value = outcome
    if kind == "error":
        raise value
    return value


async def _to_its_end(held: _Held) -> object:
    """Run what this process holds, and let go of it."""
    run, ledger = _made(held)
    try:
        outcome = await _watched(run, held, ledger, _run(run, held, ledger))
        return await _concluded(run, held, ledger, outcome)
    finally:
        await run.host.close_run(None)
        with contextlib.suppress(StoreError):
            await asyncio.shield(held.store.release(held.lease))


def _made(held: _Held) -> tuple[DurableRun, StoreLedger]:
    material, options = held.flow.program.material, held.options
    meter = Meter(held.asked.budget.turns, held.asked.budget.calls)
    host = options.host(material.tasks, meter, options.listener, print_to=options.print_to)
    machine = Machine(material.image, host, patience=PATIENCE if options.codegen else None)
    exact = not sees_orders(material.blueprint) if held.is_exact is None else held.is_exact
    journal = Journal(run_codecs(machine), may_be_exact=exact)
    ledger = StoreLedger(held.store, held.lease, held.stored.run.status if held.stored else "running")
    run = DurableRun(machine, host, journal, ledger, Inbox(), now=options.now, chance=options.chance, run_id=held.lease.run_id)
    return run, ledger


async def _run(run: DurableRun, held: _Held, ledger: StoreLedger) -> Outcome:
    stored = held.stored
    run.allowance.begin(held.asked.budget, run.now() if stored is None else stored.run.created)
    if stored is None:
        run.journal.value(held.given, "arguments")  # the same objects get the same numbers as when it is read
        run.begin(held.flow.index, held.given)
    else:
        arguments = run.journal.take_value(held.arguments)
        run.inbox.add([Message(each.id, each.name, each.payload) for each in stored.signals])
        if not stored.snapshot:
            run.begin(held.flow.index, arguments)
        await run.recover(stored.snapshot, stored.records)
        if held.add is not None:
            await run.scheduler.drain()
            if run.scheduler.outcome is None:
                await run.add(held.add)
        if run.scheduler.root is not None:
            held.flow = held.flow.program[run.scheduler.root]
    outcome = await run.run()
    while outcome.error is None and type(outcome.value) is TailCall:
        call = _following(held.flow, outcome.value)
        held.flow = call.flow
        await run.go_on(call.flow.index, call.arguments)
        outcome = await run.run()
    return outcome


def _following(flow: Flow, tail: TailCall) -> FlowCall:
    """What a tail call that a run ended with leads to: a flow of the same program, for the run is on that."""
    known = flow.program.flows
    if tail.target is None or tail.target in known:
        made = following(
            FlowCall(flow if tail.target is None else known[tail.target], ()), TailCall(tail.args, tail.kwargs, None)
        )
        assert isinstance(made, FlowCall)
        return made
    message = f"a tail call leads from `{flow.name}` to `{tail.target}`, which is not in the program of the run"
    raise UsageError(Problem("CS522", message, hint="call it in the flow, so that the program has it"))


async def _watched(
    run: DurableRun, held: _Held, ledger: StoreLedger, running: Coroutine[Any, Any, Outcome]
) -> Outcome | BaseException:
    """The run, with what is done beside it. What puts it aside is given, not raised."""
    async with Attending(run, held.store, held.lease):
        try:
            return await running
        except (Paused, NotStorable) as aside:
            return aside


async def _concluded(run: DurableRun, held: _Held, ledger: StoreLedger, outcome: Outcome | BaseException) -> object:
    """Write down how it ended, or why it is put aside."""
    if isinstance(outcome, Outcome):
        error, value = outcome.error, outcome.value
        codecs = run.journal.codecs
        if error is None:
            try:
                checked = checked_result(FlowCall(held.flow, ()), value)
                data = encode(("value", checked), codecs=codecs, name="result")
            except NotStorable as refused:
                outcome = refused
            else:
                await ledger.end(run, DONE, data)
                return checked
        else:
            data = _error_data(error, codecs)
            status = CANCELLED if isinstance(error, asyncio.CancelledError) else FAILED
            await ledger.end(run, status, data)
            raise error
    assert isinstance(outcome, BaseException)
    reason = outcome.reason if isinstance(outcome, Paused) else str(outcome.args[0].message)
    await ledger.end(run, PAUSED, None, reason)
    if isinstance(outcome, Paused):
        hint = f"`{command_for('resume', held.lease.run_id, ' --add-budget …')}` lets it go on"
        raise RunPaused(Problem("CS520", f"run `{held.lease.run_id}` is paused: {outcome.reason}", hint=hint))
    raise outcome


def _error_data(error: BaseException, codecs: Any) -> bytes:
    try:
        return encode(("error", error), codecs=codecs, name="error")
    except NotStorable:
        told = RuntimeError(f"{type(error).__module__}.{type(error).__qualname__}: {error}")
        return encode(("error", told), codecs=codecs, name="error")
