"""`create_cli`: a graph of calls as a command, with an option for each parameter that it names.

The command behaves as ``cascade run`` does: one line of JSON on standard output, everything else on standard error, and the
same exit statuses.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Final

import click
from cascade_vm.errors import trail_of

from cascade.cli.group import PlainCommand, exits
from cascade.cli.output import Out, complain, results_only, show_error
from cascade.cli.supervisor import Outcome, busy_threads, leave, supervise
from cascade.conversion import from_text
from cascade.declared import ANY, Mismatch
from cascade.engine import Engine
from cascade.errors import ArgumentError, CascadeError, GraphError, Problem, UsageError, format_problem
from cascade.inputs import Input, Param, read_inputs
from cascade.json_result import NotJson, to_json
from cascade.lazy import NOTHING
from cascade.places import format_place
from cascade.structure import nodes_of
from cascade.targets import check_target, name_of
from cascade.trace import format_failure, lines_of_files

__all__ = ["create_cli"]

FAILED: Final = 1


def create_cli(target: Any, name: str | None = None, help: str | None = None) -> click.Command:  # noqa: A002
    """A command that runs ``target``, to be called or to be added to a click group.

        if __name__ == "__main__":
            cs.create_cli(report(cs.Param("day", type=str, description="Which day.")))()

    Each `cs.Param` is an option: ``--day``, with the description as its help. ``name`` and ``help`` are the command's.

    >>> from click.testing import CliRunner
    >>> length = cs.task(len)
    >>> command = create_cli(length(cs.Param("text", type=str)))
    >>> print(CliRunner().invoke(command, ["--text", "abc"]).output, end="")
    3
    """
    check_target(target)
    params = _params_of(target)
    taken = {_flag(name) for name in params}
    if len(taken) < len(params):
        raise GraphError(Problem("CS439", "two parameters would be the same option of a command", None, "rename one of them"))
    options: list[click.Parameter] = [_option(one, number) for number, one in enumerate(params.values())]
    if "--interpret" not in taken:
        interpret = "On the reference interpreter instead of the machine."
        options.append(click.Option(["interpret", "--interpret"], is_flag=True, help=interpret))

    @exits
    def run(interpret: bool = False, **texts: Any) -> int:
        given = {one.name: texts[f"param_{number}"] for number, one in enumerate(params.values())}
        values = _converted(params, {name: text for name, text in given.items() if text is not None})
        return _run(target, values, not interpret)

    doc = help if help is not None else _doc_of(target)
    return PlainCommand(name or name_of(target), params=options, callback=run, help=doc, add_help_option="--help" not in taken)


# --- options -------------------------------------------------------------------------------------------------------------


def _params_of(target: Any) -> dict[str, Param[Any]]:
    """The parameters by name. Those of one name are one, and have to say the same."""
    found: dict[str, Param[Any]] = {}
    for node in nodes_of(target):
        if isinstance(node, Param):
            other = found.setdefault(node.name, node)
            if _said_of(other) != _said_of(node):
                hint = "make it once, and use that wherever it is needed"
                raise GraphError(Problem("CS439", f"parameter `{node.name}` is declared in two ways", None, hint))
    return found


def _said_of(one: Param[Any]) -> tuple[object, ...]:
    default = None if one.default is NOTHING else (type(one.default), repr(one.default))
    return (one.type_name, default, one.description)


def _flag(name: str) -> str:
    words = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")
    return f"--{words or name}"


def _option(one: Param[Any], number: int) -> click.Option:
    notes = [one.description] if one.description else []
    if one.default is not NOTHING:
        notes.append(f"[default: {one.default}]")
    metavar = "VALUE" if one.declared == ANY and not one.is_class else one.type_name.upper()
    return click.Option([f"param_{number}", _flag(one.name)], metavar=metavar, help="  ".join(notes) or None)


def _converted(params: dict[str, Param[Any]], texts: dict[str, str]) -> dict[str, object]:
    """Texts of the command line as values. Raises `ArgumentError` with all that do not fit."""
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for name, text in texts.items():
        one = params[name]
        try:
            values[name] = one.converted(text) if one.is_class else from_text(one.declared, text)
        except Mismatch as mismatch:
            problems.append(Problem("CS407", f"`{_flag(name)}` takes `{one.type_name}`, not {mismatch.found}"))
    if problems:
        raise ArgumentError(*problems)
    return values


def _doc_of(target: Any) -> str | None:
    doc: object = getattr(getattr(target, "target", None), "__doc__", None)
    return doc if isinstance(doc, str) else None


# --- the run -------------------------------------------------------------------------------------------------------------


def _run(target: Any, values: dict[str, object], use_vm: bool) -> int:
    read_inputs(
        (node for node in nodes_of(target) if isinstance(node, Input)), values
    )  # all that is wrong, before anything runs
    before = frozenset(threading.enumerate())
    engine = Engine()
    with results_only() as out:
        try:
            outcome = supervise(engine.run(target, values, use_vm), None, engine.close)
        finally:
            engine.close()
        status = _conclude(name_of(target), outcome, out)
    if outcome.signal is not None and busy_threads(before):
        leave(status)
    return status


def _conclude(name: str, outcome: Outcome, out: Out) -> int:
    """Write the result or what went wrong; the exit status."""
    error = outcome.error
    match error:
        case None:
            return _write(name, outcome.value, out)
        case asyncio.CancelledError() | KeyboardInterrupt() if outcome.signal is not None:
            complain("interrupted")
            return 128 + outcome.signal
        case ArgumentError() | GraphError():
            raise error
        case CascadeError():
            show_error(error)
        case _:
            place = next(iter(trail_of(error)), None)
            complain(format_failure(error, lines_of_files))
            said = ": ".join(filter(None, (type(error).__name__, _first_line(error))))
            complain(format_problem(Problem("CS419", f"`{name}` failed: {said}", format_place(place) if place else None)))
    return FAILED


def _first_line(error: BaseException) -> str:
    try:
        return str(error).partition("\n")[0]
    except Exception:  # the error's class is the user's
        return ""


def _write(name: str, value: object, out: Out) -> int:
    try:
        out.line(to_json(value))
    except NotJson as found:
        complain(format_problem(Problem("CS412", f"the result of `{name}` is not JSON: result{found.path} is {found.found}")))
        return FAILED
    except UsageError as error:  # the work is done, and nobody has the result
        show_error(error)
        return FAILED
    return 0
