"""The program of a run, as it is kept in the store: the run continues on what it began with, whatever becomes of the source.

What is kept is the Blueprint, the lines of its sources (for tracebacks), and where the modules of its tasks were found. Tasks
are functions of the user's: they are imported again when the run is resumed, and must still take the arguments that they took.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from cascade_vm.blueprint import Blueprint
from cascade_vm.blueprint import Task as Declared
from cascade_vm.codec import decode, encode
from cascade_vm.errors import BlueprintError
from cascade_vm.verifier import verify

from cascade import registry
from cascade.durable.order import sees_orders
from cascade.errors import Problem, StoreError, TaskError
from cascade.loading import in_place, portable
from cascade.parameters import near_miss
from cascade.program import Material, Program
from cascade.task_modules import AnyTask, TaskModules, changed_signature, declare
from cascade.tasks import Task

__all__ = ["Kept", "KeptProgram", "Origin", "kept_of", "program_from", "tasks_not_needed"]

FORMAT = 1
_MAIN = "__main__"
_MAIN_AGAIN = "__cascade_main__"
"""What a script is imported as whose flow is resumed by another program: nothing below ``if __name__ == "__main__"`` runs."""


class Origin(msgspec.Struct, frozen=True):
    """Where a program came from: told with each run, for the same program may lie in many places.

    ``directory`` is where its files are named from, ``files`` the file of each module that tasks were found in, ``python``
    whether the program is a Python flow, whose tasks are known by the names of their functions.
    """

    name: str
    directory: str
    files: dict[str, str]
    python: bool


class KeptProgram(msgspec.Struct, frozen=True):
    """What the store has by the digest of ``code``."""

    format: int
    code: bytes
    lines: dict[str, str]


class Kept(msgspec.Struct, frozen=True):
    """A program as runs keep it: ``data`` by its ``digest``, and ``origin`` with each run. ``is_exact``: it makes no sets, so
    going the same way again comes to the same (`cascade.durable.order`)."""

    digest: bytes
    data: bytes
    origin: Origin
    is_exact: bool


_KEPT: WeakKeyDictionary[Program, Kept] = WeakKeyDictionary()
"""Of the programs that were run here."""


def kept_of(program: Program) -> Kept:
    """What is kept of a program."""
    kept = _KEPT.get(program)
    if kept is None:
        kept = _KEPT[program] = _kept_of(program)
    return kept


def _kept_of(program: Program) -> Kept:
    material = program.material
    blueprint = material.blueprint
    python, name = not program.checks_types, program._name  # its public names are those of flows
    main = blueprint.files[0] if python and blueprint.files else name
    directory = os.path.dirname(os.path.abspath(main))  # not the one that the process is in: it is the same program there
    code = encode(portable(blueprint, Path(directory)))
    lines = {os.path.relpath(file, directory).replace(os.sep, "/"): text for file, text in material.lines.items()}
    files = {}
    for known, task in material.tasks.items():
        module = known.partition(":")[0]
        found = sys.modules.get(getattr(task.fn, "__module__", None) or module)
        file = getattr(found, "__file__", None)
        if file is not None:
            files[module] = os.path.abspath(file)
    data = msgspec.msgpack.encode(KeptProgram(FORMAT, code, lines))
    return Kept(sha256(code).digest(), data, Origin(name, directory, files, python), not sees_orders(blueprint))


def program_from(data: bytes, origin: Origin) -> Program:
    """The inverse, its tasks bound. Raises `StoreError`, or `TaskError` CS408, CS409 for tasks that are missing or changed."""
    return _program(_read(data), origin, _Binding(origin).bind)


def tasks_not_needed(data: bytes, origin: Origin) -> Program:
    """The program, to be looked at: its tasks are none that could be called, and nothing is imported for them."""
    for folder in map(str, (origin.directory, *(Path(file).parent for file in origin.files.values()))):
        if folder not in sys.path:
            sys.path.append(folder)  # the classes of values are found there
    return _program(_read(data), origin, lambda declared: {one.name: Task(_not_here, one.name, "inline") for one in declared})


def _program(kept: _Read, origin: Origin, bind: Callable[[Iterable[Declared]], Mapping[str, AnyTask]]) -> Program:
    directory = Path(origin.directory)
    blueprint = in_place(kept.code, directory)
    lines = {_placed(name, directory): text for name, text in kept.lines.items()}
    return Program(origin.name, Material(blueprint, bind(blueprint.tasks), lines, None), checks_types=not origin.python)


def _not_here(*_: object, **__: object) -> object:
    raise AssertionError("a run that is looked at calls nothing")


class _Read(msgspec.Struct, frozen=True):
    code: Blueprint
    lines: dict[str, str]


def _read(data: bytes) -> _Read:
    try:
        kept = msgspec.msgpack.decode(data, type=KeptProgram)
        if kept.format != FORMAT:
            raise StoreError(Problem("CS503", f"a stored program is of format {kept.format}, which this version does not know"))
        blueprint = decode(kept.code)
        verify(blueprint)
    except (msgspec.DecodeError, BlueprintError) as error:
        raise StoreError(Problem("CS502", f"a stored program is damaged: {error}")) from None
    return _Read(blueprint, kept.lines)


def _placed(name: str, directory: Path) -> str:
    there = os.path.normpath(directory / name)
    return there if os.path.exists(there) else name


class _Binding:
    """Finds the tasks of one program."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        directories = [Path(file).parent for file in origin.files.values()]
        self.modules = TaskModules()
        self.directories = tuple(dict.fromkeys([Path(origin.directory), *directories]))

    def bind(self, declared: Iterable[Declared]) -> Mapping[str, AnyTask]:
        if not self.origin.python:
            try:
                return self.modules.bind(declared, self.directories, Path(self.origin.name))
            except TaskError as error:
                raise TaskError(*map(_of_run, error.problems)) from error.__cause__
        bound: dict[str, AnyTask] = {}
        problems: list[Problem] = []
        for one in declared:
            task = self._task(one.name)
            if task is None:
                hint = near_miss(one.name, registry.names()) or "import the module that defines it before the run is resumed"
                problems.append(Problem("CS408", f"task `{one.name}` is missing", None, hint))
                continue
            bound[one.name] = task
            changed = changed_signature(one, declare(one.name, task))
            problems += [_of_run(changed)] if changed else []
        if problems:
            raise TaskError(*problems)
        return bound

    def _task(self, name: str) -> AnyTask | None:
        plain = name.partition("#")[0]
        found = registry.find(name) or registry.find(plain)
        if isinstance(found, Task):
            return found
        module, _, path = plain.partition(":")
        holder = self._module(module)
        found = registry.find(plain) or registry.find(f"{_MAIN_AGAIN}:{path}")
        if isinstance(found, Task):
            return found
        value: Any = holder
        for part in path.split("."):
            value = getattr(value, part, None)
        if isinstance(value, Task):
            return value
        if isinstance(value, type) and issubclass(value, Exception):  # an error that the program makes
            return Task(value, name, "inline")
        return None

    def _module(self, name: str) -> ModuleType | None:
        if name == "builtins" or (name in sys.modules and name != _MAIN):
            return sys.modules[name]
        file = self.origin.files.get(name)
        if name == _MAIN:
            return _script(file)
        for directory in (os.getcwd(), *map(str, self.directories)):
            if directory not in sys.path:
                sys.path.append(directory)
        try:
            return importlib.import_module(name)
        except ImportError:
            return None


def _of_run(problem: Problem) -> Problem:
    """What is wrong with a task, of a program that is not to be built again."""
    hint = "the run is kept: it goes on when the task takes what it took"
    return problem._replace(hint=hint) if problem.code == "CS409" else problem


def _script(file: str | None) -> ModuleType | None:
    """The script that a flow was in, which this process may be running or not."""
    main = sys.modules[_MAIN]
    if file is None or _is_same(getattr(main, "__file__", None), file):
        return main
    known = sys.modules.get(_MAIN_AGAIN)
    if known is not None and _is_same(known.__file__, file):
        return known
    spec = spec_from_file_location(_MAIN_AGAIN, file, loader=SourceFileLoader(_MAIN_AGAIN, file))
    if spec is None or spec.loader is None or not os.path.exists(file):
        return None
    made = module_from_spec(spec)
    sys.modules[_MAIN_AGAIN] = made
    if (folder := os.path.dirname(file)) not in sys.path:
        sys.path.insert(0, folder)
    spec.loader.exec_module(made)
    return made


def _is_same(one: str | None, other: str) -> bool:
    return one is not None and os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)
