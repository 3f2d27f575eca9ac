"""Rotation: a jump back to the test at the head of a loop makes the test itself.

Before::                        After::

    0  test < r1 r0 1 3             0  test < r1 r0 1 3
    1  compute r1 += r1 1           1  compute r1 += r1 1
    2  jump 0                       2  test < r1 r0 1 3
    3  return r1                    3  return r1

So a turn of the loop makes one jump less. Only heads that are a single `Test` or `Branch` are repeated, and only under the
same handlers. The jump back to the body counts the turn; the last one, which leaves the loop, counts none any more. `Next`
falls through into the body, so a loop over values would gain nothing.

All jumps back make the test, or none: where one can not (a test that leads back itself, as an `if` at the end of the body),
the loop would have two heads, the test and the body. For generated code that is two loops in each other, each of which takes a
turn of its own: 1.9 times CPython's time where one loop takes the same as CPython's.
"""

from __future__ import annotations

from cascade_compiler.passes.edit import Edit, each_flow
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow, Handler
from cascade_vm.roles import labels

__all__ = ["rotate"]


def rotate(blueprint: Blueprint) -> Blueprint:
    """Every flow, on its own."""
    return each_flow(blueprint, rotate_flow)


def rotate_flow(flow: Flow) -> Flow:
    """One flow."""
    edit = Edit(flow)
    protection = protections(flow)
    for head, jumps in _jumps_back(flow).items():
        test = flow.code[head]
        if isinstance(test, op.Test | op.Branch) and all(
            isinstance(flow.code[pc], op.Jump) and protection[pc] == protection[head] for pc in jumps
        ):
            for pc in jumps:
                edit.replace_from(pc, flow.places[head], test)
    return edit.finish()


def _jumps_back(flow: Flow) -> dict[int, list[int]]:
    """The instructions that lead back, by where they lead."""
    found: dict[int, list[int]] = {}
    for pc, instruction in enumerate(flow.code):
        for target in {*labels(instruction)}:
            if target <= pc:
                found.setdefault(target, []).append(pc)
    return found


def protections(flow: Flow) -> list[list[tuple[int, int, bool]]]:
    """What protects each instruction: targets, error registers and kinds, in the order of the table."""
    found: list[list[tuple[int, int, bool]]] = [[] for _ in flow.code]
    for handler in flow.handlers:
        for pc in range(handler.start, handler.end):
            found[pc].append(_way_out(handler))
    return found


def _way_out(handler: Handler) -> tuple[int, int, bool]:
    return handler.target, handler.error, handler.cleanup
