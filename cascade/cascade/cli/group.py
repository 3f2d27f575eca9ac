"""The top of both commands: a click group that speaks as the rest does. What is wrong with a command line is one coded sentence
and a hint, and so is an output that can not be written."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn, ParamSpec

import click

from cascade.cli.output import INTERRUPTED, WRONG, complain, output_lost, status_of
from cascade.errors import CascadeError, Problem, UsageError, format_problem

__all__ = ["Commands", "PlainCommand", "exits"]

_Parameters = ParamSpec("_Parameters")

_HOME: Final = {
    **dict.fromkeys(("build", "check", "fmt", "dis"), "cascadec"),
    **dict.fromkeys(("run", "flows", "explain", "bench"), "cascade"),
    **dict.fromkeys(("resume", "runs", "show", "signal", "cancel", "fork", "crashtest"), "cascade"),
}
"""Which of the two has a command: it is easily looked for at the other."""


def exits(command: Callable[_Parameters, int]) -> Callable[_Parameters, NoReturn]:
    """A command that gives its exit status, as click wants to be told it."""

    @functools.wraps(command)
    def run(*arguments: _Parameters.args, **options: _Parameters.kwargs) -> NoReturn:
        status = status_of(lambda: command(*arguments, **options), click.ClickException, click.exceptions.Exit)
        raise click.exceptions.Exit(status)

    return run


class PlainCommand(click.Command):
    """A command of one's own that speaks so."""

    def main(  # type: ignore[override]  # click spells two overloads
        self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **options: Any
    ) -> Any:
        """Run a command; ends the process with its exit status, unless ``standalone_mode`` is off."""
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **options)
        try:
            status = super().main(args, standalone_mode=False, **options)
        except click.ClickException as error:
            status = _show(error)
        except CascadeError as error:
            complain(str(error))
            status = WRONG
        except (click.Abort, KeyboardInterrupt):
            complain("interrupted")
            status = INTERRUPTED
        except OSError as error:
            status = output_lost(error)
        sys.exit(status if isinstance(status, int) else 0)


class Commands(PlainCommand, click.Group):
    """The commands ``cascade`` and ``cascadec``."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named. Raises `UsageError` CS400 for one of the other program."""
        home = _HOME.get(args[0])
        if args[0] not in self.commands and home is not None:
            message = f"`{ctx.info_name}` has no command `{args[0]}`"
            raise UsageError(Problem("CS400", message, None, f"that is `{home} {args[0]}`"))
        return super().resolve_command(ctx, args)


def _show(error: click.ClickException) -> int:
    if not error.format_message() or type(error).__name__ == "NoArgsIsHelpError":  # its message is the help
        error.show()
        return WRONG
    said, _, guess = error.format_message().rstrip(".").partition(". ")
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"`{context.command_path} --help` tells what there is" if context is not None else None
    if "extra argument" in said and "=" in said:
        hint = "parameters are given as `-p NAME=VALUE`"
    complain(format_problem(Problem("CS400", _uncapitalised(said), None, _uncapitalised(guess) or hint)))
    return WRONG


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
