"""``cascadec build``, ``check`` and ``dis``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cascade_vm.blueprint import Blueprint

from cascade.cli.output import complain, results_only, show_error
from cascade.errors import CascadeError, Problem, TargetError, UsageError, public_errors
from cascade.files import read_bytes, write_output
from cascade.loading import (
    SourceReader,
    build_source,
    compile_graph,
    in_place,
    is_python,
    load_flow,
    portable,
    read_blueprint,
)
from cascade.task_modules import TaskModules

if TYPE_CHECKING:
    from cascade_compiler import graph

__all__ = ["build_file", "check_files", "list_file"]

FOUND = 1
"""The exit status when a check has found something."""
_DEFAULT_LEVEL = 2


def build_file(file: str, output: str | None, level: int | None, emit: str) -> int:
    """Compile, or read back, and write."""
    with results_only() as out:
        data = _emitted(file, level, emit)
        if output == "-" or (output is None and emit != "cbp"):
            out.bytes(data)
            return 0
    default = Path(file.rpartition(":")[2] + ".cbp") if is_python(file) else Path(file).with_suffix(".cbp")
    target = default if output is None else Path(output)
    if _is_same_file(target, Path(file)):
        raise UsageError(Problem("CS413", f"`{target}` is the file that is built: name another with -o"))
    write_output(target, data)
    return 0


def _is_same_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _emitted(file: str, level: int | None, emit: str) -> bytes:
    path = Path(file)
    if emit == "graph":
        from cascade_compiler.graph_text import format_graph

        program = _program(file)
        return format_graph(_expect_source(path, "--emit graph") if program is None else program).encode()
    blueprint = _blueprint(file, level)
    if path.suffix == ".csc" or is_python(file):
        blueprint = portable(blueprint, path.parent)
    match emit:
        case "json":
            from cascade_vm.readable import to_json

            return to_json(blueprint).encode()
        case "asm":
            from cascade_vm.listing import format_listing

            return format_listing(blueprint).encode()
        case _:
            from cascade_vm.codec import encode

            with public_errors(str(path)):
                return encode(blueprint)


def _expect_source(path: Path, what: str) -> NoReturn:
    raise UsageError(Problem("CS400", f"{what} is for sources (.csc) and Python flows, not for `{path}`"))


def _program(file: str) -> graph.Program | None:
    """The flow graph of a source or a Python flow; None for a built file."""
    if is_python(file):
        return load_flow(file).program()
    return build_source(Path(file), TaskModules()).program if Path(file).suffix == ".csc" else None


def _blueprint(file: str, level: int | None) -> Blueprint:
    """What a source or a Python flow compiles to, or a built file holds."""
    program = _program(file)
    if program is not None:
        return compile_graph(program, _DEFAULT_LEVEL if level is None else level)
    if level is not None:
        _expect_source(Path(file), "-O")
    return _read_back(Path(file))


def _read_back(path: Path) -> Blueprint:
    data = read_bytes(path)
    if path.suffix not in (".json", ".asm"):
        if path.suffix == ".cbp" or not data:
            return read_blueprint(path, data)
        raise TargetError(Problem("CS402", f"`{path}` is neither a source (.csc) nor a built program (.cbp, .json, .asm)"))
    from cascade_vm.listing import parse_listing
    from cascade_vm.readable import from_json
    from cascade_vm.verifier import verify

    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise TargetError(Problem("CS402", f"`{path}` is not text in UTF-8")) from None
    with public_errors(str(path)):
        blueprint = from_json(text) if path.suffix == ".json" else parse_listing(text)
        verify(blueprint)
    return blueprint


def list_file(file: str, level: int | None) -> int:
    """Write the listing, with the lines of the sources that are at hand."""
    from cascade_vm.listing import format_listing

    path = Path(file)
    with results_only() as out:
        blueprint = _blueprint(file, level)
        if path.suffix != ".csc" and not is_python(file):
            blueprint = in_place(blueprint, path.parent)
        out.bytes(format_listing(blueprint, _lines(blueprint)).encode("utf-8", "backslashreplace"))
    return 0


def _lines(blueprint: Blueprint) -> dict[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {}
    for file in blueprint.files:
        try:
            found[file] = Path(file).read_bytes().decode("utf-8-sig").splitlines()
        except (OSError, ValueError):
            continue
    return found


def check_files(files: Sequence[str]) -> int:
    """Show all that is wrong in each file; 1 when there is something."""
    wrong, problems = 0, 0
    for file in files:
        try:
            with results_only():
                _check(file)
        except TargetError:
            raise
        except CascadeError as error:
            if wrong:
                complain("")
            show_error(error)
            wrong += 1
            problems += len(error.problems)
    if wrong:
        where = f" in {wrong} of {len(files)} files" if len(files) > 1 else ""
        complain(f"\n{problems} {'error' if problems == 1 else 'errors'}{where}")
        return FOUND
    return 0


def _check(file: str) -> None:
    path = Path(file)
    if is_python(file):
        load_flow(file).program()
    elif path.suffix == ".csc":
        build_source(path, TaskModules(), SourceReader(path))
    else:
        _read_back(path)
