"""A translation under way, from `ast` to the tree: where it is, which names are local there, and what it complains about.

The rules are functions of a `Translation`, one file for each part of the language; they reach each other through `Rules`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from cascade_compiler.csc.complaints import Complaints
from cascade_compiler.python import nodes
from cascade_compiler.python.meanings import Meaning, Pending, Refused
from cascade_compiler.python.modules import FunctionNode
from cascade_compiler.python.names import Names
from cascade_compiler.python.positions import Placed, Positions
from cascade_compiler.python.reading import mangled
from cascade_grammar import tree
from cascade_grammar.diagnostics import near_miss
from cascade_grammar.nodes import Spanned
from cascade_grammar.spans import Span

__all__ = ["Rules", "Scope", "Translation", "as_expression", "as_statement"]


class Rules(NamedTuple):
    """How each part of the language is translated."""

    expression: Callable[[Translation, ast.expr], tree.Expression]
    statements: Callable[[Translation, Sequence[ast.stmt]], tree.Suite]
    function: Callable[[Translation, FunctionNode], nodes.Function]


@dataclass
class Scope:
    """The names that are local to a function, or to a comprehension. ``captured`` are those that it reads from further out."""

    names: frozenset[str]
    is_function: bool = True
    captured: dict[str, None] = field(default_factory=dict)


@dataclass
class Translation:
    """The state of a translation. ``owner`` is the class that the function stands in; ``excepts`` says whether a bare
    ``raise`` has an error to raise."""

    rules: Rules
    positions: Positions
    names: Names
    complaints: Complaints
    owner: str | None
    scopes: list[Scope] = field(default_factory=list)
    excepts: bool = False

    # --- rules -----------------------------------------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> tree.Expression:
        """Translate an expression."""
        return self.rules.expression(self, node)

    def expressions(self, written: Sequence[ast.expr]) -> tuple[tree.Expression, ...]:
        """Translate several, in order."""
        return tuple([self.expression(each) for each in written])

    def suite(self, statements: Sequence[ast.stmt]) -> tree.Suite:
        """Translate the statements of a suite."""
        return self.rules.statements(self, statements)

    def function(self, node: FunctionNode) -> nodes.Function:
        """Translate a function inside of the flow."""
        return self.rules.function(self, node)

    # --- places and complaints -------------------------------------------------------------------------------------------

    def span(self, node: Placed) -> Span:
        """Where a node stands."""
        return self.positions.span(node)

    def refuse(self, code: str, where: Placed | Span, message: str, hint: str | None = None) -> tree.Literal:
        """Complain about a part; gives something that can stand in its place."""
        span = where if isinstance(where, Span) else self.span(where)
        self.complaints.add(code, span, message, hint)
        return tree.Literal(span, None)

    def refuse_value(self, refused: Refused, node: Placed) -> tree.Literal:
        """Complain about a name whose value can not be used."""
        written = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else "this"
        variables = {name for scope in self.scopes for name in scope.names} if isinstance(node, ast.Name) else set()
        near = near_miss(written, variables) if refused.code == "CS280" else None
        return self.refuse(refused.code, node, refused.message.replace("{name}", written), near or refused.hint)

    # --- names -----------------------------------------------------------------------------------------------------------

    def mangled(self, name: str) -> str:
        """A name as Python has it in this class."""
        return mangled(name, self.owner)

    @contextmanager
    def within(self, scope: Scope) -> Iterator[Scope]:
        """What is translated inside sees the names of one more scope."""
        self.scopes.append(scope)
        yield scope
        self.scopes.pop()

    def is_local(self, name: str) -> bool:
        """Whether a name is a variable here: of this function, or one around it, which is noted then."""
        crossed: list[Scope] = []
        for scope in reversed(self.scopes):
            if name in scope.names:
                for function in crossed:
                    function.captured[name] = None
                return True
            if scope.is_function:
                crossed.append(scope)
        return False

    def path_of(self, node: ast.expr) -> tuple[str, ...] | None:
        """A global name, or a name in a module: ``cs.sleep`` is ``("cs", "sleep")``. None for all that is no such path."""
        words: list[str] = []
        while isinstance(node, ast.Attribute):
            words.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or self.is_local(self.mangled(node.id)):
            return None
        path: tuple[str, ...] = (self.mangled(node.id),)
        for word in reversed(words):
            if not self.names.is_module(path):
                return None
            path += (word,)
        return path

    def global_meaning(self, node: ast.expr) -> tuple[tuple[str, ...], Meaning] | None:
        """What a global name stands for; None when the expression is something else, or a value inside of one."""
        path = self.path_of(node)
        return None if path is None else (path, self.names.meaning(path))

    def is_pending(self, node: ast.expr) -> bool:
        """Whether what an expression stands for depends on a global that has no value yet."""
        while isinstance(node, ast.Attribute | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value
        found = self.global_meaning(node)
        return found is not None and isinstance(found[1], Pending)


def as_expression(node: Spanned) -> tree.Expression:
    """A node of `python.nodes` where the tree has an expression: the rules of this front end know both."""
    return cast(tree.Expression, node)


def as_statement(node: Spanned) -> tree.Statement:
    """A node of `python.nodes` where the tree has a statement."""
    return cast(tree.Statement, node)
