"""Flows under other names, so that those of several programs can be in one. Places, which people see, keep their names."""

from __future__ import annotations

from collections.abc import Mapping

from cascade_compiler import graph
from cascade_compiler.graph import Block, FlowGraph, Node, Terminator
from msgspec.structs import replace

__all__ = ["renamed"]


def renamed(flow: FlowGraph, flows: Mapping[str, str], tasks: Mapping[str, str]) -> FlowGraph:
    """The flow with the names of flows and tasks replaced; names that are not mentioned stay."""
    blocks = tuple(_block(block, flows, tasks) for block in flow.blocks)
    return replace(flow, name=flows.get(flow.name, flow.name), blocks=blocks)


def _block(block: Block, flows: Mapping[str, str], tasks: Mapping[str, str]) -> Block:
    nodes = tuple(_node(node, flows, tasks) for node in block.nodes)
    return replace(block, nodes=nodes, end=_end(block.end, flows))


def _node(node: Node, flows: Mapping[str, str], tasks: Mapping[str, str]) -> Node:
    match node:
        case graph.CallTask():
            return replace(node, task=tasks.get(node.task, node.task))
        case graph.CallFlow() | graph.Map() | graph.MakeFunction():
            return replace(node, flow=flows.get(node.flow, node.flow))
        case graph.Fork():
            return replace(
                node, branches=tuple(replace(branch, flow=flows.get(branch.flow, branch.flow)) for branch in node.branches)
            )
        case _:
            return node


def _end(end: Terminator, flows: Mapping[str, str]) -> Terminator:
    return replace(end, flow=flows.get(end.flow, end.flow)) if isinstance(end, graph.TailCall) else end
