"""The syntax tree of a `.csc` file: frozen, typed, with spans.

Spans do not count in comparison, comments do: ``parse(format(tree)) == tree`` says that formatting loses nothing. The unions
at the end of each part are closed: match on them with `assert_never`.
"""

from __future__ import annotations

from datetime import timedelta
from types import EllipsisType
from typing import TypeAlias

import msgspec

from cascade_grammar.nodes import Spanned


class Notes(msgspec.Struct, frozen=True):
    """What stands around a statement and means nothing: comment lines before it (without the ``#``; ``None`` is a blank
    line between them), the comment on its (first) line, and whether a blank line precedes it all.

    ``blank`` is False where formatting alone decides: at the start of a file or suite, below a file's docstring, and between a
    flow and what stands beside it."""

    before: tuple[str | None, ...] = ()
    beside: str | None = None
    blank: bool = False


NO_NOTES = Notes()


class Identifier(Spanned, frozen=True):
    """A name where it is written: declared, imported, or used as a label."""

    text: str


# --- expressions ---------------------------------------------------------------------------------------------------------


class Name(Spanned, frozen=True):
    """A variable, constant, parameter, or (called) a task, flow or built-in function."""

    id: str


class Number(Spanned, frozen=True):
    """An int, float or imaginary number. ``text`` is how it was written, lower case."""

    _apart = ("value",)
    value: int | float | complex
    text: str


class Duration(Spanned, frozen=True):
    """``250ms 5s 2m 1h 3d``, as written."""

    _apart = ("value",)
    value: timedelta
    text: str


class Literal(Spanned, frozen=True):
    """None, True, False, ``...``, a string or bytes; adjacent strings are one. ``written`` are a string's pieces as they stand
    in the text, or nothing when the tree was not read from one: formatting keeps them."""

    _apart = ("written",)
    value: bool | str | bytes | EllipsisType | None
    written: tuple[str, ...] = ()


class Replacement(Spanned, frozen=True):
    """``{value!r:spec}`` in an f-string; ``conversion`` is "", "s", "r" or "a". ``debug`` is the text of ``{value = }`` that
    stands before the value in the result, ``value = `` with its ``=`` and blanks; such a value without conversion and
    specification is shown as by ``!r``."""

    value: Expression
    conversion: str = ""
    spec: FString | None = None
    debug: str | None = None


class FString(Spanned, frozen=True):
    """An f-string: texts and replacements; no two texts in a row, none empty. ``triple``: it was written over several lines,
    and formatting keeps that."""

    _apart = ("triple",)
    parts: tuple[str | Replacement, ...]
    triple: bool = False


class Unary(Spanned, frozen=True):
    """``operator`` is "-", "+", "~" or "not"."""

    operator: str
    operand: Expression


class Binary(Spanned, frozen=True):
    """An arithmetic or bit operator."""

    operator: str
    left: Expression
    right: Expression


class Logical(Spanned, frozen=True):
    """``and`` or ``or`` over two or more operands."""

    operator: str
    operands: tuple[Expression, ...]


class Comparison(Spanned, frozen=True):
    """``first op second op third …``; operators as in Python, "not in" and "is not" included."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


class Conditional(Spanned, frozen=True):
    """``then if condition else otherwise``"""

    condition: Expression
    then: Expression
    otherwise: Expression


class Walrus(Spanned, frozen=True):
    """``name := value``"""

    target: Name
    value: Expression


class Argument(Spanned, frozen=True):
    """An argument of a call; ``form`` is "" by position, "*", "**", or the keyword."""

    value: Expression
    form: str = ""


class Policy(Spanned, frozen=True):
    """``retry(…)`` or ``timeout(…)`` after a call."""

    name: Identifier
    arguments: tuple[Argument, ...]


class Call(Spanned, frozen=True):
    """``function(arguments) with policies``; the function is a `Name` or an `Attribute` (a method)."""

    function: Expression
    arguments: tuple[Argument, ...]
    policies: tuple[Policy, ...] = ()


class Attribute(Spanned, frozen=True):
    """``value.name``"""

    value: Expression
    name: Identifier


class Slice(Spanned, frozen=True):
    """``start:stop:step`` between brackets."""

    start: Expression | None
    stop: Expression | None
    step: Expression | None


class Subscript(Spanned, frozen=True):
    """``value[index]``; the index may be a `Slice`, or a `TupleDisplay` that has some."""

    value: Expression
    index: Expression


class Starred(Spanned, frozen=True):
    """``*value`` in a display or a target."""

    value: Expression


class TupleDisplay(Spanned, frozen=True):
    items: tuple[Expression, ...]


class ListDisplay(Spanned, frozen=True):
    items: tuple[Expression, ...]


class SetDisplay(Spanned, frozen=True):
    items: tuple[Expression, ...]


class DictItem(Spanned, frozen=True):
    """``key: value``, or ``**value`` when the key is None."""

    key: Expression | None
    value: Expression


class DictDisplay(Spanned, frozen=True):
    items: tuple[DictItem, ...]


class Clause(Spanned, frozen=True):
    """``for target in iterable if condition if condition``"""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]


class Comprehension(Spanned, frozen=True):
    """``kind`` is "list", "set", "dict" or "generator"; ``key`` is for dicts only."""

    kind: str
    key: Expression | None
    element: Expression
    clauses: tuple[Clause, ...]


class ParallelMap(Spanned, frozen=True):
    """``parallel [element for target in iterable if condition] limit n``; one clause."""

    element: Expression
    clause: Clause
    limit: Expression | None


class Wait(Spanned, frozen=True):
    """``wait signal timeout duration``"""

    signal: Expression
    timeout: Expression | None


Expression: TypeAlias = (
    Name | Number | Duration | Literal | FString | Unary | Binary | Logical | Comparison | Conditional | Walrus | Call
    | Attribute | Slice | Subscript | Starred | TupleDisplay | ListDisplay | SetDisplay | DictDisplay | Comprehension
    | ParallelMap | Wait
)  # fmt: skip


# --- statements ----------------------------------------------------------------------------------------------------------


class Noted(Spanned, frozen=True, kw_only=True):
    """A statement or declaration: it may have comments around it."""

    notes: Notes = NO_NOTES


class Suite(Spanned, frozen=True):
    """An indented block of at least one statement; ``after`` are the comment lines below the last one."""

    statements: tuple[Statement, ...]
    after: tuple[str | None, ...] = ()


class Evaluate(Noted, frozen=True):
    """An expression as a statement; a string at the start of a flow is its docstring (kept in `FlowDeclaration.doc`)."""

    value: Expression


class Assign(Noted, frozen=True):
    """``a = b, c = value``: targets from left to right; each a Name, Subscript, or a Tuple/ListDisplay of targets."""

    targets: tuple[Expression, ...]
    value: Expression


class Augment(Noted, frozen=True):
    """``target op= value``; ``operator`` without the "="."""

    target: Expression
    operator: str
    value: Expression


class Delete(Noted, frozen=True):
    """``del a, b[0]``"""

    targets: tuple[Expression, ...]


class Pass(Noted, frozen=True):
    """``pass``"""


class Return(Noted, frozen=True):
    value: Expression | None


class Fail(Noted, frozen=True):
    """``fail value``; bare ``fail`` (None) in an ``except`` raises the caught error again."""

    value: Expression | None


class Assert(Noted, frozen=True):
    condition: Expression
    message: Expression | None


class Break(Noted, frozen=True):
    label: Identifier | None


class Continue(Noted, frozen=True):
    label: Identifier | None


class Jump(Noted, frozen=True):
    """``jump state(arguments)``"""

    state: Identifier
    arguments: tuple[Argument, ...]


class Sleep(Noted, frozen=True):
    duration: Expression


class Emit(Noted, frozen=True):
    """``emit name, value``"""

    name: Expression
    value: Expression | None


class Arm(Spanned, frozen=True):
    """A condition and its suite; of an ``if`` or ``elif``."""

    condition: Expression
    body: Suite
    notes: Notes = NO_NOTES
    """Comments before and beside the ``elif`` line (those of the ``if`` line are the statement's)."""


class Otherwise(Spanned, frozen=True):
    """An ``else:`` or ``finally:`` with its suite and the comments around its line."""

    body: Suite
    notes: Notes = NO_NOTES


class If(Noted, frozen=True):
    arms: tuple[Arm, ...]
    otherwise: Otherwise | None


class Loop(Noted, frozen=True):
    """``loop as label:``, without an end of its own."""

    label: Identifier | None
    body: Suite


class While(Noted, frozen=True):
    """``while condition as label:``"""

    condition: Expression
    label: Identifier | None
    body: Suite
    otherwise: Otherwise | None


class For(Noted, frozen=True):
    """``for target in iterable as label:``"""

    target: Expression
    iterable: Expression
    label: Identifier | None
    body: Suite
    otherwise: Otherwise | None


class Except(Spanned, frozen=True):
    """``except A, B as name:`` (also ``except (A, B)``); no kinds is ``except:``, which means ``except Exception:``."""

    kinds: tuple[Identifier, ...]
    name: Identifier | None
    body: Suite
    notes: Notes = NO_NOTES


class Try(Noted, frozen=True):
    body: Suite
    handlers: tuple[Except, ...]
    otherwise: Otherwise | None
    final: Otherwise | None


class Parallel(Noted, frozen=True):
    """``parallel limit n:``, each statement of the suite a branch."""

    limit: Expression | None
    body: Suite


Statement: TypeAlias = (
    Evaluate | Assign | Augment | Delete | Pass | Return | Fail | Assert | Break | Continue | Jump | Sleep | Emit | If
    | Loop | While | For | Try | Parallel
)  # fmt: skip


# --- declarations --------------------------------------------------------------------------------------------------------


class TypeName(Spanned, frozen=True):
    """``list[int] | None``: ``name`` is "|" for a union (``arguments`` the members), else the type's name."""

    name: str
    arguments: tuple[TypeName, ...] = ()


class Parameter(Spanned, frozen=True):
    """``name: type = default`` of a flow or state."""

    name: Identifier
    type: TypeName | None
    default: Expression | None


class State(Noted, frozen=True):
    """``state name(parameters):``, directly in a flow."""

    name: Identifier
    parameters: tuple[Parameter, ...]
    body: Suite


class FlowDeclaration(Noted, frozen=True):
    """``flow name(parameters) -> type:``. Statements run first, then the first state, if there are any."""

    name: Identifier
    parameters: tuple[Parameter, ...]
    returns: TypeName | None
    doc: Literal | None
    statements: tuple[Statement, ...]
    states: tuple[State, ...]
    after: tuple[str | None, ...] = ()


class ImportedName(Spanned, frozen=True):
    """``name as alias``"""

    name: Identifier
    alias: Identifier | None


class ImportTasks(Noted, frozen=True):
    """``from module import names``: Python tasks. ``module`` may be dotted."""

    module: Identifier
    names: tuple[ImportedName, ...]


class ImportFlows(Noted, frozen=True):
    """``from "./file.csc" import names``: flows and constants of another file, relative to this one."""

    path: Literal
    names: tuple[ImportedName, ...]


class ConstDeclaration(Noted, frozen=True):
    """``const NAME = expression``, computed when the file is compiled."""

    name: Identifier
    value: Expression


class Strict(Noted, frozen=True):
    """``strict`` on a line of its own: methods of built-in values only."""


Declaration: TypeAlias = ImportTasks | ImportFlows | ConstDeclaration | Strict | FlowDeclaration


class Module(Spanned, frozen=True):
    """A file. ``header`` are the comment lines before its docstring."""

    doc: Literal | None
    declarations: tuple[Declaration, ...]
    header: tuple[str | None, ...] = ()
    after: tuple[str | None, ...] = ()
