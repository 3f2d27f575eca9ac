"""Loops of generated code over few items, which need no turns: unless what they go over grows, or they wait."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from cascade_vm import tiers
from cascade_vm.generated import runtime
from cascade_vm.host import Pending, Site
from cascade_vm.linker import link
from cascade_vm.opcodes import (
    Compute,
    Copy,
    Instruction,
    Iterate,
    Jump,
    Method,
    Next,
    Return,
)  # fmt: skip
from cascade_vm.opcodes import Test as Branching
from support.instructions import agree, flow, program
from support.tiers import TaskHost, run_once


class Answering:
    async def get(self, key: object) -> object:
        return key


class WaitingHost(TaskHost):
    """Methods of values that are not built in may have to be awaited."""

    def method(self, site: Site, target: Any, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        value = super().method(site, target, arguments, keywords)
        return Pending(value) if asyncio.iscoroutine(value) else value


def test_a_loop_over_few_items_waits_in_its_midst() -> None:
    """Whoever can be left has an iterator: the run goes on with the next item."""
    code = [
        Compute(1, "build_list", ()), Iterate(2, 0), Next(3, 2, 6), Method(3, 3, "get", (-1,)), Compute(4, "append", (1, 3)),
        Jump(2), Return(1),
    ]  # fmt: skip
    image = link(program(flow("main", ["items"], 5, [5], code)))
    assert run_once(image, [[{5: 1}, Answering(), {5: 2}]], WaitingHost({}), 0).value == [1, 5, 2]
    assert any("SIZED" in entry.run.__code__.co_names for entry in image.instances[0].entries.values() if entry is not None)


GROWING: dict[str, list[Instruction]] = {
    "a method": [Method(5, 0, "append", (3,))],
    "a method of another name": [Copy(4, 0), Method(5, 4, "append", (3,))],
    "an operator": [Copy(4, 0), Compute(4, "+=", (4, 1))],
    "a slice": [Copy(4, 0), Compute(5, "slice", (-1, -2, -2)), Compute(4, "[]=", (4, 5, 1))],
}


@pytest.mark.parametrize("how", GROWING)
def test_a_list_that_its_loop_makes_longer_needs_turns(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have few items where the loop begins, and no end: others have their turns meanwhile."""
    drawn: list[object] = []

    def more(strand: Any, turns: object, waits: bool) -> Any:
        drawn.append(turns)
        return tiers.more_turns(strand, turns, waits)

    monkeypatch.setitem(runtime.GLOBALS, "more", more)
    grow = GROWING[how]
    end = len(grow) + 5
    code = [
        Compute(1, "build_list", (-1, -1)), Iterate(2, 0), Next(3, 2, end), *grow, Compute(5, "len", (0,)),
        Branching("<", 5, -1, 2, end), Compute(5, "len", (0,)), Return(5),
    ]  # fmt: skip
    blueprint = program(flow("main", ["items"], 6, [300, None], code))
    expected = run_once(blueprint, [[1]], TaskHost({}, limit=1_000)).value
    assert run_once(blueprint, [[1]], TaskHost({}), 0, 8).value == expected
    assert len(drawn) > 1


@pytest.mark.parametrize("count", [0, 1, 64, 65, 1 << 70, True, 2.0])
@pytest.mark.parametrize("arguments", [(0,), (-1, 0), (0, -1), (0, -1, -2), (-1, 0, -3), (-1, -4, -2)], ids=repr)
def test_a_loop_over_a_range(arguments: tuple[int, ...], count: Any) -> None:
    """However long it is and wherever it begins, its numbers are those of a range; no more of them than are asked for."""
    code = [
        Compute(1, "build_list", ()), Compute(2, "range", arguments), Iterate(2, 2), Next(3, 2, 7),
        Compute(4, "append", (1, 3)), Compute(4, "len", (1,)), Branching("<", 4, -5, 3, 7), Return(1),
    ]  # fmt: skip
    agree(program(flow("main", ["count"], 5, [3, -1, 7, -2, 80], code)), [count])
