"""Expressions in canonical form: as few parentheses as the meaning allows, brackets that can be broken over lines.

Each kind of expression is written by a generator that asks for its parts by yielding them, and `_write` answers: however deep
an expression is, the interpreter's stack is not.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Final, NamedTuple, TypeAlias

from cascade_grammar import tree
from cascade_grammar.parsing.precedence import COMPARISON, PRECEDENCE, UNARY
from cascade_grammar.printer_layout import Group, Pieces, bracket, flat, in_parentheses, row
from cascade_grammar.printer_strings import escape_text, format_piece, format_string

__all__ = ["arguments", "bare", "expression", "targets", "whole"]

_LOWEST: Final = 0
_OPERATION: Final = 1
_NOT: Final = 3
_ATOM: Final = 13


class _Part(NamedTuple):
    """A part to be written: in parentheses if it binds less than ``least``; ``quote`` is the one that its strings prefer.
    ``policed``: policies need no parentheses."""

    node: tree.Expression
    least: int = _LOWEST
    quote: str = '"'
    policed: bool = False


_Writing: TypeAlias = Generator[_Part, Pieces, Pieces]


def expression(node: tree.Expression, least: int = _LOWEST, quote: str = '"') -> Pieces:
    """The expression, in parentheses if it binds less than ``least``."""
    return _write(_expression(_Part(node, least, quote)))


def whole(node: tree.Expression) -> Pieces:
    """A value that stands alone in its statement: policies need no parentheses."""
    return _write(_expression(_Part(node, policed=True)))


def bare(node: tree.Expression) -> Pieces:
    """As `whole`; a tuple needs no parentheses either."""
    if isinstance(node, tree.TupleDisplay) and len(node.items) > 1:
        return [Group("(", [expression(item) for item in node.items], ")", silent=True)]
    return whole(node)


def targets(node: tree.Expression) -> Pieces:
    """The target of an assignment or of a ``for``."""
    return _write(_targets(node, '"'))


def arguments(found: Sequence[tree.Argument]) -> Pieces:
    """The arguments of a call, in their parentheses."""
    return _write(_arguments(found, '"'))


def _write(writing: _Writing) -> Pieces:
    """Run a generator; for each part that it asks for run another one before it goes on."""
    waiting = [writing]
    answer: Pieces | None = None
    while True:
        try:
            part = next(waiting[-1]) if answer is None else waiting[-1].send(answer)
            waiting.append(_expression(part))
            answer = None
        except StopIteration as done:
            answer = done.value
            waiting.pop()
            if not waiting:
                assert answer is not None
                return answer


def _expression(part: _Part) -> _Writing:
    node, least, quote, policed = part
    match node:
        case tree.Name(id=name):
            return [name]
        case tree.Number(text=text) | tree.Duration(text=text):
            return [text]
        case tree.Literal():
            return _literal(node, quote)
        case tree.FString():
            return (yield from _fstring(node, quote))
        case tree.Call():
            pieces = yield from _call(node, quote)
            return in_parentheses(pieces) if node.policies and not policed else pieces
        case tree.Attribute(value=value, name=name):
            return [*(yield from _owner(value, quote)), f".{name.text}"]
        case tree.Subscript(value=value, index=index):
            owner = yield _Part(value, _ATOM, quote)
            return [*owner, (yield from _index(index, quote))]
        case tree.Unary() | tree.Binary() | tree.Logical() | tree.Comparison():
            precedence, pieces = yield from _operation(node, quote)
            return pieces if least <= precedence else in_parentheses(pieces)
        case tree.Conditional() | tree.Wait() | tree.ParallelMap():
            pieces = yield from _lowest(node, quote)
            return in_parentheses(pieces) if least > _LOWEST else pieces
        case tree.Slice():
            return (yield from _slice(node, quote))
        case tree.Starred(value=value):
            return ["*", *(yield _Part(value, max(least, _OPERATION), quote))]
        case _:
            return (yield from _display(node, quote))


def _several(nodes: Sequence[tree.Expression], least: int, quote: str) -> Generator[_Part, Pieces, list[Pieces]]:
    found: list[Pieces] = []
    for node in nodes:
        found += [(yield _Part(node, least, quote))]
    return found


# --- strings


def _literal(node: tree.Literal, quote: str) -> Pieces:
    value = node.value
    if not isinstance(value, str | bytes):
        return ["..." if value is ... else str(value)]
    inside = quote != '"'
    if not node.written or (inside and any("\n" in piece for piece in node.written)):
        return [format_string(value, quote)]
    written: list[Pieces] = [[format_piece(piece, quote)] for piece in node.written]
    return written[0] if len(written) == 1 else row(written)


def _fstring(node: tree.FString, quote: str) -> _Writing:
    around = 3 * quote if node.triple and quote == '"' else quote
    written = [f"f{around}"]
    for part in node.parts:
        if isinstance(part, str):
            written.append(escape_text(part, around).replace("{", "{{").replace("}", "}}"))
        else:
            written.append((yield from _replacement(part, around)))
    return ["".join(written) + around]


def _replacement(part: tree.Replacement, around: str) -> Generator[_Part, Pieces, str]:
    value = part.debug
    if value is None:
        value = flat((yield _Part(part.value, _LOWEST, "'" if around[0] == '"' else '"')))
        if value.startswith("{"):
            value = " " + value
    conversion = f"!{part.conversion}" if part.conversion else ""
    if part.spec is None:
        return f"{{{value}{conversion}}}"
    spec: list[str] = []
    for inner in part.spec.parts:
        if isinstance(inner, str):
            text = escape_text(inner, around).replace("\n", "\\n")
            spec.append(text.replace("{", "\\x7b").replace("}", "\\x7d"))
        else:
            spec.append((yield from _replacement(inner, around)))
    return f"{{{value}{conversion}:{''.join(spec)}}}"


# --- operators


def _operation(
    node: tree.Unary | tree.Binary | tree.Logical | tree.Comparison, quote: str
) -> Generator[_Part, Pieces, tuple[int, Pieces]]:
    match node:
        case tree.Unary(operator="not", operand=operand):
            return _NOT, ["not ", *(yield _Part(operand, _NOT, quote))]
        case tree.Unary(operator=operator, operand=operand):
            return UNARY, [operator, *(yield _Part(operand, UNARY, quote))]
        case tree.Binary(operator="**", left=left, right=right):
            base = yield _Part(left, _ATOM, quote)
            return PRECEDENCE["**"], [*base, " ** ", *(yield _Part(right, UNARY, quote))]
        case tree.Binary():
            precedence = PRECEDENCE[node.operator]
            terms = _terms(node, precedence)
        case tree.Logical(operator=operator, operands=operands):
            precedence = PRECEDENCE[operator]
            terms = [(operator if index else "", operand) for index, operand in enumerate(operands)]
        case tree.Comparison(first=first, rest=rest):
            precedence = COMPARISON
            terms = [("", first), *rest]
    items: list[Pieces] = []
    for operator, operand in terms:
        # Operators of one precedence lean to the left, so the first operand may be of the same one.
        leans = not operator and isinstance(node, tree.Binary)
        written = yield _Part(operand, precedence if leans else precedence + 1, quote)
        items.append([f"{operator} ", *written] if operator else written)
    return precedence, row(items)


def _terms(node: tree.Binary, precedence: int) -> list[tuple[str, tree.Expression]]:
    """The operands of ``a + b - c``, each with the operator before it."""
    terms: list[tuple[str, tree.Expression]] = []
    left: tree.Expression = node
    while isinstance(left, tree.Binary) and PRECEDENCE[left.operator] == precedence:
        terms.append((left.operator, left.right))
        left = left.left
    terms.append(("", left))
    terms.reverse()
    return terms


def _lowest(node: tree.Conditional | tree.Wait | tree.ParallelMap, quote: str) -> _Writing:
    match node:
        case tree.Conditional():
            return (yield from _choices(node, quote))
        case tree.Wait(signal=signal, timeout=timeout):
            pieces: Pieces = ["wait ", *(yield _Part(signal, _OPERATION, quote))]
            return pieces if timeout is None else [*pieces, " timeout ", *(yield _Part(timeout, _OPERATION, quote))]
        case tree.ParallelMap(element=element, clause=clause, limit=limit):
            lines = [(yield _Part(element, _LOWEST, quote, policed=True)), *(yield from _clause(clause, quote))]
            pieces = ["parallel ", Group("[", lines, "]", separator=" ", comma=False)]
            return pieces if limit is None else [*pieces, " limit ", *(yield _Part(limit, _OPERATION, quote))]


def _choices(node: tree.Conditional, quote: str) -> _Writing:
    """``a if b else c if d else e``"""
    items: list[Pieces] = []
    before: Pieces = []
    rest: tree.Expression = node
    while isinstance(rest, tree.Conditional):
        items.append([*before, *(yield _Part(rest.then, _OPERATION, quote))])
        items.append(["if ", *(yield _Part(rest.condition, _OPERATION, quote))])
        before = ["else "]
        rest = rest.otherwise
    items.append([*before, *(yield _Part(rest, _OPERATION, quote))])
    return row(items)


# --- calls and subscripts


def _owner(node: tree.Expression, quote: str) -> _Writing:
    """What stands before a dot or a bracket of arguments; behind a number a dot would be one of its own."""
    pieces = yield _Part(node, _ATOM, quote)
    return in_parentheses(pieces) if isinstance(node, tree.Number | tree.Duration) else pieces


def _call(node: tree.Call, quote: str) -> _Writing:
    pieces = [*(yield from _owner(node.function, quote)), *(yield from _arguments(node.arguments, quote))]
    for index, policy in enumerate(node.policies):
        pieces.append((", " if index else " with ") + policy.name.text)
        pieces += yield from _arguments(policy.arguments, quote)
    return pieces


def _arguments(found: Sequence[tree.Argument], quote: str) -> _Writing:
    if len(found) == 1 and not found[0].form and isinstance(found[0].value, tree.Comprehension):
        value = found[0].value
        if value.kind == "generator":
            return (yield from _comprehension(value, quote))
    items: list[Pieces] = []
    for argument in found:
        form = argument.form
        written = yield _Part(argument.value, _OPERATION if form in ("*", "**") else _LOWEST, quote)
        items.append([form if form in ("*", "**") else f"{form}=", *written] if form else written)
    return bracket("(", items, ")")


def _index(index: tree.Expression, quote: str) -> Generator[_Part, Pieces, Group]:
    if isinstance(index, tree.TupleDisplay) and index.items:
        sliced = any(isinstance(item, tree.Slice) for item in index.items)
        if len(index.items) > 1 or sliced:
            items = yield from _several(index.items, _LOWEST, quote)
            if len(items) > 1:
                return Group("[", items, "]")
            return Group("[", [[*items[0], ","]], "]", comma=False)
    return Group("[", [(yield _Part(index, _LOWEST, quote))], "]", comma=False)


def _slice(node: tree.Slice, quote: str) -> _Writing:
    parts = (node.start, node.stop) if node.step is None else (node.start, node.stop, node.step)
    wide = any(part is not None and not _is_simple(part) for part in parts)
    pieces: Pieces = []
    for index, part in enumerate(parts):
        if index:
            left = " " if wide and parts[index - 1] is not None else ""
            pieces.append(f"{left}:{' ' if wide and part is not None else ''}")
        if part is not None:
            pieces += yield _Part(part, _LOWEST, quote)
    return pieces


def _is_simple(node: tree.Expression) -> bool:
    if isinstance(node, tree.Unary):
        return node.operator == "-" and isinstance(node.operand, tree.Name | tree.Number)
    return isinstance(node, tree.Name | tree.Number | tree.Literal | tree.Duration)


# --- displays


def _display(
    node: tree.TupleDisplay | tree.ListDisplay | tree.SetDisplay | tree.DictDisplay | tree.Comprehension | tree.Walrus,
    quote: str,
) -> _Writing:
    match node:
        case tree.TupleDisplay(items=items) if len(items) == 1:
            return [Group("(", [[*(yield _Part(items[0], _LOWEST, quote)), ","]], ")", comma=False)]
        case tree.TupleDisplay(items=items):
            return bracket("(", (yield from _several(items, _LOWEST, quote)), ")")
        case tree.ListDisplay(items=items):
            return bracket("[", (yield from _several(items, _LOWEST, quote)), "]")
        case tree.SetDisplay(items=items):
            return bracket("{", (yield from _several(items, _LOWEST, quote)), "}")
        case tree.DictDisplay(items=pairs):
            written: list[Pieces] = []
            for pair in pairs:
                key: Pieces = ["**"] if pair.key is None else [*(yield _Part(pair.key, _LOWEST, quote)), ": "]
                least = _OPERATION if pair.key is None else _LOWEST
                written.append([*key, *(yield _Part(pair.value, least, quote))])
            return bracket("{", written, "}")
        case tree.Comprehension():
            return (yield from _comprehension(node, quote))
        case tree.Walrus(target=target, value=value):
            return in_parentheses([f"{target.id} := ", *(yield _Part(value, _LOWEST, quote))])


def _comprehension(node: tree.Comprehension, quote: str) -> _Writing:
    opening, closing = {"list": ("[", "]"), "generator": ("(", ")")}.get(node.kind, ("{", "}"))
    key: Pieces = [] if node.key is None else [*(yield _Part(node.key, _LOWEST, quote)), ": "]
    lines: list[Pieces] = [[*key, *(yield _Part(node.element, _LOWEST, quote))]]
    for clause in node.clauses:
        lines += yield from _clause(clause, quote)
    return [Group(opening, lines, closing, separator=" ", comma=False)]


def _clause(clause: tree.Clause, quote: str) -> Generator[_Part, Pieces, list[Pieces]]:
    target = yield from _targets(clause.target, quote)
    lines: list[Pieces] = [["for ", *target, " in ", *(yield _Part(clause.iterable, _OPERATION, quote))]]
    for condition in clause.conditions:
        lines += [["if ", *(yield _Part(condition, _OPERATION, quote))]]
    return lines


def _targets(node: tree.Expression, quote: str) -> _Writing:
    if not isinstance(node, tree.TupleDisplay) or len(node.items) < 2:
        return (yield _Part(node, _ATOM, quote))
    pieces: Pieces = []
    for index, item in enumerate(node.items):
        pieces += [", "] if index else []
        pieces += yield _Part(item, _ATOM, quote)
    return pieces
