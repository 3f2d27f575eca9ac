"""What is read instead of a line that made no sense, so that the lines around it still can be. It reports nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cascade_grammar.parsing.tokens import Line, Token

__all__ = ["emptied_suite", "header_instead", "missing_before"]

Accepts = Callable[[tuple[str, ...]], bool]

_SUITE: Final = (("INDENT", ""), ("VERB", "pass"), ("NEWLINE", ""), ("DEDENT", ""))
_HEADERS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "else": (("HEAD", "else"), ("COLON", ":")),
    "elif": (("HEAD", "elif"), ("LITERAL", "None"), ("COLON", ":")),
    "if": (("HEAD", "if"), ("LITERAL", "None"), ("COLON", ":")),
    "except": (("HEAD", "except"), ("NAME", "Exception"), ("COLON", ":")),
    "finally": (("HEAD", "finally"), ("COLON", ":")),
    "try": (("HEAD", "try"), ("COLON", ":")),
    "flow": (("FLOW", "flow"), ("NAME", "unreadable"), ("LPAR", "("), ("RPAR", ")"), ("COLON", ":")),
    "state": (("FLOW", "state"), ("NAME", "unreadable"), ("LPAR", "("), ("RPAR", ")"), ("COLON", ":")),
    "loop": (("HEAD", "loop"), ("COLON", ":")),
}


def _made(pairs: tuple[tuple[str, str], ...], place: int) -> Line:
    return [Token(kind, text, place, place) for kind, text in pairs]


def emptied_suite(token: Token, accepts: Accepts) -> Line:
    """A statement for a suite whose lines were all taken back."""
    filler = _made(_SUITE[1:3], token.start)
    return filler if token.type == "DEDENT" and accepts(("VERB", "NEWLINE", "DEDENT")) else []


def missing_before(token: Token, accepts: Accepts) -> Line:
    """The suite that is missing before this token, which begins a line."""
    return _made(_SUITE, token.start) if token.type != "INDENT" and accepts(("INDENT",)) else []


def header_instead(line: Line, token: Token, accepts: Accepts, *, margin: bool) -> Line:
    """A header for the block below a line that should have been one; at the left margin only flows have blocks."""
    word = line[0].text
    if word == "else" and token.text == "if":
        word = "elif"
    header = _HEADERS["flow"] if margin else _HEADERS.get(word, _HEADERS["loop"])
    made = _made((*header, ("NEWLINE", "")), line[0].start)
    return made if accepts(tuple(each.type for each in made)) else []
