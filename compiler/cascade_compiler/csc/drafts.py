"""Basic blocks while they are being written: labels stand for blocks that may not exist yet. Knows no syntax.

Blocks are numbered in the order in which they are begun, so a label that is placed later lies ahead: the only ways back are
the ones that the program has. What can not be reached is dropped at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from cascade_compiler import graph
from cascade_compiler.graph import Block, Handler, Node, Terminator

__all__ = ["Draft", "Drafts", "Label"]

Label: TypeAlias = int
"""A place to jump to; terminators and handlers of drafts name labels where those of blocks name blocks."""


@dataclass(slots=True)
class Draft:
    """A block that is not complete."""

    handler: Handler | None
    parameters: tuple[str, ...] = ()
    nodes: list[Node] = field(default_factory=list)
    end: Terminator | None = None


class Drafts:
    """The blocks of one flow."""

    def __init__(self) -> None:
        self.current: Draft | None = None
        self._drafts: list[Draft] = []
        self._labels: list[int] = []
        self._wanted: set[Label] = set()

    def label(self) -> Label:
        """A new label, not placed yet."""
        self._labels.append(-1)
        return len(self._labels) - 1

    def want(self, label: Label) -> None:
        """Something may go to ``label``."""
        self._wanted.add(label)

    def is_wanted(self, label: Label) -> bool:
        """Whether anything goes to ``label`` that has been written so far."""
        return label in self._wanted

    def begin(self, handler: Handler | None, parameters: tuple[str, ...] = ()) -> None:
        """Begin a block."""
        self.current = Draft(handler, parameters)
        self._drafts.append(self.current)

    def place(self, label: Label) -> None:
        """``label`` is the start of the current block."""
        self._labels[label] = len(self._drafts) - 1

    def end(self, terminator: Terminator) -> None:
        """Complete the current block."""
        assert self.current is not None
        self.current.end = terminator
        self._wanted.update(_targets(terminator))
        self.current = None

    @property
    def is_fresh(self) -> bool:
        """Whether the current block may be that of one more label: it is empty, and nothing but plain jumps lead there."""
        now = self.current
        return now is not None and not now.nodes and not now.parameters and len(self._drafts) > 1

    def finish(self) -> tuple[Block, ...]:
        """The blocks, those left out that nothing leads to."""
        reached = self._reached()
        numbers = {old: new for new, old in enumerate(sorted(reached))}

        def block_at(label: Label) -> int:
            return numbers[self._labels[label]]

        return tuple(_block(self._drafts[old], block_at) for old in numbers)

    def _reached(self) -> set[int]:
        reached, pending = {0}, [0]
        while pending:
            for label in _leads_to(self._drafts[pending.pop()]):
                found = self._labels[label]
                if found not in reached:
                    reached.add(found)
                    pending.append(found)
        return reached


def _leads_to(draft: Draft) -> Iterator[Label]:
    assert draft.end is not None
    yield from _targets(draft.end)
    if draft.handler is not None:
        yield draft.handler.block


def _targets(end: Terminator) -> tuple[int, ...]:
    match end:
        case graph.Jump(block=block):
            return (block,)
        case graph.BranchOn(then=then, otherwise=otherwise):
            return (then, otherwise)
        case graph.SwitchOn(cases=cases, otherwise=otherwise):
            return (*cases, otherwise)
        case graph.Step(body=body, done=done):
            return (body, done)
        case graph.Return() | graph.Fail() | graph.Reraise() | graph.TailCall():
            return ()


def _block(draft: Draft, block_at: Callable[[Label], int]) -> Block:
    assert draft.end is not None
    handler = draft.handler
    if handler is not None:
        handler = Handler(block_at(handler.block), handler.variable, handler.cleanup)
    return Block(tuple(draft.nodes), _resolved(draft.end, block_at), draft.parameters, handler)


def _resolved(end: Terminator, block_at: Callable[[Label], int]) -> Terminator:
    match end:
        case graph.Jump(block=block, arguments=arguments):
            return graph.Jump(end.place, block_at(block), arguments)
        case graph.BranchOn(condition=condition, then=then, otherwise=otherwise):
            return graph.BranchOn(end.place, condition, block_at(then), block_at(otherwise))
        case graph.SwitchOn(value=value, cases=cases, otherwise=otherwise):
            return graph.SwitchOn(end.place, value, tuple(map(block_at, cases)), block_at(otherwise))
        case graph.Step(iteration=iteration, variable=variable, body=body, done=done):
            return graph.Step(end.place, iteration, variable, block_at(body), block_at(done))
        case graph.Return() | graph.Fail() | graph.Reraise() | graph.TailCall():
            return end
