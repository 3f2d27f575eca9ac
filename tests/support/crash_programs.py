"""The programs of `tests/crash/programs` that are killed, with arguments that make them short."""

from __future__ import annotations

from cascade.durable.store import FAILED
from support.crashes import Program

__all__ = ["ALONE", "PROGRAMS"]

PROGRAMS = (
    Program("flows:loop", "[4]"),
    Program("flows:endless", "[5]"),
    Program("flows:threads", "[3]"),
    Program("flows:side_by_side", "[12]", concurrent=True, most=12),
    Program("flows:branches", "[3]", concurrent=True, most=6),
    Program("flows:nested", "[3]"),
    Program("flows:tail", "[4, 0]"),
    Program("flows:clean_up", "[[]]"),
    Program("flows:fails", "[3]", ends=FAILED),
    Program("flows:retries"),
    Program("flows:sleeps"),
    Program("flows:answered", "[2]"),
    Program("flows:in_place", "[[0], {'old': 1}]"),
    Program("flows:closures", "[[3, 1]]"),
    Program("flows:sets", "[5]", ordered=False),
    Program("flows:generators", "[[1, 2, 3]]"),
    Program("flows:growing", "[6]"),
    Program("flows:speaks", "[[]]"),
    Program("flows:computes", "[4]"),
    Program("shop.csc:limited", "[20]", concurrent=True, most=8),
    Program("shop.csc:many", "[20]", concurrent=True, most=20),
    Program("shop.csc:order", "[[]]", concurrent=True, most=3),
)
ALONE = (Program("flows:gives_again", "[3]"),)
"""What only a run that nobody kills can be compared by: their tasks remember something."""
