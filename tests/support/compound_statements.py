"""Chooses statements that hold others. Whatever is chosen ends: loops count their turns, calls of earlier flows spend fuel."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import NamedTuple

from support.expressions import KINDS, LETTERS, Scope
from support.model import HOLE, Expr, Line, Parameter, Statement, Suite
from support.simple_statements import ERRORS, Context, SimpleStatements


class Signature(NamedTuple):
    """A flow that can be called. A ``quiet`` one does nothing that another strand could see."""

    name: str
    parameters: tuple[Parameter, ...]
    quiet: bool


_POLICIES = (
    ("retry(3)", '("retry", 3, None, 1.0, ("Exception",))'),
    ("retry(2, backoff=2.0)", '("retry", 2, None, 2.0, ("Exception",))'),
    ("retry(3, delay=0.5, backoff=3.0)", '("retry", 3, 0.5, 3.0, ("Exception",))'),
    ("retry(4, on=ValueError)", '("retry", 4, None, 1.0, ("ValueError",))'),
    ("retry(2, delay=10ms, on=(KeyError, TimeoutError))", '("retry", 2, 0.01, 1.0, ("KeyError", "TimeoutError"))'),
    ("timeout(300ms)", '("timeout", 0.3)'),
    ("timeout(10s)", '("timeout", 10.0)'),
    ("timeout(0.05)", '("timeout", 0.05)'),
)
_AROUND = (
    "\0 and CALL", "\0 or CALL", "CALL if \0 else \0", "\0 if \0 else CALL", "(CALL, \0)", "ident(CALL)", "not CALL",
    "[\0, CALL][1]",
)  # fmt: skip
"""Where a call of a flow may stand; some are tail calls still."""


class CompoundStatements(SimpleStatements):
    """Chooses suites, and the statements that have some; calls of flows too."""

    def __init__(self, random: Random, signatures: tuple[Signature, ...], this: int, budget: int) -> None:
        super().__init__(random)
        self.signatures = signatures
        self.this = this
        self.budget = budget
        self.counter = 0

    def statement(self, context: Context) -> Statement:
        """Any statement."""
        raise NotImplementedError

    def branch_statement(self, context: Context) -> Statement:
        """One that may be a branch of a `parallel` by itself."""
        raise NotImplementedError

    def fresh(self, letter: str) -> str:
        self.counter += 1
        return f"{letter}{self.counter}"

    # --- suites

    def suite(self, context: Context, most: int = 4, **facts: int) -> Suite:
        """Some statements, in the present scope."""
        chosen: list[Statement] = []
        for _ in range(self.random.randint(1, most)):
            if self.budget <= 0:
                break
            chosen.append(self.statement(context))
        if context.leaves and self.chance(0.07) and not context.branch:
            chosen.append(self.leave(context))
        elif context.loops and self.chance(0.08):
            chosen.append(self.leave_loop(context))
        return Suite(tuple(chosen), **facts)

    def apart(self, context: Context, most: int = 3, assigned: tuple[str, ...] = (), **facts: int) -> tuple[Suite, Scope]:
        """A suite that may not run to its end, with the scope behind it."""
        before = self.scope
        self.scope = before.copy()
        self.scope.assign(assigned)
        suite = self.suite(context, most, **facts)
        after, self.scope = self.scope, before
        return suite, after

    # --- choices

    def conditional(self, context: Context) -> Statement:
        parts: list[Line | Suite] = []
        ends: list[Scope] = []
        for number in range(self.random.choice((1, 1, 1, 2, 3))):
            condition = self.expr("condition", 2)
            suite, after = self.apart(context.inner())
            parts += [Line("if \0:" if number == 0 else "elif \0:", (condition,)), suite]
            ends.append(after)
        if self.chance(0.5):
            suite, after = self.apart(context.inner())
            parts += [Line("else:"), suite]
            ends.append(after)
        else:
            ends.append(self.scope.copy())
        self.scope.join(*ends)
        return Statement(tuple(parts))

    # --- loops

    def counted(self, context: Context) -> Statement:
        """``while`` or ``loop``, with a counter that ends it."""
        counter, label = self.fresh("k"), self.label()
        turns = self.random.choice((0, 1, 2, 3, 5, 9))
        head = Line(f"{counter} = 0")
        step = self.one(f"{counter} += 1", fixed=True)
        inside = context.inner(loops=(*context.loops, label))
        self.scope.assign([counter])
        if self.chance(0.5):
            line = Line(f"while {counter} < {turns}:")
            if self.chance(0.4):
                line = Line(f"while {counter} < {turns} and \0:", (self.expr("cond", 1),))
            suite, after = self.apart(inside)
            suite = replace(suite, statements=(step, *suite.statements))
            return Statement((head, *self.looped(context, line, label, suite, after, closed=True)))
        test = Statement((Line(f"if {counter} > {turns}:"), Suite((self.one("break", fixed=True),), 0)), fixed=True)
        suite, after = self.apart(inside)
        suite = replace(suite, statements=(step, test, *suite.statements))
        line = Line("loop:", (), "while True:")
        return Statement((head, *self.looped(context, line, label, suite, after, closed=False)))

    def each(self, context: Context) -> Statement:
        """``for``"""
        label = self.label()
        names = [name for name in (self.name_for("int"), self.name_for("int"), self.name_for("list")) if name]
        targets: tuple[str, ...] = (names[0],) if len(names) == 3 else ("c0",)
        target, source = targets[0], "iter"
        if len(names) == 3 and self.chance(0.3):
            i, j, rest = names
            target, targets = self.random.choice(((f"{i}, {j}", (i, j)), (f"{i}, *{rest}", (i, rest)), (f"({j}, {i})", (i, j))))
            source = "iterpairs"
        elif self.chance(0.3) and "c0" not in self.scope.readonly:
            target, targets = "c0", ("c0",)
        if self.scope.readonly and target == "c0":
            return self.assign(context)
        line = Line(f"for {target} in \0:", (self.expr(source, 1),), f"for {target} in watch(\0):")
        suite, after = self.apart(context.inner(loops=(*context.loops, label)), assigned=targets)
        return Statement(self.looped(context, line, label, suite, after, closed=True))

    def grow(self, context: Context) -> Statement:
        """Changes what it loops over."""
        source = self.variable("list")
        name = self.name_for("int")
        if source is None or name is None or self.scope.quiet:
            return self.each(context)
        change = self.random.choice(("\0.append(\0)", "\0.insert(0, \0)", "\0 += [\0]"))
        guard = Line(f"if len(\0) < {self.random.randint(2, 7)}:", (source,))
        extra = (Statement((guard, Suite((self.one(change, source, self.expr("int", 1)),)))),)
        if source.text in self.scope.readonly:
            extra = ()
        line = Line(f"for {name} in \0:", (source,), f"for {name} in watch(\0):")
        suite, after = self.apart(context.inner(loops=(*context.loops, "")), 2, assigned=(name,))
        return Statement(self.looped(context, line, "", replace(suite, statements=(*extra, *suite.statements)), after, True))

    def label(self) -> str:
        return self.fresh("outer") if self.chance(0.25) else ""

    def looped(
        self, context: Context, line: Line, label: str, suite: Suite, after: Scope, closed: bool
    ) -> tuple[Line | Suite, ...]:
        """The loop's lines; in Python its label becomes two kinds of error. ``closed``: it may have an ``else``."""
        self.scope.maybe.update(after.maybe)
        python = line.text if line.python is None else line.python
        otherwise: Suite | None = None
        if closed and self.chance(0.3):
            otherwise, last = self.apart(context.inner())
            self.scope.maybe.update(last.maybe)
        if not label:
            parts: list[Line | Suite] = [replace(line, python=f"{python}\n    tick()"), suite]
            return (*parts, Line("else:"), otherwise) if otherwise else tuple(parts)
        head = f"try:\n    {python}\n        tick()\n        try:"
        parts = [Line(line.text[:-1] + f" as {label}:", line.parts, head), replace(suite, deeper=2)]
        parts.append(Line("", (), f"        except Continue_{label}: continue"))
        if otherwise:
            parts += [Line("else:", (), "    else:"), replace(otherwise, deeper=1)]
        return (*parts, Line("", (), f"except Break_{label}: pass"))

    # --- errors

    def attempt(self, context: Context) -> Statement:
        """``try``, in all its forms."""
        handled = self.chance(0.8)
        suite, tried = self.apart(context.inner())
        if self.chance(0.5):
            suite = replace(suite, statements=(*suite.statements, self.trouble()))
        parts: list[Line | Suite] = [Line("try:"), suite]
        ends: list[Scope] = [tried]
        before = self.scope.copy()
        before.maybe.update(tried.maybe)
        self.scope = before.copy()
        if handled:
            kinds = self.random.sample(ERRORS, self.random.choice((1, 1, 2, 3)))
            for number in range(self.random.choice((1, 1, 2))):
                parts += self.handler(context, kinds[number : number + 2], ends)
                if any(isinstance(part, Line) and part.text == "except:" for part in parts):
                    break
            if self.chance(0.3):
                self.scope = tried.copy()
                suite, ends[0] = self.apart(context.inner())
                if self.chance(0.4):
                    first = self.one("check(\0)", self.literal("lit"))
                    suite = replace(suite, statements=(first, *suite.statements))
                parts += [Line("else:"), suite]
        self.scope = before.copy()
        self.scope.join(before, *ends)
        if not handled or self.chance(0.35):
            suite, after = self.apart(replace(context.inner(), loops=(), leaves=False, handling=False))
            parts += [Line("finally:"), suite]
            self.scope.maybe.update(after.maybe)
        return Statement(tuple(parts))

    def handler(self, context: Context, kinds: list[str], ends: list[Scope]) -> list[Line | Suite]:
        every = not kinds or self.chance(0.45)
        name = self.fresh("e") if self.chance(0.7) and not self.scope.readonly else ""
        suffix = f" as {name}" if name else ""
        text = ("except" + (" Exception" if suffix else "") if every else f"except {', '.join(kinds)}") + f"{suffix}:"
        python = f"except {'Exception' if every else '(' + ', '.join(kinds) + ',)'}{suffix}:"
        suite, after = self.apart(context.inner(handling=True), assigned=(name,) if name else ())
        after.bound.discard(name)
        if name and self.chance(0.85):
            seen = self.one(f"emit 'caught', str({name})", python=f"emit('caught', str({name}))")
            suite = replace(suite, statements=(seen, *suite.statements))
        ends.append(after)
        return [Line(text, (), python), suite]

    def trouble(self) -> Statement:
        """Likely an error."""
        text, kinds = self.random.choice(
            (("check(\0)", ("int",)), ("slow_check(\0)", ("int",)), ("\0 // (\0 - \0)", ("int", "lit", "lit")),
            ("\0[\0]", ("list", "int")),
             ("int(\0)", ("str",)), ("assert \0", ("bool",)), ("flaky(\0)", ("int",)), ("\0[\0]", ("dict", "key")))
        )  # fmt: skip
        if self.scope.quiet and text.startswith("flaky"):
            text = "check(\0)"
        return self.one(text, *(self.expr(kind, 0) for kind in kinds))

    # --- calls with policies, calls of flows

    def policed(self, context: Context) -> Statement:
        """A task under policies."""
        tasks = ["check(\0)", "slow_check(\0)", "slow(\0)", "add(\0, b=2)"]
        if not self.scope.quiet:
            tasks += ["flaky(\0)", "flaky_slow(\0)"] * 2
        name = self.name_for("int") or self.name_for("any")
        text = self.random.choice(tasks)
        line = self.under(text, (self.expr("int", 1),), name or "")
        if name:
            self.scope.assign([name])
        return Statement((line,))

    def under(self, call: str, parts: tuple[Expr, ...], target: str, word: str = "") -> Line:
        """A line with a call under policies, its value assigned (or returned)."""
        policies = self.random.sample(_POLICIES, self.random.choice((1, 1, 2)))
        function, rest = call.split("(", 1)
        front = f"{target} = " if target else word
        tuples = ", ".join(python for _, python in policies)
        return Line(
            f"{front}{call} with {', '.join(text for text, _ in policies)}",
            parts,
            f"{front}under(({tuples},), {function}, {rest}",
        )

    def call_flow(self, context: Context) -> Statement:
        """A flow below this one with the fuel that there is, or any with less: so that calls end."""
        quiet = self.scope.quiet
        callable_ = [s for s in self.signatures if s.quiet or not quiet]
        later = [s for s in callable_ if self.signatures.index(s) > self.this]
        again = self.chance(0.35) or not later
        if (again and not context.leaves) or (not later and not again) or context.branch:
            again = False
        pool = callable_ if again else later
        if not pool:
            return self.assign(context)
        flow = self.random.choice(pool)
        texts, parts = self.pass_arguments(flow.parameters[1:], swap=again)
        fuel = "n0 - 1" if again else self.random.choice(("0", "n0", "n0", "n0"))
        call = f"{flow.name}({', '.join([fuel, *texts])})"
        tail = context.leaves and not context.branch and self.chance(0.7 if again else 0.15)
        name = None if tail else self.name_for("any")
        front = "return " if tail else f"{name} = " if name else ""
        line = Line(f"{front}{call}", parts)
        if front and self.chance(0.3):
            form = self.random.choice(_AROUND)
            before, after = (form.split("CALL")[side].count(HOLE) for side in (0, 1))
            around = [self.expr("bool", 1) for _ in range(before + after)]
            line = Line(front + form.replace("CALL", call), (*around[:before], *parts, *around[before:]))
        elif self.chance(0.12):
            line = self.under(call, parts, "", front)
        if again:
            if name:
                self.scope.maybe.add(name)
            return Statement((Line("if n0 > 0:"), Suite((Statement((line,)),))))
        if name:
            self.scope.assign([name])
        return (
            Statement((Line("if \0:", (self.expr("bool", 1),)), Suite((Statement((line,)),)))) if tail else Statement((line,))
        )

    # --- at the same time

    def parallel(self, context: Context) -> Statement:
        """Branches: branch ``j`` may assign variables of number ``j`` and sees the others as they were."""
        if self.scope.quiet or context.depth < 1:
            return self.each(context)
        before = self.scope
        numbered = {f"{letter}{number}": number for letter in LETTERS.values() for number in range(3)}
        were = [name for name in sorted(before.bound) if numbered.get(name, 2) < 2]  # number 2 may be deleted
        suites: list[Line | Suite] = []
        ends: list[Scope] = []
        for number in range(self.random.choice((1, 2, 2, 3))):
            readonly = frozenset({*before.readonly, *(name for name, owner in numbered.items() if owner != number), "c0"})
            self.scope = replace(before.copy(), strict=True, quiet=True, readonly=readonly)
            chosen = self.branch_statement(Context(min(1, context.depth - 1), (), leaves=False, branch=True))
            renamed = tuple((name, f"{name}_was") for name in were if numbered[name] != number)
            suites.append(Suite((chosen,), 0, renamed))
            ends.append(self.scope)
        self.scope = before
        for number, end in enumerate(ends):
            before.maybe.update(end.maybe)
            before.bound.update(name for name in end.bound if numbered.get(name, number) == number)
        limit = self.random.choice(("", "", " limit 1", " limit 2", " limit None"))
        saved = "".join(f"{name}_was = {name}\n" for name in were)
        return Statement((
            Line(f"parallel{limit}:", (), f"{saved}try:\n    enter_parallel()"),
            *suites,
            Line("", (), "except BaseException:\n    vague()\n    raise\nleave_parallel()"),
        ))  # fmt: skip

    def mapped(self, context: Context) -> Statement:
        """``parallel [ … for … ]``"""
        name = self.name_for("list")
        if name is None or self.scope.quiet:
            return self.assign(context)
        before, self.scope = self.scope, replace(self.scope, strict=True, quiet=True)
        source = self.expr(self.random.choice(("iter", "list")), 0)
        quiet = [s for s in self.signatures[self.this + 1 :] if s.quiet]
        call, parts = self.random.choice(("slow(c0)", "add(c0, \0)", "slow_check(c0)", "ident(c0)", "[c0, \0]")), ()
        if quiet and self.chance(0.5):
            flow = self.random.choice(quiet)
            given = [p.name + "=c0" for p in flow.parameters[1:] if KINDS[p.name[0]] in ("int", "any")]
            needed = [p for p in flow.parameters[1:] if p.default is None and KINDS[p.name[0]] not in ("int", "any")]
            call = f"{flow.name}({', '.join(['1', *(p.name + '=' + HOLE for p in needed), *given])})"
            parts = tuple(self.atom(KINDS[p.name[0]]) for p in needed)
        elif HOLE in call:
            parts = (self.expr("int", 0),)
        condition = self.random.choice(("", "", " if c0 != 1", " if c0"))
        limit = self.random.choice(("", " limit 1", " limit 2", " limit 8"))
        self.scope = before
        self.scope.assign([name])
        return Statement((Line(
            f"{name} = parallel [{call} for c0 in \0{condition}]{limit}",
            (*parts, source),
            f"enter_parallel()\n{name} = [branch(lambda: {call}) for c0 in \0{condition}]\nleave_parallel()",
        ),))  # fmt: skip
