"""Typed expressions from branches. What stands in brackets is judged by `brackets`, strings are read by `strings`.

It knows no names: whether `f(x)` calls a task or nothing at all is the compiler's question.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final, cast

from cascade_grammar import tree
from cascade_grammar.parsing import brackets, strings
from cascade_grammar.parsing.branches import Branch, Child, Handler, span_of
from cascade_grammar.parsing.complaints import Complaints
from cascade_grammar.parsing.numbers import duration_value, number_value
from cascade_grammar.parsing.precedence import Operand, Shaper
from cascade_grammar.parsing.tokens import Token
from cascade_grammar.spans import Span

__all__ = ["DEEPEST_EXPRESSION", "Expressions"]

DEEPEST_EXPRESSION: Final = 200
_LITERALS: Final = {"None": None, "True": True, "False": False, "...": ...}
_POLICIES: Final = ("retry", "timeout")


class Expressions:
    """Builds the expressions of one source."""

    def __init__(self, complaints: Complaints) -> None:
        self.complaints = complaints
        self._too_deep = False
        self.handlers: dict[str, Handler] = {
            "operation": self._operation,
            "conditional": self._conditional,
            "wait": self._wait,
            "parallel_map": self._parallel_map,
            "trailed": self._trailed,
            "starred": self._starred,
            "starred_target": self._starred,
            "items": self._items,
            "policed": self._policed,
            "group": self._display,
            "list": self._display,
            "braces": self._display,
            "subscript": self._deepen,
            "entry": self._deepen,
            "spread": self._spread,
            "keyword": self._keyword,
            "walrus": self._walrus,
            "slice": self._slice,
            "clause": self._clause,
            "strings": self._strings,
            "fstring": self._fstring,
            "replacement": self._display,
        }

    def begin_statement(self) -> None:
        """Each statement that nests too deep is reported once."""
        self._too_deep = False

    # --- what others ask for

    def value(self, child: Child) -> tree.Expression:
        """The expression that a token or branch is."""
        if type(child) is Token:
            return self._atom(child)
        branch = cast(Branch, child)
        if branch.node is None and branch.data == "policed_items":
            branch.node = self._policed_items(branch)
        return cast(tree.Expression, branch.node)

    def whole(self, child: Child) -> tree.Expression:
        """A value that stands alone: anything but ``*value``."""
        value = self.value(child)
        if isinstance(value, tree.Starred):
            self.complaints.add("CS127", value.span, "`*` unpacks only into a display, a call or targets")
            return value.value
        return value

    def limit(self, operand: Operand) -> Operand:
        """The operand, or nothing instead of one that is too deep."""
        if operand.depth <= DEEPEST_EXPRESSION:
            return operand
        if not self._too_deep:
            self._too_deep = True
            message = f"this expression is nested deeper than {DEEPEST_EXPRESSION}"
            self.complaints.add("CS113", operand.span, message, "give a part of it a name of its own")
        return Operand(tree.Literal(operand.span, None), operand.span, 0)

    def identifier(self, token: Child) -> tree.Identifier:
        return tree.Identifier(span_of(token), _plain(cast(Token, token).text))

    def policies(self, children: Sequence[Child]) -> tuple[tree.Policy, ...]:
        """``retry(…), timeout(…)`` with the commas between them."""
        found: list[tree.Policy] = []
        for child in children[::2]:
            call = self.value(child)
            if isinstance(call, tree.Call) and isinstance(call.function, tree.Name) and call.function.id in _POLICIES:
                name = tree.Identifier(call.function.span, call.function.id)
                found.append(tree.Policy(call.span, name, call.arguments))
            else:
                hint = "the policies are `retry(…)` and `timeout(…)`"
                self.complaints.add("CS122", span_of(child), "this is no policy", hint)
        return tuple(found)

    def police(self, value: tree.Expression, policies: tuple[tree.Policy, ...], span: Span) -> tree.Expression:
        """A call under policies."""
        if isinstance(value, tree.Call) and not value.policies:
            return tree.Call(span, value.function, value.arguments, policies)
        hint = "put the call and its policies in parentheses: `(f(x) with retry(3))`"
        self.complaints.add("CS122", value.span, "`with` follows a call, and this is none", hint)
        return value

    # --- atoms

    def _atom(self, token: Token) -> tree.Expression:
        kind, text, span = token.type, token.text, Span(token.start, token.end)
        if kind == "NAME":
            return tree.Name(span, text if text.isascii() else _plain(text))
        if kind == "NUMBER":
            return tree.Number(span, number_value(text), text.lower())
        if kind == "STRING":
            return strings.build(self, [token], span)
        if kind == "DURATION":
            return tree.Duration(span, duration_value(text), text)
        return tree.Literal(span, _LITERALS[text])

    def _strings(self, branch: Branch) -> tree.Expression:
        return strings.build(self, branch.children, span_of(branch))

    def _fstring(self, branch: Branch) -> tree.Expression:
        branch.depth += 1
        return strings.formatted(self, branch)

    def _display(self, branch: Branch) -> tree.Expression:
        branch.depth += branch.data != "group"
        return brackets.display(self, branch)

    def _deepen(self, branch: Branch) -> None:
        branch.depth += 1

    # --- operators

    def _operation(self, branch: Branch) -> tree.Expression:
        shaper = Shaper(self.limit, self._complain_not)
        expects_operand = True
        previous = ""
        for child in branch.children:
            if type(child) is Branch:
                shaper.operand(Operand(self.value(child), span_of(child), child.depth))
                expects_operand, previous = False, ""
                continue
            token = cast(Token, child)
            kind, text = token.type, token.text
            if expects_operand and kind in ("SIGN", "PREFIX", "NOT"):
                if previous == "is" and text == "not":
                    shaper.operators[-1] = shaper.operators[-1]._replace(text="is not")
                else:
                    shaper.prefix(text, span_of(token))
            elif kind in ("SIGN", "STAR", "STARS", "OPERATOR", "IN"):
                shaper.binary("not in" if previous == "not" else text, token.start)
                expects_operand = True
            elif kind != "NOT":
                shaper.operand(Operand(self._atom(token), span_of(token), 0))
                expects_operand = False
            previous = text if kind in ("OPERATOR", "NOT") else ""
        shaped = shaper.finish()
        branch.depth = shaped.depth
        return shaped.node

    def _complain_not(self, span: Span) -> None:
        self.complaints.add("CS129", span, "`not` binds less than the operator before it", "write `(not …)`")

    def _conditional(self, branch: Branch) -> tree.Expression:
        children = branch.children
        last = children[-1]
        result = Operand(self.value(last), span_of(last), _depth(last))
        for index in range(len(children) - 5, -1, -4):
            then, condition = children[index], children[index + 2]
            span = Span(then.start, result.span.end)
            node = tree.Conditional(span, self.value(condition), self.value(then), result.node)
            depth = max(result.depth, _depth(then), _depth(condition)) + 1
            result = self.limit(Operand(node, span, depth))
        branch.depth = result.depth
        return result.node

    def _wait(self, branch: Branch) -> tree.Expression:
        branch.depth += 1
        parts = branch.children
        return tree.Wait(span_of(branch), self.value(parts[1]), self.value(parts[3]) if len(parts) > 2 else None)

    def _parallel_map(self, branch: Branch) -> tree.Expression:
        parts = branch.children
        return brackets.parallel_map(self, branch, self.value(parts[3]) if len(parts) > 2 else None)

    # --- calls, attributes, subscripts

    def _trailed(self, branch: Branch) -> tree.Expression:
        children = branch.children
        first = children[0]
        result = Operand(self.value(first), span_of(first), _depth(first))
        index = 1
        while index < len(children):
            trailer = children[index]
            node: tree.Expression
            if type(trailer) is Branch:
                span, depth = Span(branch.start, trailer.end), max(result.depth, trailer.depth) + 1
                if trailer.data == "arguments":
                    node = tree.Call(span, result.node, brackets.arguments(self, trailer))
                else:
                    node = tree.Subscript(span, result.node, brackets.index(self, trailer))
                index += 1
            else:
                name = children[index + 1]
                span, depth = Span(branch.start, name.end), result.depth + 1
                node = tree.Attribute(span, result.node, self.identifier(name))
                index += 2
            result = self.limit(Operand(node, span, depth))
        branch.depth = result.depth
        return result.node

    # --- parts of lists and brackets

    def _starred(self, branch: Branch) -> tree.Expression:
        branch.depth += 1
        return tree.Starred(span_of(branch), self.value(branch.children[1]))

    def _items(self, branch: Branch) -> tree.Expression:
        branch.depth += 1
        return tree.TupleDisplay(span_of(branch), tuple(map(self.value, branch.children[::2])))

    def targets(self, children: Sequence[Child]) -> tree.Expression:
        """``a, b`` after ``for``: one target, or a tuple of them."""
        if len(children) == 1:
            return self.value(children[0])
        span = Span(children[0].start, children[-1].end)
        return tree.TupleDisplay(span, tuple(map(self.value, children[::2])))

    def _policed(self, branch: Branch) -> tree.Expression:
        parts = branch.children
        size = next((i for i, part in enumerate(parts) if type(part) is Branch and part.data == "clause"), len(parts))
        span = Span(branch.start, parts[size - 1].end)
        return self.police(self.value(parts[0]), self.policies(parts[2:size]), span)

    def _policed_items(self, branch: Branch) -> tree.Expression:
        parts = branch.children
        return self.police(self.value(parts[0]), self.policies(parts[2:]), span_of(branch))

    def _spread(self, branch: Branch) -> tree.Argument:
        return tree.Argument(span_of(branch), self.value(branch.children[1]), "**")

    def _keyword(self, branch: Branch) -> tree.Argument:
        name = self.identifier(branch.children[0]).text
        return tree.Argument(span_of(branch), self.value(branch.children[2]), name)

    def _walrus(self, branch: Branch) -> tree.Expression:
        branch.depth += 1
        name = cast(tree.Name, self.value(branch.children[0]))
        return tree.Walrus(span_of(branch), name, self.value(branch.children[2]))

    def _slice(self, branch: Branch) -> tree.Expression:
        parts: list[tree.Expression | None] = [None]
        for child in branch.children:
            if type(child) is Token and child.type == "COLON":
                parts.append(None)
            else:
                parts[-1] = self.value(child)
        start, stop, step = (*parts, None, None)[:3]
        return tree.Slice(span_of(branch), start, stop, step)

    def _clause(self, branch: Branch) -> tree.Clause:
        parts = branch.children
        at = next(i for i, part in enumerate(parts) if type(part) is Token and part.type == "IN")
        target = self.targets(parts[1:at])
        brackets.check_target(self, target)
        conditions = tuple(map(self.value, parts[at + 3 :: 2]))
        return tree.Clause(span_of(branch), target, self.value(parts[at + 1]), conditions)


def _plain(text: str) -> str:
    """A name as Python compares it."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _depth(child: Child) -> int:
    return child.depth if type(child) is Branch else 0
