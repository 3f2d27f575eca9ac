"""The codes of this room's diagnostics, CS101 to CS199, with a title each. It knows no text."""

from __future__ import annotations

from typing import Final

__all__ = ["CODES"]

CODES: Final[dict[str, str]] = {
    "CS101": "something else was expected here",
    "CS102": "a bracket is never closed",
    "CS103": "a closing bracket without its opening one",
    "CS104": "a string is never closed",
    "CS105": "a line is indented without reason",
    "CS106": "an indented block is missing",
    "CS107": "a line's indentation fits no block around it",
    "CS108": "tabs and spaces are mixed in indentation",
    "CS109": "a duration is written wrongly",
    "CS110": "a number is written wrongly",
    "CS111": "a string holds a wrong escape or character",
    "CS112": "an f-string is written wrongly",
    "CS113": "the text is nested too deep",
    "CS114": "a construct of Python that the language does not have",
    "CS115": "a character that no program may hold",
    "CS116": "a colon is missing",
    "CS117": "`=` stands where a value is compared",
    "CS118": "`else if` instead of `elif`",
    "CS119": "a keyword is misspelt",
    "CS120": "nothing can be assigned to this",
    "CS121": "an attribute can not be assigned",
    "CS122": "`with` takes a call, and policies of a known name",
    "CS123": "a declaration or statement stands in the wrong place",
    "CS124": "a block stands without the one that it belongs to",
    "CS125": "a statement is incomplete, or holds too much",
    "CS126": "the arguments of a call are in a wrong order",
    "CS127": "an entry does not fit its bracket",
    "CS128": "text and bytes are joined",
    "CS129": "an operator needs parentheses here",
    "CS130": "a type is written wrongly",
    "CS131": "a keyword is used as a name",
    "CS132": "a separator is missing or doubled",
    "CS133": "a statement is too long",
}
