"""Which flows call which in their own strand, and in what order callees come before their callers.

Branches of a `Fork` and items of a `Map` run in strands of their own and do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow

__all__ = ["callees", "callees_first"]


def callees(flow: Flow) -> list[int]:
    """The flows that a flow calls or becomes."""
    return list(dict.fromkeys(i.flow for i in flow.code if isinstance(i, op.CallFlow | op.TailCall)))


def callees_first(blueprint: Blueprint) -> Iterator[list[int]]:
    """Groups of flows that can reach each other, every group after those that it calls (Tarjan's algorithm)."""
    graph = [callees(flow) for flow in blueprint.flows]
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in range(len(graph)):
        if root in order:
            continue
        path: list[tuple[int, Iterator[int]]] = []
        _enter(root, graph, order, lowest, stack, on_stack, path)
        while path:
            flow, rest = path[-1]
            callee = next(rest, None)
            if callee is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[flow])
                if lowest[flow] == order[flow]:
                    yield _take_group(flow, stack, on_stack)
            elif callee not in order:
                _enter(callee, graph, order, lowest, stack, on_stack, path)
            elif callee in on_stack:
                lowest[flow] = min(lowest[flow], order[callee])


def _enter(
    flow: int,
    graph: Sequence[Sequence[int]],
    order: dict[int, int],
    lowest: dict[int, int],
    stack: list[int],
    on_stack: set[int],
    path: list[tuple[int, Iterator[int]]],
) -> None:
    order[flow] = lowest[flow] = len(order)
    stack.append(flow)
    on_stack.add(flow)
    path.append((flow, iter(graph[flow])))


def _take_group(flow: int, stack: list[int], on_stack: set[int]) -> list[int]:
    group = []
    while True:
        group.append(stack.pop())
        on_stack.discard(group[-1])
        if group[-1] == flow:
            return group
