"""``parallel:`` blocks and ``parallel [… for …]``: each branch is a flow of its own that runs beside its parent.

A branch is given the variables that it mentions as they are at its start, and hands back those that it writes.
"""

from __future__ import annotations

from collections.abc import Iterable

from cascade_compiler import graph
from cascade_compiler.csc import comprehensions, targets
from cascade_compiler.csc.frame import Frame
from cascade_compiler.csc.walk import mentions, target_names
from cascade_compiler.graph import ForkBranch, Ref
from cascade_grammar import tree
from cascade_grammar.spans import Span
from cascade_vm.blueprint import Parameter

__all__ = ["parallel", "parallel_map"]


def parallel(frame: Frame, statement: tree.Parallel) -> None:
    """A ``parallel:`` block; every statement is a branch."""
    limit = None if statement.limit is None else frame.value(statement.limit)
    branches: list[ForkBranch] = []
    written: list[tuple[str, ...]] = []
    for part in statement.body.statements:
        found = mentions([part])
        seen = [name for name in found.names if frame.variable(name) is not None]
        writes = tuple(name for name in found.writes if name in seen)
        name = _branch(frame, part, seen, writes)
        branches.append(ForkBranch(name, _captured(frame, seen, part.span)))
        written.append(writes)
    span = statement.span
    results = frame.add(graph.Fork, span, tuple(branches), limit)
    for position, names in enumerate(written):
        if names:
            frame.add(graph.UnpackVariables, span, names, results, position)


def _branch(frame: Frame, part: tree.Statement, seen: list[str], writes: tuple[str, ...]) -> str:
    child = frame.beside(seen)
    child.run([part])
    if child.is_open:
        child.end(graph.Return, part.span, child.add(graph.PackVariables, part.span, writes))
    _finish(child, seen, part.span)
    return child.name


def _captured(frame: Frame, names: Iterable[str], span: Span) -> tuple[Ref, ...]:
    variables = [frame.variable(name) for name in names]
    return tuple(frame.add(graph.Load, span, variable, False) for variable in variables)


def _finish(child: Frame, parameters: list[str], span: Span) -> None:
    child.assembly.set_flow(
        graph.FlowGraph(
            name=child.name,
            parameters=tuple(Parameter(name) for name in parameters),
            blocks=child.drafts.finish(),
            place=child.place(span),
            branch=True,
        )
    )


def parallel_map(frame: Frame, expression: tree.ParallelMap) -> Ref:
    """``parallel [element for target in iterable if condition] limit n``; conditions are tested one after the other, first."""
    clause, element = expression.clause, expression.element
    items = comprehensions.items_that_pass(frame, clause) if clause.conditions else frame.value(clause.iterable)
    limit = None if expression.limit is None else frame.value(expression.limit)
    own = [name.id for name in target_names(clause.target)]
    found = mentions([element, clause.target], hidden=own)
    seen = [name for name in found.names if frame.variable(name) is not None]
    child = frame.beside([*own, *seen])
    item = clause.target.id if isinstance(clause.target, tree.Name) else child.temporary("item")
    if not isinstance(clause.target, tree.Name):
        targets.store(child, clause.target, child.load(item, clause.target.span))
    child.end(graph.Return, element.span, child.value(element))
    _finish(child, [item, *seen], element.span)
    arguments = _captured(frame, seen, expression.span)
    return frame.add(graph.Map, expression.span, child.name, items, arguments, limit)
