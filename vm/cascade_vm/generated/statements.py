"""The instructions of a node as Python statements, one after the other: the table of which function writes which.

This file knows instructions, not how nodes follow each other.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.generated import calls, values
from cascade_vm.generated.graph import Node
from cascade_vm.generated.operands import Operands

__all__ = ["Statements"]


class Statements(Operands):
    """Writes the instructions of a function."""

    def body(self, node: Node) -> list[ast.stmt]:
        """The instructions of a node but its last, if that ends it."""
        code = self.program.image.blueprint.flows[node.flow].code
        last = code[node.end - 1]
        end = node.end - 1 if last.ends_block or isinstance(last, op.Next) else node.end
        written: list[ast.stmt] = []
        self.texts.clear()
        self.end = node.end
        pc = node.start
        while pc < end:
            i = self.at(node.flow, pc)
            self.guarded = node.handler is not None
            following = code[pc + 1] if pc + 1 < end else None
            fused = values.source(self, i, following)
            self.texts.difference_update(roles.writes(i))
            if fused is None:
                written += self.mark(_RULES.get(type(i), Operands.cell)(self, i))
                pc += 1
            else:
                written += self.mark(fused)
                pc += 2
        return written

    def condition(self, i: op.Instruction) -> ast.expr:
        """Of `Branch` and `Test`."""
        if isinstance(i, op.Branch):
            return self.read(i.condition)
        assert isinstance(i, op.Test)
        return values.comparison(self, i.operation, i.left, i.right)

    def following(self, i: op.Next) -> ast.expr:
        """The next item of a cursor, or ``DONE``."""
        return values.following(self, i)


_RULES: dict[type[op.Instruction], Callable[[Operands, Any], list[ast.stmt]]] = {
    op.Copy: values.copy,
    op.Move: values.move,
    op.Compute: values.compute,
    op.Unpack: values.unpack,
    op.Attribute: values.attribute,
    op.Clear: values.clear,
    op.Bound: values.bound,
    op.Check: values.check,
    op.Iterate: values.iterate,
    op.Match: values.match,
    op.Call: calls.task,
    op.Method: calls.method,
    op.Request: calls.request,
    op.CallFlow: calls.call_flow,
    op.Invoke: calls.invoke,
}
"""How each opcode is written; the rest is cells, or ends a node (`cascade_vm.generated.shape`)."""
