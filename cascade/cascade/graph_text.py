"""A flow graph as text, for people who want to see what the front end made of a program.

    flow countdown(n: int)  ; countdown.csc:1
      block 0
        %0 = Load variable=n checked=True  ; 2:8
        %2 = Operate operation=<= arguments=(%0, %1) forms=()  ; 2:8
        BranchOn condition=%2 then=1 otherwise=2  ; 2:5

Generic over the kinds of nodes: it knows which fields refer to nodes, by their declared types, and nothing else of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from cascade_compiler.graph import Block, FlowGraph, Node, Program, Terminator
from cascade_vm.constants import Constant

from cascade.parameters import format_parameters

__all__ = ["format_graph"]


def format_graph(program: Program) -> str:
    """The whole program, a flow after the other."""
    head = [f"task {task.name}" for task in program.tasks]
    head += [f"entry {program.entry}"] if program.entry else []
    head += ["strict"] if program.strict else []
    return "\n".join([*head, *(line for flow in program.flows for line in ("", *_flow_lines(flow)))]).lstrip("\n") + "\n"


def _flow_lines(flow: FlowGraph) -> Iterator[str]:
    kind = "branch" if flow.branch else "flow"
    yield f"{kind} {flow.name}({format_parameters(flow.parameters)}) -> {flow.returns}  ; {flow.place.file}:{flow.place.line}"
    for index, block in enumerate(flow.blocks):
        yield f"  block {index}{_block_head(block)}"
        for node in block.nodes:
            yield f"    %{node.id} = {_described(node)}"
        yield f"    {_described(block.end)}"


def _block_head(block: Block) -> str:
    parameters = f" ({', '.join(block.parameters)})" if block.parameters else ""
    handler = block.handler
    if handler is None:
        return parameters
    kind = "cleanup" if handler.cleanup else "errors"
    return f"{parameters}  {kind} to block {handler.block} as {handler.variable}"


def _described(node: Node | Terminator) -> str:
    words = [type(node).__name__]
    words += [_field(node, field) for field in dataclasses.fields(node) if field.name not in ("id", "place")]
    return f"{' '.join(words)}  ; {node.place.line}:{node.place.column + 1}"


def _field(record: object, field: dataclasses.Field[object]) -> str:
    return f"{field.name}={_value(getattr(record, field.name), 'Ref' in str(field.type))}"


def _value(value: object, refers: bool) -> str:
    match value:
        case tuple():
            return f"({', '.join(_value(item, refers) for item in value)})"
        case int() if refers and not isinstance(value, bool):
            return f"%{value}"
        case Constant():
            return repr(value.value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return f"{type(value).__name__}({', '.join(_field(value, field) for field in dataclasses.fields(value))})"
        case _:
            return str(value)
