"""The command ``cascade``: runs programs."""

from __future__ import annotations

import click

from cascade import __version__
from cascade.cli.durable import COMMANDS, RUN_OPTIONS
from cascade.cli.group import Commands, exits

__all__ = ["main"]

_LEVEL = click.Choice(["0", "1", "2"])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cascade")
def main() -> None:
    """Run workflows. `cascadec` checks, formats and builds them."""


@main.command(short_help="Run a flow and print its result as JSON.")
@click.argument("target")
@click.argument("flow", required=False)
@click.option("--vm/--interpret", "use_vm", default=True, help="On the machine (the default) or the reference interpreter.")
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter, converted by its declared type.")
@click.option("--params", metavar="FILE", help="A JSON object of parameters; - is standard input. -p wins.")
@click.option("--signal", "signals", multiple=True, metavar="NAME[=JSON]", help="A signal that has already come, for `wait`.")
@click.option("-O", "level", type=_LEVEL, help="How much to optimise a source: 2 when not given.")
@click.option("--max-turns", type=click.IntRange(0), metavar="N", help="Rounds of loops and calls of flows, at most.")
@click.option("--max-calls", type=click.IntRange(0), metavar="N", help="Calls of tasks, at most.")
@click.option("--timeout", metavar="DURATION", help="Stop the run after this long: 30s, 1h30m.")
@click.option("--json-events", metavar="FILE", help="Write each event of the run as a line of JSON.")
@click.option("--no-codegen", "codegen", flag_value=False, default=True, help="Make no Python functions of what runs for long.")
@RUN_OPTIONS
@exits
def run(target: str, flow: str | None, **options: object) -> int:
    """Run FLOW of TARGET and print its result as one line of JSON.

    TARGET is a source (flow.csc), a built program (flow.cbp), or module:name, a flow or program that a Python module holds.
    FLOW defaults to the only flow, or the one named main; `cascade flows TARGET` lists them.

    Everything but the result goes to standard error. The exit status is 0 when the run is done, 1 when it failed, 2 when the
    program or the command line is wrong, 130 when it was interrupted.

    With --store the run is kept: whatever ends the process, `cascade resume` continues it. Budgets pause it then, and so does
    --timeout; --signal is sent to it at its start.
    """
    from cascade.cli.running import run_target

    return run_target(target, flow, **options)  # type: ignore[arg-type]


@main.command(short_help="List the flows of a program with their parameters.")
@click.argument("target")
@exits
def flows(target: str) -> int:
    """List the flows of TARGET: signature, and what the docstring says. `module:` are the flows of a Python module."""
    from cascade.cli.flows import show_flows

    return show_flows(target)


@main.command(short_help="Say what an error code means.")
@click.argument("code")
@exits
def explain(code: str) -> int:
    """Say what an error code, such as CS203, means."""
    from cascade.cli.explain import show_code

    return show_code(code)


@main.command(short_help="Measure what Cascade costs on this machine.")
@click.argument("sections", nargs=-1, metavar="[SECTION]...")
@click.option("--json", metavar="FILE", help="Write every sample and figure as JSON.")
@click.option("--markdown", metavar="FILE", help="Write the table in Markdown.")
@click.option("--svg", metavar="FILE", help="Draw a chart.")
@click.option("--compare", metavar="OLD.json", help="Show what changed since; exit with 1 when something got clearly slower.")
@click.option("--rounds", type=click.IntRange(5), default=5, show_default=True, help="Samples of each side, at least 5.")
@click.option("--quick", is_flag=True, help="A tenth of the work, for a first look.")
@click.option("--peers", is_flag=True, help="Other engines too, each installed into an environment of its own on first use.")
@click.option("--corpus", metavar="FOLDER", help="Where the functions of `algorithms` are: tests/corpus of a checkout.")
@click.option("--list", "only_list", is_flag=True, help="List the sections, and measure nothing.")
@exits
def bench(sections: tuple[str, ...], **options: object) -> int:
    """Measure what Cascade costs, as ratios to plain Python measured beside it: all SECTIONs, or some.

    A round of each side is taken in turn, and the medians are compared. A goal that is missed is marked. The table goes to
    standard output, what is being measured to standard error. It takes some minutes; use a machine that does nothing else.
    """
    from cascade.cli.bench import run_benchmarks

    return run_benchmarks(sections, **options)  # type: ignore[arg-type]


for each in COMMANDS:
    main.add_command(each)
