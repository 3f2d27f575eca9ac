"""Generates programs that end: flows, states, parameters and arguments around the statements.

`generate(seed)` gives the same program for the same seed on every machine and version of Python.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from support.compound_statements import CompoundStatements, Signature
from support.expressions import KINDS, LETTERS, Scope
from support.grammar_tables import TASKS
from support.model import Expr, Flow, Model, Parameter, State, Statement, Suite
from support.simple_statements import Context

_TYPES = {
    "int": ("", "int", "any"),
    "list": ("list", "list[any]", ""),
    "dict": ("dict", "dict[any, any]", ""),
    "str": ("str", ""),
}
_DEFAULTS = {"int": ("5", "-1", "0"), "list": ("[]", "[1]"), "dict": ("{}",), "str": ("'d'", "''"), "any": ("None",
"1.0"), "float": ("-0.0", "2.5")}  # fmt: skip
_ARGUMENTS = {
    "int": ("0", "3", "-7", "2**70"), "list": ("[]", "[1, 2, 3]", "[5, 0]", "[True, 2, 1]"), "dict": ("{}",
    "{'a': 1, 'c': 3}"),
    "str": ("''", "'abc'", "'é𝔘\\ud800'", "'12'"), "any": ("None", "[[1], [2]]", "(1, [2])"),
    "float": ("0.0", "-0.0", "float('nan')", "float('inf')", "1e-320"),
}  # fmt: skip

Row = tuple[int, str]
_SIMPLE: tuple[Row, ...] = (
    (10, "assign"), (3, "alias"), (3, "unpack"), (5, "augment"), (3, "store"), (4, "mutate"), (1, "delete"),
    (3, "evaluate"),
    (1, "check"), (2, "say"), (3, "leave_sometimes"), (2, "policed"), (4, "call_flow"), (1, "nothing"),
)  # fmt: skip
_COMPOUND: tuple[Row, ...] = (
    (5, "conditional"), (4, "counted"), (5, "each"), (1, "grow"), (8, "attempt"), (1, "parallel"), (1, "mapped"),
    (2, "call_flow"),
)  # fmt: skip
_BRANCHES: tuple[Row, ...] = (
    (4, "assign"),
    (3, "unpack"),
    (4, "call_flow"),
    (2, "policed"),
    (2, "conditional"),
    (2, "each"),
    (1, "attempt"),
)


class Statements(CompoundStatements):
    """All statements, by weight."""

    def choose(self, rows: tuple[Row, ...], context: Context) -> Statement:
        (name,) = self.random.choices([name for _, name in rows], [weight for weight, _ in rows])
        chosen: Callable[[Context], Statement] = getattr(self, name)
        return chosen(context)

    def statement(self, context: Context) -> Statement:
        self.budget -= 1
        simple = context.depth <= 0 or self.budget <= 0 or self.chance(0.55)
        return self.choose(_SIMPLE if simple else _COMPOUND, context)

    def branch_statement(self, context: Context) -> Statement:
        return self.choose(_BRANCHES, context)

    def nothing(self, context: Context) -> Statement:
        return self.one("pass")


class _Programs:
    """Chooses whole programs."""

    def __init__(self, random: Random, size: int) -> None:
        self.random = random
        self.size = size

    def parameters(self, fuel: Parameter, numbers: tuple[int, ...], most: int) -> tuple[Parameter, ...]:
        """``fuel``, then some others: required ones first."""
        chosen: dict[str, Parameter] = {}
        for _ in range(self.random.randint(0, most)):
            kind = self.random.choice(("int", "int", "list", "list", "str", "dict", "any", "float"))
            name = f"{LETTERS[kind]}{self.random.choice(numbers)}"
            default = self.random.choice(_DEFAULTS[kind]) if self.random.random() < 0.5 else None
            computed = default is not None and default[0] in "[{"
            type_ = self.random.choice(_TYPES.get(kind, ("",)))
            chosen[name] = Parameter(name, type_, default, computed)
        ordered = sorted(chosen.values(), key=lambda p: p.default is not None)
        if fuel.default is not None:
            ordered = [p for p in ordered if p.default is not None]
        return (fuel, *ordered)

    def flow(self, signatures: tuple[Signature, ...], index: int, budget: int) -> Flow:
        signature = signatures[index]
        statements = Statements(self.random, signatures, index, budget)
        statements.scope = Scope(quiet=signature.quiet)
        statements.scope.assign(p.name for p in signature.parameters)
        if not signature.quiet and self.random.random() < 0.2:
            return self.machine(statements, signature)
        body = statements.suite(Context(depth=3), most=7 if index == 0 else 4)
        tail = statements.call_flow(Context(depth=1)) if index and self.random.random() < 0.5 else None
        last = statements.one("return \0", self.result(statements))
        return Flow(signature.name, signature.parameters, Suite((*body.statements, *([tail] if tail else []), last)))

    def result(self, statements: Statements) -> Expr:
        """A tuple of what is there, so that what was computed is seen."""
        names = [name for name in sorted(statements.scope.bound) if name[0] != "k"]
        chosen = self.random.sample(names, min(len(names), 5))
        parts = (*(Expr(name, variable=True) for name in chosen), statements.expr("any", 2))
        return Expr("(" + ", ".join("\0" for _ in parts) + ",)", parts)

    def machine(self, statements: Statements, signature: Signature) -> Flow:
        """A flow of states: variables of number 0 are shared if they are assigned before the first."""
        shared = [p.name for p in signature.parameters]
        first: list[Statement] = []
        for name in self.random.sample(("i0", "l0", "a0"), 2):
            first.append(statements.one(f"{name} = \0", statements.expr(KINDS[name[0]], 1)))
            statements.scope.assign([name])
            shared.append(name)
        shared = sorted(set(shared))
        names = ["first", "second", "third"][: self.random.randint(1, 3)]
        states: list[State] = []
        for number, name in enumerate(names):
            fuel = Parameter("n1", "int", "3" if number == 0 else None)
            parameters = [p for p in self.parameters(fuel, (1, 2), 3) if p.name not in shared]
            states.append(State(name, tuple(parameters), Suite(())))
        statements.states = tuple(states)
        outer = statements.scope
        done: list[State] = []
        for number, state in enumerate(states):
            statements.scope = outer.copy()
            statements.scope.assign(p.name for p in state.parameters)
            statements.budget += 3
            body = statements.suite(Context(depth=2), most=3)
            onward = states[(number + 1) % len(states)]
            end = statements.jump_to(onward) if number + 1 < len(states) or self.random.random() < 0.6 else None
            last = end or statements.one("return \0", self.result(statements))
            done.append(State(state.name, state.parameters, Suite((*body.statements, last))))
        return Flow(signature.name, signature.parameters, Suite(tuple(first)), tuple(done), tuple(shared))

    def program(self) -> Model:
        names = ("main", "helper", "worker", "leaf")[: self.random.choice((1, 2, 3, 3, 4))]
        signatures: list[Signature] = []
        for index, name in enumerate(names):
            quiet = index >= 2 or (index == 1 and self.random.random() < 0.3)
            signatures.append(Signature(name, self.parameters(Parameter("n0", "int"), (0, 1), 3), quiet))
        given = tuple(signatures)
        flows = tuple(self.flow(given, index, self.size if index == 0 else self.size // 2) for index in range(len(names)))
        script = tuple(self.random.choice(("ok", "ok", "ValueError", "KeyError", "TimeoutError")) for _ in range(5))
        consts = (("K0", self.random.choice(("3", "-1", "10 ** 18"))), ("K1", self.random.choice(("'k'", "''", "'a' * 2"))))
        return Model(flows, consts, self.arguments(flows[0].parameters), script, TASKS)

    def arguments(self, parameters: tuple[Parameter, ...]) -> tuple[str, ...]:
        """Texts of arguments; a later list may be the same object as an earlier one."""
        texts = [self.random.choice(("0", "1", "2", "3", "6"))]
        lists: list[int] = []
        for parameter in parameters[1:]:
            kind = KINDS[parameter.name[0]]
            text = self.random.choice(_ARGUMENTS[kind])
            if kind in ("list", "any") and lists and self.random.random() < 0.6:
                text = f"given[{lists[-1]}]"
            if kind == "list":
                lists.append(len(texts))
            texts.append(text)
        return tuple(texts)


def generate(seed: int, size: int = 22) -> Model:
    """A program; about ``size`` statements in its main flow."""
    return _Programs(Random(seed), size).program()
