"""The syntax tree of a `.csc` file: frozen, typed, with spans.

Spans do not count in comparison, comments do: ``parse(format(tree)) == tree`` says that formatting loses nothing. The unions
at the end of each part are closed: match on them with `assert_never`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import EllipsisType
from typing import TypeAlias

from cascade_grammar.nodes import Spanned, node


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands around a statement and means nothing: comment lines before it (without the ``#``; ``None`` is a blank
    line between them), the comment on its (first) line, and whether a blank line precedes it all.

    ``blank`` is False where formatting alone decides: at the start of a file or suite, below a file's docstring, and between a
    flow and what stands beside it."""

    before: tuple[str | None, ...] = ()
    beside: str | None = None
    blank: bool = False


NO_NOTES = Notes()


@node
class Identifier(Spanned):
    """A name where it is written: declared, imported, or used as a label."""

    text: str


# --- expressions ---------------------------------------------------------------------------------------------------------


@node
class Name(Spanned):
    """A variable, constant, parameter, or (called) a task, flow or built-in function."""

    id: str


@node
class Number(Spanned):
    """An int, float or imaginary number. ``text`` is how it was written, lower case."""

    value: int | float | complex = field(compare=False)
    text: str


@node
class Duration(Spanned):
    """``250ms 5s 2m 1h 3d``, as written."""

    value: timedelta = field(compare=False)
    text: str


@node
class Literal(Spanned):
    """None, True, False, ``...``, a string or bytes; adjacent strings are one. ``written`` are a string's pieces as they stand
    in the text, or nothing when the tree was not read from one: formatting keeps them."""

    value: bool | str | bytes | EllipsisType | None
    written: tuple[str, ...] = field(default=(), compare=False, repr=False)


@node
class Replacement(Spanned):
    """``{value!r:spec}`` in an f-string; ``conversion`` is "", "s", "r" or "a". ``debug`` is the text of ``{value = }`` that
    stands before the value in the result, ``value = `` with its ``=`` and blanks; such a value without conversion and
    specification is shown as by ``!r``."""

    value: Expression
    conversion: str = ""
    spec: FString | None = None
    debug: str | None = None


@node
class FString(Spanned):
    """An f-string: texts and replacements; no two texts in a row, none empty. ``triple``: it was written over several lines,
    and formatting keeps that."""

    parts: tuple[str | Replacement, ...]
    triple: bool = field(default=False, compare=False, repr=False)


@node
class Unary(Spanned):
    """``operator`` is "-", "+", "~" or "not"."""

    operator: str
    operand: Expression


@node
class Binary(Spanned):
    """An arithmetic or bit operator."""

    operator: str
    left: Expression
    right: Expression


@node
class Logical(Spanned):
    """``and`` or ``or`` over two or more operands."""

    operator: str
    operands: tuple[Expression, ...]


@node
class Comparison(Spanned):
    """``first op second op third …``; operators as in Python, "not in" and "is not" included."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


@node
class Conditional(Spanned):
    """``then if condition else otherwise``"""

    condition: Expression
    then: Expression
    otherwise: Expression


@node
class Walrus(Spanned):
    """``name := value``"""

    target: Name
    value: Expression


@node
class Argument(Spanned):
    """An argument of a call; ``form`` is "" by position, "*", "**", or the keyword."""

    value: Expression
    form: str = ""


@node
class Policy(Spanned):
    """``retry(…)`` or ``timeout(…)`` after a call."""

    name: Identifier
    arguments: tuple[Argument, ...]


@node
class Call(Spanned):
    """``function(arguments) with policies``; the function is a `Name` or an `Attribute` (a method)."""

    function: Expression
    arguments: tuple[Argument, ...]
    policies: tuple[Policy, ...] = ()


@node
class Attribute(Spanned):
    """``value.name``"""

    value: Expression
    name: Identifier


@node
class Slice(Spanned):
    """``start:stop:step`` between brackets."""

    start: Expression | None
    stop: Expression | None
    step: Expression | None


@node
class Subscript(Spanned):
    """``value[index]``; the index may be a `Slice`, or a `TupleDisplay` that has some."""

    value: Expression
    index: Expression


@node
class Starred(Spanned):
    """``*value`` in a display or a target."""

    value: Expression


@node
class TupleDisplay(Spanned):
    items: tuple[Expression, ...]


@node
class ListDisplay(Spanned):
    items: tuple[Expression, ...]


@node
class SetDisplay(Spanned):
    items: tuple[Expression, ...]


@node
class DictItem(Spanned):
    """``key: value``, or ``**value`` when the key is None."""

    key: Expression | None
    value: Expression


@node
class DictDisplay(Spanned):
    items: tuple[DictItem, ...]


@node
class Clause(Spanned):
    """``for target in iterable if condition if condition``"""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]


@node
class Comprehension(Spanned):
    """``kind`` is "list", "set", "dict" or "generator"; ``key`` is for dicts only."""

    kind: str
    key: Expression | None
    element: Expression
    clauses: tuple[Clause, ...]


@node
class ParallelMap(Spanned):
    """``parallel [element for target in iterable if condition] limit n``; one clause."""

    element: Expression
    clause: Clause
    limit: Expression | None


@node
class Wait(Spanned):
    """``wait signal timeout duration``"""

    signal: Expression
    timeout: Expression | None


Expression: TypeAlias = (
    Name | Number | Duration | Literal | FString | Unary | Binary | Logical | Comparison | Conditional | Walrus | Call
    | Attribute | Slice | Subscript | Starred | TupleDisplay | ListDisplay | SetDisplay | DictDisplay | Comprehension
    | ParallelMap | Wait
)  # fmt: skip


# --- statements ----------------------------------------------------------------------------------------------------------


@node
class Noted(Spanned):
    """A statement or declaration: it may have comments around it."""

    notes: Notes = field(default=NO_NOTES, kw_only=True)


@node
class Suite(Spanned):
    """An indented block of at least one statement; ``after`` are the comment lines below the last one."""

    statements: tuple[Statement, ...]
    after: tuple[str | None, ...] = ()


@node
class Evaluate(Noted):
    """An expression as a statement; a string at the start of a flow is its docstring (kept in `FlowDeclaration.doc`)."""

    value: Expression


@node
class Assign(Noted):
    """``a = b, c = value``: targets from left to right; each a Name, Subscript, or a Tuple/ListDisplay of targets."""

    targets: tuple[Expression, ...]
    value: Expression


@node
class Augment(Noted):
    """``target op= value``; ``operator`` without the "="."""

    target: Expression
    operator: str
    value: Expression


@node
class Delete(Noted):
    """``del a, b[0]``"""

    targets: tuple[Expression, ...]


@node
class Pass(Noted):
    """``pass``"""


@node
class Return(Noted):
    value: Expression | None


@node
class Fail(Noted):
    """``fail value``; bare ``fail`` (None) in an ``except`` raises the caught error again."""

    value: Expression | None


@node
class Assert(Noted):
    condition: Expression
    message: Expression | None


@node
class Break(Noted):
    label: Identifier | None


@node
class Continue(Noted):
    label: Identifier | None


@node
class Jump(Noted):
    """``jump state(arguments)``"""

    state: Identifier
    arguments: tuple[Argument, ...]


@node
class Sleep(Noted):
    duration: Expression


@node
class Emit(Noted):
    """``emit name, value``"""

    name: Expression
    value: Expression | None


@node
class Arm(Spanned):
    """A condition and its suite; of an ``if`` or ``elif``."""

    condition: Expression
    body: Suite
    notes: Notes = NO_NOTES
    """Comments before and beside the ``elif`` line (those of the ``if`` line are the statement's)."""


@node
class Otherwise(Spanned):
    """An ``else:`` or ``finally:`` with its suite and the comments around its line."""

    body: Suite
    notes: Notes = NO_NOTES


@node
class If(Noted):
    arms: tuple[Arm, ...]
    otherwise: Otherwise | None


@node
class Loop(Noted):
    """``loop as label:``, without an end of its own."""

    label: Identifier | None
    body: Suite


@node
class While(Noted):
    """``while condition as label:``"""

    condition: Expression
    label: Identifier | None
    body: Suite
    otherwise: Otherwise | None


@node
class For(Noted):
    """``for target in iterable as label:``"""

    target: Expression
    iterable: Expression
    label: Identifier | None
    body: Suite
    otherwise: Otherwise | None


@node
class Except(Spanned):
    """``except A, B as name:`` (also ``except (A, B)``); no kinds is ``except:``, which means ``except Exception:``."""

    kinds: tuple[Identifier, ...]
    name: Identifier | None
    body: Suite
    notes: Notes = NO_NOTES


@node
class Try(Noted):
    body: Suite
    handlers: tuple[Except, ...]
    otherwise: Otherwise | None
    final: Otherwise | None


@node
class Parallel(Noted):
    """``parallel limit n:``, each statement of the suite a branch."""

    limit: Expression | None
    body: Suite


Statement: TypeAlias = (
    Evaluate | Assign | Augment | Delete | Pass | Return | Fail | Assert | Break | Continue | Jump | Sleep | Emit | If
    | Loop | While | For | Try | Parallel
)  # fmt: skip


# --- declarations --------------------------------------------------------------------------------------------------------


@node
class TypeName(Spanned):
    """``list[int] | None``: ``name`` is "|" for a union (``arguments`` the members), else the type's name."""

    name: str
    arguments: tuple[TypeName, ...] = ()


@node
class Parameter(Spanned):
    """``name: type = default`` of a flow or state."""

    name: Identifier
    type: TypeName | None
    default: Expression | None


@node
class State(Noted):
    """``state name(parameters):``, directly in a flow."""

    name: Identifier
    parameters: tuple[Parameter, ...]
    body: Suite


@node
class FlowDeclaration(Noted):
    """``flow name(parameters) -> type:``. Statements run first, then the first state, if there are any."""

    name: Identifier
    parameters: tuple[Parameter, ...]
    returns: TypeName | None
    doc: Literal | None
    statements: tuple[Statement, ...]
    states: tuple[State, ...]
    after: tuple[str | None, ...] = ()


@node
class ImportedName(Spanned):
    """``name as alias``"""

    name: Identifier
    alias: Identifier | None


@node
class ImportTasks(Noted):
    """``from module import names``: Python tasks. ``module`` may be dotted."""

    module: Identifier
    names: tuple[ImportedName, ...]


@node
class ImportFlows(Noted):
    """``from "./file.csc" import names``: flows and constants of another file, relative to this one."""

    path: Literal
    names: tuple[ImportedName, ...]


@node
class ConstDeclaration(Noted):
    """``const NAME = expression``, computed when the file is compiled."""

    name: Identifier
    value: Expression


@node
class Strict(Noted):
    """``strict`` on a line of its own: methods of built-in values only."""


Declaration: TypeAlias = ImportTasks | ImportFlows | ConstDeclaration | Strict | FlowDeclaration


@node
class Module(Spanned):
    """A file. ``header`` are the comment lines before its docstring."""

    doc: Literal | None
    declarations: tuple[Declaration, ...]
    header: tuple[str | None, ...] = ()
    after: tuple[str | None, ...] = ()
