"""Cascade: workflows compiled.

Tasks are functions that workflows call (`task`). A workflow is a Python function (`flow`), a graph of calls, or a program in
the Cascade language (`load`). A call of any of them is a value; `run` runs it, `arun` does so inside an event loop. Every name
is imported when it is first used.

>>> @cs.task
... def double(number: int) -> int:
...     return 2 * number
>>> @cs.flow
... def power(exponent: int) -> int:
...     return double(power(exponent - 1)) if exponent else 1
>>> cs.run(double(4)), cs.run(power(10)), cs.run(double(double(power(3))))
(8, 1024, 32)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:  # the names again, for type checkers and editors
    # isort: off
    # fmt: off
    from cascade.adapters.executors.local import LocalExecutor as LocalExecutor
    from cascade.adapters.solvers.native import NativeSolver as NativeSolver
    from cascade.bus import MessageBus as MessageBus
    from cascade.caches import Hit as Hit, MISS as MISS
    from cascade.command import create_cli as create_cli
    from cascade.composing import pipeline as pipeline, sequence as sequence
    from cascade.current import CurrentCall as CurrentCall, current_call as current_call
    from cascade.durable.doors import Store as Store, aresume as aresume, asignal as asignal, resume as resume, signal as signal
    from cascade.durable.standard import register_codec as register_codec
    from cascade.engine import Engine as Engine
    from cascade.errors import (
        ArgumentError as ArgumentError, BudgetExhausted as BudgetExhausted, CascadeError as CascadeError,
        CompileError as CompileError, DependencyMissingError as DependencyMissingError, EngineError as EngineError,
        FlowFailed as FlowFailed, GraphError as GraphError, LazyAttributeError as LazyAttributeError,
        LazyValueError as LazyValueError, LoadError as LoadError, NotStorable as NotStorable, ResultError as ResultError,
        RunPaused as RunPaused, StoreError as StoreError, TargetError as TargetError, TaskError as TaskError,
        UsageError as UsageError,
    )
    from cascade.exchange import from_json as from_json, to_json as to_json
    from cascade.flow_words import emit as emit, fail as fail, gather as gather
    from cascade.flow_words import sleep as sleep, timeout as timeout, wait as wait
    from cascade.flows import FlowFunction as FlowFunction, flow as flow
    from cascade.inputs import Env as Env, Param as Param
    from cascade.lazy import LazyResult as LazyResult
    from cascade.loading import load as load
    from cascade.pictures import visualize as visualize
    from cascade.preview import dry_run as dry_run
    from cascade.program import Flow as Flow, FlowCall as FlowCall, Program as Program
    from cascade.resources import Resource as Resource, inject as inject
    from cascade.resources import override_resource as override_resource, resource as resource
    from cascade.routing import (
        Jump as Jump, JumpSelector as JumpSelector, Router as Router, TailCall as TailCall, bind as bind,
        select_jump as select_jump,
    )
    from cascade.runtime import Budget as Budget, arun as arun, run as run
    from cascade.signals import Signals as Signals
    from cascade.tasks import Task as Task, task as task
    from cascade.vm_api import BlueprintBuilder as BlueprintBuilder, VirtualMachine as VirtualMachine
    # fmt: on
    # isort: on

_NAMES = {
    "routing": "Jump JumpSelector Router TailCall bind select_jump", "flow_words": "emit fail gather sleep timeout wait",
    "resources": "Resource inject override_resource resource", "durable.doors": "Store aresume asignal resume signal",
    "adapters.executors.local": "LocalExecutor", "vm_api": "BlueprintBuilder VirtualMachine", "exchange": "from_json to_json",
    "adapters.solvers.native": "NativeSolver", "current": "CurrentCall current_call", "durable.standard": "register_codec",
    "program": "Flow FlowCall Program", "composing": "pipeline sequence", "flows": "FlowFunction flow", "inputs": "Env Param",
    "runtime": "Budget arun run", "pictures": "visualize", "command": "create_cli",
    "signals": "Signals", "preview": "dry_run", "caches": "Hit MISS", "tasks": "Task task", "lazy": "LazyResult",
    "bus": "MessageBus", "engine": "Engine", "loading": "load",
    "errors":
        "ArgumentError BudgetExhausted CascadeError CompileError DependencyMissingError EngineError FlowFailed GraphError "
        "LazyAttributeError LazyValueError LoadError NotStorable ResultError RunPaused StoreError "
        "TargetError TaskError UsageError",
}  # fmt: skip
"""The public names, by the module that each lives in."""
_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    """A public name, from the module that it lives in."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'cascade' has no attribute '{name}'")
    from importlib import import_module

    value: object = getattr(import_module(f"cascade.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
