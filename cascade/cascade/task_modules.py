"""Which Python functions a program's tasks are: user modules are imported, and only `@cs.task` objects of them are seen.

A module is looked up beside the program's file first, then on Python's path. One that lies beside is imported under its
own name; when that name is taken by another module of this process (a file ``json.py`` beside the flow), under a name of its
own, so that both live. This file knows tasks and modules, not flows.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

from cascade_vm.blueprint import Task as Declared
from cascade_vm.blueprint import TaskParameter
from msgspec.structs import replace

from cascade import registry
from cascade.errors import CascadeError, Problem, TaskError
from cascade.parameters import near_miss
from cascade.tasks import Task

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AnyTask", "ModuleMissing", "TaskModules", "bind_registered", "changed_signature", "format_task_signature"]

AnyTask: TypeAlias = Task[..., object]


class ModuleMissing(Exception):  # noqa: N818 - says which
    """There is no Python module of that name."""

    def __init__(self, module: str) -> None:
        super().__init__(module)
        self.module = module


class TaskModules:
    """Finds tasks for one program, and remembers which function each name means."""

    def __init__(self, places: Mapping[str, Path] | None = None) -> None:
        self.found: dict[str, AnyTask] = {}
        self.places: dict[str, Path] = dict(places or {})
        """The directory of each module that lies beside a source: known from a compilation, or found here."""
        self._modules: dict[str, ModuleType] = {}

    def tasks_of(self, module: str, directories: Iterable[Path]) -> Mapping[str, AnyTask]:
        """The tasks that a module defines or names, by their name there. Raises `ModuleMissing`, or `TaskError` CS410."""
        loaded = self.module(module, directories)
        tasks = {name: value for name, value in vars(loaded).items() if isinstance(value, Task)}
        self.found.update({f"{module}:{name}": task for name, task in tasks.items()})
        return tasks

    def declared_by(self, module: str, directory: Path) -> Mapping[str, Declared]:
        """What a compiler has to know of a module's tasks."""
        tasks = self.tasks_of(module, (directory,))
        return {name: declare(f"{module}:{name}", task) for name, task in tasks.items()}

    def module(self, module: str, directories: Iterable[Path] = ()) -> ModuleType:
        """The module, imported. Raises `ModuleMissing`, or `TaskError` CS410."""
        for directory in directories:
            file = _file_beside(module, directory)
            if file is not None:
                self.places[module] = directory
                return self._beside(module, file, directory)
        if module not in self._modules:
            self._modules[module] = _import_by_name(module)
        return self._modules[module]

    def _beside(self, module: str, file: Path, directory: Path) -> ModuleType:
        known = self._modules.get(module)
        if known is None:
            known = self._modules[module] = _import_file(module, file, directory)
        elif _file_of(known) != file:
            message = f"two task modules are called `{module}`: `{_file_of(known)}` and `{file}`"
            raise TaskError(Problem("CS418", message, hint="a program names tasks by module, so rename one of them"))
        return known

    def bind(self, declared: Iterable[Declared], directories: Iterable[Path], program: Path) -> Mapping[str, AnyTask]:
        """The task for each one that a built ``program`` names. Raises `TaskError` with all that are missing or changed."""
        places = tuple(directories)
        bound: dict[str, AnyTask] = {}
        problems: list[Problem] = []
        for one in declared:
            problem = self._bind_one(one, places, bound)
            problems += [problem._replace(place=str(program))] if problem else []
        if problems:
            raise TaskError(*problems)
        return bound

    def _bind_one(self, declared: Declared, places: tuple[Path, ...], bound: dict[str, AnyTask]) -> Problem | None:
        module, _, name = declared.name.partition(":")
        try:
            tasks = self.tasks_of(module, (self.places[module],) if module in self.places else places)
        except ModuleMissing:
            return Problem("CS408", f"task `{name}` is missing: there is no Python module `{module}`", None, _SEARCHED)
        if name not in tasks:
            message = f"task `{name}` is missing: module `{module}` has no `@cs.task` of that name"
            return Problem("CS408", message, None, near_miss(name, tasks))
        bound[declared.name] = tasks[name]
        return changed_signature(declared, declare(declared.name, tasks[name]))


_SEARCHED = "modules are looked up beside the program's file first, then on Python's path"


def bind_registered(declared: Iterable[Declared]) -> Mapping[str, AnyTask]:
    """The tasks of this process that have the names which a Blueprint knows. Raises `TaskError` with all that are wrong."""
    bound: dict[str, AnyTask] = {}
    problems: list[Problem] = []
    for one in declared:
        task = registry.find(one.name)
        if not isinstance(task, Task):
            hint = near_miss(one.name, registry.names()) or "tasks are known when their modules have been imported"
            problems.append(Problem("CS408", f"task `{one.name}` is missing", None, hint))
            continue
        bound[one.name] = task
        changed = changed_signature(one, declare(one.name, task))
        problems += [changed] if changed else []
    if problems:
        raise TaskError(*problems)
    return bound


def declare(name: str, task: AnyTask) -> Declared:
    """What a program records of a task that it knows by ``name``."""
    return replace(task.declared, name=name)


def changed_signature(built: Declared, found: Declared) -> Problem | None:
    if built.parameters is not None and built.parameters != found.parameters:
        was, now = format_task_signature(built), format_task_signature(found)
        message = f"task `{built.name}` is now `{now}`; the program was built for `{was}`"
    elif (built.pure and not found.pure) or (built.total and not found.total):
        effect = "pure" if built.pure and not found.pure else "total"
        message = f"task `{built.name}` is no longer declared {effect}, which the program was built for"
    else:
        return None
    return Problem("CS409", message, None, "build the program again")


def format_task_signature(task: Declared) -> str:
    """``fetch(url, *, retries=…)``"""
    name = task.name.rpartition(":")[2]
    if task.parameters is None:
        return f"{name}(…)"
    shown: list[str] = []
    for index, parameter in enumerate(task.parameters):
        before = task.parameters[index - 1].kind if index else ""
        if before == "position" and parameter.kind != "position":
            shown.append("/")
        if parameter.kind == "keyword" and before not in ("keyword", "rest"):
            shown.append("*")
        shown.append(_format_parameter(parameter))
    if task.parameters and task.parameters[-1].kind == "position":
        shown.append("/")
    return f"{name}({', '.join(shown)})"


def _format_parameter(parameter: TaskParameter) -> str:
    stars = {"rest": "*", "keywords": "**"}.get(parameter.kind, "")
    default = "" if parameter.required or stars else "=…"
    return f"{stars}{parameter.name}{default}"


# --- importing -----------------------------------------------------------------------------------------------------------


def _file_beside(module: str, directory: Path) -> Path | None:
    base = directory.joinpath(*module.split("."))
    for file in (base / "__init__.py", base.with_name(f"{base.name}.py")):
        if file.is_file():
            return file.resolve()
    return None


def _file_of(module: ModuleType) -> Path | None:
    from pathlib import Path  # 3 ms, and graphs of calls need this module and no files

    file = getattr(module, "__file__", None)
    return Path(file).resolve() if file else None


def _import_file(module: str, file: Path, directory: Path) -> ModuleType:
    """Import the module that lies beside. Its directory goes on Python's path, as that of a script does: the module may
    import its neighbours, now or when a task runs."""
    place = str(directory.resolve())
    if place not in sys.path:
        sys.path.insert(0, place)
    taken = sys.modules.get(module)
    if taken is None and sys.path[0] == place:
        importlib.invalidate_caches()
        loaded = _import_by_name(module)
        if _file_of(loaded) == file:
            return loaded
    elif taken is not None and _file_of(taken) == file:
        return taken
    return _import_under_own_name(module, file)


def _import_by_name(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(f"{error.name}.")):
            raise ModuleMissing(module) from None
        raise _failed(module, error) from error
    except (Exception, SystemExit) as error:
        raise _failed(module, error) from error


def _import_under_own_name(module: str, file: Path) -> ModuleType:
    name = f"{module.replace('.', '_')}@{os.fsencode(file).hex()}"
    if name in sys.modules:
        return sys.modules[name]
    from importlib import util

    spec = util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    loaded = sys.modules[name] = util.module_from_spec(spec)
    try:
        spec.loader.exec_module(loaded)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _failed(module, error) from error
    return loaded


def _failed(module: str, error: BaseException) -> CascadeError:
    if isinstance(error, CascadeError):  # it loads a program of its own, which is wrong
        return error
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return TaskError(Problem("CS410", f"task module `{module}` fails to import: {said}"))
