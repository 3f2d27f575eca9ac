"""A program as a small tree that prints twice: as `.csc` text, and as Python that means the same.

Most of the language is Python's, so a piece of text serves both; where they differ a piece has a second text. The tree is
there to be shrunk. It knows nothing of how programs are chosen, nor of what runs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

HOLE = "\0"
"""In a template: the next part stands here."""
MISSING = "MISSING"
"""What a Python parameter is when its default is to be computed."""


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression: a template with a hole for each part. ``python`` is its template in Python, if another."""

    text: str
    parts: tuple[Expr, ...] = ()
    kind: str = "any"
    python: str | None = None
    variable: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line with expressions in its holes. An empty text stands for no line; ``python`` may be several lines."""

    text: str
    parts: tuple[Expr, ...] = ()
    python: str | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """Statements below a line; ``deeper`` says how many more levels they are indented in Python."""

    statements: tuple[Statement, ...]
    deeper: int = 0
    renamed: tuple[tuple[str, str], ...] = ()
    """Variables that have another name in Python here."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines and suites in turn. ``fixed`` says that shrinking must not take it away, for it makes a loop end."""

    parts: tuple[Line | Suite, ...]
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a flow or state; ``default`` is a text. A ``computed`` one is made anew at each call."""

    name: str
    type: str = ""
    default: str | None = None
    computed: bool = False


@dataclass(frozen=True, slots=True)
class State:
    name: str
    parameters: tuple[Parameter, ...]
    body: Suite


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow; with states, ``shared`` are the variables that all of them see."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Suite
    states: tuple[State, ...] = ()
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A program. ``arguments`` are those of flow ``main``, each a Python text that makes a new value when evaluated;
    ``script`` says what the tasks do at their first, second, … call."""

    flows: tuple[Flow, ...]
    consts: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()
    script: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


@dataclass(slots=True)
class Printed:
    """Both texts. ``lines[n]`` is the line of the `.csc` text that line ``n`` of the Python text stands for."""

    csc: str
    python: str
    lines: list[int]


@dataclass(slots=True)
class _Printer:
    csc: list[str] = field(default_factory=list)
    python: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=lambda: [0])
    renamed: dict[str, str] = field(default_factory=dict)

    def line(self, line: Line, depth: int, python_depth: int) -> None:
        if line.text:
            self.csc.append("    " * depth + fill(line.text, [expression(part) for part in line.parts]))
        template = line.text if line.python is None else line.python
        if template:
            parts = [python_expression(part, self.renamed) for part in line.parts]
            self.write(fill(template, parts), python_depth)

    def write(self, text: str, depth: int) -> None:
        """Python only."""
        for row in text.split("\n"):
            self.python.append("    " * depth + row)
            self.lines.append(max(1, len(self.csc)))

    def suite(self, suite: Suite, depth: int, python_depth: int) -> None:
        before, self.renamed = self.renamed, {**self.renamed, **dict(suite.renamed)}
        python_depth += suite.deeper
        for statement in suite.statements or (Statement((Line("pass"),)),):
            for part in statement.parts:
                if isinstance(part, Line):
                    self.line(part, depth, python_depth)
                else:
                    self.suite(part, depth + 1, python_depth + 1)
        self.renamed = before

    def flow(self, flow: Flow) -> None:
        self.line(Line(f"flow {flow.name}({_csc_parameters(flow.parameters)}):", (), _define(flow.name, flow)), 0, 0)
        self.write(_defaults(flow.parameters), 1)
        if flow.body.statements or not flow.states:
            self.suite(flow.body, 1, 1)
        for state in flow.states:
            self.line(Line(f"state {state.name}({_csc_parameters(state.parameters)}):", (), _define(state.name, state)), 1, 1)
            self.write(f"nonlocal {', '.join(flow.shared)}", 2)
            self.write(_defaults(state.parameters), 2)
            self.suite(state.body, 2, 2)
        if flow.states:
            self.write(f"return run_states({flow.states[0].name})", 1)


def fill(template: str, parts: list[str]) -> str:
    """The template with its holes filled."""
    pieces = template.split(HOLE)
    assert len(pieces) == len(parts) + 1, (template, parts)
    return "".join(piece + part for piece, part in zip(pieces, [*parts, ""], strict=True))


def expression(expr: Expr) -> str:
    """The expression as `.csc` text."""
    return fill(expr.text, [expression(part) for part in expr.parts]) if expr.parts else expr.text


def python_expression(expr: Expr, renamed: dict[str, str]) -> str:
    """The expression as Python."""
    if expr.variable:
        return renamed.get(expr.text, expr.text)
    template = expr.text if expr.python is None else expr.python
    return fill(template, [python_expression(part, renamed) for part in expr.parts]) if expr.parts else template


def _csc_parameters(parameters: tuple[Parameter, ...]) -> str:
    return ", ".join(
        p.name + (f": {p.type}" if p.type else "") + (f" = {p.default}" if p.default is not None else "") for p in parameters
    )


def _define(name: str, owner: Flow | State) -> str:
    parts = (p.name + ("" if p.default is None else f"={MISSING if p.computed else p.default}") for p in owner.parameters)
    return f"def {name}({', '.join(parts)}):"


def _defaults(parameters: tuple[Parameter, ...]) -> str:
    return "\n".join(["tick()", *(f"if {p.name} is {MISSING}: {p.name} = {p.default}" for p in parameters if p.computed)])


def print_program(model: Model) -> Printed:
    """The program in both languages."""
    printer = _Printer()
    if model.tasks:
        printer.line(Line(f"from tasks import {', '.join(model.tasks)}", (), ""), 0, 0)
    for name, text in model.consts:
        printer.line(Line(f"const {name} = {text}", (), f"{name} = {text}"), 0, 0)
    for flow in model.flows:
        printer.flow(flow)
    return Printed("\n".join(printer.csc) + "\n", "\n".join(printer.python) + "\n", printer.lines)


def statements_of(suite: Suite) -> Iterator[Statement]:
    """All statements below, outer ones first."""
    for statement in suite.statements:
        yield statement
        for part in statement.parts:
            if isinstance(part, Suite):
                yield from statements_of(part)
