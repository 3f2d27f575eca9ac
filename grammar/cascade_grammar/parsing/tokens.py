"""Tokens, and the table of words and signs. It knows the names of the terminals of `csc.lark`, and no text."""

from __future__ import annotations

from typing import Final

__all__ = ["KEYWORDS", "OWN_WORDS", "SIGNS", "Line", "Token"]


class Token:
    """A word or sign of the text: ``type`` is the name of its terminal, ``text`` what is written there.

    ``after`` is used by DEDENT alone: the comment lines below the last statement of the suite that it ends.
    """

    __slots__ = ("after", "end", "start", "text", "type")

    def __init__(self, type: str, text: str, start: int, end: int, after: tuple[str | None, ...] = ()) -> None:  # noqa: A002
        self.type = type
        self.text = text
        self.start = start
        self.end = end
        self.after = after

    def __repr__(self) -> str:
        return f"Token({self.type}, {self.text!r}, {self.start}, {self.end})"


Line = list[Token]
"""A logical line with its NEWLINE, or an INDENT or DEDENT alone."""


def _table(*rows: tuple[str, str]) -> dict[str, str]:
    return {word: terminal for terminal, words in rows for word in words.split()}


KEYWORDS: Final = _table(
    ("VERB", "return fail del pass break continue assert jump sleep emit"),
    ("HEAD", "if elif else while loop try except finally"),
    ("FLOW", "flow state"),
    ("OPERATOR", "and or is"),
    ("LITERAL", "None True False"),
    ("AS", "as"), ("CONST", "const"), ("FOR", "for"), ("FROM", "from"), ("IMPORT", "import"), ("IN", "in"), ("NOT", "not"),
    ("PARALLEL", "parallel"), ("STRICT", "strict"), ("WAIT", "wait"), ("WITH", "with"),
)  # fmt: skip
"""Reserved words. ``if`` and ``else`` that do not begin a line are IF and ELSE; ``limit`` and ``timeout`` are LIMIT and
TIMEOUT only where a name can not stand."""

OWN_WORDS: Final = frozenset(["flow", "state", "loop", "jump", "fail", "parallel", "wait", "emit", "sleep", "const", "strict"])
"""Reserved words that Python does not reserve: attributes of values may be called so."""

SIGNS: Final = _table(
    ("LPAR", "("), ("RPAR", ")"), ("LSQB", "["), ("RSQB", "]"), ("LBRACE", "{"), ("RBRACE", "}"),
    ("COMMA", ","), ("COLON", ":"), ("DOT", "."), ("EQUAL", "="), ("ARROW", "->"), ("WALRUS", ":="),
    ("SIGN", "+ -"), ("PREFIX", "~"), ("STAR", "*"), ("STARS", "**"), ("LITERAL", "..."),
    ("OPERATOR", "/ // % @ & | ^ << >> == != < > <= >="),
    ("AUGMENT", "+= -= *= /= //= %= @= &= |= ^= <<= >>= **="),
)  # fmt: skip
