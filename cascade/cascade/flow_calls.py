"""The run of one call of a flow, on the machine or on the reference. All that `cascade run` needs: it knows no engine.

What the flow or a task raises comes out as it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cascade_vm.machine import PATIENCE, Machine

from cascade.declared import Mismatch, as_declared, parse_type
from cascade.errors import Problem, ResultError, UsageError
from cascade.program import FlowCall, Material

if TYPE_CHECKING:
    from cascade_compiler import graph
    from cascade_vm.blueprint import Blueprint

    from cascade.events import Listener
    from cascade.host import LocalHost
    from cascade.task_sources import Sourced

__all__ = ["checked_result", "lifted", "reported", "sourced", "start"]


def start(
    call: FlowCall, host: LocalHost, use_vm: bool, material: Material | None = None, patience: int | None = PATIENCE
) -> Coroutine[Any, Any, object]:
    """The run of a call, as a coroutine. Raises `UsageError` CS416 for a built program that has no flow graph.

    ``material`` is what to run in the place of the program's own: it has the same flows at the same places. ``patience`` is
    that of `cascade_vm.machine.Machine`.
    """
    material = material or call.flow.program.material
    if use_vm:
        return Machine(material.image, host, patience=patience).run(call.flow.index, call.arguments)
    from cascade.reference import Interpreter

    return Interpreter(material.graph or lifted(material.blueprint), host).run(call.flow.name, call.arguments)


def sourced(material: Material) -> Sourced[Material | None]:
    """What runs of a program use when small tasks may be compiled from their sources; None in it when that is the program."""
    from cascade.task_sources import sourced_form

    return sourced_form(material)


def lifted(blueprint: Blueprint) -> graph.Program:
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
    if code.returns == "any" or not call.flow.program.checks_types:
        return value
    try:
        return as_declared(parse_type(code.returns), value)
    except Mismatch as mismatch:
        found = f"{mismatch.found} at {mismatch.path}, which is not `{mismatch.wanted}`" if mismatch.path else mismatch.found
        raise ResultError(Problem("CS411", f"flow `{code.name}` returns `{code.returns}`, but gave {found}")) from None


async def reported(name: str, running: Awaitable[object], listener: Listener | None) -> object:
    """The run of ``name``, its begin and its end told to ``listener``."""
    if listener is None:
        return await running
    from cascade.events import RunFinished, RunStarted, status_of, tell

    tell(listener, RunStarted(name))
    began = perf_counter()
    try:
        value = await running
    except BaseException as error:
        tell(listener, RunFinished(name, perf_counter() - began, error, status_of(error)))
        raise
    tell(listener, RunFinished(name, perf_counter() - began))
    return value
