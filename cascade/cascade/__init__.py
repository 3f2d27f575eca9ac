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
    from cascade.errors import (
        FlowFailed as FlowFailed,
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
    from cascade.loading import load as load
    from cascade.program import Flow as Flow
    from cascade.program import FlowCall as FlowCall
    from cascade.program import Program as Program
    from cascade.runtime import Budget as Budget
    from cascade.runtime import arun as arun
    from cascade.runtime import run as run
    from cascade.signals import Signals as Signals
    from cascade.tasks import Task as Task
    from cascade.tasks import task as task

_HOMES = {
    "task": "tasks", "Task": "tasks",
    "load": "loading",
    "Program": "program", "Flow": "program", "FlowCall": "program",
    "run": "runtime", "arun": "runtime", "Budget": "runtime",
    "Signals": "signals",
    "CascadeError": "errors", "CompileError": "errors", "LoadError": "errors", "TargetError": "errors",
    "ArgumentError": "errors", "TaskError": "errors", "ResultError": "errors", "UsageError": "errors",
    "FlowFailed": "errors", "BudgetExhausted": "errors",
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
