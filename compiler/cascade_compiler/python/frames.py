"""A function of a Python flow under construction: its variables, and those of functions around it that it is given."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from cascade_compiler import graph
from cascade_compiler.csc.frame import Assembly, Frame, Root
from cascade_compiler.csc.symbols import Unit
from cascade_compiler.graph import Ref
from cascade_compiler.python import nodes
from cascade_compiler.python.closures import Cell, Closed, Closures
from cascade_compiler.python.stopping import as_generator
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["Making", "PythonFrame", "frame_of", "given"]


@dataclass
class Making:
    """A flow that is being made of a function, and the further flows that its helpers become, by need."""

    assembly: Assembly
    unit: Unit
    closures: Closures
    root: Root
    names: dict[Closed, str] = field(default_factory=dict)
    pending: list[Closed] = field(default_factory=list)

    def reserve(self) -> str:
        """A name for one more flow."""
        self.root.branches += 1
        name = f"{self.root.name}${self.root.branches}"
        self.assembly.reserve(name)
        return name

    def flow_of(self, closed: Closed) -> str:
        """The flow of a function inside; it is built later."""
        if closed not in self.names:
            self.names[closed] = self.reserve()
            self.pending.append(closed)
        return self.names[closed]


class PythonFrame(Frame):
    """A frame that knows which function it is of. ``given`` has the variable of each captured one."""

    def __init__(self, making: Making, name: str, closed: Closed) -> None:
        self.making = making
        self.closed = closed
        self.given = given(closed)
        root = Root(closed.function.name.text, name)
        variables = closed.function.variables | set(self.given.values())
        super().__init__(making.assembly, making.unit, root, name, variables)

    def part(self) -> PythonFrame:
        """A frame for a part of this function that runs as a flow of its own."""
        return PythonFrame(self.making, self.making.reserve(), self.closed)

    def generator(self, expression: tree.Comprehension) -> AbstractContextManager[None]:
        """`StopIteration` does not leave it."""
        return as_generator(self, expression)

    def built_in(self, expression: tree.Expression) -> str | None:
        """What names of built-in functions and types became in the translation."""
        found: object = expression
        return found.name if isinstance(found, nodes.BuiltIn) else None

    # --- functions by name -----------------------------------------------------------------------------------------------

    def helper(self, name: str) -> Closed | None:
        """The function that ``name`` always stands for here."""
        if any(name in inner.variables for inner in self.inner):
            return None
        return self.making.closures.helper(self.closed.scope, name)

    def cell(self, cell: Cell) -> str | None:
        """The variable of this frame that holds a cell."""
        if cell in self.given:
            return self.given[cell]
        if cell.owner is self.closed.scope:
            return cell.name
        return self.variable(cell.name)  # of a comprehension around this place

    def passed_on(self, closed: Closed, span: Span) -> tuple[Ref, ...]:
        """What a function is given of the variables that it captures, as they are now."""
        return tuple(self.add(graph.Load, span, self.cell(cell), cell in closed.certain) for cell in closed.captured)

    # --- variables that may have no value --------------------------------------------------------------------------------

    def read(self, name: str, variable: str, span: Span) -> Ref:
        """The value of a variable of this function, or of one around it."""
        if self.is_free(name, variable, span):
            self.check_free(name, variable, span)
        return self.load(variable, span)

    def is_free(self, name: str, variable: str, span: Span) -> bool:
        """Whether this is a variable of a function around this one, or around a comprehension, that may have no value."""
        if span in self.making.closures.apart:
            return self.is_early(name) or not any(name in inner.variables for inner in self.inner)
        return any(
            cell.name == name and here == variable and cell not in self.closed.certain for cell, here in self.given.items()
        )

    def check_free(self, name: str, variable: str, span: Span) -> None:
        """Fail as CPython does when a captured variable has no value."""
        bound, unbound = self.label(), self.label()
        self.end(graph.BranchOn, span, self.add(graph.IsBound, span, variable), bound, unbound)
        self.start(unbound, span)
        words = f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        kind = self.constant("NameError", span)
        self.end(graph.Fail, span, self.operate("error", span, kind, self.constant(words, span)))
        self.start(bound, span)


def given(closed: Closed) -> dict[Cell, str]:
    """The parameters of a function's flow that hold what it captures."""
    return {cell: _name_here(cell, closed) for cell in closed.captured}


def _name_here(cell: Cell, closed: Closed) -> str:
    """A captured variable keeps its name where the function's own text means it by that name."""
    if cell.name.startswith("$"):
        return cell.name
    meant = closed.scope.owner(cell.name)
    return cell.name if meant is cell.owner else f"$outer{cell.owner.home.depth}{cell.name}"


def frame_of(frame: Frame) -> PythonFrame:
    """The same frame: the rules of this front end are given no others."""
    assert isinstance(frame, PythonFrame)
    return frame
