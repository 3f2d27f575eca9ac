"""What Python can say and `.csc` can not: nodes beside those of `cascade_grammar.tree`.

They are made by the translation from `ast` and read by this front end's rules, which hand all other nodes to those of
`cascade_compiler.csc`. Names are the user's; spans are those of the source file.
"""

from __future__ import annotations

from typing import TypeAlias

from cascade_grammar.nodes import Spanned, node
from cascade_grammar.tree import Argument, Expression, Identifier, Noted, Policy, Suite

__all__ = [
    "BuiltIn", "CallValue", "Capture", "Case", "ClassPattern", "Define", "Function", "Gather", "Lambda", "MapCall",
    "MappingPattern", "Match", "OrPattern", "Parameter", "Pattern", "RaiseFrom", "Request", "Rest", "SequencePattern",
    "ValuePattern", "WithTimeout",
]  # fmt: skip


# --- functions -----------------------------------------------------------------------------------------------------------


@node
class Parameter(Spanned):
    """A parameter of a function. ``kind`` as in `cascade_vm.blueprint.Parameter`."""

    name: Identifier
    kind: str
    default: Expression | None


@node
class Function(Spanned):
    """A helper: a nested ``def``, or a ``lambda`` (its name is ``<lambda>``).

    ``variables`` are the names that are local to it, parameters included; ``captured`` those of enclosing functions that it
    (or a function inside of it) reads.
    """

    name: Identifier
    parameters: tuple[Parameter, ...]
    variables: frozenset[str]
    captured: tuple[str, ...]
    body: Suite


@node
class Lambda(Spanned):
    """``lambda x: …`` as a value."""

    function: Function


@node
class Define(Noted):
    """``def helper(…): …`` inside of a flow."""

    function: Function


@node
class BuiltIn(Spanned):
    """A built-in function or type as a value: ``len`` in ``sorted(words, key=len)``. ``name`` as in operation ``builtin``.

    As the function of a `cascade_grammar.tree.Call` it is called: ``math.sqrt(2)``.
    """

    name: str


@node
class CallValue(Spanned):
    """A call of a value: of a parameter, of an item of a list."""

    function: Expression
    arguments: tuple[Argument, ...]


@node
class Request(Spanned):
    """A request to the host: ``cs.sleep(…)``, ``cs.wait(…)``, ``cs.emit(…)``."""

    service: str
    arguments: tuple[Argument, ...]


@node
class Gather(Spanned):
    """``asyncio.gather(a(), b())``: calls that run at the same time; the value is the list of their results."""

    branches: tuple[Expression, ...]


@node
class MapCall(Spanned):
    """``task.map(x=xs, y=ys)``: calls of a task or flow side by side, each with the next item of every iterable."""

    function: Expression
    arguments: tuple[Argument, ...]
    policies: tuple[Policy, ...] = ()


# --- statements ----------------------------------------------------------------------------------------------------------


@node
class RaiseFrom(Noted):
    """``raise error from cause``"""

    error: Expression
    cause: Expression


@node
class WithTimeout(Noted):
    """``with cs.timeout(duration): …``"""

    duration: Expression
    body: Suite


# --- match ---------------------------------------------------------------------------------------------------------------


@node
class ValuePattern(Spanned):
    """Equal to a value; ``by_identity`` for None, True and False."""

    value: Expression
    by_identity: bool = False


@node
class Capture(Spanned):
    """``pattern as name``; without a pattern anything matches, without a name it is not kept."""

    pattern: Pattern | None
    name: Identifier | None


@node
class Rest(Spanned):
    """``*name`` in a sequence; None for ``*_``."""

    name: Identifier | None


@node
class SequencePattern(Spanned):
    """``[a, *rest]``"""

    items: tuple[Pattern, ...]


@node
class MappingPattern(Spanned):
    """``{"key": pattern, **rest}``"""

    keys: tuple[Expression, ...]
    patterns: tuple[Pattern, ...]
    rest: Identifier | None


@node
class ClassPattern(Spanned):
    """``int()`` or ``str(text)``: an instance of a built-in type, whose value is matched by the one pattern inside."""

    kind: BuiltIn
    pattern: Pattern | None


@node
class OrPattern(Spanned):
    """The first of the alternatives that matches."""

    alternatives: tuple[Pattern, ...]


Pattern: TypeAlias = ValuePattern | Capture | Rest | SequencePattern | MappingPattern | ClassPattern | OrPattern


@node
class Case(Spanned):
    """``case pattern if guard: …``"""

    pattern: Pattern
    guard: Expression | None
    body: Suite


@node
class Match(Noted):
    """``match subject: …``"""

    subject: Expression
    cases: tuple[Case, ...]
