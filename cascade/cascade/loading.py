"""From what a user names (a source, a built program, a Python object) to a `Program`, bound to its tasks and ready to run.

A source is compiled, or taken from the compile cache while it and what it imports are unchanged; built programs, cached ones
included, are decoded and verified. The grammar and the compiler are imported only when something is compiled.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cascade_vm.blueprint import Blueprint, Task
from cascade_vm.codec import MAGIC, decode, encode
from cascade_vm.errors import BlueprintError
from cascade_vm.verifier import verify
from msgspec.structs import replace

from cascade.errors import CascadeError, Problem, TargetError, TaskError, public_errors
from cascade.files import read_bytes
from cascade.parameters import near_miss
from cascade.program import Flow, FlowCall, Material, Program
from cascade.task_modules import ModuleMissing, TaskModules

if TYPE_CHECKING:
    from cascade_compiler import graph
    from cascade_compiler.csc.project import Build
    from cascade_grammar.spans import Source

    from cascade import compile_cache
    from cascade.flows import FlowFunction

__all__ = [
    "SourceReader", "build_source", "compile_graph", "flows_in", "is_python", "load", "load_flow", "load_target", "portable",
    "read_blueprint",
]  # fmt: skip

_PYTHON_TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
_LEVELS = (0, 1, 2)


def load(path: str | os.PathLike[str], *, optimise: int = 2) -> Program:
    """The program in a source (``.csc``) or a built file (``.cbp``), its tasks imported and bound.

    ``optimise`` is the level (0, 1 or 2) at which a source is compiled. Raises `CompileError`, `LoadError`, `TargetError` or
    `TaskError`, each with everything that is wrong.

    >>> from pathlib import Path
    >>> _ = Path("add.csc").write_text("flow add(a: int, b: int = 1) -> int:\\n    return a + b\\n")
    >>> program = load("add.csc")
    >>> cs.run(program.add(41))
    42
    """
    if optimise not in _LEVELS:
        raise ValueError(f"optimise is 0, 1 or 2, not {optimise!r}")
    place = Path(path)
    data = read_bytes(place)
    if place.suffix == ".csc":
        return _load_source(place, data, optimise)
    if place.suffix == ".cbp" or data.startswith(MAGIC):
        return _load_built(place, data)
    raise TargetError(Problem("CS402", f"`{place}` is neither a source (.csc) nor a built program (.cbp)"))


def load_target(target: str, *, optimise: int = 2) -> Program | Flow | FlowCall:
    """What TARGET names on the command line: a file, or ``module:name``, a flow or program that a Python module holds."""
    if is_python(target):
        found = _load_python(target)
        return found if isinstance(found, Program | Flow | FlowCall) else found.current.flow
    return load(target, optimise=optimise)


# --- sources -------------------------------------------------------------------------------------------------------------


class SourceReader:
    """Reads the sources of one program, and keeps what it read. ``known`` are contents that need not be read again."""

    def __init__(self, main: Path, known: Mapping[Path, bytes] | None = None) -> None:
        self._main = main
        self._known = known or {}
        self.contents: dict[Path, bytes] = {}
        self.sources: list[Source] = []

    def __call__(self, path: Path) -> Source:
        """The text of a file. For the main one raises `TargetError`; what is wrong with others the front end says."""
        from cascade_grammar.spans import Source

        data = self._known.get(path.resolve())
        if data is None:
            data = read_bytes(path) if path == self._main else path.read_bytes()
        self.contents[path.resolve()] = data
        try:
            self.sources.append(Source(str(path), data.decode("utf-8-sig")))
            return self.sources[-1]
        except UnicodeDecodeError as error:
            if path != self._main:
                raise
            raise TargetError(_not_text(path, data, error)) from None


def _not_text(path: Path, data: bytes, error: UnicodeDecodeError) -> Problem:
    if b"\0" in data:
        built = "it is a built program" + ("" if path.suffix == ".cbp" else ": its name should end in .cbp")
        hint = built if data.startswith(MAGIC) else None
        return Problem("CS402", f"`{path}` is a binary file, not a source", hint=hint)
    line = data.count(b"\n", 0, error.start) + 1
    return Problem("CS402", f"`{path}` is not text in UTF-8: byte {data[error.start]:#04x}", f"{path}:{line}")


def build_source(path: Path, modules: TaskModules, read: SourceReader | None = None) -> Build:
    """The flow graph of a source. Raises `CompileError`, `TargetError` or `TaskError`."""
    from cascade_compiler.csc import project

    reader = read or SourceReader(path)

    def tasks_of(module: str, directory: Path) -> Mapping[str, Task]:
        try:
            return modules.declared_by(module, directory)
        except ModuleMissing:
            raise project.TaskModuleMissing(module) from None
        except TaskError as error:
            place = _import_of(module, reader.sources)
            located = [one._replace(place=one.place or place) if one.code == "CS410" else one for one in error.problems]
            raise TaskError(*located) from error.__cause__

    with public_errors(str(path)), _collector_paused():
        return project.build_program(path, tasks_of, reader)


def _import_of(module: str, sources: Iterable[Source]) -> str | None:
    """The place where a task module is named."""
    for source in sources:
        found = re.search(rf"^from[ \t]+({re.escape(module)})[ \t]", source.text, re.MULTILINE)
        if found:
            line, column = source.position(found.start(1))
            return f"{source.name}:{line}:{column + 1}"
    return None


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Compiling makes many small objects and no garbage in cycles: without the collector it takes 20 % less time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def compile_graph(program: graph.Program, level: int) -> Blueprint:
    """The Blueprint of a flow graph."""
    from cascade_compiler.lowering import lower
    from cascade_compiler.optimise import optimise

    with public_errors("the program"), _collector_paused():
        return optimise(lower(program), level)


def _load_source(path: Path, data: bytes, level: int) -> Program:
    from cascade import compile_cache

    entry = compile_cache.fetch(path, level)
    revived = None if entry is None else _revive(path, entry)
    if revived is not None:
        return revived
    modules, read = TaskModules(), SourceReader(path, {path.resolve(): data})
    build = build_source(path, modules, read)
    blueprint = compile_graph(build.program, level)
    kept = encode(portable(blueprint, path.parent))
    compile_cache.keep(path, level, compile_cache.Entry(read.contents, modules.places, kept))
    lines = {source.name: source.text for source in build.sources}
    return Program(str(path), Material(blueprint, modules.found, lines, lambda: build.program, _digest(kept, blueprint)))


def _revive(path: Path, entry: compile_cache.Entry) -> Program | None:
    """The program of a cache entry; None when the entry is no good, or its tasks are not what they were."""
    try:
        blueprint = in_place(_decode(entry.blueprint), path.parent)
        tasks = TaskModules(entry.modules).bind(blueprint.tasks, [file.parent for file in entry.files], path)
    except (BlueprintError, CascadeError):
        return None  # compile it, which says what is wrong
    lines = {
        file: entry.files[Path(file).resolve()].decode("utf-8-sig")
        for file in blueprint.files
        if Path(file).resolve() in entry.files
    }

    def read_graph() -> graph.Program:
        return build_source(path, TaskModules(entry.modules), SourceReader(path, entry.files)).program

    return Program(str(path), Material(blueprint, tasks, lines, read_graph, _digest(entry.blueprint, blueprint)))


# --- names of files ------------------------------------------------------------------------------------------------------


def portable(blueprint: Blueprint, directory: Path) -> Blueprint:
    """The Blueprint with its files named as seen from ``directory``: the same wherever it is built."""
    names = (os.path.relpath(file, directory).replace(os.sep, "/") for file in blueprint.files)
    return replace(blueprint, files=tuple(names))


def in_place(blueprint: Blueprint, directory: Path) -> Blueprint:
    """The inverse: files that are there, seen from ``directory``, by names that find them from here."""
    names = (os.path.normpath(directory / file) for file in blueprint.files)
    shown = (name if os.path.exists(name) else file for name, file in zip(names, blueprint.files, strict=True))
    return replace(blueprint, files=tuple(shown))


def _digest(data: bytes, blueprint: Blueprint) -> bytes:
    """Of a Blueprint that has these bytes, but for the names of its files."""
    return sha256(data + repr(blueprint.files).encode("utf-8", "surrogatepass")).digest()


# --- built programs ------------------------------------------------------------------------------------------------------


def _load_built(path: Path, data: bytes) -> Program:
    blueprint = read_blueprint(path, data)
    beside = path.parent
    directories = dict.fromkeys((beside, *((beside / file).parent for file in blueprint.files)))
    tasks = TaskModules().bind(blueprint.tasks, tuple(directories), path)
    placed = in_place(blueprint, beside)
    return Program(str(path), Material(placed, tasks, {}, None, _digest(data, placed)))


def read_blueprint(path: Path, data: bytes) -> Blueprint:
    """The Blueprint in a built file, verified. Raises `LoadError`."""
    with public_errors(str(path)):
        return _decode(data)


def _decode(data: bytes) -> Blueprint:
    """A Blueprint from bytes, verified."""
    blueprint = decode(data)
    verify(blueprint)
    return blueprint


# --- Python objects ------------------------------------------------------------------------------------------------------


def is_python(target: str) -> bool:
    """Whether what a user named is ``module:name``, and no file."""
    return _PYTHON_TARGET.fullmatch(target) is not None and not os.path.exists(target)


def load_flow(target: str) -> FlowFunction[..., Any]:
    """The Python flow ``module:name``. Raises `TargetError`."""
    found = _load_python(target)
    if isinstance(found, Program | Flow | FlowCall):
        hint = "name the file that it was loaded from"
        raise TargetError(Problem("CS402", f"`{target}` is a {type(found).__name__}, not a Python function", hint=hint))
    return found


def flows_in(module: str) -> list[Flow]:
    """The Python flows of a module, those that it imports aside. Raises `TargetError`."""
    from cascade.flows import FlowFunction

    holder = _python_module(module, None)
    found = [value for value in vars(holder).values() if isinstance(value, FlowFunction)]
    return [flow.current.flow for flow in dict.fromkeys(found) if flow.fn.__module__ == holder.__name__]


def _python_module(module: str, name: str | None) -> ModuleType:
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return TaskModules().module(module)
    except ModuleMissing:
        named_so = name is not None and module.endswith((".csc", ".cbp"))
        hint = f"a flow of a file is named after it: `{module} {name}`" if named_so else None
        raise TargetError(Problem("CS401", f"there is no Python module `{module}`", hint=hint)) from None


def _load_python(target: str) -> Program | Flow | FlowCall | FlowFunction[..., Any]:
    from cascade.flows import FlowFunction

    module, _, name = target.partition(":")
    holder = _python_module(module, name)
    found = getattr(holder, name, None)
    if isinstance(found, Program | Flow | FlowCall | FlowFunction):
        return found
    if found is None:
        known = [key for key, value in vars(holder).items() if isinstance(value, Program | Flow | FlowFunction)]
        raise TargetError(Problem("CS404", f"module `{module}` has no flow `{name}`", hint=near_miss(name, known)))
    raise TargetError(Problem("CS402", f"`{target}` is a {type(found).__name__}, neither a flow nor a program"))
