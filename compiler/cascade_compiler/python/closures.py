"""What the functions inside of a flow need from outside, and where one of them could not be a value as CPython's is.

CPython's closures see a variable as it is when they run. Here a function gets the values of its captured variables: those of
now when it is called by its name, since the function around it stands still then, and those of the moment when it becomes a
value. That is refused where the difference could show. Knows no flow graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cascade_compiler.csc.complaints import Complaints
from cascade_compiler.csc.constants import NotConstant, evaluate
from cascade_compiler.python import nodes
from cascade_compiler.python.occurrences import Binding, Occurrences, Scope, Use, occurrences
from cascade_grammar import tree
from cascade_grammar.spans import Span
from cascade_vm.constants import Constant, is_constant

__all__ = ["Cell", "Closed", "Closures", "Scope", "close"]

_NEVER = 1 << 60


class Cell(NamedTuple):
    """A variable of a function or comprehension."""

    owner: Scope
    name: str


@dataclass(eq=False)
class Closed:
    """A function with all that it needs.

    ``captured`` are the variables that it is given before its arguments; of these ``certain`` ones have a value whenever it
    runs. ``defaults`` has, for each parameter whose default is computed, the variable that keeps it. ``kept``: the value of
    the variable that its definition sets is the function; else it is only a sign that it is defined, and the function is made
    where it is needed as a value.
    """

    scope: Scope
    function: nodes.Function
    captured: dict[Cell, None] = field(default_factory=dict)
    certain: set[Cell] = field(default_factory=set)
    defaults: dict[str, Cell] = field(default_factory=dict)
    calls: dict[Closed, None] = field(default_factory=dict)
    is_helper: bool = False
    kept: bool = False

    def default_of(self, parameter: nodes.Parameter) -> Constant | None:
        """A default that is a constant."""
        if parameter.default is None or parameter.name.text in self.defaults:
            return None
        return Constant(evaluate(parameter.default, {}))


class Closures:
    """The functions of one flow, by node and by name. ``apart`` is where a comprehension reads a variable from around it that
    may have no value."""

    def __init__(self, found: Occurrences) -> None:
        self.root = found.root
        self.uses = found.uses
        self._closed = {key: Closed(scope, scope.function) for key, scope in found.scopes.items() if scope.function}
        self.helpers: dict[Cell, Closed] = {}
        self.apart: set[Span] = set()

    def of(self, function: nodes.Function) -> Closed:
        """What is known of a function."""
        return self._closed[id(function)]

    def of_scope(self, scope: Scope) -> Closed:
        """What is known of the function of a scope."""
        assert scope.home.function is not None
        return self.of(scope.home.function)

    def helper(self, scope: Scope, name: str) -> Closed | None:
        """The function that ``name`` stands for wherever it has a value, if there is just one."""
        owner = scope.owner(name)
        return None if owner is None else self.helpers.get(Cell(owner, name))

    @property
    def functions(self) -> Iterable[Closed]:
        """All of them, each after the one that it is in."""
        return self._closed.values()


def close(function: nodes.Function, qualname: str, complaints: Complaints) -> Closures:
    """Look through a flow's function; complain of functions as values that could see a variable change."""
    closures = Closures(occurrences(function, qualname))
    _find_helpers(closures)
    _find_defaults(closures)
    _find_calls(closures)
    _find_certain(closures)
    _find_captured(closures)
    _find_kept(closures)
    closures.apart |= {use.span for use in closures.uses if use.made is None and _is_read_apart(use)}
    _complain(closures, complaints)
    return closures


# --- which functions there are -------------------------------------------------------------------------------------------


def _find_helpers(closures: Closures) -> None:
    """Names that are bound once, to a function."""
    for closed in closures.functions:
        for name, scope in closed.scope.candidates.items():
            if len(closed.scope.bindings[name]) == 1 and name in closed.scope.names:
                helper = closures.of_scope(scope)
                helper.is_helper = True
                closures.helpers[Cell(closed.scope, name)] = helper


def _find_defaults(closures: Closures) -> None:
    number = 0
    for closed in closures.functions:
        if closed.scope is closures.root:
            continue
        for parameter in closed.function.parameters:
            if parameter.default is not None and not _is_constant(parameter.default):
                number += 1
                assert closed.scope.parent is not None
                cell = Cell(closed.scope.parent.home, f"$default{number}")
                closed.defaults[parameter.name.text] = cell
                closed.captured[cell] = None


def _is_constant(expression: tree.Expression) -> bool:
    try:
        return is_constant(evaluate(expression, {}))
    except NotConstant:
        return False


def _find_calls(closures: Closures) -> None:
    """Which functions a function may run: those inside of it, and the helpers that it names."""
    for use in closures.uses:
        within = closures.of_scope(use.scope)
        called = _function_of(closures, use)
        if called is not None:
            within.calls[called] = None


def _function_of(closures: Closures, use: Use) -> Closed | None:
    return closures.helper(use.scope, use.name) if use.made is None else closures.of_scope(use.made)


# --- what they need ------------------------------------------------------------------------------------------------------


def _reached(closed: Closed) -> set[Closed]:
    """The functions that may run when this one does, itself included."""
    found, pending = {closed}, [closed]
    while pending:
        for other in pending.pop().calls:
            if other not in found:
                found.add(other)
                pending.append(other)
    return found


def _find_certain(closures: Closures) -> None:
    """Variables of the function around that are bound before a function can run for the first time."""
    earliest: dict[Closed, int] = {}
    for use in closures.uses:
        called = _function_of(closures, use)
        if called is None or (use.made is not None and called.is_helper):
            continue
        for other in _reached(called):
            if other.scope.parent is not None and other.scope.parent.home is use.scope.home:
                earliest[other] = min(earliest.get(other, _NEVER), use.moment.top)
    for closed in closures.functions:
        outer = closed.scope.parent
        while outer is not None:
            outer = outer.home
            first = earliest.get(closures.of_scope(_within(closed.scope, outer)), _NEVER)
            closed.certain |= {Cell(outer, name) for name, found in outer.bindings.items() if _is_certain(found, first)}
            outer = outer.parent


def _within(scope: Scope, outer: Scope) -> Scope:
    """The function directly in ``outer`` that ``scope`` is in."""
    while scope.parent is not None and scope.parent.home is not outer:
        scope = scope.parent.home
    return scope


def _is_certain(bindings: list[Binding], first: int) -> bool:
    if any(binding.unbinds for binding in bindings):
        return False
    return any(binding.plain and binding.moment.top < first for binding in bindings)


def _find_captured(closures: Closures) -> None:
    for use in closures.uses:
        owner = use.scope.owner(use.name) if use.made is None else None
        if owner is None:
            continue
        cell = Cell(owner, use.name)
        for scope in _between(use.scope.home, owner.home):
            if not _needs_no_sign(closures, use, cell, scope):
                closures.of_scope(scope).captured[cell] = None
    grows = True
    while grows:
        grows = False
        for closed in closures.functions:
            more = {cell: None for other in closed.calls for cell in other.captured if _is_outside(cell, closed.scope)}
            grows = grows or not more.keys() <= closed.captured.keys()
            closed.captured |= more
    for closed in closures.functions:  # what may be unbound needs no argument, and so comes before what does
        closed.captured = dict.fromkeys(sorted(closed.captured, key=closed.certain.__contains__))


def _is_read_apart(use: Use) -> bool:
    """Whether a comprehension reads a variable from around it that may have no value."""
    home, scope, apart = use.scope.home, use.scope, False
    while scope is not home and use.name not in scope.names:
        apart = apart or scope.apart
        assert scope.parent is not None
        scope = scope.parent
    if scope is not home:
        return apart
    return apart and use.name in home.names and not _is_certain(home.bindings.get(use.name, []), use.moment.top)


def _between(scope: Scope, owner: Scope) -> Iterator[Scope]:
    """The functions from ``scope`` outwards that are inside of ``owner``."""
    while scope is not owner:
        yield scope
        assert scope.parent is not None
        scope = scope.parent.home


def _needs_no_sign(closures: Closures, use: Use, cell: Cell, scope: Scope) -> bool:
    """A function that is called by its name needs no variable when it is certain to be defined."""
    helper = closures.helpers.get(cell)
    if helper is None or not use.called:
        return False
    return cell in closures.of_scope(scope).certain or helper.scope in _between(scope, cell.owner)


def _is_outside(cell: Cell, scope: Scope) -> bool:
    owner: Scope | None = cell.owner.home
    while owner is not None and owner is not scope:
        owner = owner.parent and owner.parent.home
    return owner is None


# --- functions as values -------------------------------------------------------------------------------------------------


def _find_kept(closures: Closures) -> None:
    """A helper that is needed as a value is made one where it is defined, if what it captures does not change after that."""
    made = {use.made: use for use in closures.uses if use.made is not None}
    for use in closures.uses:
        helper = closures.helper(use.scope, use.name)
        if helper is not None and not use.called:
            helper.kept = not any(_changing(helper, made[helper.scope]))


def _complain(closures: Closures, complaints: Complaints) -> None:
    for use in closures.uses:
        made = _function_of(closures, use)
        if made is None or use.called or (made.is_helper and (made.kept or use.made is not None)):
            continue
        for cell in _changing(made, use):
            name = made.function.name.text
            shown = "this lambda" if name == "<lambda>" else f"`{name}`"
            message = f"{shown} becomes a value here, and reads `{cell.name}`, which gets another value later"
            hint = f"give it what it needs as a default: `{cell.name}={cell.name}` among its parameters"
            complaints.add("CS295", use.span, message, hint)


def _changing(made: Closed, use: Use) -> Iterator[Cell]:
    """Captured variables that may change while the value that ``use`` makes or takes can still be called."""
    for cell in made.captured:
        if cell in made.defaults.values() or cell.name.startswith("$"):
            continue
        if use.until is not None and not _changes_during(cell, use):
            continue
        if not _is_settled(cell, use):
            yield cell


def _changes_during(cell: Cell, use: Use) -> bool:
    if cell.owner.home is not use.scope.home:
        return False  # the function that has the variable stands still
    assert use.until is not None
    return any(use.moment.order < binding.moment.order < use.until for binding in _bindings(cell))


def _is_settled(cell: Cell, use: Use) -> bool:
    home = cell.owner.home
    within = _within(use.scope.home, home) if use.scope.home is not home else None
    moment = use.moment if within is None else within.made
    return all(b.moment.order < moment.order and not set(b.moment.loops) & set(moment.loops) for b in _bindings(cell))


def _bindings(cell: Cell) -> list[Binding]:
    return cell.owner.bindings.get(cell.name, [])
