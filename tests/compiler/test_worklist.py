"""In which order a dataflow looks at blocks."""

from __future__ import annotations

from cascade_compiler.analysis.worklist import Worklist


def _handed_out(waiting: Worklist, again: dict[int, list[int]]) -> list[int]:
    """All that is handed out, when looking at a block for the first time adds others."""
    found = []
    while waiting:
        found.append(waiting.pop())
        for block in again.pop(found[-1], []):
            waiting.add(block)
    return found


def test_what_a_sweep_has_passed_waits_for_the_next() -> None:
    """Block 3 has changed blocks 1 and 4: the sweep goes on to its end, and then goes over block 1 again."""
    assert _handed_out(Worklist([1, 2, 3, 5]), {3: [1, 4, 5]}) == [1, 2, 3, 4, 5, 1]


def test_a_sweep_goes_down_as_well() -> None:
    """As a backward dataflow wants it; a block that changes itself waits, too."""
    assert _handed_out(Worklist([1, 2, 3], highest_first=True), {2: [3, 2, 0]}) == [3, 2, 1, 0, 3, 2]
