"""Chooses statements of one line, and the ways out of a suite. It knows no suites, loops or flows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from support.expressions import KINDS, Expressions
from support.model import Expr, Line, Parameter, State, Statement, Suite

ERRORS = (
    "ValueError", "ZeroDivisionError", "IndexError", "KeyError", "TypeError", "LookupError", "ArithmeticError",
    "Exception",
    "FlowFailed", "UnboundLocalError", "AssertionError", "TimeoutError", "NameError", "AttributeError", "OverflowError",
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """Where a statement stands."""

    depth: int = 3
    loops: tuple[str, ...] = ()
    """The labels of the loops around it, inner ones last; "" for none."""
    leaves: bool = True
    """Whether `return` and `jump` may stand here."""
    handling: bool = False
    branch: bool = False

    def inner(self, **changes: object) -> Context:
        return replace(self, depth=self.depth - 1, **changes)  # type: ignore[arg-type]


class SimpleStatements(Expressions):
    """Chooses statements of one line, and the ways out of a suite."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.states: tuple[State, ...] = ()

    def one(self, text: str, *parts: Expr, python: str | None = None, fixed: bool = False) -> Statement:
        return Statement((Line(text, parts, python),), fixed)

    # --- simple statements

    def assign(self, context: Context) -> Statement:
        kind = self.random.choice(
            ("int", "int", "int", "list", "list", "str", "str", "bool", "bool", "float", "dict", "tuple", "set", "any")
        )
        name = self.name_for(kind)
        value = self.expr(kind, 2)
        if name is None:
            return self.one("\0", value)
        self.scope.assign([name])
        return self.one(f"{name} = \0", value)

    def alias(self, context: Context) -> Statement:
        """Two names of one list, or one name of a list that another variable holds."""
        name = self.name_for("list")
        if name is None:
            return self.assign(context)
        value = self.expr("list", 1)
        other = self.name_for("any") or name
        self.scope.assign([name, other])
        return self.one(f"{other} = {name} = \0", value)

    def unpack(self, context: Context) -> Statement:
        i, j, s = (self.name_for("int"), self.name_for("int"), self.name_for("list"))
        if i is None or j is None or s is None:
            return self.assign(context)
        form = self.random.randrange(6)
        texts = (f"{i}, {j} = \0, \0", f"{i}, *{s} = \0", f"*{s}, {j} = \0", f"{i}, ({j}, *{s}) = \0, \0",
                 f"[{i}, *{s}, {j}] = \0",
                 f"{i}, {j} = {j}, {i}")  # fmt: skip
        kinds: tuple[tuple[str, ...], ...] = (("int", "int"), ("list",), ("list",), ("int", "list"), ("list",), ())
        if form == 5 and not {i, j} <= self.scope.bound:
            form = 0
        parts = tuple(self.expr(kind, 1) for kind in kinds[form])
        self.scope.assign(((i, j), (i, s), (s, j), (i, j, s), (i, s, j), (i, j))[form])
        return self.one(texts[form], *parts)

    def augment(self, context: Context) -> Statement:
        kind, operators = self.random.choice(
            (("int", ("+=", "-=", "//=", "%=", "&=", "|=", "^=")), ("list", ("+=",)), ("str", ("+=",)),
            ("float", ("*=", "+=", "/=")),
             ("set", ("|=", "-=", "&=")), ("dict", ("|=",)), ("list", ("*=",)), ("tuple", ("+=",)))
        )  # fmt: skip
        target = self.variable(kind)
        shared = self.scope.quiet and kind in ("list", "set", "dict")
        if target is None or shared or target.text in self.scope.readonly or target.text[0] in "kn":
            return self.assign(context)
        operator = self.random.choice(operators)
        value = self.expr("small" if operator in ("*=", "//=", "%=") else kind, 1)
        return self.one(f"{target.text} {operator} \0", value)

    def store(self, context: Context) -> Statement:
        """Into a list or dict, by index, slice, or with an operator."""
        text, kinds = self.random.choice(
            (("\0[ident(\0)] += \0", ("list", "small", "int")), ("\0[\0] = \0", ("list", "small", "int")),
            ("\0[\0] += \0", ("list", "small", "int")),
            ("\0[\0] = \0", ("dict", "key", "int")),
             ("\0[\0] -= \0", ("dict", "key", "int")), ("\0[\0] = \0", ("list", "slice", "list")),
             ("\0[\0], \0[\0] = \0", ("list", "small", "dict", "key", "pair")),
             ("\0[\0] = \0[\0] = \0", ("list", "small", "dict", "key", "int")))
        )  # fmt: skip
        if self.scope.quiet:
            return self.assign(context)
        if self.chance(0.2) and (name := self.name_for("int")) and (target := self.variable("list")):
            self.scope.assign([name])
            text = self.random.choice((f"{name} = \0[{name}] = \0", f"\0[{name}] = {name} = \0"))
            stored = Statement((Line(f"{name} = 0"), Line(text, (target, self.expr("small", 0)))))
            return Statement((Line("if len(\0) > 3:", (target,)), Suite((stored,))))
        parts = tuple(
            (self.variable(kind) or self.expr(kind, 1)) if kind in ("list", "dict") else self.expr(kind, 1) for kind in kinds
        )
        stored = self.one(text, *parts)
        if not parts[0].variable or parts[0].kind != "list" or self.chance(0.25):
            return stored
        return Statement((Line("if len(\0) > 3:", parts[:1]), Suite((stored,))))

    def mutate(self, context: Context) -> Statement:
        text, kinds = self.random.choice(
            (("\0.append(\0)", ("list", "int")), ("\0.append(\0)", ("list", "any")),
            ("\0.extend(\0)", ("list", "list")), ("\0.insert(\0, \0)", ("list", "small", "int")),
             ("\0.reverse()", ("list",)), ("\0.sort()", ("list",)), ("\0.clear()", ("list",)),
             ("\0.remove(\0)", ("list", "int")),
             ("\0.update(\0)", ("dict", "dict")), ("\0.add(\0)", ("set", "small")), ("\0.pop(\0)", ("list", "small")),
             ("\0.update(z=\0)", ("dict", "int")), ("push(\0, \0)", ("list", "int")))
        )  # fmt: skip
        if self.scope.quiet:
            return self.assign(context)
        first = self.variable(kinds[0]) or self.expr(kinds[0], 1)
        return self.one(text, first, *(self.expr(kind, 1) for kind in kinds[1:]))

    def delete(self, context: Context) -> Statement:
        names = [name for name in self.scope.bound if name not in self.scope.readonly and name[1:] == "2"]
        if self.scope.quiet or self.chance(0.5) or not names or self.scope.strict:
            container = self.variable("list")
            if container is None or self.scope.quiet:
                return self.assign(context)
            return self.one("del \0[\0]", container, self.expr(self.random.choice(("small", "slice")), 1))
        name = self.pick(names)
        self.scope.bound.discard(name)
        return self.one(f"del {name}")

    def evaluate(self, context: Context) -> Statement:
        return self.one("\0", self.expr(self.random.choice(("int", "any", "list", "bool")), 2))

    def check(self, context: Context) -> Statement:
        if self.chance(0.5):
            return self.one("assert \0, \0", self.expr("bool", 1), self.expr("str", 1))
        return self.one("assert \0 or True", self.expr("cond", 2))

    def say(self, context: Context) -> Statement:
        form = self.random.randrange(5)
        if form == 0:
            return self.one("emit \0, \0", self.literal("str"), self.expr("any", 1), python="emit(\0, \0)")
        if form == 1:
            return self.one("emit \0", self.literal("str"), python="emit(\0)")
        if form == 2:
            return self.one("print(\0, \0, sep=\0)", self.expr("int", 1), self.expr("str", 1), self.literal("str"))
        if form == 3:
            return self.one("sleep \0", self.expr("duration", 1), python="sleep(\0)")
        name = self.name_for("any")
        if name is None:
            return self.one("print(\0)", self.expr("any", 1))
        self.scope.assign([name])
        if self.chance(0.5):
            return self.one(f"{name} = wait \0", self.literal("str"), python=f"{name} = wait(\0)")
        return self.one(f"{name} = wait \0 timeout 2s", self.literal("str"), python=f"{name} = wait(\0, td(seconds=2))")

    # --- leaving

    def leave(self, context: Context) -> Statement:
        if context.handling and self.chance(0.35):
            return self.one("fail", python="raise")
        if self.chance(0.3):
            return self.fail(context)
        if self.states and self.chance(0.6):
            return self.jump(context)
        return self.one("return \0", self.expr("any", 2)) if self.chance(0.9) else self.one("return")

    def fail(self, context: Context) -> Statement:
        error = self.random.choice(ERRORS)
        value = self.expr("any", 1) if self.chance(0.4) else Expr(f"{error}(\0)", (self.expr("any", 1),))
        if context.handling and self.chance(0.2) and (caught := self.variable("any")):
            value = caught
        return self.one("fail \0", value, python="raise failure(\0)")

    def leave_loop(self, context: Context) -> Statement:
        word = self.random.choice(("break", "continue"))
        label = self.random.choice(context.loops)
        if label and (label != context.loops[-1] or self.chance(0.5)):
            return self.one(f"{word} {label}", python=f"raise {word.title()}_{label}")
        return self.one(word)

    def leave_sometimes(self, context: Context) -> Statement:
        if context.loops and self.chance(0.6):
            way = self.leave_loop(context)
        elif context.leaves and not context.branch:
            way = self.leave(context)
        else:
            way = self.one("fail \0", self.expr("any", 1), python="raise failure(\0)")
        return Statement((Line("if \0:", (self.expr("condition", 2),)), Suite((way,))))

    def jump(self, context: Context) -> Statement:
        """To a state. Fuel is spent, so that jumps end: without any the flow returns."""
        return self.jump_to(self.random.choice(self.states))

    def jump_to(self, state: State) -> Statement:
        texts, parts = self.pass_arguments(state.parameters[1:], swap=True)
        given = "".join(f", {text}" for text in texts)
        line = Line(f"jump {state.name}(n1 - 1{given})", parts, f"return jump({state.name}, n1 - 1{given})")
        return Statement((Line("if n1 > 0:"), Suite((Statement((line,)),)), Line("else:"), Suite((self.one("return n1"),))))

    def pass_arguments(self, parameters: tuple[Parameter, ...], swap: bool = False) -> tuple[list[str], tuple[Expr, ...]]:
        """Texts of arguments with holes, and what fills them: some by position, some by keyword, defaults left out."""
        texts: list[str] = []
        parts: list[Expr] = []
        named = False
        keywords: list[tuple[str, Expr]] = []
        for parameter in parameters:
            if parameter.default is not None and self.chance(0.4):
                named = True
                continue
            kind = KINDS[parameter.name[0]]
            before, self.wrong = self.wrong, 0.0 if parameter.type else self.wrong  # a literal of another type is refused
            value = (self.variable(kind) if swap and self.chance(0.7) else None) or self.expr(kind, 1)
            self.wrong = before
            named = named or self.chance(0.2)
            if named:
                keywords.append((parameter.name, value))
            else:
                texts.append("\0")
                parts.append(value)
        self.random.shuffle(keywords)
        for name, value in keywords:
            texts.append(f"{name}=\0")
            parts.append(value)
        return texts, tuple(parts)
