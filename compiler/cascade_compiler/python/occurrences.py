"""Walks the functions of a flow in the order in which they are evaluated and writes down what happens to which variable.

It knows Python's scopes; what follows from them for functions as values is `closures`' to say.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple, TypeAlias

from cascade_compiler.csc.walk import children, target_names
from cascade_compiler.python import nodes
from cascade_grammar import tree
from cascade_grammar.nodes import Spanned
from cascade_grammar.spans import Span

__all__ = ["Binding", "Moment", "Occurrences", "Scope", "Use", "occurrences"]


class Moment(NamedTuple):
    """When something happens in a function: later things have higher numbers, ``loops`` stand around it, and ``top`` is the
    number of the statement of the function's body that it belongs to."""

    order: int
    loops: tuple[int, ...]
    top: int


class Binding(NamedTuple):
    """A variable gets a value, or loses it (``unbinds``). ``plain``: by a statement of the function's body itself."""

    moment: Moment
    plain: bool = False
    unbinds: bool = False


@dataclass(eq=False)
class Scope:
    """The variables of a function, or of a comprehension in one (``function`` is None then).

    ``apart``: variables from around it are free there, as Python says it where they have no value."""

    function: nodes.Function | None
    parent: Scope | None
    names: frozenset[str]
    qualname: str
    made: Moment
    apart: bool = True
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    candidates: dict[str, Scope] = field(default_factory=dict)  # functions that a name is bound to

    @property
    def home(self) -> Scope:
        """The function that this is, or is in."""
        scope = self
        while scope.function is None:
            assert scope.parent is not None
            scope = scope.parent
        return scope

    @property
    def depth(self) -> int:
        """How many functions it is in."""
        return 0 if self.parent is None else self.parent.home.depth + 1

    def owner(self, name: str) -> Scope | None:
        """Where ``name`` is a variable; None when it is a global one."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope


@dataclass(slots=True)
class _CallSpan:
    """A call that uses the functions it is given until it returns, and no longer."""

    end: int = 0


@dataclass(slots=True)
class Use:
    """A function becomes a value (``made``), or a variable is read: called if ``called``, else taken as a value.

    ``until`` is when the value is let go of, where it is an argument of a call that is known not to keep it.
    """

    scope: Scope
    moment: Moment
    span: Span
    name: str = ""
    made: Scope | None = None
    called: bool = False
    during: _CallSpan | None = None

    @property
    def until(self) -> int | None:
        return None if self.during is None else self.during.end


class _Context(NamedTuple):
    scope: Scope
    loops: tuple[int, ...]
    top: int
    plain: bool = False
    during: _CallSpan | None = None

    @property
    def inside(self) -> _Context:
        """For the parts of what stands here."""
        return self._replace(plain=False, during=None)


_Item: TypeAlias = "tuple[Spanned, _Context] | Callable[[], None]"

_INLINED = sys.version_info >= (3, 12)
"""Whether comprehensions, generator expressions excepted, are part of the function that they are in."""
_CONSUMERS = frozenset((
    "sorted", "min", "max", "sum", "any", "all", "list", "tuple", "set", "frozenset", "dict", "len", "reduce", "nlargest",
    "nsmallest", "bisect", "bisect_left", "bisect_right", "insort", "insort_left", "insort_right",
))  # fmt: skip
"""Functions that are done with their arguments when they return."""
_CONSUMING_METHODS = frozenset(("sort", "join", "extend", "update"))
_HANDING_ON = frozenset(("map", "filter", "cmp_to_key", "enumerate", "zip", "reversed"))
"""Functions whose result uses their arguments for as long as it is used itself."""


@dataclass
class Occurrences:
    """What the walk has found: every function with its scope, and the uses in their order."""

    root: Scope
    scopes: dict[int, Scope] = field(default_factory=dict)  # by the id of the function's node
    uses: list[Use] = field(default_factory=list)


def occurrences(function: nodes.Function, qualname: str) -> Occurrences:
    """Look through a function and those inside of it."""
    return _Walk().whole(function, qualname)


class _Walk:
    def __init__(self) -> None:
        self.orders = count(1)
        self.loops = count(1)
        self.pending: list[_Item] = []

    def whole(self, function: nodes.Function, qualname: str) -> Occurrences:
        start = Moment(0, (), 0)
        root = Scope(function, None, function.variables, qualname, start)
        self.found = Occurrences(root)
        self.body(root)
        while self.pending:
            item = self.pending.pop()
            if callable(item):
                item()
            else:
                self.push(self.visit(*item))
        return self.found

    def push(self, items: Iterable[_Item]) -> None:
        self.pending.extend(reversed(list(items)))

    def moment(self, here: _Context) -> Moment:
        return Moment(next(self.orders), here.loops, here.top)

    # --- functions -------------------------------------------------------------------------------------------------------

    def body(self, scope: Scope) -> None:
        function = scope.function
        assert function is not None
        self.found.scopes[id(function)] = scope
        for parameter in function.parameters:
            scope.bindings.setdefault(parameter.name.text, []).append(Binding(Moment(-1, (), -1), plain=True))
        self.push((statement, _Context(scope, (), top, plain=True)) for top, statement in enumerate(function.body.statements))

    def function(self, function: nodes.Function, here: _Context, bound_to: str | None) -> list[_Item]:
        """Defaults are evaluated, then the function is made; its body is looked at with it."""
        parts: list[_Item] = [(p.default, here.inside) for p in function.parameters if p.default is not None]

        def make() -> None:
            moment = self.moment(here)
            name = f"{here.scope.home.qualname}.<locals>.{function.name.text}"
            scope = Scope(function, here.scope, function.variables, name, moment)
            if bound_to is not None:
                here.scope.home.candidates[bound_to] = scope
            self.found.uses.append(Use(here.scope, moment, function.span, made=scope, during=here.during))
            self.body(scope)

        return [*parts, make]

    # --- names -----------------------------------------------------------------------------------------------------------

    def read(self, name: tree.Name, here: _Context, called: bool = False) -> None:
        during = here.during
        self.found.uses.append(Use(here.scope, self.moment(here), name.span, name.id, called=called, during=during))

    def bind(self, name: str, here: _Context, unbinds: bool = False) -> _Item:
        def bound() -> None:
            binding = Binding(self.moment(here), here.plain, unbinds)
            here.scope.home.bindings.setdefault(name, []).append(binding)

        return bound

    def target(self, target: tree.Expression, here: _Context) -> list[_Item]:
        match target:
            case tree.Name(id=name):
                return [self.bind(name, here)]
            case tree.Starred(value=value):
                return self.target(value, here)
            case tree.TupleDisplay(items=items) | tree.ListDisplay(items=items):
                return [part for item in items for part in self.target(item, here)]
            case _:
                return [(part, here.inside) for part in children(target)]

    # --- nodes -----------------------------------------------------------------------------------------------------------

    def visit(self, node: Spanned, here: _Context) -> Sequence[_Item]:
        match node:
            case tree.Name():
                self.read(node, here)
                return ()
            case tree.Call(function=function, arguments=arguments, policies=policies):
                settings = [argument for policy in policies for argument in policy.arguments]
                return self.call(node, function, arguments, settings, here)
            case nodes.CallValue(function=function, arguments=arguments):
                return self.call(node, function, arguments, (), here)
            case nodes.Lambda(function=function):
                return self.function(function, here, None)
            case nodes.Define(function=function):
                return [*self.function(function, here, function.name.text), self.bind(function.name.text, here)]
            case tree.Conditional(condition=condition, then=then, otherwise=otherwise):
                outside = here._replace(plain=False)
                return [(condition, here.inside), (then, outside), (otherwise, outside)]
            case tree.Comprehension():
                return self.comprehension(node, here.inside)
            case tree.Assign() | tree.Augment() | tree.Delete() | tree.Walrus():
                return self.assignment(node, here)
            case tree.For() | tree.While() | tree.Except():
                return self.block(node, here.inside)
            case _:
                return [*self.pattern(node, here), *((part, here.inside) for part in children(node))]

    def call(
        self,
        node: Spanned,
        function: tree.Expression,
        arguments: Iterable[tree.Argument],
        settings: Iterable[tree.Argument],
        here: _Context,
    ) -> list[_Item]:
        during = self.consumed_by(function, here)
        call = _CallSpan()
        callee: list[_Item] = [(function, here.inside._replace(during=call))]
        if isinstance(function, tree.Name):
            name = function
            callee = [lambda: self.read(name, here.inside, called=True)]

        def close() -> None:
            call.end = next(self.orders)
            if during is not None and during is not here.during:
                during.end = call.end

        values: list[_Item] = [(argument.value, here.inside._replace(during=during)) for argument in arguments]
        return [*callee, *values, *((setting.value, here.inside) for setting in settings), close]

    @staticmethod
    def consumed_by(function: tree.Expression, here: _Context) -> _CallSpan | None:
        """The call that is done with the arguments of this one when it returns."""
        match function:
            case tree.Attribute(value=value, name=name):
                word, method = name.text, not isinstance(value, tree.Name) or here.scope.owner(value.id) is not None
            case tree.Name(id=name) if here.scope.owner(name) is None:
                word, method = name, False
            case nodes.BuiltIn(name=name):
                word, method = name.rpartition(".")[2], False
            case _:
                return None
        if word in (_CONSUMING_METHODS if method else _CONSUMERS):
            return _CallSpan()
        return here.during if word in _HANDING_ON and not method else None

    def comprehension(self, node: tree.Comprehension, here: _Context) -> list[_Item]:
        names = [name.id for clause in node.clauses for name in target_names(clause.target)]
        moment = self.moment(here)
        apart = node.kind == "generator" or not _INLINED
        scope = Scope(None, here.scope, frozenset(names), here.scope.qualname, moment, apart)
        inner = _Context(scope, (*here.loops, next(self.loops)), here.top)
        for name in names:
            scope.bindings[name] = [Binding(self.moment(inner))]
        items: list[_Item] = [(node.clauses[0].iterable, here)]
        for position, clause in enumerate(node.clauses):
            if position:
                items.append((clause.iterable, inner))
            items += [part for part in self.target(clause.target, inner) if not callable(part)]
            items += [(condition, inner) for condition in clause.conditions]
        return items + [(part, inner) for part in (node.key, node.element) if part is not None]

    def assignment(self, node: tree.Assign | tree.Augment | tree.Delete | tree.Walrus, here: _Context) -> list[_Item]:
        match node:
            case tree.Assign(targets=(tree.Name(id=name),), value=nodes.Lambda(function=function)):
                return [*self.function(function, here.inside, name), self.bind(name, here)]
            case tree.Assign(targets=targets, value=value):
                return [(value, here.inside), *(part for target in targets for part in self.target(target, here))]
            case tree.Augment(target=target, value=value):
                return [(target, here.inside), (value, here.inside), *self.bound(target, here)]
            case tree.Delete(targets=targets):
                deleted = (part for target in targets for part in self.deleted(target, here.inside))
                return list(deleted)
            case tree.Walrus(target=target, value=value):
                return [(value, here.inside), self.bind(target.id, here.inside)]

    def bound(self, target: tree.Expression, here: _Context) -> list[_Item]:
        return [self.bind(target.id, here)] if isinstance(target, tree.Name) else []

    def deleted(self, target: tree.Expression, here: _Context) -> list[_Item]:
        match target:
            case tree.Name(id=name):
                return [self.bind(name, here, unbinds=True)]
            case tree.TupleDisplay(items=items) | tree.ListDisplay(items=items):
                return [part for item in items for part in self.deleted(item, here)]
            case _:
                return [(part, here) for part in children(target)]

    def block(self, node: tree.For | tree.While | tree.Except, here: _Context) -> list[_Item]:
        if isinstance(node, tree.Except):
            name = node.name
            if name is None:
                return [(node.body, here)]
            return [self.bind(name.text, here), (node.body, here), self.bind(name.text, here, unbinds=True)]
        turning = here._replace(loops=(*here.loops, next(self.loops)))
        otherwise: list[_Item] = [] if node.otherwise is None else [(node.otherwise, here)]
        if isinstance(node, tree.While):
            return [(node.condition, turning), (node.body, turning), *otherwise]
        return [(node.iterable, here), *self.target(node.target, turning), (node.body, turning), *otherwise]

    def pattern(self, node: Spanned, here: _Context) -> list[_Item]:
        """The names that a pattern binds."""
        match node:
            case nodes.Capture(name=name) | nodes.Rest(name=name) | nodes.MappingPattern(rest=name) if name is not None:
                return [self.bind(name.text, here.inside)]
            case _:
                return []
