"""Checks the statements of a flow: their expressions, and whether `break`, `return`, `jump` and `fail` have where to go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import msgspec
from cascade_compiler.csc.check_arguments import callee_of, check_arguments
from cascade_compiler.csc.check_expressions import check_expressions
from cascade_compiler.csc.check_names import Names
from cascade_compiler.csc.check_settings import check_duration, check_error_name, check_limit, check_text
from cascade_compiler.csc.walk import mentions
from cascade_grammar import tree
from cascade_grammar.diagnostics import near_miss
from cascade_grammar.spans import Span

__all__ = ["StatementCheck"]

_Wall: TypeAlias = Literal["finally", "parallel", "except"]


class _LoopAround(msgspec.Struct, frozen=True):
    label: str | None


_WALLS = {
    "finally": ("CS248", "can not leave a `finally` suite"),
    "parallel": ("CS249", "can not leave a branch of a `parallel` block"),
}


@dataclass(slots=True)
class StatementCheck:
    """Checks statements that see ``names``. ``jumps`` collects the states that they jump to; ``lost`` says that one
    of those does not exist."""

    names: Names
    states: Mapping[str, tree.State]
    jumps: list[str] = field(default_factory=list)
    lost: bool = False
    _around: list[_LoopAround | _Wall] = field(default_factory=list)

    def run(self, statements: Iterable[tree.Statement]) -> None:
        """Complain about what is wrong in them."""
        for statement in statements:
            self._statement(statement)

    def _add(self, code: str, span: Span, message: str, hint: str | None = None) -> None:
        self.names.unit.complaints.add(code, span, message, hint)

    def _statement(self, statement: tree.Statement) -> None:
        match statement:
            case tree.If(arms=arms, otherwise=otherwise):
                for arm in arms:
                    check_expressions(self.names, arm.condition)
                    self.run(arm.body.statements)
                self._suite(otherwise)
            case tree.Loop() | tree.While() | tree.For():
                self._loop(statement)
            case tree.Try():
                self._try(statement)
            case tree.Parallel():
                self._parallel(statement)
            case tree.Break(label=label):
                self._leave_loop(statement.span, "break", label)
            case tree.Continue(label=label):
                self._leave_loop(statement.span, "continue", label)
            case tree.Jump():
                self._jump(statement)
            case tree.Return(value=value):
                check_expressions(self.names, value)
                self._leave(statement.span, "return", 0)
            case tree.Fail(value=None):
                self._check_bare_fail(statement.span)
            case _:
                self._simple(statement)

    def _simple(
        self,
        statement: tree.Evaluate | tree.Assign | tree.Augment | tree.Delete | tree.Pass | tree.Fail | tree.Assert
        | tree.Sleep | tree.Emit,
    ) -> None:  # fmt: skip
        match statement:
            case tree.Evaluate(value=value):
                check_expressions(self.names, value)
            case tree.Assign(targets=targets, value=value):
                check_expressions(self.names, value, *targets)
            case tree.Augment(target=target, value=value):
                check_expressions(self.names, target, value)
            case tree.Delete(targets=targets):
                check_expressions(self.names, *targets)
            case tree.Fail(value=value):
                check_expressions(self.names, value)
            case tree.Assert(condition=condition, message=message):
                check_expressions(self.names, condition, message)
            case tree.Sleep(duration=duration):
                check_expressions(self.names, duration)
                check_duration(self.names.unit, duration, "`sleep` takes")
            case tree.Emit(name=name, value=value):
                check_expressions(self.names, name, value)
                check_text(self.names.unit, name, "the name of an event")
            case tree.Pass():
                pass

    def _suite(self, suite: tree.Otherwise | None) -> None:
        if suite is not None:
            self.run(suite.body.statements)

    def _within(self, around: _LoopAround | _Wall, statements: Iterable[tree.Statement]) -> None:
        self._around.append(around)
        self.run(statements)
        self._around.pop()

    # --- loops -----------------------------------------------------------------------------------------------------------

    def _loop(self, statement: tree.Loop | tree.While | tree.For) -> None:
        match statement:
            case tree.While(condition=condition):
                check_expressions(self.names, condition)
            case tree.For(target=target, iterable=iterable):
                check_expressions(self.names, iterable, target)
            case tree.Loop():
                pass
        label = statement.label
        if label is not None and label.text in self._labels():
            message = f"a loop around this one is called `{label.text}` too"
            self._add("CS242", label.span, message, "choose another name")
        self._within(_LoopAround(label.text if label else None), statement.body.statements)
        if not isinstance(statement, tree.Loop):
            self._suite(statement.otherwise)

    def _labels(self) -> list[str]:
        return [each.label for each in self._around if isinstance(each, _LoopAround) and each.label is not None]

    def _leave_loop(self, span: Span, word: str, label: tree.Identifier | None) -> None:
        for depth in range(len(self._around) - 1, -1, -1):
            each = self._around[depth]
            if isinstance(each, _LoopAround) and (label is None or each.label == label.text):
                self._leave(span, word, depth)
                return
        if label is None:
            self._add("CS240", span, f"`{word}` stands outside of every loop")
        else:
            message = f"no loop around this `{word}` is called `{label.text}`"
            self._add("CS241", label.span, message, near_miss(label.text, self._labels()) or "as in `loop as outer:`")

    def _leave(self, span: Span, word: str, depth: int) -> None:
        """Complain if a wall stands between here and what is at ``depth``."""
        for each in reversed(self._around[depth:]):
            if isinstance(each, str) and each in _WALLS:
                code, message = _WALLS[each]
                self._add(code, span, f"`{word}` {message}")
                return

    # --- states ----------------------------------------------------------------------------------------------------------

    def _jump(self, statement: tree.Jump) -> None:
        check_expressions(self.names, *(argument.value for argument in statement.arguments))
        state = self.states.get(statement.state.text)
        if not self.states:
            self._add("CS243", statement.span, "`jump` stands in a flow that has no states")
        elif state is None:
            self.lost = True
            message = f"this flow has no state `{statement.state.text}`"
            hint = near_miss(statement.state.text, self.states)
            self._add("CS244", statement.state.span, message, hint or f"it has {', '.join(f'`{s}`' for s in self.states)}")
        else:
            callee = callee_of("state", state.name.text, state.parameters)
            check_arguments(self.names.unit, callee, statement.arguments, statement.span)
            self.jumps.append(state.name.text)
        self._leave(statement.span, "jump", 0)

    # --- errors ----------------------------------------------------------------------------------------------------------

    def _try(self, statement: tree.Try) -> None:
        self.run(statement.body.statements)
        for clause in statement.handlers:
            for kind in clause.kinds:
                check_error_name(self.names.unit, kind.text, kind.span)
            self._within("except", clause.body.statements)
        self._suite(statement.otherwise)
        if statement.final is not None:
            self._within("finally", statement.final.body.statements)

    def _check_bare_fail(self, span: Span) -> None:
        for each in reversed(self._around):
            if each == "except":
                return
            if isinstance(each, str):
                break
        self._add("CS250", span, "a `fail` without a value stands only in an `except` suite", 'say why, as in `fail "no"`')

    # --- parallel --------------------------------------------------------------------------------------------------------

    def _parallel(self, statement: tree.Parallel) -> None:
        if statement.limit is not None:
            check_expressions(self.names, statement.limit)
            check_limit(self.names.unit, statement.limit)
        first: dict[str, int] = {}
        for branch in statement.body.statements:
            line, _ = self.names.unit.source.position(branch.span.start)
            for name, span in mentions([branch]).writes.items():
                if name in first:
                    message = f"`{name}` is written by two branches of this `parallel` block"
                    self._add("CS252", span, message, f"the branch on line {first[name]} writes it too")
                else:
                    first[name] = line
        self._within("parallel", statement.body.statements)
