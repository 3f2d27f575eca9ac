"""How loops look in Python: what draws their turns, and from where they go on when there are no more of these.

Turns come out of an iterator that all loops of a strand share, the local ``turns``.

    while True:                        `batched`: a loop that is none over an iterator
        z = turns
        for _ in z:
            …
        else:
            turns = more(s, z)         no turns left: get some, or leave the generated code
            continue
        break

    while True:                        `side_by_side`: a small loop over an iterator; to begin it costs 150 ns, a turn 5
        z = turns
        for _, x in zip(z, i):         turns are taken first, so that no item is lost when there are none left
            …
        else:
            for _ in z:
                break                  that was the last item
            else:
                …                      as above
        break

    for x in i:                        `drawn`: any other loop over an iterator; to begin it costs nothing, a turn 10
        for _ in turns:
            break
        else:
            turns = more(s, turns)     it goes on behind the head of the loop
        …

Every loop of the first two has its own name for what it draws from: a loop within it may get more.
"""

from __future__ import annotations

import ast

from cascade_vm import opcodes as op
from cascade_vm.generated.graph import Graph, Node
from cascade_vm.generated.positions import AT_HEAD
from cascade_vm.generated.statements import Statements
from cascade_vm.generated.syntax import assign, break_, call, constant, continue_, for_, forever, load, name

__all__ = ["batched", "drawn", "is_small", "side_by_side"]

_SMALL = 8
"""Instructions of a loop whose turns should cost little, rather than its beginning."""


def is_small(graph: Graph, head: Node, s: Statements) -> bool:
    """Whether the turns of a loop take next to nothing: it is short, and neither calls anything nor has loops within it."""
    body = [node for node in graph.nodes if node.key in graph.bodies[head.key]]
    if any(node is not head and node.key in graph.bodies for node in body):
        return False
    code = [i for node in body for i in s.program.image.blueprint.flows[node.flow].code[node.start : node.end]]
    return len(code) <= _SMALL and not any(isinstance(i, op.Call | op.CallFlow | op.Invoke | op.Request) for i in code)


def _more(s: Statements, flow: int, pc: int, turns: str) -> list[ast.stmt]:
    """More turns than those, which are over; or the code is left, to go on at an instruction."""
    s.at(flow, pc)
    more = call("more", load("s"), load(turns), constant(s.waits))
    return s.mark([assign("turns", more)], AT_HEAD)


def batched(s: Statements, head: Node, turns: str, body: list[ast.stmt]) -> list[ast.stmt]:
    loop = for_(name("_"), load(turns), body, [*_more(s, head.flow, head.start, turns), continue_()])
    return [forever([assign(turns, load("turns")), loop, break_()])]


def side_by_side(
    s: Statements, head: Node, turns: str, over: op.Next, body: list[ast.stmt], ended: list[ast.stmt], first: list[ast.stmt]
) -> list[ast.stmt]:
    """``ended`` is done when there are no more items, ``first`` where the loop begins."""
    both = call("zip", load(turns), load(s.iterator(over.cursor)[0]))
    pair = ast.Tuple([name("_"), name(s.register(over.dst))], ast.Store())
    left = for_(name("_"), load(turns), [break_()], [*_more(s, head.flow, head.start, turns), continue_()])
    loop = for_(pair, both, body, [*s.mark([left]), *ended])
    return [forever([*first, assign(turns, load("turns")), *s.mark([loop]), break_()])]


def drawn(s: Statements, head: Node, over: op.Next, body: list[ast.stmt], ended: list[ast.stmt]) -> list[ast.stmt]:
    item = head.after[0]
    draw = for_(name("_"), load("turns"), [break_()], _more(s, item.flow, item.start, "turns"))
    s.at(head.flow, head.start)
    iterator = load(s.iterator(over.cursor)[0])
    return s.mark([for_(name(s.register(over.dst)), iterator, [draw, *body], ended)])
