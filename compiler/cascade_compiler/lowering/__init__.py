"""From the flow graph to a Blueprint, as plainly as it can be done: what could be better code is left to the passes.

Every variable and every value of a node has a register of its own, every block stays where it is, every jump is made. Knows
the graph and the instruction set; does not know how programs are written, how they run, or how code is improved.
"""

from __future__ import annotations

from cascade_compiler.lowering.program import ROOT, lower

__all__ = ["ROOT", "lower"]
