"""Running a call of a flow: `arun` inside an event loop, `run` outside of one.

Everything that runs of one program share is made once and kept with the program (`cascade.program.Material`), so that a run
costs some microseconds above the flow itself. What the flow or a task raises comes out as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cascade_vm.host import Meter
from cascade_vm.machine import Machine

from cascade.declared import Mismatch, as_declared, parse_type
from cascade.errors import Problem, ResultError, UsageError
from cascade.host import LocalHost
from cascade.program import FlowCall
from cascade.signals import Signals

if TYPE_CHECKING:
    from cascade_compiler import graph
    from cascade_vm.blueprint import Blueprint

if TYPE_CHECKING:
    from cascade.events import Listener

__all__ = ["Budget", "arun", "run"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend: ``turns`` are rounds of loops and calls of flows, ``calls`` are calls of tasks. None: no limit."""

    turns: int | None = None
    calls: int | None = None


def run(
    call: FlowCall,
    *,
    use_vm: bool = True,
    budget: Budget | None = None,
    listener: Listener | None = None,
    signals: Signals | None = None,
) -> object:
    """Run a call to its end and give its result; the options are those of `arun`.

    Not for code that runs in an event loop already: that awaits `arun`.
    """
    if _inside_a_loop():
        raise RuntimeError("an event loop is running here: use `await cascade.arun(…)` instead of `cascade.run(…)`")
    return asyncio.run(arun(call, use_vm=use_vm, budget=budget, listener=listener, signals=signals))


def _inside_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def arun(
    call: FlowCall,
    *,
    use_vm: bool = True,
    budget: Budget | None = None,
    listener: Listener | None = None,
    signals: Signals | None = None,
) -> object:
    """Run a call and give its result.

    ``use_vm`` False runs it on the reference interpreter, which means the same and is slower. ``listener`` is called with
    each event (`cascade.events`). ``signals`` is where `wait` looks; without, nothing comes. Raises what the flow raises
    (`FlowFailed` for ``fail``), `BudgetExhausted` when ``budget`` is spent, `ResultError` when the result is not of the
    declared type. An error carries a note that says where in the flows it was raised.
    """
    if not isinstance(call, FlowCall):
        raise TypeError(f"what is run is a call of a flow, such as `program.main()`, not a {type(call).__name__}")
    meter = Meter() if budget is None else Meter(budget.turns, budget.calls)
    shared = call.flow.program.material.host
    host = shared.for_run(meter, listener=listener, signals=Signals() if signals is None else signals)
    running = start(call, host, use_vm)
    if listener is not None:
        running = reported(call, running, listener)
    try:
        value = await running
    except Exception as error:
        _note_places(call, error)
        raise
    return checked_result(call, value)


def _note_places(call: FlowCall, error: Exception) -> None:
    """Python's traceback shows the engine's frames; the flows' places go with it as a note."""
    from cascade.trace import format_places

    note = format_places(error, call.flow.program.material.line)
    if note is not None and note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def start(call: FlowCall, host: LocalHost, use_vm: bool) -> Coroutine[Any, Any, object]:
    """The run, as a coroutine. Raises `UsageError` CS416 for a built program that has no flow graph."""
    material = call.flow.program.material
    if use_vm:
        return Machine(material.image, host).run(call.flow.index, call.arguments)
    from cascade.reference import Interpreter

    return Interpreter(material.graph or _lifted(material.blueprint), host).run(call.flow.name, call.arguments)


def _lifted(blueprint: Blueprint) -> graph.Program:
    """The flow graph of a built program."""
    from cascade_compiler.lifting import Unliftable, lift

    try:
        return lift(blueprint)
    except Unliftable as reason:
        message = f"this program can not be interpreted: {reason}"
        raise UsageError(Problem("CS416", message, hint="run it with --vm")) from None


def checked_result(call: FlowCall, value: object) -> object:
    """The result, if it is what the flow declares."""
    code = call.flow.code
    if code.returns == "any":
        return value
    try:
        return as_declared(parse_type(code.returns), value)
    except Mismatch as mismatch:
        found = f"{mismatch.found} at {mismatch.path}, which is not `{mismatch.wanted}`" if mismatch.path else mismatch.found
        raise ResultError(Problem("CS411", f"flow `{code.name}` returns `{code.returns}`, but gave {found}")) from None


async def reported(call: FlowCall, running: Coroutine[Any, Any, object], listener: Listener | None) -> object:
    """The run, its begin and its end told to ``listener``."""
    if listener is None:
        return await running
    from cascade.events import RunFinished, RunStarted, status_of, tell

    name = call.flow.name
    tell(listener, RunStarted(name))
    began = perf_counter()
    try:
        value = await running
    except BaseException as error:
        tell(listener, RunFinished(name, perf_counter() - began, error, status_of(error)))
        raise
    tell(listener, RunFinished(name, perf_counter() - began))
    return value
