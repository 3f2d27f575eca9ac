"""``cascade flows``: what can be run, and how."""

from __future__ import annotations

from textwrap import indent

import click

from cascade.cli.output import results_only
from cascade.loading import flows_in, load_target
from cascade.program import Flow, FlowCall, Program

__all__ = ["show_flows"]


def show_flows(target: str) -> int:
    """Write the flows, those of imported files last. ``module:`` are the Python flows of a module."""
    with results_only():
        found = flows_in(target[:-1]) if target.endswith(":") else load_target(target)
    match found:
        case list():
            flows = found
        case Program():
            flows = sorted(found, key=lambda flow: "." in flow.name)
        case Flow():
            flows = [found]
        case FlowCall():
            flows = [found.flow]
    click.echo("\n\n".join(map(_described, flows)) if flows else "no flows")
    return 0


def _described(flow: Flow) -> str:
    doc = (flow.doc or "").strip()
    return f"{flow.signature}\n{indent(_dedented(doc), '    ')}" if doc else flow.signature


def _dedented(doc: str) -> str:
    from inspect import cleandoc

    return cleandoc(doc)
