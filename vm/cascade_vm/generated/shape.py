"""From a graph to nested statements: loops are loops of Python's, jumps are `continue`, `break`, or the end of a block.

After N. Ramsey, "Beyond Relooper" (ICFP 2022): a node whose only way in is from its dominator stands where it is reached;
others stand behind their dominator, in the order of the graph, and what reaches them falls through. Nodes behind a loop stand
behind it. A jump to elsewhere sets the local ``go`` to the number of its label; what lies between is left out as long as ``go``
is set.

How loops draw their turns is said in `cascade_vm.generated.loop_forms`. Where turns are counted one by one
(`Program.careful`) they are ``while True``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace

from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.generated.graph import Graph, Node, Unstructured
from cascade_vm.generated.loop_forms import batched, drawn, is_small, side_by_side
from cascade_vm.generated.places import Label, Loop, Where, is_apart, jump_over, places
from cascade_vm.generated.short_loops import few_items, iterated, look_at_loops, short_loop
from cascade_vm.generated.statements import Statements
from cascade_vm.generated.syntax import (
    assign,
    branch,
    break_,
    call,
    constant,
    continue_,
    every,
    for_,
    forever,
    is_,
    load,
    mark,
    name,
    otherwise,
    raise_,
    return_,
    try_,
)  # fmt: skip

__all__ = ["shape"]

MOST_BLOCKS = 18
"""Loops and `try` in each other; Python allows 20."""
MOST_NESTED = 70
"""Conditions in each other: Python's compiler and our own functions recurse."""
_UNROLLED = 3
_SHORT = 4
"""A loop of at most so many statements is written several times in a row: half of its cost is the loop itself."""


_LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue)
"""Nothing falls through these."""


def _is_number(local: str, number: int) -> ast.expr:
    return ast.Compare(load(local), [ast.Eq()], [constant(number)])


def shape(graph: Graph, statements: Statements) -> list[ast.stmt]:
    """The body of a function. Raises `Unstructured` for what is nested too deeply."""
    return _Shaping(graph, statements).run()


# --- statements of nodes and loops ---------------------------------------------------------------------------------------

Write = Callable[[Node, Where], list[ast.stmt]]
Guard = Callable[[list[ast.stmt]], list[ast.stmt]]
"""Puts statements under the handler around a loop, if there is one."""


class _Shaping:
    def __init__(self, graph: Graph, statements: Statements) -> None:
        self.graph = graph
        self.statements = statements
        self.blueprint = statements.program.image.blueprint
        self.labels: dict[Node, Label] = {}
        self.count = 0
        self.goes = False
        self.behind_node, self.behind_loop = places(graph)
        if not statements.program.careful:
            look_at_loops(graph, statements, self._iterator_of)

    def run(self) -> list[ast.stmt]:
        body = self._tree(self.graph.entry, Where(self._label(None, None), None))
        first = [assign("go", constant(0))] if self.goes else []
        return mark([*first, *body], 1, 0)

    def _label(self, node: Node | None, loop: Loop | None) -> Label:
        self.count += 1
        return Label(self.count, node, loop)

    def _tree(self, node: Node, where: Where) -> list[ast.stmt]:
        """A node and all that it dominates. What stands behind it last is written in a loop: code is long, not deep."""
        written: list[ast.stmt] = []
        while True:
            if where.nested > MOST_NESTED or where.blocks > MOST_BLOCKS:
                raise Unstructured("nested too deeply")
            is_loop = node.key in self.graph.bodies
            followers = (self.behind_loop if is_loop else self.behind_node).get(node, [])
            labels = self._labels_for(followers, where)
            inside = replace(where, behind=labels[0]) if labels else where
            written += self._loop(node, inside) if is_loop else self._node(node, inside)
            for label in labels[:-1]:
                written += self._follower(label, where)
            if not labels:
                return written
            last = labels[-1]
            if last.guarded or last.apart:
                return written + self._follower(last, where)
            written += self._arrived(last)
            assert last.node is not None
            node = last.node

    def _labels_for(self, followers: list[Node], where: Where) -> list[Label]:
        labels = [self._label(each, where.loop) for each in followers]
        for label, behind in zip(labels, [*labels[1:], where.behind], strict=False):
            label.behind = behind
            assert label.node is not None
            label.apart = is_apart(label.node)
            self.labels[label.node] = label
        return labels

    def _follower(self, label: Label, where: Where) -> list[ast.stmt]:
        """What stands at a label; it is left out while ``go`` says so."""
        assert label.node is not None
        assert label.behind is not None
        if label.apart:
            inside = replace(where, behind=label.behind, nested=where.nested + 1)
            return branch(_is_number("go", label.number), [assign("go", constant(0)), *self._tree(label.node, inside)], [])
        body = self._tree(label.node, replace(where, behind=label.behind, nested=where.nested + label.guarded))
        guarded = branch(otherwise(load("go")), body, []) if label.guarded and body else body
        return [*self._arrived(label), *guarded]

    @staticmethod
    def _arrived(label: Label) -> list[ast.stmt]:
        """A jump ends at its label."""
        if not label.targeted:
            return []
        done = assign("go", constant(0))
        return branch(_is_number("go", label.number), [done], []) if label.guarded else [done]

    def _node(self, node: Node, where: Where) -> list[ast.stmt]:
        """The instructions of a node, and where they lead."""
        body = self.statements.body(node)
        last = self.statements.at(node.flow, node.end - 1)
        if node.handler is None or node.handler is where.caught:
            return [*body, *self._end(node, last, where)]
        protected, condition = self._first_part(node, last)
        body += protected
        if not body:
            return self._end(node, last, where)
        deeper = replace(where, blocks=where.blocks + 1)
        after = self._end(node, last, where, condition)
        return [try_(body, "e", self._caught(node, deeper, [node]), after)]

    def _first_part(self, node: Node, last: op.Instruction) -> tuple[list[ast.stmt], ast.expr | None]:
        """What the end of a node does that may fail, and what is left to be looked at outside of the `try`."""
        match last:
            case op.Branch() | op.Test():
                truth = branch(self.statements.read_by(last), [assign("v", constant(True))], [assign("v", constant(False))])
                return self.statements.mark(truth), load("v")
            case op.Next() | op.Compute() if isinstance(last, op.Next) or node.asks:
                return self.statements.mark([assign("v", self.statements.following(last))]), load("v")
            case op.Fail() | op.Reraise():
                return self._raise(last), None
            case _:
                return [], None

    def _caught(self, node: Node, where: Where, protected: Iterable[Node]) -> list[ast.stmt]:
        """What an `except` does: hand the error on, or keep it and go to the handler. ``protected`` is what it is there for."""
        assert node.handler is not None
        jump = self._jump(node.handler, where)
        return mark([*self.statements.caught(node, protected), *jump], 1, 0)

    def _end(self, node: Node, last: op.Instruction, where: Where, condition: ast.expr | None = None) -> list[ast.stmt]:
        """The last instruction of a node; ``condition`` has been found out already."""
        statements = self.statements
        statements.at(node.flow, node.end - 1)
        match last:
            case op.Branch() | op.Test():
                return self._fork(node, condition or statements.read_by(last), node.after, where)
            case op.Next() | op.Compute() if isinstance(last, op.Next) or node.asks:
                first = [] if condition else statements.mark([assign("v", statements.following(last))])
                found = statements.mark(statements.write(last.dst, load("v")))
                over = statements.over(node) if node.asks else []
                return [*first, *self._fork(node, is_(load("v"), load("DONE")), node.after[::-1], where, over, found)]
            case op.Switch():
                return self._switch(node, last, where)
            case op.Return():
                return statements.mark([return_(statements.read_by(last))])
            case op.Fail() | op.Reraise():
                return self._raise(last) if node.handler is None or node.handler is where.caught else []
            case op.TailCall():
                return self._tail_call(node, last, where)
            case _:
                (way,) = node.after
                return self._edge(node, way, where)

    def _raise(self, last: op.Fail | op.Reraise) -> list[ast.stmt]:
        cause = self.statements.read(last.cause) if isinstance(last, op.Fail) else constant(None)
        return self.statements.mark([raise_(call("as_error", self.statements.read(last.error), cause))])

    def _fork(self, node: Node, condition: ast.expr, ways: list[Node], where: Where, *before: list[ast.stmt]) -> list[ast.stmt]:
        """``before`` is what is done on each way first."""
        inside = replace(where, nested=where.nested + 1)
        position = (self.statements.index, self.statements.pc)
        first, second = before or ([], [])
        then = [*first, *self._edge(node, ways[0], inside)]
        other = [*second, *self._edge(node, ways[1], inside)]
        self.statements.at(*position)
        if then and isinstance(then[-1], _LEAVING):
            return [*self.statements.mark(branch(condition, then, [])), *other]
        if other and isinstance(other[-1], _LEAVING):
            return [*self.statements.mark(branch(otherwise(condition), other, [])), *then]
        return self.statements.mark(branch(condition, then, other))

    def _switch(self, node: Node, last: op.Switch, where: Where) -> list[ast.stmt]:
        *cases, rest = node.after
        inside = replace(where, nested=where.nested + len(cases))
        written = self._edge(node, rest, inside)
        for number, case in reversed(list(enumerate(cases))):
            written = branch(_is_number("v", number), self._edge(node, case, inside), written)
        self.statements.at(node.flow, node.end - 1)
        value = self.statements.read(last.value)
        chosen = ast.IfExp(is_(call("type", value), load("int")), self.statements.read(last.value), constant(-1))
        return self.statements.mark([assign("v", chosen), *written])

    def _tail_call(self, node: Node, last: op.TailCall, where: Where) -> list[ast.stmt]:
        statements = self.statements
        turn = statements.turn()
        if not node.after:
            return [*turn, *statements.mark([return_(statements.entering(last.flow, last.arguments))])]
        values = statements.read_all(last.arguments)
        targets = [f"r{last.flow}_{number}" for number in range(len(values))]
        given: list[ast.stmt] = []
        if len(targets) == 1:
            given = [assign(targets[0], values[0])]
        elif targets:
            whole: list[ast.expr] = [name(target) for target in targets]
            given = [ast.Assign([ast.Tuple(whole, ast.Store())], ast.Tuple(values, ast.Load()))]
        return [*turn, *statements.mark(given), *self._go(node, node.after[0], where)]

    # --- edges ---

    def _edge(self, node: Node, way: Node, where: Where) -> list[ast.stmt]:
        """Control goes from the end of a node to another; backwards, that counts a turn."""
        code = self.blueprint.flows[node.flow].code
        pc = node.end - 1
        if way.start <= pc and way.start in roles.labels(code[pc]):
            self.statements.at(node.flow, pc)
            return [*self.statements.turn(way.start), *self._go(node, way, where)]
        return self._go(node, way, where)

    def _go(self, node: Node, way: Node, where: Where) -> list[ast.stmt]:
        if way in self.labels:
            return self._jump(way, where)
        if way.key in self.graph.bodies and way.order <= node.order:
            raise AssertionError("the head of a loop has a label while its body is written")
        return self._tree(way, where)

    def _jump(self, way: Node, where: Where) -> list[ast.stmt]:
        """To a node that stands elsewhere."""
        target, loop = self.labels[way], where.loop
        if loop is not None and target is loop.head and where.copies:
            return self._node(way, replace(where, copies=where.copies - 1))
        if target is where.behind.fallen_to:
            return []
        if loop is not None and target is loop.head:
            return [continue_()]
        if loop is not None and target is loop.after.fallen_to:
            return [break_()]
        self.goes = target.targeted = True
        leave = assign("go", constant(target.number))
        behind: Label = where.behind
        out: list[ast.stmt] = []
        if loop is not None and target.loop is not loop:
            out = [break_()]
            behind, loop = loop.after, loop.outer
        while target.loop is not loop and not (loop is not None and target is loop.head):
            assert loop is not None
            jump_over(behind, None)
            loop.escapes = True
            behind, loop = loop.after, loop.outer
        jump_over(behind, target)
        return [leave, *out]

    # --- loops ---

    def _loop(self, node: Node, where: Where) -> list[ast.stmt]:
        head = self._label(node, None)
        loop = Loop(head, where.behind, where.loop)
        head.loop = loop
        self.labels[node] = head
        around = self._handler_around(node, where.caught)
        caught = where.caught if around is None else around
        careful = self.statements.program.careful
        blocks = where.blocks + (1 if careful else 2) + (around is not None)
        inside = replace(where, behind=head, loop=loop, blocks=blocks, caught=caught)
        over = None if careful else self._iterator_of(node)

        def guarded(written: list[ast.stmt]) -> list[ast.stmt]:
            outside = replace(where, blocks=where.blocks + 1)
            if around is None:
                return written
            inside_it = [each for each in self.graph.nodes if each.key in self.graph.bodies[node.key]]
            return [try_(written, "e", self._caught(node, outside, inside_it), [])]

        return guarded(self._while(node, inside, loop)) if over is None else self._for(node, inside, loop, over, guarded)

    def _handler_around(self, node: Node, caught: Node | None) -> Node | None:
        """The handler of all that is in a loop, if it is one and stands outside: then one `try` serves the whole loop."""
        handler = node.handler
        if handler is None or handler is caught:
            return None
        body = self.graph.bodies[node.key]
        inside = [each for each in self.graph.nodes if each.key in body]
        same = all(each.handler is handler and each.caught == node.caught for each in inside)
        return handler if same and handler.key not in body else None

    def _body(self, node: Node, where: Where, loop: Loop, write: Write) -> list[ast.stmt]:
        """The body of a loop, with what the ends of jumps need."""
        labels = self._labels_for(self.behind_node.get(node, []), where)
        body = write(node, replace(where, behind=labels[0]) if labels else where)
        for label in labels:
            body += self._follower(label, where)
        if loop.escapes:
            outward: list[ast.stmt] = [break_()]
            if loop.head.targeted:
                outward = branch(otherwise(_is_number("go", loop.head.number)), outward, [])
            body += branch(load("go"), outward, [])
        return [*self._arrived(loop.head), *body]

    def _while(self, node: Node, where: Where, loop: Loop) -> list[ast.stmt]:
        if self.statements.program.careful:
            return [forever(self._body(node, where, loop, self._node) or [continue_()])]
        if self._is_short(node):
            where = replace(where, copies=_UNROLLED - 1)
        body = self._body(node, where, loop, self._node)
        return batched(self.statements, node, f"z{where.blocks}", body)

    def _is_short(self, node: Node) -> bool:
        """A loop of one node, that turns by its own end."""
        small = node.end - node.start <= _SHORT and not isinstance(self.statements.at(node.flow, node.end - 1), op.Next)
        return small and len(self.graph.bodies[node.key]) == 1 and node.handler is None and not self.behind_node.get(node)

    def _iterator_of(self, node: Node) -> op.Next | None:
        """The instruction that the loop is a `for` of."""
        if node.handler is not None and self._handler_around(node, None) is None:
            return None
        return iterated(self.graph, node, self.statements)

    def _for(self, node: Node, where: Where, loop: Loop, over: op.Next, guarded: Guard) -> list[ast.stmt]:
        """A loop over an iterator, or over few items."""
        statements = self.statements
        short, small = short_loop(self.graph, node, statements), is_small(self.graph, node, statements)
        begun = statements.begun.get(node.key)
        few = None if short is None else few_items(statements, short, over, begun)
        inner = replace(where, behind=loop.after, loop=loop)
        outer = replace(inner, loop=loop.outer)
        quick: list[ast.stmt] = []
        if short is not None and few is not None:
            body, ended = self._parts_of_for(node, where, inner if small and begun is None else outer)
            items = begun.over if begun is not None and short.sealed else load(statements.iterator(over.cursor)[0])
            quick = statements.mark([for_(name(statements.register(over.dst)), items, body, ended)])
            if begun is not None:
                quick = [*([] if short.sealed else begun.first), *guarded(quick)]
                if not few:
                    return quick
        body, ended = self._parts_of_for(node, where, inner if small else outer)
        if not small:
            whole = drawn(statements, node, over, body, ended)
        else:
            first = branch(every(few), [*quick, break_()], []) if few is not None and begun is None else []
            whole = side_by_side(statements, node, f"z{where.blocks}", over, body, ended, statements.mark(first))
        if begun is not None:
            whole = [*begun.first, *guarded(whole)]
        if few is None or (small and begun is None):
            return whole if begun is not None else guarded(whole)
        chosen = statements.mark(branch(every(few), quick, whole))
        return chosen if begun is not None else guarded(chosen)

    def _parts_of_for(self, node: Node, where: Where, behind: Where) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """The body of a loop over an iterator, and what is done, ``behind`` it, when there are no more items."""
        item, done = node.after
        assert where.loop is not None
        body = self._body(node, where, where.loop, lambda _, here: self._edge(node, item, here))
        ended = [*self._arrived(where.loop.head), *self._jump(done, behind)]
        self.statements.at(node.flow, node.start)
        return body, ended
