"""A Blueprint: a compiled program, as data.

Everything here is frozen, hashable and comparable, and holds no callable: tasks are names with signatures that a host binds
before a run. How a Blueprint is written down is `cascade_vm.listing` (text), `cascade_vm.codec` (bytes) and
`cascade_vm.readable` (JSON); whether it makes sense is `cascade_vm.verifier`'s to say.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from cascade_vm.constants import Constant
from cascade_vm.opcodes import Instruction

__all__ = ["Blueprint", "Flow", "Handler", "Location", "Parameter", "Task", "TaskParameter"]


class Location(NamedTuple):
    """Where an instruction comes from.

    Lines count from 1, columns (characters) from 0, as in `ast`. ``file`` indexes `Blueprint.files`. ``flow`` is the name of
    the flow that the user wrote it in. ``caller`` is -1, or the index (in `Flow.locations`) of the call that this code was
    inlined into: so a trace shows the same frames however the program was optimised.
    """

    file: int
    line: int
    column: int
    end_line: int
    end_column: int
    flow: str
    caller: int = -1


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a flow. ``default`` is a constant or None; ``computed`` says the flow makes its default itself.

    ``kind`` says how callers give it, as in `TaskParameter`: "either"; "position" or "keyword" only; "rest" and "keywords"
    take what is left, as a tuple and as a dict.
    """

    name: str
    type: str = "any"
    default: Constant | None = None
    computed: bool = False
    kind: str = "either"

    @property
    def required(self) -> bool:
        """True when a caller has to give it."""
        return self.default is None and not self.computed and self.kind not in ("rest", "keywords")


class Handler(NamedTuple):
    """Instructions ``start <= pc < end`` are protected: their errors go to ``target``, stored in register ``error``.

    ``target >= end``. Of several that cover an instruction the first in the table wins. A ``cleanup`` handler (a
    ``finally``) also receives what programs can not catch: cancellation, `KeyboardInterrupt`, `SystemExit`.
    """

    start: int
    end: int
    target: int
    error: int
    cleanup: bool


class Flow(msgspec.Struct, frozen=True):
    """One flow. Parameter ``i`` arrives in register ``i``.

    ``places[pc]`` indexes ``locations``. ``variables[r]`` is the user's name for register ``r``, None for a temporary.
    ``branch`` says that it is a part of another flow that runs beside it (a branch of a `parallel`).
    """

    name: str
    parameters: tuple[Parameter, ...]
    registers: int
    constants: tuple[Constant, ...]
    code: tuple[Instruction, ...]
    places: tuple[int, ...]
    locations: tuple[Location, ...]
    handlers: tuple[Handler, ...] = ()
    variables: tuple[str | None, ...] = ()
    returns: str = "any"
    doc: str | None = None
    branch: bool = False


class TaskParameter(NamedTuple):
    """A parameter of a task. ``kind`` is one of "position", "either", "rest", "keyword", "keywords"."""

    name: str
    kind: str
    required: bool


class Task(msgspec.Struct, frozen=True):
    """A task by name: ``module:name``, its parameters (None: not known, anything goes) and declared effects."""

    name: str
    parameters: tuple[TaskParameter, ...] | None = None
    pure: bool = False
    total: bool = False


class Blueprint(msgspec.Struct, frozen=True):
    """A whole program.

    ``files`` are the names of the sources, for messages. ``entry`` indexes the flow that runs when none is named, or is
    None. ``strict`` programs may call methods of built-in values only.
    """

    flows: tuple[Flow, ...]
    tasks: tuple[Task, ...] = ()
    files: tuple[str, ...] = ()
    entry: int | None = None
    strict: bool = False

    def flow_named(self, name: str) -> int:
        """Index of the flow called ``name``; `KeyError` when there is none."""
        for index, flow in enumerate(self.flows):
            if flow.name == name:
                return index
        raise KeyError(name)
