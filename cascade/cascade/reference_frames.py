"""A flow under way in the reference: where it is, and the values that it has.

Knows the graph and values; knows no strands and no host, and not what steps do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cascade_compiler import graph
from cascade_vm.errors import BudgetExhausted, FlowFailed, forget_function
from cascade_vm.host import UNBOUND

from cascade.reference_steps import Block, Flow

__all__ = ["Frame", "as_raised", "enter", "error_of", "receives"]


@dataclass(slots=True)
class Frame:
    """One flow under way. It is at the start of its first block."""

    flow: Flow
    variables: dict[str, Any] = field(default_factory=dict)
    values: dict[graph.Ref, Any] = field(default_factory=dict)
    number: int = field(init=False)
    """Which of the flow's blocks it is in."""
    block: Block = field(init=False)
    left: Iterator[tuple[graph.Node, Callable[[Frame], object] | None]] = field(init=False)
    """The steps of the block that are still to do."""
    now: graph.Node | graph.Terminator = field(init=False)
    """What it runs, or is waiting in."""

    def __post_init__(self) -> None:
        self.go(0)

    def go(self, number: int, given: Sequence[tuple[str, graph.Ref | None]] = ()) -> None:
        """To the start of a block, whose parameters are ``given``."""
        for name, ref in given:
            self.set(name, UNBOUND if ref is None else self.values[ref])
        self.number, self.block = number, self.flow.blocks[number]
        self.left = zip(self.block.nodes, self.block.steps)  # noqa: B905 - to ask for one length takes longer than a step

    def compute(self) -> graph.Node | None:
        """Do steps up to one that takes more than this frame, which is given; None when the block has come to its end."""
        for node, value_of in self.left:
            self.now = node
            if value_of is None:
                return node
            self.values[node.id] = value_of(self)
        self.now = self.block.end
        return None

    def read(self, refs: Iterable[graph.Ref]) -> list[Any]:
        return list(map(self.values.__getitem__, refs))

    def load(self, name: str) -> Any:
        if name not in self.variables:
            raise UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")
        return self.variables[name]

    def set(self, name: str, value: object) -> None:
        """Set a variable; `UNBOUND` unbinds it."""
        if value is UNBOUND:
            self.variables.pop(name, None)
        else:
            self.variables[name] = value

    def set_all(self, names: Sequence[str], values: Iterable[object]) -> None:
        for name, value in zip(names, values, strict=True):
            self.set(name, value)

    def set_next(self, name: str, iteration: Iterator[object]) -> bool:
        """Set a variable to the next item; False when there is none."""
        item = next(iteration, _END)
        if item is not _END:
            self.set(name, item)
        return item is not _END

    def forget(self, name: str, checked: bool) -> None:
        if checked:
            self.load(name)
        self.set(name, UNBOUND)


_END = object()


def enter(flow: Flow, arguments: Sequence[object]) -> Frame:
    """A frame at the start of a flow, with one argument a parameter."""
    frame = Frame(flow)
    frame.set_all([parameter.name for parameter in flow.parameters], arguments)
    return frame


def error_of(end: graph.Fail | graph.Reraise, frame: Frame) -> BaseException:
    value = frame.values[end.error]
    error = value if isinstance(value, BaseException) else FlowFailed(value)
    forget_function(error)
    cause = None if isinstance(end, graph.Reraise) or end.cause is None else frame.values[end.cause]
    if cause is not None:
        if not isinstance(cause, BaseException):
            return TypeError("exception causes must derive from BaseException")
        error.__cause__ = cause
    return error


def as_raised(error: BaseException) -> BaseException:
    """The error of a step. A `StopIteration` can not leave a coroutine, which a step is: Python wraps it, and here it is
    taken out again; not that of another coroutine, a task's or a strand's."""
    cause = error.__cause__
    if type(error) is not RuntimeError or error.args != ("coroutine raised StopIteration",):
        return error
    if not isinstance(cause, StopIteration) or cause.__traceback__ is None:
        return error
    code = cause.__traceback__.tb_frame.f_code
    is_step = code.co_qualname.startswith("_Strand.") and code.co_name != "run"
    return cause if is_step else error


def receives(handler: graph.Handler, error: BaseException) -> bool:
    """A cleanup handler receives all but what ends the run itself: a spent budget, or the closing of its coroutine."""
    if handler.cleanup:
        return not isinstance(error, BudgetExhausted | GeneratorExit)
    return isinstance(error, Exception)
