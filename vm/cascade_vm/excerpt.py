"""The listing of a program around what is wrong with it, for the error of the verifier.

Knows complaints, not how they were found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cascade_vm.blueprint import Blueprint
from cascade_vm.listing import format_instruction

if TYPE_CHECKING:
    from cascade_vm.verifier import Complaint

__all__ = ["format_excerpt"]

_PLACES = 8
"""How many places are shown."""
_AROUND = 3
"""Instructions shown before and after each."""


def format_excerpt(blueprint: Blueprint, complaints: Sequence[Complaint]) -> str:
    """Instructions around the first complaints, these below the instruction that they are about."""
    lines: list[str] = []
    places: dict[tuple[int, int], list[str]] = {}
    for code, flow, pc, message in complaints:
        if flow is None:
            lines.append(f"; {code} {message}")
        elif pc is None:
            lines.append(f"; {code} flow {blueprint.flows[flow].name[:60]!r}: {message}")
        else:
            places.setdefault((flow, pc), []).append(f"{code} {message}")
    del lines[_PLACES:]
    shown = sorted(places)[:_PLACES]
    for flow in sorted({flow for flow, _ in shown}):
        lines.append(f"flow {blueprint.flows[flow].name[:60]!r}")
        lines += _flow_lines(blueprint, flow, {pc: places[flow, pc] for at, pc in shown if at == flow})
    if len(places) > len(shown):
        lines.append(f"; and {len(places) - len(shown)} more")
    return "\n".join(lines)


def _flow_lines(blueprint: Blueprint, flow: int, messages: dict[int, list[str]]) -> list[str]:
    size = len(blueprint.flows[flow].code)
    near = {pc for at in messages for pc in range(max(at - _AROUND, 0), min(at + _AROUND + 1, size))}
    lines: list[str] = []
    before = -1
    for pc in sorted(near):
        if pc != before + 1:
            lines.append("    …")
        line = f"    {'@' + str(pc):>6}  {format_instruction(blueprint, flow, pc)}"
        lines.append(line if len(line) <= 160 else line[:159] + "…")
        lines += (f"            ^ {message}" for message in messages.get(pc, ()))
        before = pc
    return lines
