"""A `StopIteration` that is raised in a generator expression: it would end the generator as if it were used up, so Python
makes a `RuntimeError` of it.

Knows where a generator expression begins and ends; `generators` says what it becomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from cascade_compiler import graph
from cascade_compiler.csc.symbols import TaskSymbol
from cascade_compiler.csc.walk import children
from cascade_compiler.graph import Handler
from cascade_compiler.python import nodes
from cascade_grammar import tree
from cascade_grammar.nodes import Spanned
from cascade_vm.errors import CATCHABLE
from cascade_vm.operations import BUILTINS

if TYPE_CHECKING:
    from cascade_compiler.python.frames import PythonFrame

__all__ = ["as_generator", "outside"]


@contextmanager
def as_generator(frame: PythonFrame, generator: tree.Comprehension) -> Iterator[None]:
    """What is written inside is the generator's; where it can not raise `StopIteration`, nothing is added."""
    if not _may_stop(frame, generator):
        yield
        return
    span, error = generator.span, frame.temporary("caught")
    caught, after, wrong, other = (frame.label() for _ in range(4))
    passes = frame.handler is not None and frame.handler.cleanup
    with frame.guarded(Handler(caught, error, cleanup=passes), span):
        yield
    frame.jump(after, span)
    frame.start(caught, span)
    if frame.is_open:
        stop = frame.add(graph.MatchError, span, frame.load(error, span), ("StopIteration",))
        frame.end(graph.BranchOn, span, stop, wrong, other)
        frame.start(other, span)
        frame.end(graph.Reraise, span, frame.load(error, span))
        frame.start(wrong, span)
        words = frame.constant("generator raised StopIteration", span)
        made = frame.operate("error", span, frame.constant("RuntimeError", span), words)
        frame.end(graph.Fail, span, made, frame.load(error, span))
    frame.start(after, span)


@contextmanager
def outside(frame: PythonFrame, handler: Handler | None, generator: tree.Comprehension) -> Iterator[None]:
    """What is written inside is not the generator's: its errors go to ``handler``."""
    inside = frame.handler
    frame.set_handler(handler, generator.span)
    yield
    frame.set_handler(inside, generator.span)


def _may_stop(frame: PythonFrame, generator: tree.Comprehension) -> bool:
    """Whether it calls `next`, a function or a flow. Tasks and methods do not raise `StopIteration`."""
    pending: list[Spanned] = [generator.element, *generator.clauses]
    while pending:
        part = pending.pop()
        if _is_open_call(frame, part):
            return True
        pending += children(part)
    return False


def _is_open_call(frame: PythonFrame, part: object) -> bool:
    match part:
        case nodes.CallValue():
            return True
        case tree.Call(function=function):
            match cast(object, function):
                case tree.Attribute():
                    return False
                case nodes.BuiltIn(name=name):
                    return name == "next"
                case tree.Name(id=name) if frame.variable(name) is None and frame.helper(name) is None:
                    symbol = frame.symbol(name)
                    return not (isinstance(symbol, TaskSymbol) or (symbol is None and name in BUILTINS | CATCHABLE.keys()))
                case _:
                    return True
        case _:
            return False
