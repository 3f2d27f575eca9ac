"""The command ``cascadec``: checks, formats, builds and lists programs."""

from __future__ import annotations

import click

from cascade import __version__
from cascade.cli.group import Commands, exits

__all__ = ["main"]

_LEVEL = click.Choice(["0", "1", "2"])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cascadec")
def main() -> None:
    """Check, format, build and list workflows. `cascade` runs them."""


@main.command(short_help="Compile a source to a .cbp file, or show what it becomes.")
@click.argument("file")
@click.option("-o", "--output", metavar="OUT", help="Where to write; - is standard output.")
@click.option("-O", "level", type=_LEVEL, help="How much to optimise: 2 when not given.")
@click.option("--emit", type=click.Choice(["cbp", "json", "asm", "graph"]), default="cbp", help="What to write.")
@exits
def build(file: str, output: str | None, level: str | None, emit: str) -> int:
    """Compile FILE (.csc, or module:name, a Python flow), or read back what --emit json or asm wrote (.json, .asm).

    Without -o, a .cbp is written beside FILE, and text goes to standard output. A file is replaced as a whole or not at all.
    """
    from cascade.cli.building import build_file

    return build_file(file, output, None if level is None else int(level), emit)


@main.command(short_help="Find what is wrong with sources.")
@click.argument("files", nargs=-1, required=True)
@exits
def check(files: tuple[str, ...]) -> int:
    """Check FILES (or Python flows, module:name) and show everything that is wrong. The exit status is 1 when something is."""
    from cascade.cli.building import check_files

    return check_files(files)


@main.command(short_help="Bring sources into the canonical layout.")
@click.argument("files", nargs=-1, required=True)
@click.option("--check", "only_check", is_flag=True, help="Change nothing; list what would change, and exit with 1.")
@exits
def fmt(files: tuple[str, ...], only_check: bool) -> int:
    """Format FILES in place; - formats standard input to standard output."""
    from cascade.cli.formatting import format_files

    return format_files(files, only_check)


@main.command(short_help="List the bytecode of a program with its source lines.")
@click.argument("file")
@click.option("-O", "level", type=_LEVEL, help="How much to optimise a source: 2 when not given.")
@exits
def dis(file: str, level: str | None) -> int:
    """List the instructions of FILE (.cbp, .csc, or module:name, a Python flow)."""
    from cascade.cli.building import list_file

    return list_file(file, None if level is None else int(level))
