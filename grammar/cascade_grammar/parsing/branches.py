"""The tree that the parser makes, before it has types: what lark's trees are here, and how to walk them without recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cascade_grammar.parsing.tokens import Token
from cascade_grammar.spans import Span

__all__ = ["Branch", "Child", "Handler", "fill", "span_of"]


class Branch:
    """A rule of the grammar, found in the text. ``node`` is what a builder made of it, ``depth`` how deep the expression is."""

    __slots__ = ("children", "data", "depth", "end", "node", "start")

    def __init__(self, data: str, children: list[Child]) -> None:
        self.data = data
        self.children = children
        self.start = 0
        self.end = 0
        self.node: object = None
        self.depth = 0


Child = Branch | Token
Handler = Callable[[Branch], object]


def span_of(child: Child) -> Span:
    """Where it stands."""
    return Span(child.start, child.end)


def fill(root: Branch, handlers: Mapping[str, Handler]) -> None:
    """Give each branch its span, its depth (that of its deepest child) and its node, the children's before the parent's.

    Without recursion: a tree may be as deep as the text is long.
    """
    order = [root]
    for branch in order:
        for child in branch.children:
            if type(child) is Branch:
                order.append(child)  # noqa: PERF401 - the list is the queue
    for branch in reversed(order):
        children = branch.children
        if children:
            branch.start = children[0].start
            branch.end = children[-1].end
        depth = 0
        for child in children:
            if type(child) is Branch and child.depth > depth:
                depth = child.depth
        branch.depth = depth
        handler = handlers.get(branch.data)
        if handler is not None:
            branch.node = handler(branch)
