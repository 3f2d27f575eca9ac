"""What Python can say and `.csc` can not: nodes beside those of `cascade_grammar.tree`.

They are made by the translation from `ast` and read by this front end's rules, which hand all other nodes to those of
`cascade_compiler.csc`. Names are the user's; spans are those of the source file.
"""

from __future__ import annotations

from typing import TypeAlias

from cascade_grammar.nodes import Spanned
from cascade_grammar.tree import Argument, Expression, Identifier, Noted, Policy, Suite

__all__ = [
    "BuiltIn", "CallValue", "Capture", "Case", "ClassPattern", "Define", "Function", "Gather", "Lambda", "MapCall",
    "MappingPattern", "Match", "OrPattern", "Parameter", "Pattern", "RaiseFrom", "Request", "Rest", "SequencePattern",
    "ValuePattern", "WithTimeout",
]  # fmt: skip


# --- functions -----------------------------------------------------------------------------------------------------------


class Parameter(Spanned, frozen=True):
    """A parameter of a function. ``kind`` as in `cascade_vm.blueprint.Parameter`."""

    name: Identifier
    kind: str
    default: Expression | None


class Function(Spanned, frozen=True):
    """A helper: a nested ``def``, or a ``lambda`` (its name is ``<lambda>``).

    ``variables`` are the names that are local to it, parameters included; ``captured`` those of enclosing functions that it
    (or a function inside of it) reads.
    """

    name: Identifier
    parameters: tuple[Parameter, ...]
    variables: frozenset[str]
    captured: tuple[str, ...]
    body: Suite


class Lambda(Spanned, frozen=True):
    """``lambda x: …`` as a value."""

    function: Function


class Define(Noted, frozen=True):
    """``def helper(…): …`` inside of a flow."""

    function: Function


class BuiltIn(Spanned, frozen=True):
    """A built-in function or type as a value: ``len`` in ``sorted(words, key=len)``. ``name`` as in operation ``builtin``.

    As the function of a `cascade_grammar.tree.Call` it is called: ``math.sqrt(2)``.
    """

    name: str


class CallValue(Spanned, frozen=True):
    """A call of a value: of a parameter, of an item of a list."""

    function: Expression
    arguments: tuple[Argument, ...]


class Request(Spanned, frozen=True):
    """A request to the host: ``cs.sleep(…)``, ``cs.wait(…)``, ``cs.emit(…)``."""

    service: str
    arguments: tuple[Argument, ...]


class Gather(Spanned, frozen=True):
    """``asyncio.gather(a(), b())``: calls that run at the same time; the value is the list of their results."""

    branches: tuple[Expression, ...]


class MapCall(Spanned, frozen=True):
    """``task.map(x=xs, y=ys)``: calls of a task or flow side by side, each with the next item of every iterable."""

    function: Expression
    arguments: tuple[Argument, ...]
    policies: tuple[Policy, ...] = ()


# --- statements ----------------------------------------------------------------------------------------------------------


class RaiseFrom(Noted, frozen=True):
    """``raise error from cause``"""

    error: Expression
    cause: Expression


class WithTimeout(Noted, frozen=True):
    """``with cs.timeout(duration): …``"""

    duration: Expression
    body: Suite


# --- match ---------------------------------------------------------------------------------------------------------------


class ValuePattern(Spanned, frozen=True):
    """Equal to a value; ``by_identity`` for None, True and False."""

    value: Expression
    by_identity: bool = False


class Capture(Spanned, frozen=True):
    """``pattern as name``; without a pattern anything matches, without a name it is not kept."""

    pattern: Pattern | None
    name: Identifier | None


class Rest(Spanned, frozen=True):
    """``*name`` in a sequence; None for ``*_``."""

    name: Identifier | None


class SequencePattern(Spanned, frozen=True):
    """``[a, *rest]``"""

    items: tuple[Pattern, ...]


class MappingPattern(Spanned, frozen=True):
    """``{"key": pattern, **rest}``"""

    keys: tuple[Expression, ...]
    patterns: tuple[Pattern, ...]
    rest: Identifier | None


class ClassPattern(Spanned, frozen=True):
    """``int()`` or ``str(text)``: an instance of a built-in type, whose value is matched by the one pattern inside."""

    kind: BuiltIn
    pattern: Pattern | None


class OrPattern(Spanned, frozen=True):
    """The first of the alternatives that matches."""

    alternatives: tuple[Pattern, ...]


Pattern: TypeAlias = ValuePattern | Capture | Rest | SequencePattern | MappingPattern | ClassPattern | OrPattern


class Case(Spanned, frozen=True):
    """``case pattern if guard: …``"""

    pattern: Pattern
    guard: Expression | None
    body: Suite


class Match(Noted, frozen=True):
    """``match subject: …``"""

    subject: Expression
    cases: tuple[Case, ...]
