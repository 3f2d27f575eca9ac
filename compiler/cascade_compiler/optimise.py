"""The optimiser: which passes there are, and their order. What each does is told at the top of its own file.

Inlining comes before the passes that clean up, so they run once, on what callers and callees have become together. Nothing
is iterated to a fixed point: time grows with the program. `thread` and `dead` occur twice, because jumps that rotation has
made superfluous, and copies of what a test no longer reads, appear late; `settle`, because a loop that rotation has turned
round has what it need not ask at its start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cascade_compiler.passes.allocate import allocate
from cascade_compiler.passes.begin import begin
from cascade_compiler.passes.control import follow_control
from cascade_compiler.passes.copies import propagate_copies
from cascade_compiler.passes.dead import remove_dead
from cascade_compiler.passes.fold import fold
from cascade_compiler.passes.fuse import fuse
from cascade_compiler.passes.inline import inline
from cascade_compiler.passes.promote import promote_root
from cascade_compiler.passes.rotate import rotate
from cascade_compiler.passes.self_tail import loop_self_tail_calls
from cascade_compiler.passes.settle import settle
from cascade_compiler.passes.thread import thread
from cascade_compiler.passes.versions import make_versions
from cascade_vm.blueprint import Blueprint

__all__ = ["PASSES", "Pass", "optimise"]


class Pass(NamedTuple):
    """A pass runs at its level and above."""

    name: str
    level: int
    run: Callable[[Blueprint], Blueprint]


PASSES: tuple[Pass, ...] = (
    Pass("promote", 1, promote_root),
    Pass("self_tail", 1, loop_self_tail_calls),
    Pass("inline", 2, inline),
    Pass("copies", 1, propagate_copies),
    Pass("fold", 1, fold),
    Pass("thread", 1, thread),
    Pass("settle", 2, settle),
    Pass("dead", 1, remove_dead),
    Pass("control", 2, follow_control),
    Pass("copies", 2, propagate_copies),
    Pass("versions", 2, make_versions),
    Pass("fold", 2, fold),
    Pass("fuse", 2, fuse),
    Pass("rotate", 2, rotate),
    Pass("settle", 2, settle),
    Pass("thread", 2, thread),
    Pass("begin", 2, begin),
    Pass("dead", 2, remove_dead),
    Pass("allocate", 1, allocate),
)
"""In the order in which they run."""


def optimise(blueprint: Blueprint, level: int = 2) -> Blueprint:
    """The program improved by all passes up to a level: 0 none, 1 what keeps flows apart, 2 all."""
    for each in PASSES:
        if each.level <= level:
            blueprint = each.run(blueprint)
    return blueprint
