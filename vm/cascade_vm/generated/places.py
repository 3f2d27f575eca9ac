"""Where the nodes of a graph stand in nested statements, and the labels of those that are jumped to."""

from __future__ import annotations

from dataclasses import dataclass

from cascade_vm.generated.graph import Graph, Node

__all__ = ["Label", "Loop", "Where", "is_apart", "jump_over", "places"]


@dataclass(eq=False, slots=True)
class Label:
    """A place that control comes to. ``behind`` is where control falls to from the end of what stands there."""

    number: int
    node: Node | None
    loop: Loop | None
    behind: Label | None = None
    guarded: bool = False
    """Jumps pass over it."""
    targeted: bool = False
    """Jumps that set ``go`` lead to it."""
    apart: bool = False
    """Nothing falls to it: what is there is left out unless ``go`` says otherwise. So is what handles errors."""

    @property
    def fallen_to(self) -> Label | None:
        """Where control comes to that falls to this label."""
        label: Label | None = self
        while label is not None and label.apart:
            label = label.behind
        return label


@dataclass(eq=False, slots=True)
class Loop:
    """A loop of Python's: `continue` leads to ``head``, `break` to ``after``."""

    head: Label
    after: Label
    outer: Loop | None
    escapes: bool = False
    """``go`` may say at the end of its body that control goes on outside of it."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where statements stand: what they fall to, in which loop, in how many blocks; ``row`` is the handler around them."""

    behind: Label
    loop: Loop | None
    blocks: int = 0
    nested: int = 0
    caught: Node | None = None
    copies: int = 0


def jump_over(label: Label | None, target: Label | None) -> None:
    """Jump over labels until ``target``, or to the end of the body that they are in."""
    first = label
    while label is not None and label is not target:
        if first is not None and label.loop is not first.loop:
            break
        if label.loop is not None and label is label.loop.head:
            break
        label.guarded = True
        label = label.behind


def is_apart(node: Node) -> bool:
    """Whether only errors lead to a node."""
    return all(each.handler is node and node not in each.after for each in node.into)


def places(graph: Graph) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    """The nodes that stand behind others, and those that stand behind loops, by their heads; all else stands where it is
    reached."""
    behind_node: dict[Node, list[Node]] = {}
    behind_loop: dict[Node, list[Node]] = {}
    heads = [(node, graph.bodies[node.key]) for node in graph.nodes if node.key in graph.bodies]
    for node in graph.nodes[1:]:
        above = node.dominator
        assert above is not None
        left = next((head for head, body in heads if above.key in body and node.key not in body), None)
        if left is not None:  # the outermost, which comes first
            behind_loop.setdefault(left, []).append(node)
        elif not _stands_inside(node):
            behind_node.setdefault(above, []).append(node)
    return behind_node, behind_loop


def _stands_inside(node: Node) -> bool:
    """Whether it is reached in one way only, and not by an error."""
    forward = [each for each in node.into if each.order < node.order]
    ways = sum(each.after.count(node) for each in forward)
    return ways == 1 and all(each.handler is not node for each in forward)
