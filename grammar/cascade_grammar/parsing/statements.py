"""Typed statements that have no suite, and imports and constants, from branches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from cascade_grammar import tree
from cascade_grammar.diagnostics import near_miss
from cascade_grammar.parsing import brackets, strings
from cascade_grammar.parsing.branches import Branch, Child, Handler, span_of
from cascade_grammar.parsing.complaints import Complaints
from cascade_grammar.parsing.expressions import Expressions
from cascade_grammar.parsing.tokens import Token
from cascade_grammar.spans import Span

__all__ = ["Statements"]

_STATEMENT_WORDS = ("return", "fail", "pass", "break", "continue", "loop", "try", "finally", "else", "strict")


class Statements:
    """Builds the simple statements of one source."""

    def __init__(self, complaints: Complaints, expressions: Expressions, notes: Mapping[int, tree.Notes]) -> None:
        self.complaints = complaints
        self.expressions = expressions
        self.notes = notes
        self.handlers: dict[str, Handler] = {
            "plain": self._plain,
            "verb": self._verb,
            "const": self._const,
            "strict": lambda branch: tree.Strict(span_of(branch), notes=self.notes_at(branch)),
            "import_tasks": self._import_tasks,
            "import_flows": self._import_flows,
            "imported": self._imported,
        }
        self._verbs: dict[str, Callable[[Branch, Span, tree.Notes], tree.Statement]] = {
            "return": self._return,
            "fail": self._fail,
            "del": self._delete,
            "pass": self._pass,
            "break": self._break,
            "continue": self._continue,
            "assert": self._assert,
            "jump": self._jump,
            "sleep": self._sleep,
            "emit": self._emit,
        }

    def notes_at(self, branch: Branch) -> tree.Notes:
        """The notes of the line that begins here."""
        return self.notes.get(branch.start, tree.NO_NOTES)

    def complain(self, code: str, span: Span, message: str, hint: str | None = None) -> None:
        self.complaints.add(code, span, message, hint)

    def single(self, child: Child, what: str) -> tree.Expression:
        """A value that may not be a tuple without parentheses."""
        value = self.expressions.whole(child)
        if type(child) is Branch and child.data == "items":
            self.complain("CS125", span_of(child), f"{what} is one value, and here are several", "put a tuple in parentheses")
        return value

    # --- expressions and assignments

    def _plain(self, branch: Branch) -> tree.Statement:
        self.expressions.begin_statement()
        parts = branch.children
        span, notes = span_of(branch), self.notes_at(branch)
        value = self.expressions.whole(parts[-1])
        if len(parts) == 1:
            self._check_forgotten_word(value)
            return tree.Evaluate(span, value, notes=notes)
        targets = tuple(map(self.expressions.value, parts[:-1:2]))
        signs = [cast(Token, sign) for sign in parts[1::2]]
        augment = next((sign for sign in signs if sign.type == "AUGMENT"), None)
        if augment is None:
            for target in targets:
                brackets.check_target(self.expressions, target)
            return tree.Assign(span, targets, value, notes=notes)
        if len(signs) > 1:
            self.complain("CS125", span_of(augment), f"`{augment.text}` stands alone in its statement")
        if isinstance(targets[0], tree.TupleDisplay | tree.ListDisplay):
            self.complain("CS120", targets[0].span, f"`{augment.text}` has one target")
        else:
            brackets.check_target(self.expressions, targets[0])
        return tree.Augment(span, targets[0], augment.text[:-1], value, notes=notes)

    def _check_forgotten_word(self, value: tree.Expression) -> None:
        """A name alone does nothing: perhaps a keyword was meant."""
        if isinstance(value, tree.Name) and (hint := near_miss(value.id, _STATEMENT_WORDS)):
            self.complain("CS119", value.span, f"`{value.id}` alone does nothing", hint)

    # --- statements that begin with their own word

    def _verb(self, branch: Branch) -> tree.Statement:
        self.expressions.begin_statement()
        word = cast(Token, branch.children[0]).text
        return self._verbs[word](branch, span_of(branch), self.notes_at(branch))

    def _optional(self, branch: Branch) -> tree.Expression | None:
        return self.expressions.whole(branch.children[1]) if len(branch.children) > 1 else None

    def _needed(self, branch: Branch, what: str) -> Child | None:
        if len(branch.children) > 1:
            return branch.children[1]
        word = cast(Token, branch.children[0]).text
        self.complain("CS125", span_of(branch), f"`{word}` needs {what}")
        return None

    def _one(self, branch: Branch, what: str) -> tree.Expression:
        child = self._needed(branch, what)
        return self.single(child, what) if child else tree.Literal(span_of(branch), None)

    def _one_or_two(self, branch: Branch, what: str) -> tuple[tree.Expression, tree.Expression | None]:
        """``a`` or ``a, b``; policies belong to the last."""
        child = self._needed(branch, what)
        if child is None:
            return tree.Literal(span_of(branch), None), None
        policies: tuple[tree.Policy, ...] = ()
        rest = child
        if type(child) is Branch and child.data == "policed_items":
            rest, policies = child.children[0], self.expressions.policies(child.children[2:])
        parts = rest.children[::2] if type(rest) is Branch and rest.data == "items" else [rest]
        values = [self.expressions.whole(part) for part in parts]
        if policies:
            values[-1] = self.expressions.police(values[-1], policies, values[-1].span.to(span_of(child)))
        if len(values) > 2:
            word = cast(Token, branch.children[0]).text
            self.complain("CS125", values[2].span, f"`{word}` takes at most two values", "put a tuple in parentheses")
        return values[0], values[1] if len(values) > 1 else None

    def _label(self, branch: Branch) -> tree.Identifier | None:
        value = self._optional(branch)
        if value is None:
            return None
        if isinstance(value, tree.Name):
            return tree.Identifier(value.span, value.id)
        word = cast(Token, branch.children[0]).text
        self.complain("CS125", value.span, f"`{word}` is followed by the label of a loop, or by nothing")
        return None

    def _return(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        return tree.Return(span, self._optional(branch), notes=notes)

    def _fail(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        return tree.Fail(span, self._optional(branch), notes=notes)

    def _pass(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        value = self._optional(branch)
        if value is not None:
            self.complain("CS125", value.span, "nothing may follow `pass`")
        return tree.Pass(span, notes=notes)

    def _break(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        return tree.Break(span, self._label(branch), notes=notes)

    def _continue(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        return tree.Continue(span, self._label(branch), notes=notes)

    def _delete(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        child = self._needed(branch, "what to delete")
        targets: tuple[tree.Expression, ...] = ()
        if child:
            items = child.children[::2] if type(child) is Branch and child.data == "items" else [child]
            targets = tuple(map(self.expressions.value, items))
            for target in targets:
                brackets.check_target(self.expressions, target, deleted=True)
        return tree.Delete(span, targets, notes=notes)

    def _assert(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        condition, message = self._one_or_two(branch, "a condition")
        return tree.Assert(span, condition, message, notes=notes)

    def _sleep(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        return tree.Sleep(span, self._one(branch, "a duration"), notes=notes)

    def _emit(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        name, value = self._one_or_two(branch, "the name of an event")
        return tree.Emit(span, name, value, notes=notes)

    def _jump(self, branch: Branch, span: Span, notes: tree.Notes) -> tree.Statement:
        call = self._one(branch, "a state")
        if isinstance(call, tree.Call) and isinstance(call.function, tree.Name) and not call.policies:
            state = tree.Identifier(call.function.span, call.function.id)
            return tree.Jump(span, state, call.arguments, notes=notes)
        if len(branch.children) > 1:
            self._complain_jump(call)
        return tree.Jump(span, tree.Identifier(span, "state"), (), notes=notes)

    def _complain_jump(self, call: tree.Expression) -> None:
        hint = f"write `jump {call.id}()`" if isinstance(call, tree.Name) else "write `jump state(arguments)`"
        self.complain("CS125", call.span, "`jump` names a state with its arguments", hint)

    # --- imports and constants

    def _const(self, branch: Branch) -> tree.Declaration:
        self.expressions.begin_statement()
        parts = branch.children
        name, value = self.expressions.identifier(parts[1]), self.expressions.whole(parts[3])
        return tree.ConstDeclaration(span_of(branch), name, value, notes=self.notes_at(branch))

    def _imported(self, branch: Branch) -> tree.ImportedName:
        names = [self.expressions.identifier(part) for part in branch.children[::2]]
        return tree.ImportedName(span_of(branch), names[0], names[1] if len(names) > 1 else None)

    def _names(self, branch: Branch) -> tuple[tree.ImportedName, ...]:
        return tuple(cast(tree.ImportedName, part.node) for part in branch.children if type(part) is Branch)

    def _import_tasks(self, branch: Branch) -> tree.Declaration:
        at = next(i for i, part in enumerate(branch.children) if type(part) is Token and part.type == "IMPORT")
        words = [self.expressions.identifier(part) for part in branch.children[1:at:2]]
        module = tree.Identifier(words[0].span.to(words[-1].span), ".".join(word.text for word in words))
        return tree.ImportTasks(span_of(branch), module, self._names(branch), notes=self.notes_at(branch))

    def _import_flows(self, branch: Branch) -> tree.Declaration:
        token = branch.children[1]
        path = strings.build(self.expressions, [token], span_of(token))
        if not isinstance(path, tree.Literal) or not isinstance(path.value, str):
            self.complain("CS125", path.span, "the path of a file is text, not bytes")
            path = tree.Literal(path.span, "")
        return tree.ImportFlows(span_of(branch), path, self._names(branch), notes=self.notes_at(branch))
