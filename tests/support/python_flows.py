"""Python modules as texts: each function marked ``@cs.flow`` called plainly, and run on each engine, to be compared.

A text finds ``cs`` among its globals. It goes through the door of the front end (`cascade_compiler.python.unit`), not through
the public decorator, so that the graph and the Blueprint can be looked at.
"""

from __future__ import annotations

import asyncio
import inspect
import io
import linecache
from collections.abc import Callable
from contextlib import asynccontextmanager, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from types import FunctionType, ModuleType
from typing import Any

from cascade.host import LocalHost
from cascade.reference import Interpreter
from cascade.tasks import Task, task
from cascade.testing import run_virtual
from cascade_compiler import graph
from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol
from cascade_compiler.lowering import lower
from cascade_compiler.optimise import optimise
from cascade_compiler.python.unit import Built, Definition, Word, build, check, read_definition
from cascade_grammar.diagnostics import Diagnostic, SourceErrors
from cascade_vm import signature
from cascade_vm.blueprint import Blueprint
from cascade_vm.errors import FlowFailed
from cascade_vm.machine import Machine
from cascade_vm.verifier import find_complaints
from support.outcomes import snapshot

__all__ = ["ENGINES", "Flow", "Module", "Ran", "check_function", "check_same", "codes", "module", "refusals"]

_SERVICES = {name: Word(name) for name in ("sleep", "wait", "emit", "timeout", "gather", "fail")}


class _Stub:
    """A service as flows see it: known by its identity."""

    def __init__(self, service: Word) -> None:
        self.service = service


class Flow:
    """A function that was accepted by `check`."""

    def __init__(self, fn: Callable[..., Any]) -> None:
        assert isinstance(fn, FunctionType)
        self.fn = fn
        name = fn.__qualname__
        self.definition: Definition = read_definition(fn, f"{fn.__module__}:{name}")
        check(self.definition, resolve)

    @cached_property
    def built(self) -> Built:
        return build(self.definition, resolve)

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        raise AssertionError("a flow is not called by itself")


def resolve(value: object) -> TaskSymbol | FlowSymbol | Word | None:
    """What the values of these modules are."""
    match value:
        case Task():
            return TaskSymbol(value.declared)
        case Flow(definition=definition):
            return FlowSymbol(definition.name, None, definition.parameters)
        case _Stub(service=service):
            return service
        case _:
            return None


def _task(fn: Callable[..., Any]) -> Task[..., Any]:
    return task(fn) if inspect.iscoroutinefunction(fn) else task(mode="inline")(fn)


def _same(fn: Callable[..., Any]) -> Callable[..., Any]:
    return fn


@asynccontextmanager
async def _timeout(seconds: float) -> Any:
    async with asyncio.timeout(seconds):
        yield


def _fail(value: object) -> None:
    raise FlowFailed(value)


def _module(**attributes: object) -> ModuleType:
    made = ModuleType("cs")
    vars(made).update(attributes)
    return made


_STUBS = {name: _Stub(service) for name, service in _SERVICES.items()}
_COMPILED = _module(flow=Flow, task=_task, FlowFailed=FlowFailed, **_STUBS)
_PLAIN = _module(
    flow=_same, task=_same, FlowFailed=FlowFailed, sleep=asyncio.sleep, gather=asyncio.gather, timeout=_timeout, fail=_fail
)
_NUMBERS = count(1)


@dataclass(frozen=True)
class Ran:
    """How a call ended: its value or error, its arguments afterwards, what it printed."""

    value: Any
    error: str | None
    arguments: Any
    printed: str

    @property
    def seen(self) -> tuple[Any, ...]:
        """All of it, comparable exactly."""
        return (snapshot(self.value), self.error, snapshot(self.arguments), self.printed)


class Module:
    """A text, executed once with flows and once as plain Python."""

    def __init__(self, text: str, file: str | None = None) -> None:
        self.file = file or f"<flows {next(_NUMBERS)}>"
        linecache.cache[self.file] = (len(text), None, text.splitlines(keepends=True), self.file)
        code = compile(text, self.file, "exec")
        self.names: dict[str, Any] = {"cs": _COMPILED, "__name__": "flows"}
        self.plain: dict[str, Any] = {"cs": _PLAIN, "__name__": "flows"}
        exec(code, self.names)
        exec(code, self.plain)

    @property
    def flows(self) -> dict[str, Flow]:
        """The flows by the names of their functions."""
        return {value.fn.__name__: value for value in self.names.values() if isinstance(value, Flow)}

    def program(self) -> graph.Program:
        """All of its flows."""
        built = [flow.built for flow in self.flows.values()]
        tasks = {each.name: each for one in built for each in one.tasks}
        return graph.Program(tuple(flow for one in built for flow in one.flows), tuple(tasks.values()))

    def host(self, printed: io.StringIO) -> LocalHost:
        """A host that has the tasks of the module, and its errors."""
        tasks = {value.name: value for value in self.names.values() if isinstance(value, Task)}
        for flow in self.flows.values():
            tasks |= {kind: Task(made, kind, mode="inline") for kind, made in flow.built.errors.items()}
        return LocalHost(tasks, print_to=printed)

    def run_plain(self, name: str, *arguments: Any) -> Ran:
        """What CPython makes of a call."""
        fn = self.plain[name]

        async def call(given: tuple[Any, ...]) -> Any:
            return await fn(*given)

        def run(given: tuple[Any, ...], _: io.StringIO) -> Any:
            return run_virtual(call(given)) if inspect.iscoroutinefunction(fn) else fn(*given)

        return _ran(run, arguments)

    def run(self, name: str, engine: str, *arguments: Any) -> Ran:
        """What an engine makes of a call."""
        program, flow = self.program(), self.names[name].definition.name

        def run(given: tuple[Any, ...], printed: io.StringIO) -> Any:
            return run_virtual(ENGINES[engine](program, flow, given, self.host(printed)))

        return _ran(run, arguments)


def _ran(run: Callable[[tuple[Any, ...], io.StringIO], Any], arguments: tuple[Any, ...]) -> Ran:
    given, printed = deepcopy(arguments), io.StringIO()
    value, error = None, None
    try:
        with redirect_stdout(printed):
            value = run(given, printed)
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    return Ran(value, error, given, printed.getvalue())


def _reference(program: graph.Program, name: str, arguments: tuple[Any, ...], host: LocalHost) -> Any:
    (flow,) = (each for each in program.flows if each.name == name)
    return Interpreter(program, host).run(name, signature.bind(flow, arguments, {}))


def _machine(level: int | None) -> Callable[[graph.Program, str, tuple[Any, ...], LocalHost], Any]:
    def run(program: graph.Program, name: str, arguments: tuple[Any, ...], host: LocalHost) -> Any:
        blueprint = verified(lower(program) if level is None else optimise(lower(program), level))
        index = blueprint.flow_named(name)
        return Machine(blueprint, host).run(index, signature.bind(blueprint.flows[index], arguments, {}))

    return run


def verified(blueprint: Blueprint) -> Blueprint:
    """The Blueprint, which the verifier has nothing to say about."""
    found = find_complaints(blueprint)
    assert not found, "\n".join(f"{each.code} {each.flow}:{each.pc} {each.message}" for each in found)
    return blueprint


ENGINES: dict[str, Callable[[graph.Program, str, tuple[Any, ...], LocalHost], Any]] = {
    "reference": _reference,
    "machine": _machine(None),
    "machine, optimised": _machine(2),
}


def module(text: str, file: str | None = None) -> Module:
    """The module of a text."""
    return Module(inspect.cleandoc(text) + "\n", file)


def check_same(text: str, *calls: tuple[Any, ...], name: str = "f") -> Module:
    """Flow ``name`` does the same as CPython, on each engine, for each tuple of arguments."""
    made = module(text)
    for arguments in calls or ((),):
        expected = made.run_plain(name, *arguments)
        for engine in ENGINES:
            got = made.run(name, engine, *arguments)
            assert got.seen == expected.seen, f"{engine} on {arguments}:\n  CPython {expected}\n  got     {got}"
    return made


_IMPORTS = "import asyncio, bisect, functools, heapq, math, operator\n"


def check_function(function: FunctionType, *calls: tuple[Any, ...], before: str = "") -> Module:
    """The same for a function of a test file, which may use some modules and what the text ``before`` defines."""
    return check_same(_text_of(function, before), *calls, name=function.__name__)


def codes(function: FunctionType) -> list[str]:
    """The codes with which a function of a test file is refused."""
    return [found.code for found in refusals(_text_of(function, ""))]


def refusals(text: str) -> list[Diagnostic]:
    """What the flows of a text are refused for, when they are decorated or when they are built."""
    try:
        module(text).program()
    except SourceErrors as error:
        return list(error.diagnostics)
    return []


def _text_of(function: FunctionType, before: str) -> str:
    return f"{_IMPORTS}{inspect.cleandoc(before)}\n@cs.flow\n{inspect.getsource(function)}"
