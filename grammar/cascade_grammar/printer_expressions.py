"""Expressions in canonical form: as few parentheses as the meaning allows, brackets that can be broken over lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cascade_grammar import tree
from cascade_grammar.parsing.precedence import COMPARISON, PRECEDENCE, UNARY
from cascade_grammar.printer_layout import Group, Pieces, flat
from cascade_grammar.printer_strings import escape_text, format_piece, format_string

__all__ = ["arguments", "bare", "expression", "policies", "targets", "whole"]

_LOWEST: Final = 0
_OPERATION: Final = 1
_NOT: Final = 3
_ATOM: Final = 13


def whole(node: tree.Expression) -> Pieces:
    """A value that stands alone in its statement: policies need no parentheses."""
    if isinstance(node, tree.Call) and node.policies:
        return _call(node, '"') + policies(node.policies)
    return expression(node)


def bare(node: tree.Expression) -> Pieces:
    """As `whole`; a tuple needs no parentheses either."""
    if isinstance(node, tree.TupleDisplay) and len(node.items) > 1:
        return [Group("(", [expression(item) for item in node.items], ")", silent=True)]
    return whole(node)


def targets(node: tree.Expression) -> Pieces:
    """The target of an assignment, a ``for`` or a clause."""
    if isinstance(node, tree.TupleDisplay) and len(node.items) > 1:
        pieces: Pieces = []
        for index, item in enumerate(node.items):
            pieces += [", "] if index else []
            pieces += expression(item, _ATOM)
        return pieces
    return expression(node, _ATOM)


def policies(found: Sequence[tree.Policy], quote: str = '"') -> Pieces:
    """`` with retry(…), timeout(…)``"""
    pieces: Pieces = []
    for index, policy in enumerate(found):
        pieces.append(", " if index else " with ")
        pieces += [policy.name.text, *arguments(policy.arguments, quote)]
    return pieces


def expression(node: tree.Expression, least: int = _LOWEST, quote: str = '"') -> Pieces:
    """The expression, in parentheses if it binds less than ``least``. ``quote`` is the one that strings prefer."""
    match node:
        case tree.Name(id=name):
            return [name]
        case tree.Number(text=text) | tree.Duration(text=text):
            return [text]
        case tree.Literal():
            return _literal(node, quote)
        case tree.FString():
            return [_fstring(node, quote)]
        case tree.Call():
            pieces = _call(node, quote)
            return _parenthesised(pieces + policies(node.policies, quote)) if node.policies else pieces
        case tree.Attribute(value=value, name=name):
            dotted = expression(value, _ATOM, quote)
            return [*(_parenthesised(dotted) if _is_number(value) else dotted), f".{name.text}"]
        case tree.Subscript(value=value, index=index):
            return [*expression(value, _ATOM, quote), _index(index, quote)]
        case tree.Unary() | tree.Binary() | tree.Logical() | tree.Comparison():
            return _operation(node, least, quote)
        case tree.Conditional() | tree.Wait() | tree.ParallelMap():
            pieces = _lowest(node, quote)
            return _parenthesised(pieces) if least > _LOWEST else pieces
        case tree.Slice():
            return _slice(node, quote)
        case tree.Starred(value=value):
            return ["*", *expression(value, max(least, _OPERATION), quote)]
        case _:
            return _display(node, quote)


def _is_number(node: tree.Expression) -> bool:
    return isinstance(node, tree.Number | tree.Duration)


def _parenthesised(pieces: Pieces) -> Pieces:
    return [Group("(", [pieces], ")", comma=False)]


def _bracket(opening: str, items: list[Pieces], closing: str, *, comma: bool = True) -> Pieces:
    return [Group(opening, items, closing, comma=comma)] if items else [opening + closing]


# --- strings


def _literal(node: tree.Literal, quote: str) -> Pieces:
    value = node.value
    if not isinstance(value, str | bytes):
        return ["..." if value is ... else str(value)]
    inside = quote != '"'
    if not node.written or (inside and any("\n" in piece for piece in node.written)):
        return [format_string(value, quote)]
    written: list[Pieces] = [[format_piece(piece, quote)] for piece in node.written]
    if len(written) == 1:
        return written[0]
    return [Group("(", written, ")", separator=" ", comma=False, silent=True)]


def _fstring(node: tree.FString, quote: str) -> str:
    around = 3 * quote if node.triple and quote == '"' else quote
    inner = "'" if quote == '"' else '"'
    body = "".join(_fstring_part(part, around, inner) for part in node.parts)
    return f"f{around}{body}{around}"


def _fstring_part(part: str | tree.Replacement, around: str, inner: str) -> str:
    if isinstance(part, str):
        return escape_text(part, around).replace("{", "{{").replace("}", "}}")
    value = part.debug
    if value is None:
        value = flat(expression(part.value, _LOWEST, inner))
        if value.startswith("{"):
            value = " " + value
    conversion = f"!{part.conversion}" if part.conversion else ""
    return f"{{{value}{conversion}{_spec(part.spec, around, inner)}}}"


def _spec(spec: tree.FString | None, around: str, inner: str) -> str:
    if spec is None:
        return ""
    written = [":"]
    for part in spec.parts:
        if isinstance(part, str):
            written.append(escape_text(part, around).replace("{", "\\x7b").replace("}", "\\x7d").replace("\n", "\\n"))
        else:
            written.append(_fstring_part(part, around, inner))
    return "".join(written)


# --- operators


def _operation(node: tree.Unary | tree.Binary | tree.Logical | tree.Comparison, least: int, quote: str) -> Pieces:
    match node:
        case tree.Unary(operator="not", operand=operand):
            precedence, pieces = _NOT, ["not ", *expression(operand, _NOT, quote)]
        case tree.Unary(operator=operator, operand=operand):
            precedence, pieces = UNARY, [operator, *expression(operand, UNARY, quote)]
        case tree.Binary(operator="**", left=left, right=right):
            precedence = PRECEDENCE["**"]
            pieces = [*expression(left, _ATOM, quote), " ** ", *expression(right, UNARY, quote)]
        case tree.Binary():
            precedence = PRECEDENCE[node.operator]
            pieces = _row(_terms(node, precedence, quote), least <= precedence)
        case tree.Logical(operator=operator, operands=operands):
            precedence = PRECEDENCE[operator]
            terms = [(operator if index else "", expression(o, precedence + 1, quote)) for index, o in enumerate(operands)]
            pieces = _row(terms, least <= precedence)
        case tree.Comparison(first=first, rest=rest):
            precedence = COMPARISON
            terms = [("", expression(first, COMPARISON + 1, quote))]
            terms += [(operator, expression(operand, COMPARISON + 1, quote)) for operator, operand in rest]
            pieces = _row(terms, least <= precedence)
    return pieces if least <= precedence else _in_parentheses(pieces)


def _in_parentheses(pieces: Pieces) -> Pieces:
    """Parentheses that are needed; a row of operands is broken in the same ones."""
    if len(pieces) == 1 and isinstance(pieces[0], Group) and pieces[0].silent:
        row = pieces[0]
        return [Group("(", row.items, ")", separator=" ", comma=False)]
    return _parenthesised(pieces)


def _terms(node: tree.Binary, precedence: int, quote: str) -> list[tuple[str, Pieces]]:
    """The operands of ``a + b - c``, each with the operator before it."""
    terms: list[tuple[str, Pieces]] = []
    left: tree.Expression = node
    while isinstance(left, tree.Binary) and PRECEDENCE[left.operator] == precedence:
        terms.append((left.operator, expression(left.right, precedence + 1, quote)))
        left = left.left
    terms.append(("", expression(left, precedence, quote)))
    terms.reverse()
    return terms


def _row(terms: list[tuple[str, Pieces]], _: bool) -> Pieces:
    """Operands that can stand one below the other, in parentheses then."""
    items: list[Pieces] = [[f"{operator} ", *operand] if operator else operand for operator, operand in terms]
    return [Group("(", items, ")", separator=" ", comma=False, silent=True)]


def _lowest(node: tree.Conditional | tree.Wait | tree.ParallelMap, quote: str) -> Pieces:
    match node:
        case tree.Conditional():
            return [Group("(", _choices(node, quote), ")", separator=" ", comma=False, silent=True)]
        case tree.Wait(signal=signal, timeout=timeout):
            pieces: Pieces = ["wait ", *expression(signal, _OPERATION, quote)]
            return pieces if timeout is None else [*pieces, " timeout ", *expression(timeout, _OPERATION, quote)]
        case tree.ParallelMap(element=element, clause=clause, limit=limit):
            first = whole(element)
            if isinstance(element, tree.Call) and element.policies:
                first = _call(element, quote) + policies(element.policies, quote)
            elif quote != '"':
                first = expression(element, _LOWEST, quote)
            group = Group("[", [first, *_clause(clause, quote)], "]", separator=" ", comma=False)
            limited: Pieces = [] if limit is None else [" limit ", *expression(limit, _OPERATION, quote)]
            return ["parallel ", group, *limited]


def _choices(node: tree.Conditional, quote: str) -> list[Pieces]:
    """``a if b else c if d else e``"""
    items: list[Pieces] = []
    before: Pieces = []
    rest: tree.Expression = node
    while isinstance(rest, tree.Conditional):
        items.append(before + expression(rest.then, _OPERATION, quote))
        items.append(["if ", *expression(rest.condition, _OPERATION, quote)])
        before = ["else "]
        rest = rest.otherwise
    items.append(before + expression(rest, _OPERATION, quote))
    return items


# --- calls and subscripts


def _call(node: tree.Call, quote: str) -> Pieces:
    function = expression(node.function, _ATOM, quote)
    if _is_number(node.function):
        function = _parenthesised(function)
    return function + arguments(node.arguments, quote)


def arguments(found: Sequence[tree.Argument], quote: str = '"') -> Pieces:
    """The arguments of a call, in their parentheses."""
    if len(found) == 1 and not found[0].form and isinstance(found[0].value, tree.Comprehension):
        value = found[0].value
        if value.kind == "generator":
            return _comprehension(value, "(", ")", quote)
    return _bracket("(", [_argument(argument, quote) for argument in found], ")")


def _argument(argument: tree.Argument, quote: str) -> Pieces:
    if argument.form in ("*", "**"):
        return [argument.form, *expression(argument.value, _OPERATION, quote)]
    value = expression(argument.value, _LOWEST, quote)
    return [f"{argument.form}=", *value] if argument.form else value


def _index(index: tree.Expression, quote: str) -> Group:
    if isinstance(index, tree.TupleDisplay) and index.items:
        sliced = any(isinstance(item, tree.Slice) for item in index.items)
        items = [expression(item, _LOWEST, quote) for item in index.items]
        if len(items) == 1 and sliced:
            return Group("[", [[*items[0], ","]], "]", comma=False)
        if len(items) > 1:
            return Group("[", items, "]")
    return Group("[", [expression(index, _LOWEST, quote)], "]", comma=False)


def _slice(node: tree.Slice, quote: str) -> Pieces:
    parts = (node.start, node.stop) if node.step is None else (node.start, node.stop, node.step)
    wide = any(part is not None and not _is_simple(part) for part in parts)
    pieces: Pieces = []
    for index, part in enumerate(parts):
        if index:
            before = parts[index - 1]
            pieces.append((" :" if before is not None else ":") + (" " if part is not None else "") if wide else ":")
        if part is not None:
            pieces += expression(part, _LOWEST, quote)
    return pieces


def _is_simple(node: tree.Expression) -> bool:
    if isinstance(node, tree.Unary):
        return node.operator == "-" and isinstance(node.operand, tree.Name | tree.Number)
    return isinstance(node, tree.Name | tree.Number | tree.Literal | tree.Duration)


# --- displays


def _display(
    node: tree.TupleDisplay | tree.ListDisplay | tree.SetDisplay | tree.DictDisplay | tree.Comprehension | tree.Walrus,
    quote: str,
) -> Pieces:
    match node:
        case tree.TupleDisplay(items=items) if len(items) == 1:
            return [Group("(", [[*expression(items[0], _LOWEST, quote), ","]], ")", comma=False)]
        case tree.TupleDisplay(items=items):
            return _bracket("(", [expression(item, _LOWEST, quote) for item in items], ")")
        case tree.ListDisplay(items=items):
            return _bracket("[", [expression(item, _LOWEST, quote) for item in items], "]")
        case tree.SetDisplay(items=items):
            return _bracket("{", [expression(item, _LOWEST, quote) for item in items], "}")
        case tree.DictDisplay(items=pairs):
            return _bracket("{", [_dict_item(pair, quote) for pair in pairs], "}")
        case tree.Comprehension(kind=kind):
            opening, closing = {"list": "[]", "set": "{}", "dict": "{}", "generator": "()"}[kind]
            return _comprehension(node, opening, closing, quote)
        case tree.Walrus(target=target, value=value):
            return _parenthesised([f"{target.id} := ", *expression(value, _LOWEST, quote)])


def _dict_item(item: tree.DictItem, quote: str) -> Pieces:
    if item.key is None:
        return ["**", *expression(item.value, _OPERATION, quote)]
    return [*expression(item.key, _LOWEST, quote), ": ", *expression(item.value, _LOWEST, quote)]


def _comprehension(node: tree.Comprehension, opening: str, closing: str, quote: str) -> Pieces:
    element = expression(node.element, _LOWEST, quote)
    if node.key is not None:
        element = [*expression(node.key, _LOWEST, quote), ": ", *element]
    lines = [element]
    for clause in node.clauses:
        lines += _clause(clause, quote)
    return [Group(opening, lines, closing, separator=" ", comma=False)]


def _clause(clause: tree.Clause, quote: str) -> list[Pieces]:
    first: Pieces = ["for ", *targets(clause.target), " in ", *expression(clause.iterable, _OPERATION, quote)]
    return [first, *(["if ", *expression(condition, _OPERATION, quote)] for condition in clause.conditions)]
