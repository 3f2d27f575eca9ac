"""Small Blueprints from short listings, and back, for tests of single passes.

A flow is a line ``flow main n x=3 ys? : total`` (its parameters, ``?`` for a default that it computes; after the colon the
names of the registers that follow, ``_`` for a temporary) and its code, one instruction a line, as in listings but for the
number in front. Each instruction is on a line of its own in ``made.csc``, unless ``!`` and a number say on which. A line
``protect 1 3 to 5 r2 cleanup`` is a handler. Constants need no table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from textwrap import dedent

from cascade_vm.blueprint import Blueprint
from cascade_vm.listing import format_listing, parse_listing
from cascade_vm.verifier import find_complaints

_CONSTANT = re.compile(r"#('[^']*'|[^\s,()]+)")


def assemble(text: str) -> Blueprint:
    """The Blueprint of short listings; the first flow is the entry, and the tasks are called ``m:a`` and ``m:b``."""
    parts = re.split(r"^ *flow ", text, flags=re.MULTILINE)[1:]
    header = "cascade listing 1\nentry 0\nfile made.csc\ntask m:a\ntask m:b\n"
    return parse_listing(header + "\n".join(_full_flow(part) for part in parts))


def _full_flow(part: str) -> str:
    first, *rest = [line.strip() for line in part.strip().splitlines() if line.strip()]
    head, _, named = first.partition(":")
    name, *parameters = head.split()
    handlers = [line for line in rest if line.startswith("protect ")]
    code = [line for line in rest if line not in handlers]
    variables = [re.split(r"[=?]", parameter)[0] for parameter in parameters] + named.split()
    registers = max([len(variables), *(int(number) + 1 for number in re.findall(r"\br(\d+)", " ".join(rest)))])
    constants = dict.fromkeys(constant for line in code for constant in _CONSTANT.findall(line.partition(" !")[0]))
    lines = [f"flow {name}"]
    lines += [_parameter(number, parameter) for number, parameter in enumerate(parameters)]
    lines += [f"registers {registers}", f"variables {registers}"]
    lines += [f"variable r{i} {variable}" for i, variable in enumerate(variables) if variable != "_"]
    lines += [f"constant {number} {constant}" for number, constant in enumerate(constants)]
    lines += [_handler(line) for line in handlers]
    lines += [_instruction(pc, line) for pc, line in enumerate(code)]
    lines += [f"location {number} 0 {number + 1}:0-{number + 1}:1 {name}" for number in range(len(code))]
    return "\n".join(lines)


def _parameter(number: int, text: str) -> str:
    name, _, default = text.rstrip("?").partition("=")
    return f"parameter r{number} {name} any" + (" computed" if text.endswith("?") else f" = {default}" if default else "")


def _handler(line: str) -> str:
    _, start, end, _, target, error, *kind = line.split()
    return " ".join([f"handler @{start}..@{end} to @{target} {error}", *kind])


def _instruction(pc: int, line: str) -> str:
    code, _, place = line.partition(" !")
    return f"@{pc} {code} !{int(place) - 1 if place else pc}"


def code_of(blueprint: Blueprint, flow: int = 0) -> str:
    """The code of a flow, one instruction a line, with its handlers in front."""
    texts = re.split(r"^flow .*$", format_listing(blueprint), flags=re.MULTILINE)[1:]
    lines = [re.sub(r"\s+(!\d+)?\s*(;.*)?$", "", line) for line in texts[flow].splitlines()]
    handlers = re.findall(r"^  handler @(\d+)\.\.@(\d+) to @(\d+) (r\d+)( cleanup)?$", texts[flow], flags=re.MULTILINE)
    found = [f"protect {start} {end} to {target} {error}{kind}" for start, end, target, error, kind in handlers]
    return "\n".join(found + [re.sub(r"\s+", " ", line.split(None, 1)[1]) for line in lines if line.strip().startswith("@")])


def lines_of(blueprint: Blueprint, flow: int = 0) -> list[list[int]]:
    """For each instruction the lines that it is traced to: its own, and those of the calls that it was inlined into."""
    made = blueprint.flows[flow]
    found = []
    for place in made.places:
        location = made.locations[place]
        trail = [location.line]
        while location.caller >= 0:
            location = made.locations[location.caller]
            trail.append(location.line)
        found.append(trail)
    return found


def check_pass(run: Callable[[Blueprint], Blueprint], before: str, after: str) -> Blueprint:
    """A pass makes ``after`` of the first flow of ``before``; both satisfy the verifier, and it has nothing more to do."""
    plain = assemble(before)
    assert find_complaints(plain) == []
    made = run(plain)
    assert code_of(made) == "\n".join(" ".join(line.split()) for line in dedent(after).strip().splitlines())
    assert find_complaints(made) == []
    assert run(made) == made
    return made
