"""Trees and flow graphs as text, for goldens. Knows structs, and nothing of what each class means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cascade_compiler.graph import Block, FlowGraph, Handler, Program
from cascade_grammar.tree import Identifier
from cascade_vm.blueprint import Parameter
from cascade_vm.constants import Constant
from msgspec import NODEFAULT, Struct

_INDENT = "  "
_NOT_SHOWN = {"span", "place"}
"""Where something stands is tested where it matters: in messages and listings."""


def dump_tree(node: object) -> str:
    """A syntax tree: one line for a node whose parts are plain, else a line for each part."""
    return "\n".join(_lines(node)) + "\n"


def _shown_fields(node: object) -> Iterator[tuple[str, object]]:
    assert isinstance(node, Struct)
    names, last = node.__struct_fields__, node.__struct_defaults__
    defaults = dict(zip(names, (*[NODEFAULT] * (len(names) - len(last)), *last), strict=True))
    for name in sorted(names, key=lambda name: name != "notes"):
        value = getattr(node, name)
        if name not in _NOT_SHOWN and (defaults[name] is NODEFAULT or value != defaults[name]):
            yield name, value


def _is_node(value: object) -> bool:
    return isinstance(value, Struct) and not isinstance(value, Identifier)


def _plain(value: object) -> str:
    match value:
        case Identifier(text=text):
            return text
        case timedelta():
            return str(value)
        case tuple():
            return f"[{', '.join(map(_plain, value))}]"
        case _:
            return repr(value)


def _holds_nodes(value: object) -> bool:
    return _is_node(value) or (isinstance(value, tuple) and any(map(_holds_nodes, value)))


def _lines(node: object, depth: int = 0) -> Iterator[str]:
    pad = _INDENT * depth
    if not _is_node(node):
        yield f"{pad}{_plain(node)}" if not isinstance(node, tuple) else f"{pad}-"
        if isinstance(node, tuple):
            for item in node:
                yield from _lines(item, depth + 1)
        return
    plain = [(name, value) for name, value in _shown_fields(node) if not _holds_nodes(value)]
    yield pad + " ".join([type(node).__name__, *(f"{name}={_plain(value)}" for name, value in plain)])
    for name, value in _shown_fields(node):
        if _holds_nodes(value):
            yield f"{pad}{_INDENT}{name}:"
            for item in value if isinstance(value, tuple) else (value,):
                yield from _lines(item, depth + 2)


def dump_graph(program: Program) -> str:
    """A flow graph: ``%3 = Operate …`` for the node 3, one line each, by blocks."""
    head = [f"entry {program.entry}", *(["root " + program.root] if program.root else []), *(["strict"] * program.strict)]
    tasks = [f"task {task.name}" for task in program.tasks]
    return "\n".join([*head, *tasks, *(line for flow in program.flows for line in _flow(flow))]) + "\n"


def _parameter(parameter: Parameter) -> str:
    text = f"{parameter.name}: {parameter.type}"
    if parameter.default is not None:
        return f"{text} = {parameter.default.value!r}"
    return f"{text} = computed" if parameter.computed else text


def _flow(flow: FlowGraph) -> Iterator[str]:
    kind = "branch" if flow.branch else "flow"
    yield ""
    yield f"{kind} {flow.name}({', '.join(map(_parameter, flow.parameters))}) -> {flow.returns}"
    for index, block in enumerate(flow.blocks):
        yield f"{_INDENT}block {index}({', '.join(block.parameters)}){_handler(block)}"
        for node in block.nodes:
            yield f"{_INDENT * 2}%{node.id} = {_operands(node)}"
        yield f"{_INDENT * 2}{_operands(block.end)}"


def _handler(block: Block) -> str:
    match block.handler:
        case None:
            return ""
        case Handler(block=target, variable=variable, cleanup=cleanup):
            return f"  {'cleanup' if cleanup else 'errors'} -> block {target}, {variable}"


def _operands(node: object) -> str:
    words = [type(node).__name__]
    for name, value in _shown_fields(node):
        if name == "id":
            continue
        match value:
            case Constant(value=inner):
                words.append(repr(inner))
            case _:
                words.append(f"{name}={_operand(value)}")
    return " ".join(words)


def _operand(value: object) -> str:
    match value:
        case tuple():
            return f"({', '.join(map(_operand, value))})"
        case str():
            return value or "''"
        case Struct():
            return _operands(value)
        case _:
            return str(value)
