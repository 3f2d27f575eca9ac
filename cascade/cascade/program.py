"""A loaded program: its flows, ready to be called.

Calling a flow binds and checks the arguments and gives a `FlowCall`, a value that `cascade.run` and `cascade.arun` run, any
number of times. This file knows nothing of files (`cascade.loading`) and of running (`cascade.runtime`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import time_ns
from typing import TYPE_CHECKING, Final

from cascade_vm.blueprint import Blueprint, Parameter
from cascade_vm.blueprint import Flow as FlowCode
from cascade_vm.choices import PLAIN
from cascade_vm.linker import Image, link

from cascade.errors import ArgumentError, Problem, TargetError
from cascade.parameters import bind_call, format_signature, near_miss

if TYPE_CHECKING:
    from cascade_compiler import graph

    from cascade.host import LocalHost
    from cascade.tasks import Task

__all__ = ["CODE_ON_DISK", "Flow", "FlowCall", "Program"]


class _CodeOnDisk:
    """A `cascade_vm.code_cache.CodeCache`. What it is (`cascade.code_cache`) is loaded when there is something to fetch."""

    def __init__(self) -> None:
        self._began = time_ns()

    def fetch(self, key: str) -> bytes | None:
        from cascade import code_cache

        return code_cache.fetch(key, self._began)

    def keep(self, key: str, data: bytes) -> None:
        from cascade import code_cache

        code_cache.keep(key, data, self._began)


CODE_ON_DISK: Final = _CodeOnDisk()
"""Where the generated code of all programs is kept."""


class Material:
    """What a program was made from: a verified Blueprint (or what makes it), the functions of its tasks, and for a source also
    its lines and, when asked for, its flow graph (which the reference interpreter walks). ``digest`` tells the Blueprint from
    all others, where one is known."""

    def __init__(
        self,
        blueprint: Blueprint | Callable[[], Blueprint],
        tasks: Mapping[str, Task[..., object]],
        lines: Mapping[str, str],
        read_graph: Callable[[], graph.Program] | None,
        digest: bytes | None = None,
    ) -> None:
        self._blueprint = blueprint
        self.tasks = tasks
        self.lines = lines
        self.read_graph = read_graph
        self._digest = digest

    @cached_property
    def blueprint(self) -> Blueprint:
        """The Blueprint."""
        return self._blueprint() if callable(self._blueprint) else self._blueprint

    @cached_property
    def image(self) -> Image:
        """The linked Blueprint, shared by every run."""
        return link(self.blueprint, CODE_ON_DISK, self._digest)

    @cached_property
    def host(self) -> LocalHost:
        """The host that the host of every run is made from."""
        from cascade.host import LocalHost

        return LocalHost(self.tasks)

    @cached_property
    def graph(self) -> graph.Program | None:
        """The flow graph; None for a program that was loaded from a built file."""
        return None if self.read_graph is None else self.read_graph()

    def line(self, file: str, number: int) -> str | None:
        """A line of a source, for tracebacks. For a built program, of the file that has the source's name now."""
        text = self.lines.get(file)
        if text is None:
            from cascade.trace import lines_of_files

            return lines_of_files(file, number)
        rows = text.split("\n", number)
        return rows[number - 1].rstrip("\r") if number <= len(rows) else None


class Program:
    """The flows of a file. ``program.watch`` and ``program["watch"]`` are the flow called ``watch``; those of imported files
    have names like ``"common.cooldown"``. A flow that is called as one of this class's own attributes is reached by ``[…]``.

    Calls in Python and results are held against the declared types, unless ``checks_types`` is false.

    >>> from pathlib import Path
    >>> _ = Path("add.csc").write_text("flow add(a: int, b: int = 1) -> int:\\n    return a + b\\n")
    >>> program = cs.load("add.csc")
    >>> program, program["add"].name
    (<Program add.csc: add>, 'add')
    """

    def __init__(self, name: str, material: Material, checks_types: bool = True) -> None:
        self._name = name
        self._material = material
        self._flows = {
            code.name: Flow(self, index, code)
            for index, code in enumerate(material.blueprint.flows)
            if not code.branch and "$" not in code.name
        }
        self._checks_types = checks_types

    @property
    def flows(self) -> Mapping[str, Flow]:
        """The flows by name, those of imported files included."""
        return self._flows

    @property
    def material(self) -> Material:
        """What the program was made from."""
        return self._material

    @property
    def checks_types(self) -> bool:
        """Whether arguments from Python, and results, must be of the declared types."""
        return self._checks_types

    def entry(self) -> Flow:
        """The flow to run when none is named: the only one of the file, or ``main``. `TargetError` CS403 else."""
        blueprint = self._material.blueprint
        if blueprint.entry is not None:
            return self._flows[blueprint.flows[blueprint.entry].name]
        own = [name for name in self._flows if "." not in name]
        if not own:
            raise TargetError(Problem("CS403", f"`{self._name}` has no flow to run"))
        listed = ", ".join(f"`{name}`" for name in own)
        raise TargetError(
            Problem("CS403", f"`{self._name}` has several flows and none is called `main`", None, f"name one of {listed}")
        )

    def __getitem__(self, name: str) -> Flow:
        """The flow called ``name``; `TargetError` CS404 when there is none."""
        flow = self._flows.get(name)
        if flow is None:
            hint = near_miss(name, self._flows) or f"it has {', '.join(f'`{one}`' for one in self._flows) or 'none'}"
            raise TargetError(Problem("CS404", f"`{self._name}` has no flow `{name}`", hint=hint))
        return flow

    def __getattr__(self, name: str) -> Flow:
        flows: Mapping[str, Flow] = self.__dict__.get("_flows", {})
        if name in flows:
            return flows[name]
        raise AttributeError(f"program `{self.__dict__.get('_name', '?')}` has no flow `{name}`")

    def __iter__(self) -> Iterator[Flow]:
        return iter(self._flows.values())

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in self._flows if name.isidentifier())})

    def __repr__(self) -> str:
        return f"<Program {self._name}: {', '.join(self._flows)}>"


class Flow:
    """A flow of a loaded program. Calling it, as one would a Python function, gives a `FlowCall`.

    >>> from pathlib import Path
    >>> _ = Path("add.csc").write_text("flow add(a: int, b: int = 1) -> int:\\n    return a + b\\n")
    >>> cs.load("add.csc").add
    <flow add(a: int, b: int = 1) -> int>
    """

    __slots__ = ("code", "index", "program")

    def __init__(self, program: Program, index: int, code: FlowCode) -> None:
        self.program = program
        self.index = index
        self.code = code

    @property
    def name(self) -> str:
        """The name, as written; ``common.cooldown`` for one of an imported file."""
        return self.code.name

    @property
    def doc(self) -> str | None:
        """The docstring."""
        return self.code.doc

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters: name, declared type, default."""
        return self.code.parameters

    @property
    def signature(self) -> str:
        """``flow watch(order_id: str, every: duration = 30s) -> str``"""
        return format_signature(self.code)

    def __call__(self, *arguments: object, **keywords: object) -> FlowCall:
        """Bind and check the arguments. Raises `ArgumentError`, also for results of calls: they are not there yet."""
        if not (PLAIN.issuperset(map(type, arguments)) and PLAIN.issuperset(map(type, keywords.values()))):
            _refuse_calls(self, arguments, keywords)
        return FlowCall(self, tuple(bind_call(self.code, arguments, keywords, self.program.checks_types)))

    def __repr__(self) -> str:
        return f"<{self.signature}>"


@dataclass(frozen=True, slots=True)
class FlowCall:
    """A flow and its arguments, one per parameter: what `run` and `arun` run.

    >>> from pathlib import Path
    >>> _ = Path("add.csc").write_text("flow add(a: int, b: int = 1) -> int:\\n    return a + b\\n")
    >>> cs.load("add.csc").add(41).arguments
    (41, 1)
    """

    flow: Flow
    arguments: tuple[object, ...]


def _refuse_calls(flow: Flow, *given: object) -> None:
    from cascade.placeholder import Placeholder, describe
    from cascade.structure import unfinished_in

    for found in unfinished_in(given):
        said = describe(found) if isinstance(found, Placeholder) else "a call of a flow"
        message = f"an argument of flow `{flow.name}` is {said}, which is not there yet"
        hint = f"call `{flow.name}` in a @cs.flow that gets it as an argument"
        raise ArgumentError(Problem("CS407", message, None, hint))
