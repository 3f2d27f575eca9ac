"""Pictures of a graph of calls, as text for Graphviz (DOT) and for Mermaid. Nothing is run.

An arrow goes from what is needed to what needs it, and a jump from the node that jumps to where it goes on. Solid arrows carry
values; dashed ones say when: order, conditions; bold ones are jumps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, NoReturn

from cascade.errors import GraphError, Problem
from cascade.lazy import LazyResult
from cascade.placeholder import Placeholder
from cascade.policies import CallPolicy, Constraints, Retry, Timeout
from cascade.routing import Router
from cascade.structure import Edge, edges_of, label_of, nodes_of

__all__ = ["visualize"]

_CONTROL = ("order", "condition", "otherwise")


class _Style(NamedTuple):
    dot: str
    arrow: str


_STYLES = {"dashed": _Style("style=dashed", "-.->"), "bold": _Style('style=bold, color="firebrick"', "==>")}
_PLAIN = _Style("", "-->")
_SHAPES = {
    "call": ("box", "[", "]"),
    "router": ("diamond", "{", "}"),
    "input": ("ellipse", "([", "])"),
    "end": ("box", "[[", "]]"),
}
_LONGEST = 60


def visualize(target: object, format: Literal["dot", "mermaid"] = "dot") -> str:  # noqa: A002
    """The graph of ``target`` as text: ``format`` is "dot" or "mermaid".

    >>> from cascade.tasks import task
    >>> double = task(name="m:double")(lambda n: 2 * n)
    >>> print(visualize(double(double(4)), "mermaid"), end="")
    flowchart TD
        n0["double"]
        n1["double"]
        n0 -->|"0"| n1
    """
    if format not in ("dot", "mermaid"):
        _refuse(f"a graph is drawn as `dot` or `mermaid`, not as {format!r}")
    nodes = nodes_of(target)
    if not nodes:
        _refuse(f"there is nothing to draw in {type(target).__name__}: hand over a call, or a list of calls")
    numbers = {node: number for number, node in enumerate(nodes)}
    if format == "dot":
        rows = ["digraph cascade {", "    rankdir=TB;", *_dot_rows(target, numbers), "}"]
    else:
        rows = ["flowchart TD", *_mermaid_rows(target, numbers)]
    return "\n".join(rows) + "\n"


def _refuse(message: str) -> NoReturn:
    raise GraphError(Problem("CS439", message))


# --- what is drawn -------------------------------------------------------------------------------------------------------


def _kind(node: Placeholder) -> str:
    return "call" if isinstance(node, LazyResult) else "router" if isinstance(node, Router) else "input"


def _label(node: Placeholder) -> str:
    notes = [_policy_note(policy) for policy in node.policies] if isinstance(node, LazyResult) else []
    if isinstance(node, LazyResult) and isinstance(node.condition, bool | int | str):
        notes.append(f"run_if {node.condition!r}")
    return "\n".join([_shortened(label_of(node)), *map(_shortened, notes)])


def _policy_note(policy: CallPolicy) -> str:
    match policy:
        case Retry(attempts=attempts):
            return f"retry {attempts!r}"
        case Timeout(duration=duration):
            return f"timeout {duration!r}" if isinstance(duration, Placeholder) else f"timeout {duration}"
        case Constraints(resources=resources):
            return "needs " + ", ".join(f"{name} {amount!r}" for name, amount in resources.items())
        case _:
            return "cache"


def _shortened(text: str) -> str:
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _edges(numbers: dict[Placeholder, int]) -> Iterator[tuple[int, int, str, _Style]]:
    for node, number in numbers.items():
        for edge in edges_of(node):
            other = numbers[edge.source]
            ends = (number, other) if edge.kind == "jump" else (other, number)
            yield (*ends, _edge_label(edge), _style(edge))


def _edge_label(edge: Edge) -> str:
    return _shortened(edge.label if edge.kind in ("data", *_CONTROL) else f"{edge.kind} {edge.label}".strip())


def _style(edge: Edge) -> _Style:
    return _STYLES["bold"] if edge.kind == "jump" else _STYLES["dashed"] if edge.kind in _CONTROL else _PLAIN


def _endings(numbers: dict[Placeholder, int]) -> Iterator[tuple[int, str]]:
    """The jumps that end the run."""
    for node, number in numbers.items():
        if isinstance(node, LazyResult) and node.selector is not None:
            yield from ((number, _shortened(f"jump {key}")) for key, route in node.selector.routes.items() if route is None)


# --- DOT -----------------------------------------------------------------------------------------------------------------


def _dot_rows(target: Any, numbers: dict[Placeholder, int]) -> Iterator[str]:
    for node, number in numbers.items():
        outline = ", peripheries=2" if node is target else ""
        yield f"    n{number} [label={_dot_text(_label(node))}, shape={_SHAPES[_kind(node)][0]}{outline}];"
    for start, end, label, style in _edges(numbers):
        yield f"    n{start} -> n{end} [label={_dot_text(label)}{', ' * bool(style.dot)}{style.dot}];"
    endings = list(_endings(numbers))
    if endings:
        yield '    end [label="end", shape=doublecircle];'
    for number, label in endings:
        yield f"    n{number} -> end [label={_dot_text(label)}, {_STYLES['bold'].dot}];"


def _dot_text(text: str) -> str:
    """A string of DOT: only a quote and a backslash mean something in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


# --- Mermaid -------------------------------------------------------------------------------------------------------------


def _mermaid_rows(target: Any, numbers: dict[Placeholder, int]) -> Iterator[str]:
    for node, number in numbers.items():
        _, opening, closing = _SHAPES["end" if node is target and _jumps(node) else _kind(node)]
        yield f"    n{number}{opening}{_mermaid_text(_label(node))}{closing}"
    for start, end, label, style in _edges(numbers):
        yield f"    n{start} {style.arrow}|{_mermaid_text(label)}| n{end}"
    endings = list(_endings(numbers))
    if endings:
        yield '    finish(["end"])'
    for number, label in endings:
        yield f"    n{number} {_STYLES['bold'].arrow}|{_mermaid_text(label)}| finish"


def _jumps(node: Placeholder) -> bool:
    return isinstance(node, LazyResult) and node.selector is not None


def _mermaid_text(text: str) -> str:
    """A string of Mermaid, which is shown as HTML: what is no letter, digit or plain sign becomes an entity."""
    safe = "".join(one if one.isalnum() or one in " _-.,=()" else "\n" if one == "\n" else f"#{ord(one)};" for one in text)
    return '"' + safe.replace("\n", "<br/>") + '"'
