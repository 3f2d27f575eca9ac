"""Lowering of a whole program: every flow on its own, then the tables that they share."""

from __future__ import annotations

from cascade_compiler.graph import Program
from cascade_compiler.lowering.flow import lower_flow
from cascade_compiler.lowering.nodes import Callee
from cascade_vm.blueprint import Blueprint

__all__ = ["ROOT", "lower"]

ROOT = "$root"
"""The name of the flow that calls a flow with literals, and is then the entry of its Blueprint."""


def lower(program: Program) -> Blueprint:
    """The Blueprint of a flow graph, unimproved. A program made for one call starts at its root."""
    callee = Callee(program.flows, [task.name for task in program.tasks])
    files: dict[str, int] = {}
    entry = program.entry if program.root is None else program.root
    flows = tuple(lower_flow(flow, ROOT if flow.name == program.root else flow.name, callee, files) for flow in program.flows)
    return Blueprint(
        flows=flows,
        tasks=program.tasks,
        files=tuple(files),
        entry=None if entry is None else callee.flows[entry],
        strict=program.strict,
    )
