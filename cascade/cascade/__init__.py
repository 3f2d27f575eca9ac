"""Cascade: workflows compiled.

Write tasks in Python (`task`) and flows in the Cascade language (`.csc`); `load` a file and its flows can be called. A call is
a value; `run` runs it, `arun` does so inside an event loop. Every name is imported when it is first used.

    import cascade as cs

    program = cs.load("watch.csc")
    print(cs.run(program.watch("order-7")))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cascade.adapters.executors.local import LocalExecutor as LocalExecutor
    from cascade.adapters.solvers.native import NativeSolver as NativeSolver
    from cascade.bus import MessageBus as MessageBus
    from cascade.caches import MISS as MISS
    from cascade.caches import Hit as Hit
    from cascade.command import create_cli as create_cli
    from cascade.composing import pipeline as pipeline
    from cascade.composing import sequence as sequence
    from cascade.engine import Engine as Engine
    from cascade.errors import (
        ArgumentError as ArgumentError,
    )
    from cascade.errors import (
        BudgetExhausted as BudgetExhausted,
    )
    from cascade.errors import (
        CascadeError as CascadeError,
    )
    from cascade.errors import (
        CompileError as CompileError,
    )
    from cascade.errors import EngineError as EngineError
    from cascade.errors import (
        FlowFailed as FlowFailed,
    )
    from cascade.errors import (
        GraphError as GraphError,
    )
    from cascade.errors import (
        LazyAttributeError as LazyAttributeError,
    )
    from cascade.errors import (
        LazyValueError as LazyValueError,
    )
    from cascade.errors import (
        LoadError as LoadError,
    )
    from cascade.errors import (
        ResultError as ResultError,
    )
    from cascade.errors import (
        TargetError as TargetError,
    )
    from cascade.errors import (
        TaskError as TaskError,
    )
    from cascade.errors import (
        UsageError as UsageError,
    )
    from cascade.exchange import from_json as from_json
    from cascade.exchange import to_json as to_json
    from cascade.inputs import Env as Env
    from cascade.inputs import Param as Param
    from cascade.lazy import LazyResult as LazyResult
    from cascade.loading import load as load
    from cascade.pictures import visualize as visualize
    from cascade.preview import dry_run as dry_run
    from cascade.program import Flow as Flow
    from cascade.program import FlowCall as FlowCall
    from cascade.program import Program as Program
    from cascade.resources import Resource as Resource
    from cascade.resources import inject as inject
    from cascade.resources import override_resource as override_resource
    from cascade.resources import resource as resource
    from cascade.routing import Jump as Jump
    from cascade.routing import JumpSelector as JumpSelector
    from cascade.routing import Router as Router
    from cascade.routing import TailCall as TailCall
    from cascade.routing import bind as bind
    from cascade.routing import select_jump as select_jump
    from cascade.runtime import Budget as Budget
    from cascade.runtime import arun as arun
    from cascade.runtime import run as run
    from cascade.signals import Signals as Signals
    from cascade.tasks import Task as Task
    from cascade.tasks import task as task
    from cascade.vm_api import BlueprintBuilder as BlueprintBuilder
    from cascade.vm_api import VirtualMachine as VirtualMachine

_HOMES = {
    "task": "tasks", "Task": "tasks",
    "load": "loading",
    "Program": "program", "Flow": "program", "FlowCall": "program",
    "run": "runtime", "arun": "runtime", "Budget": "runtime",
    "Signals": "signals",
    "CascadeError": "errors", "CompileError": "errors", "LoadError": "errors", "TargetError": "errors",
    "ArgumentError": "errors", "TaskError": "errors", "ResultError": "errors", "UsageError": "errors",
    "FlowFailed": "errors", "BudgetExhausted": "errors",
    "LazyValueError": "errors", "LazyAttributeError": "errors", "GraphError": "errors",
    "LazyResult": "lazy", "Param": "inputs", "Env": "inputs", "sequence": "composing", "pipeline": "composing",
    "Router": "routing", "Jump": "routing", "TailCall": "routing", "JumpSelector": "routing", "select_jump": "routing",
    "bind": "routing", "resource": "resources", "Resource": "resources", "inject": "resources",
    "override_resource": "resources", "visualize": "pictures", "dry_run": "preview", "to_json": "exchange",
    "from_json": "exchange", "create_cli": "command",
    "Engine": "engine", "MessageBus": "bus", "Hit": "caches", "MISS": "caches", "EngineError": "errors",
    "NativeSolver": "adapters.solvers.native", "LocalExecutor": "adapters.executors.local",
    "BlueprintBuilder": "vm_api", "VirtualMachine": "vm_api",
}  # fmt: skip

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
