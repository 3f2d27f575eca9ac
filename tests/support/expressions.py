"""Chooses expressions: mostly of the type that is asked for, and mostly of variables that have a value.

It knows variables by their names: the first letter says the type. It knows no statements.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random

from support.grammar_tables import EFFECTS, LITERALS, TEMPLATES, Template
from support.model import Expr

KINDS = {
    "i": "int", "f": "float", "s": "str", "b": "bool", "l": "list", "d": "dict", "t": "tuple", "z": "set", "a": "any",
    "c": "int", "k": "int", "n": "int", "e": "any",
}  # fmt: skip
LETTERS = {"int": "i", "float": "f", "str": "s", "bool": "b", "list": "l", "dict": "d", "tuple": "t", "set": "z", "any": "a"}
_SAME = {"cond": "any", "num": "int", "atom": "int", "quiet": "int", "iter": "list", "strs": "list"}
_PLAIN = ("int", "float", "str", "bool", "list", "dict", "tuple", "set", "any")


@dataclass
class Scope:
    """Which variables there are. ``bound`` have a value for certain, ``maybe`` are assigned somewhere above."""

    bound: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)
    strict: bool = False
    """Only variables that have a value for certain, which those that `del` or `except` take away (number 2, letter e) have
    not: in a state, a branch or a comprehension Python would word the error otherwise."""
    quiet: bool = False
    """Nothing that another strand could see."""
    readonly: frozenset[str] = frozenset()
    """Variables that may not be assigned here."""

    def copy(self) -> Scope:
        return replace(self, bound=set(self.bound), maybe=set(self.maybe))

    def assign(self, names: Iterable[str]) -> None:
        names = list(names)
        self.bound.update(names)
        self.maybe.update(names)

    def join(self, *others: Scope) -> None:
        """After one of several ways."""
        self.bound = set.intersection(*(other.bound for other in others))
        self.maybe.update(*(other.maybe for other in others))


class Expressions:
    """Chooses expressions with a random source. ``wrong`` is how often one has a type that does not fit."""

    def __init__(self, random: Random, wrong: float = 0.008) -> None:
        self.random = random
        self.wrong = wrong
        self.scope = Scope()

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, items: Iterable[str]) -> str:
        return self.random.choice(sorted(items))

    def expr(self, kind: str, depth: int = 2) -> Expr:
        """An expression of a type. At depth 0 it is a variable or a literal."""
        if kind in _PLAIN and self.chance(self.wrong):
            return Expr("(\0)", (self.expr(self.random.choice(_PLAIN), depth),))
        if kind == "spec":
            return Expr(self.random.choice(LITERALS["spec"]))
        if kind in ("atom", "quiet"):
            return self.atom("int" if kind == "atom" or self.chance(0.6) else "str", quoted=kind != "quiet")
        if kind in ("small", "lit", "key"):
            return self.literal(kind) if kind != "key" or self.chance(0.9) else self.atom("str")
        if kind not in TEMPLATES or (depth <= 0 and kind in LITERALS) or (kind in LITERALS and self.chance(0.38)):
            return self.atom(kind)
        return self.compound(kind, depth)

    def compound(self, kind: str, depth: int) -> Expr:
        """From one of the templates of the type."""
        template = self.template(kind)
        if self.scope.quiet and EFFECTS.search(template.text):
            return self.atom(kind)
        if " for c0" in template.text:
            return self.comprehension(kind, template)
        if kind in _PLAIN and depth > 1 and not self.scope.strict and not self.scope.quiet and self.chance(0.03):
            return self.walrus(kind)
        parts = tuple(self.expr(hole, depth - 1) for hole in template.holes)
        return Expr(template.text, parts, kind, template.python)

    def template(self, kind: str) -> Template:
        templates, weights = TEMPLATES[kind]
        return templates[bisect(weights, self.random.randrange(weights[-1]))]

    def comprehension(self, kind: str, template: Template) -> Expr:
        """Its parts read only variables that have a value, and cause nothing."""
        before, self.scope = self.scope, replace(self.scope, strict=True)
        parts = tuple(self.expr(hole, 0) for hole in template.holes)
        self.scope = before
        return Expr(template.text, parts, kind, template.python)

    def walrus(self, kind: str) -> Expr:
        value = self.expr(kind, 1)
        name = self.name_for(kind)
        if name is None:
            return value
        self.scope.maybe.add(name)
        return Expr(f"({name} := \0)", (value,), kind)

    def name_for(self, kind: str) -> str | None:
        """A variable of the type that may be assigned here."""
        names = [f"{LETTERS[kind]}{number}" for number in range(3)]
        free = [name for name in names if name not in self.scope.readonly]
        return self.random.choice(free) if free else None

    def variable(self, kind: str) -> Expr | None:
        """One of the type with a value; rarely one that may have none."""
        kind = _SAME.get(kind, kind)
        pool = self.scope.bound
        if not self.scope.strict and self.chance(0.02):
            pool = self.scope.maybe
        names = [name for name in pool if kind == "any" or KINDS[name[0]] == kind]
        if self.scope.strict:
            names = [name for name in names if name[0] != "e" and name[1:] != "2"]
        return Expr(self.pick(names), kind=kind, variable=True) if names else None

    def atom(self, kind: str, quoted: bool = True) -> Expr:
        if kind == "atom":
            kind = "int"
        if self.chance(0.72) and (found := self.variable(kind)):
            return found
        return self.literal(kind, quoted)

    def literal(self, kind: str, quoted: bool = True) -> Expr:
        """``quoted`` says that it may have quotes, which within an f-string it may not."""
        kind = kind if kind in LITERALS else "int"
        texts = LITERALS[kind] if quoted else ("0", "1", "2.5", "K0", "K1")
        return Expr(self.random.choice(texts), kind=kind)

    def call_arguments(self, *kinds: str) -> tuple[Expr, ...]:
        return tuple(self.expr(kind, 1) for kind in kinds)
