"""Strings, bytes and f-strings from their tokens; adjacent ones become one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from cascade_grammar import tree
from cascade_grammar.parsing.branches import Branch, Child, span_of
from cascade_grammar.parsing.texts import TextError, decode_bytes, decode_text, split_string
from cascade_grammar.parsing.tokens import Token
from cascade_grammar.spans import Span

if TYPE_CHECKING:
    from cascade_grammar.parsing.expressions import Expressions

__all__ = ["build", "formatted"]

_Part = str | tree.Replacement


def build(expressions: Expressions, pieces: Sequence[Child], span: Span) -> tree.Expression:
    """One literal or f-string from adjacent pieces."""
    values: list[str | bytes] = []
    parts: list[_Part] = []
    written: list[str] = []
    formatted = triple = False
    for piece in pieces:
        if type(piece) is Token:
            value = _plain(expressions, piece)
            values.append(value)
            written.append(piece.text)
            if isinstance(value, str):
                parts.append(value)
        else:
            inner = cast(tree.FString, cast(Branch, piece).node)
            formatted, triple = True, triple or inner.triple
            values.append("")
            parts += inner.parts
    texts = [value for value in values if isinstance(value, str)]
    if texts and len(texts) < len(values):
        expressions.complaints.add("CS128", span, "text and bytes stand beside each other", "both must be one or the other")
    elif not texts:
        return tree.Literal(span, b"".join(cast(list[bytes], values)), tuple(written))
    if not formatted:
        return tree.Literal(span, "".join(texts), tuple(written))
    return tree.FString(span, _joined(parts), triple)


def formatted(expressions: Expressions, branch: Branch) -> tree.FString:
    """One f-string; the values of its replacements are built already."""
    opening = cast(Token, branch.children[0]).text
    parts = _parts(expressions, branch.children[1:-1], "r" in opening[:2].lower())
    return tree.FString(span_of(branch), _joined(parts), opening[-3:] in ('"""', "'''"))


def _joined(parts: list[_Part]) -> tuple[_Part, ...]:
    """No two texts in a row, none empty."""
    joined: list[_Part] = []
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        else:
            if text := "".join(texts):
                joined.append(text)
            texts.clear()
            joined.append(part)
    if text := "".join(texts):
        joined.append(text)
    return tuple(joined)


def _plain(expressions: Expressions, token: Token) -> str | bytes:
    prefix, quote, raw = split_string(token.text)
    value: str | bytes | TextError
    if "b" in prefix:
        value = decode_bytes(raw, escapes="r" not in prefix)
    elif "r" in prefix:
        value = raw
    else:
        value = decode_text(raw)
    if isinstance(value, TextError):
        _complain(expressions, token.start + len(prefix) + len(quote), value)
        return b"" if "b" in prefix else ""
    return value


def _complain(expressions: Expressions, start: int, error: TextError) -> None:
    span = Span(start + error.offset, start + error.offset + error.length)
    expressions.complaints.add("CS111", span, error.message, error.hint)


def _parts(expressions: Expressions, children: Sequence[Child], raw: bool, *, spec: bool = False) -> list[_Part]:
    parts: list[_Part] = []
    for child in children:
        if type(child) is Token:
            parts += _text(expressions, child, raw, spec)
        else:
            parts.append(_replacement(expressions, cast(Branch, child), raw))
    return parts


def _text(expressions: Expressions, token: Token, raw: bool, spec: bool) -> list[_Part]:
    text = token.text
    if not spec:
        text = _undouble(text, raw)
    if raw:
        return [text]
    value = decode_text(text)
    if isinstance(value, TextError):
        _complain(expressions, token.start, value)
        return []
    return [value]


_DOUBLED: Final = re.compile(r"\\N\{[^{}\n]*\}|\\[^{}]|\{\{|\}\}")


def _undouble(text: str, raw: bool) -> str:
    """``{{`` and ``}}`` are braces; those of ``\\N{…}`` are not among them."""
    if raw or "\\" not in text:
        return text.replace("{{", "{").replace("}}", "}")
    return _DOUBLED.sub(lambda found: {"{{": "{", "}}": "}"}.get(found.group(), found.group()), text)


def _replacement(expressions: Expressions, branch: Branch, raw: bool) -> tree.Replacement:
    debug: str | None = None
    conversion = ""
    spec: tree.FString | None = None
    for child in branch.children[2:-1]:
        if type(child) is Branch:
            spec = tree.FString(span_of(child), _joined(_parts(expressions, child.children[1:], raw, spec=True)))
        elif (token := cast(Token, child)).type == "FDEBUG":
            debug = token.text
        else:
            conversion = token.text
    return tree.Replacement(span_of(branch), cast(tree.Expression, branch.node), conversion, spec, debug)
