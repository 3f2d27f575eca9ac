"""A flow under way in the reference: where it is, and the values that it has.

Knows the graph and values; knows no strands and no host.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cascade_compiler import graph
from cascade_vm.errors import BudgetExhausted, FlowFailed, forget_function
from cascade_vm.host import UNBOUND

__all__ = ["Frame", "as_raised", "enter", "error_of", "receives"]


@dataclass(slots=True)
class Frame:
    """One flow under way: it is about to do step ``step`` of block ``block`` (its nodes, then its terminator)."""

    flow: graph.FlowGraph
    variables: dict[str, Any]
    values: dict[graph.Ref, Any] = field(default_factory=dict)
    block: int = 0
    step: int = 0

    def current(self) -> graph.Node | graph.Terminator:
        """The node or terminator that this frame is about to run, or is waiting in."""
        block = self.flow.blocks[self.block]
        return block.nodes[self.step] if self.step < len(block.nodes) else block.end

    def read(self, refs: Iterable[graph.Ref]) -> list[Any]:
        return [self.values[ref] for ref in refs]

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

    def finish(self, node: graph.Node, value: object) -> None:
        """The current node is done."""
        self.values[node.id] = value
        self.step += 1

    def go(self, block: int) -> None:
        self.block, self.step = block, 0


def enter(flow: graph.FlowGraph, arguments: Sequence[object]) -> Frame:
    """A frame at the start of a flow, with one argument a parameter."""
    frame = Frame(flow, {})
    for parameter, value in zip(flow.parameters, arguments, strict=True):
        frame.set(parameter.name, value)
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
