"""Syntax errors in words: what stands where something else was expected, and what may have been meant.

Each rule looks at the token that does not fit and at its line, and either says what is wrong or leaves it to the next rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import Final

from cascade_grammar.parsing.foreign import FOREIGN_SIGNS, FOREIGN_WORDS
from cascade_grammar.parsing.numbers import LONG_UNITS
from cascade_grammar.parsing.tokens import KEYWORDS, OWN_WORDS, Line, Token
from cascade_grammar.spans import Span

__all__ = ["Said", "explain"]

Said = tuple[str, Span, str, str | None]
Accepts = Callable[[tuple[str, ...]], bool]

_BEGINS_VALUE: Final = frozenset({"NAME", "LITERAL", "NUMBER", "DURATION", "STRING", "FSTART", "LPAR", "LSQB", "LBRACE"})
_ENDS_VALUE: Final = frozenset({"NAME", "LITERAL", "NUMBER", "DURATION", "STRING", "FEND", "RPAR", "RSQB", "RBRACE"})
_HEADERS: Final = frozenset({"HEAD", "FOR", "FLOW", "PARALLEL"})
_FIRST_WORDS: Final = tuple(
    word for word, kind in KEYWORDS.items() if kind in ("VERB", "HEAD", "FLOW", "FROM", "CONST", "FOR", "PARALLEL", "STRICT")
)
_INNER_WORDS: Final = ("and", "or", "not", "in", "is", "if", "else", "as", "with", "limit", "timeout", "import")


@dataclass(frozen=True, slots=True)
class _Error:
    line: Line
    token: Token
    previous: Token | None
    accepts: Accepts

    @property
    def span(self) -> Span:
        return Span(self.token.start, self.token.end)

    @property
    def first(self) -> Token:
        return self.line[0]


def _next(error: _Error) -> Token:
    """The token behind the one that does not fit; that itself at the end."""
    return next((after for token, after in pairwise(error.line) if token is error.token), error.token)


def explain(line: Line, token: Token, expected: frozenset[str], accepts: Accepts) -> Said | None:
    """Code, place, sentence and hint; None when the scanner has said it already."""
    if any(other.type == "BROKEN" for other in line):
        return None
    at = next(i for i, other in enumerate(line) if other is token)
    error = _Error(line, token, line[at - 1] if at else None, accepts)
    for rule in _RULES:
        said = rule(error)
        if said is not None:
            return said
    return _unexpected(error, expected)


# --- blocks


def _indentation(error: _Error) -> Said | None:
    if error.token.type == "INDENT":
        hint = "only the block below a line that ends in `:` is indented more than that line"
        return "CS105", error.span, "this line is indented more than the one above it, without reason", hint
    if error.token is error.first and error.accepts(("INDENT",)):
        hint = "indent what belongs to the block; write `pass` for one that does nothing"
        return "CS106", error.span, "an indented block is missing above this line", hint
    return None


def _else_if(error: _Error) -> Said | None:
    if error.token.text == "if" and error.previous is error.first and error.first.text == "else":
        span = Span(error.first.start, error.token.end)
        return "CS118", span, "an `else` has no condition of its own", "write `elif …:`"
    return None


def _colon(error: _Error) -> Said | None:
    if error.first.type not in _HEADERS or error.previous is None or not error.accepts(("COLON", error.token.type)):
        return None
    later = error.line[next(i for i, other in enumerate(error.line) if other is error.token) :]
    if any(token.type == "COLON" for token in later):
        return None
    place = error.previous.end
    return "CS116", Span(place, place + 1), f"a `:` is missing at the end of this `{error.first.text}`", None


# --- words


def _foreign_word(error: _Error) -> Said | None:
    for word in (error.token, error.previous):
        if word is None or (word is error.previous and error.token.type not in (*_BEGINS_VALUE, "NEWLINE", "HEAD")):
            continue
        hint = FOREIGN_WORDS.get(word.text)
        if hint is None or (word.text in KEYWORDS and word is not error.first) or word.type == "STRING":
            continue
        return "CS114", Span(word.start, word.end), f"the language has no `{word.text}`", hint
    return None


def _foreign_sign(error: _Error) -> Said | None:
    previous = error.previous
    joined = previous and previous.end == error.token.start and previous.type in ("OPERATOR", "SIGN", "EQUAL", "UNKNOWN")
    before = previous.text if previous and joined else ""
    found = FOREIGN_SIGNS.get(before + error.token.text) or FOREIGN_SIGNS.get(error.token.text)
    if error.token.text == "@" and error.token is error.first:
        return "CS114", error.span, "the language has no decorators", "policies follow a call: `f(x) with retry(3)`"
    if found is None or error.token.type in ("STRING", "FTEXT"):
        return None
    return "CS101", error.span, f"`{before + error.token.text if before else error.token.text}` is no operator here", found


def _annotation(error: _Error) -> Said | None:
    if error.token.type == "COLON" and error.first.type == "NAME" and error.previous is error.first:
        misspelt = _misspelt(error)
        if misspelt or error.line[2].type == "NEWLINE":
            return misspelt
        hint = "write the assignment alone; types stand in signatures"
        return "CS114", error.span, "variables have no declared types", hint
    return None


def _misspelt(error: _Error) -> Said | None:
    first = error.first
    if first.type == "NAME" and error.previous is first and error.token.type in (*_BEGINS_VALUE, "COLON", "NOT", "SIGN"):
        return _near(first, _FIRST_WORDS)
    if error.token.type == "NAME" and len(error.token.text) > 2 and error.previous and error.previous.type in _ENDS_VALUE:
        return _near(error.token, _INNER_WORDS)
    return None


def _near(word: Token, known: tuple[str, ...]) -> Said | None:
    close = get_close_matches(word.text, known, n=1, cutoff=0.7 if len(word.text) > 3 else 0.6)
    if not close:
        return None
    return "CS119", Span(word.start, word.end), f"`{word.text}` is no keyword", f"did you mean `{close[0]}`?"


def _keyword_as_name(error: _Error) -> Said | None:
    previous, token = error.previous, error.token
    if (
        previous
        and previous.text in KEYWORDS
        and previous.type not in ("LITERAL", "FROM")
        and token.type in ("EQUAL", "AUGMENT", "DOT")
    ):
        return _reserved(previous)
    if token.text in KEYWORDS and token.type in ("VERB", "HEAD", "FLOW", "FROM", "CONST", "STRICT", "AS", "WITH", "IMPORT"):
        if error.accepts(("NAME",)) and token is not error.first:
            return _reserved(token)
    elif token.text in KEYWORDS and error.accepts(("NAME",)) and not error.accepts(("NUMBER",)):
        return _reserved(token)
    return None


def _reserved(word: Token, hint: str = "choose another name") -> Said:
    return "CS131", Span(word.start, word.end), f"`{word.text}` is a word of the language, and no name", hint


def _reserved_argument(error: _Error) -> Said | None:
    """``fetch(state=3)``"""
    if error.token.text not in OWN_WORDS or not _depth(error) or error.first.type == "FLOW" or _next(error).type != "EQUAL":
        return None
    word = error.token
    return _reserved(word, f'a task that has such a parameter is called with `**{{"{word.text}": …}}`')


# --- values


def _equal(error: _Error) -> Said | None:
    after = _next(error)
    if error.token.type == "EQUAL" and after.start == error.token.end and after.text in ("<", ">"):
        span = Span(error.token.start, after.end)
        return "CS101", span, f"`={after.text}` is no operator here", f"write `{after.text}=`"
    if error.token.type != "EQUAL" or error.previous is None or error.previous.type not in _ENDS_VALUE:
        return None
    asked = error.first.type == "HEAD" or error.first.text in ("assert", "return", "fail")
    if asked or any(token.type == "IF" for token in error.line):
        return "CS117", error.span, "`=` assigns, and here a value is expected", "to compare, write `==`"
    return None


def _parentheses(error: _Error) -> Said | None:
    """``flow main:``"""
    first, previous = error.first, error.previous
    if first.type != "FLOW" or error.token.type not in ("COLON", "ARROW") or previous is not error.line[1]:
        return None
    place = Span(previous.end, previous.end + 1)
    return "CS101", place, f"a {first.text} has parentheses behind its name", f"write `{first.text} {previous.text}():`"


def _policy(error: _Error) -> Said | None:
    """``f(x) retry(3)`` and ``retry(3):``"""
    if error.token.text in ("retry", "timeout") and error.previous and error.previous.type in _ENDS_VALUE:
        word = error.token.text
        if any(token.type == "WITH" for token in error.line[: error.line.index(error.token)]):
            return "CS132", error.span, f"a comma is missing before `{word}`", "as in `with retry(3), timeout(10s)`"
        example = {"retry": "retry(3)", "timeout": "timeout(10s)"}[word]
        return "CS122", error.span, f"`{word}` stands after `with`", f"as in `f(x) with {example}`"
    if error.token.type == "COLON" and error.first.text in ("retry", "timeout") and error.first.type == "NAME":
        span = Span(error.first.start, error.first.end)
        hint = f"a policy follows a call, as in `f(x) with {error.first.text}(…)`; a flow may hold several calls"
        return "CS122", span, f"`{error.first.text}` has no block", hint
    return None


def _comment(error: _Error) -> Said | None:
    """``// why`` at the begin of a line."""
    slashes = error.token.text == "//" or (error.token.text == "/" and _next(error).text in ("*", "**"))
    if slashes and (error.token is error.first or error.token.text == "/"):
        return "CS101", error.span, "this is no comment", "a comment begins with `#`"
    return None


def _parallel_call(error: _Error) -> Said | None:
    """``parallel(f(), g())``"""
    if error.previous and error.previous.type == "PARALLEL" and error.token.type in _BEGINS_VALUE:
        hint = "write `parallel [f(x) for x in values]`, or a `parallel:` block with a statement for each branch"
        return "CS101", error.span, f"`{_shown(error.token)}` was not expected after `parallel`", hint
    return None


def _walrus(error: _Error) -> Said | None:
    if error.token.type == "WALRUS":
        return "CS101", error.span, "`:=` stands in parentheses", "write `(name := value)`, or `name = value` as a statement"
    return None


def _duration(error: _Error) -> Said | None:
    previous, unit = error.previous, LONG_UNITS.get(error.token.text)
    if previous is None or previous.type != "NUMBER" or unit is None:
        return None
    span = Span(previous.start, error.token.end)
    return "CS109", span, "a duration is written without a blank", f"write `{previous.text}{unit}`"


def _separator(error: _Error) -> Said | None:
    token, previous = error.token, error.previous
    if previous is None:
        return None
    if token.type == "COMMA" and previous.type in ("COMMA", "LPAR", "LSQB", "LBRACE"):
        return "CS132", error.span, "a value is missing before this comma", None
    if previous.type in _ENDS_VALUE and token.type in _BEGINS_VALUE and _depth(error) and error.accepts(("COMMA", token.type)):
        place = Span(previous.end, max(token.start, previous.end + 1))
        return "CS132", place, f"a comma is missing between `{_shown(previous)}` and `{_shown(token)}`", None
    return None


def _depth(error: _Error) -> int:
    depth = 0
    for token in error.line:
        if token is error.token:
            break
        depth += (token.type in ("LPAR", "LSQB", "LBRACE")) - (token.type in ("RPAR", "RSQB", "RBRACE"))
    return depth


def _policies(error: _Error) -> Said | None:
    if error.token.type == "WITH" and error.previous and error.previous.type in _ENDS_VALUE:
        hint = "put the call and its policies in parentheses: `(f(x) with retry(3))`"
        return "CS122", error.span, "`with` can not stand here", hint
    return None


_RULES: Final = (
    _indentation, _else_if, _parentheses, _policy, _comment, _parallel_call, _foreign_word, _equal, _annotation, _duration,
    _misspelt, _colon, _reserved_argument, _keyword_as_name, _walrus, _foreign_sign, _separator, _policies,
)  # fmt: skip


# --- what is left

_GROUPS: Final = (
    (frozenset({"NAME", "LITERAL"}), "a value"),
    (frozenset({"OPERATOR", "IN"}), "an operator"),
)
_IN_WORDS: Final = {
    "NAME": "a name", "LITERAL": "a value", "STRING": "a string", "NUMBER": "a number", "NEWLINE": "the end of the line",
    "LPAR": "`(`", "RPAR": "`)`", "LSQB": "`[`", "RSQB": "`]`", "LBRACE": "`{`", "RBRACE": "`}`", "COMMA": "`,`",
    "COLON": "`:`",
    "DOT": "`.`", "EQUAL": "`=`", "ARROW": "`->`", "IF": "`if`", "ELSE": "`else`", "IN": "`in`", "AS": "`as`", "FOR": "`for`",
    "IMPORT": "`import`", "FCLOSE": "`}`", "LIMIT": "`limit`", "TIMEOUT": "`timeout`", "$END": "the end of the file",
    "INDENT": "an indented block", "OPERATOR": "an operator",
}  # fmt: skip
_ORDER: Final = tuple(_IN_WORDS)


def _unexpected(error: _Error, expected: frozenset[str]) -> Said:
    wanted = _wanted(error, expected)
    token = error.token
    behind = f" after `{_shown(error.previous)}`" if error.previous else ""
    if token.type in ("NEWLINE", "$END", "DEDENT"):
        place = error.previous.end if error.previous else token.start
        end = "file" if token.type == "$END" else "line"
        return "CS101", Span(place, place + 1), f"the {end} ends{behind}, where {wanted or 'more'} was expected", None
    hint = f"expected {wanted}" if wanted else None
    return "CS101", error.span, f"`{_shown(token)}` was not expected{behind or ' here'}", hint


def _wanted(error: _Error, expected: frozenset[str]) -> str:
    """What could stand here, in words; nothing when it is too much to say."""
    kinds = {kind for kind in expected if kind in _IN_WORDS and error.accepts((kind,))}
    if {"NAME", "LITERAL"} <= kinds:
        return "a value"
    words = [_IN_WORDS[kind] for kind in _ORDER if kind in kinds and kind not in ("DOT", "IF", "LSQB", "LPAR")]
    if not words or len(words) > 4:
        words = [word for word in words if word in ("`:`", "`)`", "`]`", "`}`", "`,`", "the end of the line")]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + (f" or {words[-1]}" if words else "")


def _shown(token: Token) -> str:
    return token.text if len(token.text) <= 30 else token.text[:27] + "…"
