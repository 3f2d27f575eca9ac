"""The commands of ``cascade`` for runs that are kept in a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from cascade.cli.group import exits

__all__ = ["COMMANDS", "RUN_OPTIONS", "STORE"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

STORE: Final = "CASCADE_STORE"
"""The variable that names a store where ``--store`` does not."""


def _store(help: str) -> Callable[[_Command], _Command]:  # noqa: A002
    return click.option("--store", metavar="URL", envvar=STORE, show_envvar=True, help=help)


_STORE: Final = _store("The store: a path, or postgresql://…")
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
_TIMEOUT: Final = click.option("--timeout", metavar="DURATION", help="Put the run aside after this long: 30s, 1h30m.")
_EVENTS: Final = click.option("--json-events", metavar="FILE", help="Write each event of the run as a line of JSON.")
_CODEGEN: Final = click.option(
    "--no-codegen", "codegen", flag_value=False, default=True, help="Make no Python functions of what runs for long."
)


def RUN_OPTIONS(command: _Command) -> _Command:  # noqa: N802 - stands where options do
    """Those of ``cascade run`` that keep the run."""
    run_id = click.option("--run-id", metavar="ID", help="What the run is called in the store; one that is there is continued.")
    return _store("Keep the run here, so that it can be resumed: a path, or postgresql://…")(run_id(command))


@click.command(short_help="Continue a run that was interrupted.")
@click.argument("run_id")
@_STORE
@click.option("--add-budget", metavar="turns=N,calls=N", help="What it may spend besides, where that was limited.")
@_TIMEOUT
@_EVENTS
@_CODEGEN
@exits
def resume(run_id: str, **options: Any) -> int:
    """Continue the run RUN_ID to its end and print its result, as `cascade run` does.

    What was committed is not done again; calls that were under way are made again. The run goes on with the program that it
    began with, whatever became of the source. Of a run that has ended the result is printed again.
    """
    from cascade.cli.kept import resume_run

    return resume_run(run_id, **options)


@click.command(short_help="List the runs of a store.")
@_STORE
@click.option(
    "--status",
    metavar="STATUS",
    help="Only these: running, interrupted, waiting, paused, ready, done, failed, cancelled, damaged.",
)
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, metavar="N", help="The newest, so many.")
@_JSON
@click.option("--prune", metavar="DURATION", help="Remove runs that ended so long ago: 30d, 12h.")
@exits
def runs(**options: Any) -> int:
    """List runs, the newest first: status, where each stands, what it waits for, since when, what it has spent, its bytes.

    A run whose process was killed is `interrupted`: `cascade resume` continues it.
    """
    from cascade.cli.listing import list_runs

    return list_runs(**options)


@click.command(short_help="Show where a run stands, with its variables.")
@click.argument("run_id")
@_STORE
@_JSON
@exits
def show(run_id: str, **options: Any) -> int:
    """Show what the run RUN_ID waits for, its flows with their variables, the calls under way and the last results.

    The run is brought back in memory for that. Nothing is called, its tasks need not be there, and whoever runs it goes on.
    """
    from cascade.cli.showing import show_run

    return show_run(run_id, **options)


@click.command(short_help="Send a signal to a run.")
@click.argument("run_id")
@click.argument("name")
@click.argument("value", required=False)
@_STORE
@exits
def signal(run_id: str, name: str, value: str | None, store: str | None) -> int:
    """Send the signal NAME to the run RUN_ID, with VALUE: JSON, or a bare word, which is text.

    It is kept until the run waits for it, whether somebody runs it now or not.
    """
    from cascade.cli.kept import signal_run

    return signal_run(run_id, name, value, store)


@click.command(short_help="Cancel a run.")
@click.argument("run_id")
@_STORE
@exits
def cancel(run_id: str, store: str | None) -> int:
    """Cancel the run RUN_ID: its `finally` suites run, in the process that has it, or here when none has."""
    from cascade.cli.kept import cancel_run

    return cancel_run(run_id, store)


@click.command(short_help="Copy a run, to go on another way.")
@click.argument("run_id")
@_STORE
@click.option("--at", type=int, metavar="N", help="From the N-th record of its log; from where it stands when not given.")
@click.option("--set", "changes", multiple=True, metavar="NAME=JSON", help="Change a variable of the flow that it is in.")
@click.option("--id", "new_id", metavar="ID", help="What the copy is called.")
@exits
def fork(run_id: str, **options: Any) -> int:
    """Copy the run RUN_ID under another id, which is printed: `cascade resume` continues the copy.

    What was committed is not done again in it; calls that were under way are made again, with the arguments that they have.
    """
    from cascade.cli.kept import fork_run

    return fork_run(run_id, **options)


@click.command(short_help="Kill a flow at every commit, and see that it comes to the same.")
@click.argument("target")
@click.argument("flow", required=False)
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter, converted by its declared type.")
@click.option("--params", metavar="FILE", help="A JSON object of parameters. -p wins.")
@click.option(
    "--signal", "signals", multiple=True, metavar="NAME[=JSON]", help="A signal that is sent to each run at its start."
)
@click.option("--kills", type=click.IntRange(1), metavar="N", help="At most so many, spread over the run.")
@click.option("--keep", metavar="FILE", help="Keep the store with all runs here.")
@exits
def crashtest(target: str, flow: str | None, **options: Any) -> int:
    """Run FLOW of TARGET once; then again and again, each time killed before or after another commit, and resumed.

    Each has to come to the same value, with the same log of calls, and no call that was committed may be made again. The tasks
    are REALLY CALLED, about as often as there are kills: try it where what they do does no harm. The exit status is 1 when
    something differs.
    """
    from cascade.cli.crashtest import crash_test

    return crash_test(target, flow, **options)


COMMANDS: Final = (resume, runs, show, signal, cancel, fork, crashtest)
