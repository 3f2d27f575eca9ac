"""Runs one text as a `.csc` program and as Python: where a program is Python but for a few words, CPython says what it means.

Knows the reference interpreter, and neither graphs nor Blueprints.
"""

from __future__ import annotations

import asyncio
import io
import re
import traceback
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

from cascade.host import LocalHost
from cascade.reference import Interpreter
from cascade_compiler.csc.project import build_program
from cascade_compiler.graph import Program
from cascade_grammar.spans import Source
from cascade_vm.blueprint import Task
from cascade_vm.errors import FlowFailed, trail_of
from cascade_vm.signature import bind

__all__ = ["Ending", "build", "run_csc", "run_python"]


class Ending(NamedTuple):
    """How a run ended: ``place`` is where an error was raised: line, column, end line, end column."""

    value: object
    error: str | None
    printed: str
    place: tuple[int, int, int, int] | None


def build(text: str, **others: str) -> Program:
    """The flow graph of a program without tasks; ``others`` are files beside it, by name without ``.csc``."""
    files = {"main.csc": text} | {f"{name}.csc": other for name, other in others.items()}

    def read(path: Path) -> Source:
        if str(path) not in files:
            raise FileNotFoundError(str(path))
        return Source(str(path), files[str(path)])

    return build_program(Path("main.csc"), _no_tasks, read).program


def _no_tasks(module: str, folder: Path) -> dict[str, Task]:
    return {}


def run_csc(text: str, *arguments: object) -> Ending:
    """Run the flow ``main`` on the reference interpreter."""
    program = build(text)
    (main,) = (flow for flow in program.flows if flow.name == "main")
    given: Sequence[object] = bind(main, arguments, {})
    printed = io.StringIO()
    with redirect_stdout(printed):
        try:
            value = asyncio.run(Interpreter(program, LocalHost({})).run("main", given))
        except Exception as error:
            place = trail_of(error)[0]
            return Ending(None, f"{type(error).__name__}: {error}", printed.getvalue(), place[2:])
    return Ending(value, None, printed.getvalue(), None)


def to_python(text: str) -> str:
    """The same program in Python: flows are functions, `fail` raises, and labels are not used. Lines and columns of what stands
    inside of a line after these words are kept, because the words are as long."""
    text = re.sub(r"^(\s*)loop:", r"\1while 1:", text, flags=re.MULTILINE)
    text = re.sub(r"^(\s*)fail$", r"\1raise", text, flags=re.MULTILINE)
    text = re.sub(r"\bfail (?=[A-Z])", "raise ", text)
    return re.sub(r"^flow ", "def  ", text, flags=re.MULTILINE)


def run_python(text: str, *arguments: object) -> Ending:
    """Run the function ``main`` that the text is in Python."""
    names: dict[str, object] = {"FlowFailed": FlowFailed}
    code = compile(to_python(text), "main.csc", "exec")
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(code, names)
        main = names["main"]
        assert callable(main)
        try:
            value = main(*arguments)
        except Exception as error:
            (*_, last) = traceback.extract_tb(error.__traceback__)
            place = (last.lineno, last.colno, last.end_lineno, last.end_colno)
            return Ending(None, f"{type(error).__name__}: {error}", printed.getvalue(), place)  # type: ignore[arg-type]
    return Ending(value, None, printed.getvalue(), None)
