"""The instructions of a node as Python statements, one after the other: the table of which function writes which.

This file knows instructions, not how nodes follow each other.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.generated import binding, calls, expressions, iteration, values
from cascade_vm.generated.folding import MOST_FOLDED, Waiting, as_value, is_read_once
from cascade_vm.generated.graph import Node
from cascade_vm.generated.operands import Operands
from cascade_vm.generated.syntax import assign, branch, call, constant, is_, load, otherwise, raise_, run
from cascade_vm.generated.unseen import unseen

__all__ = ["Statements"]


class Statements(Operands):
    """Writes the instructions of a function."""

    _found: ast.expr | None = None

    def body(self, node: Node) -> list[ast.stmt]:
        """The instructions of a node but its last, if that ends it."""
        code = self.program.image.blueprint.flows[node.flow].code
        last = code[node.end - 1]
        end = node.end - 1 if last.ends_block or isinstance(last, op.Next) or node.asks else node.end
        written: list[ast.stmt] = []
        self.texts.clear()
        self.passing.clear()
        self.waiting.clear()
        self.bound.clear()
        self.end, self.node = node.end, node.key
        pc = node.start
        while pc < end:
            i = self.at(node.flow, pc)
            self.guarded = node.handler is not None
            following = code[pc + 1] if pc + 1 < end else None
            self.bound.difference_update(*(roles.writes(each) for each in (i, following) if each is not None))
            fused = iteration.is_counted(self, i, following)
            bound = None if fused else binding.spread_arguments(self, i, following)
            if fused:
                made = iteration.counted(self, i)
                written += [*self.settled_first, *self.write_down(), *self.mark(made)]
            elif bound is not None:
                fused = True
                written += [*self.write_down(), *self.mark(bound)]
            else:
                written += self._next(i)
            pc += 1 + fused
        return written + self._last(node, last)

    def _next(self, i: op.Instruction) -> list[ast.stmt]:
        """One instruction, behind those that have to be done before it; it may wait itself."""
        self.passes, self.size, self.settled_first, self.is_text = False, 1, [], False
        value = expressions.expression(self, i)
        self.texts.difference_update(roles.writes(i))
        if self.is_text:
            self.texts.update(roles.writes(i))
        if value is None:
            first = [] if values.takes(i) else self.write_down()
            made = self._instruction(i)
            return [*self.settled_first, *first, *self.write_down(), *self.mark(made)]
        self.mark([value])
        (register,) = roles.writes(i)
        first, dropped = self.settled_first, self._dropped(i)
        if not dropped and self.size <= MOST_FOLDED and is_read_once(self.flow, self.liveness(), register, self.pc, self.end):
            self.waiting.append(Waiting(register, value, self.size, self.passes))
            return first
        first += self.write_down()
        if self.passes:
            self.pass_on((register,))
        changes = isinstance(i, op.Method) or (isinstance(i, op.Compute) and i.operation in ("append", "add"))
        unseen = changes and not self.liveness().is_read_after(register, self.pc)
        whole = run(value) if unseen else assign(self.register(register), as_value(value))
        return [*first, *self.mark([whole, *dropped])]

    def _last(self, node: Node, last: op.Instruction) -> list[ast.stmt]:
        """What waits at the end of a node, for its last instruction or for nobody."""
        self.settled_first, self._found = [], None
        if isinstance(last, op.Branch | op.Test) or (isinstance(last, op.Return) and node.handler is None):
            self.at(node.flow, node.end - 1)
            value = self._read_by(last)
            self.mark([value])
            self._found = value
        return self.settled_first + self.write_down()

    def _read_by(self, i: op.Branch | op.Test | op.Return) -> ast.expr:
        match i:
            case op.Branch():
                return self.take((i.condition,))[0]
            case op.Return():
                return self.take((i.value,))[0]
            case _:
                return expressions.comparison(self, i.operation, i.left, i.right)

    def read_by(self, i: op.Branch | op.Test | op.Return) -> ast.expr:
        """What the last instruction of the node reads: the condition of `Branch` and `Test`, the value of `Return`."""
        found, self._found = self._found, None
        return found or self._read_by(i)

    def _instruction(self, i: op.Instruction) -> list[ast.stmt]:
        made = _RULES.get(type(i), Operands.cell)(self, i)
        dropped = self._dropped(i)
        if self.passes:
            self.pass_on(roles.writes(i))
        return [*made, *dropped]

    def _dropped(self, i: op.Instruction) -> list[ast.stmt]:
        """What passed to an instruction is nowhere else then."""
        read, written = roles.registers_read(i), roles.writes(i)
        gone = self.passing.intersection(read)
        self.passing -= gone.union(written)
        if not isinstance(i, op.Close):
            for register in self.closes.keys() & set(read):
                del self.closes[register]
        kept = [] if isinstance(i, op.Iterate) else sorted(gone.difference(written))
        return [assign(self.register(register), constant(None)) for register in kept]

    def caught(self, node: Node, protected: Iterable[Node]) -> list[ast.stmt]:
        """What an `except` keeps for the handler of a node: the error, noted, or one in its place that says what class it is
        of. An error that is not for it goes on. ``protected`` is all that the `try` is around."""
        handler = self.program.image.blueprint.flows[node.flow].handlers[node.caught]
        passed = set().union(*(self.passed.get(each.key, ()) for each in protected)) - {handler.error}
        dropped = [assign(f"r{node.flow}_{register}", constant(None)) for register in sorted(passed)]
        received = assign("v", call("caught", load("s"), load("e"), constant(handler.cleanup)))
        noted = [received, *branch(is_(load("v"), constant(None)), [raise_()], [])]
        classes = unseen(self.program.image.blueprint, node, protected)
        if classes:
            stand_in = call(ast.Attribute(load("UNSEEN"), "get", ast.Load()), call("type", load("e")))
            traceback = ast.Attribute(load("e"), "__traceback__", ast.Load())
            here = is_(ast.Attribute(traceback, "tb_next", ast.Load()), constant(None))
            seen = otherwise(call("isinstance", load("v"), load(self.scope.name_of(classes, "k"))))
            noted = [assign("v", ast.IfExp(here, stand_in, constant(None))), *branch(seen, noted, [])]
        return [*noted, *dropped, assign(f"r{node.flow}_{handler.error}", load("v")), assign("v", constant(None))]

    def over(self, node: Node) -> list[ast.stmt]:
        """The same where `next` has found the end of an iterator."""
        handler = self.program.image.blueprint.flows[node.flow].handlers[node.caught]
        stand_in = ast.Subscript(load("UNSEEN"), load("StopIteration"), ast.Load())
        return self.mark([assign(f"r{node.flow}_{handler.error}", stand_in)])

    def following(self, i: op.Next | op.Compute) -> ast.expr:
        """The next item of a cursor, or ``DONE``."""
        return iteration.following(self, i)


_RULES: dict[type[op.Instruction], Callable[[Operands, Any], list[ast.stmt]]] = {
    op.Move: values.move,
    op.Compute: values.compute,
    op.Unpack: values.unpack,
    op.Attribute: values.attribute,
    op.Clear: values.clear,
    op.Bound: values.bound,
    op.Check: values.check,
    op.Iterate: iteration.iterate,
    op.Match: values.match,
    op.Close: calls.close,
    op.Call: calls.task,
    op.Method: calls.method,
    op.Request: calls.request,
    op.CallFlow: calls.call_flow,
    op.Invoke: calls.invoke,
}
"""How each opcode is written; the rest is cells, or ends a node (`cascade_vm.generated.shape`)."""
