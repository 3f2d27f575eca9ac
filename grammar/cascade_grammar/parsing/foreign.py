"""Words and signs of other languages, and what to write instead."""

from __future__ import annotations

from typing import Final

__all__ = ["FOREIGN_CHARACTERS", "FOREIGN_SIGNS", "FOREIGN_WORDS", "RESERVED_FOREIGN"]

_FLOW = "write `flow name(parameters):`"
_TASKS = "write the task in Python, and name it: `from module import task`"

RESERVED_FOREIGN: Final = frozenset(["class", "def", "lambda", "yield", "global", "nonlocal", "async", "await", "raise"])
"""Keywords of Python that are no names here either."""

FOREIGN_WORDS: Final[dict[str, str]] = {
    "class": "values with methods come from tasks, which are written in Python",
    "def": _FLOW,
    "lambda": "functions are no values; write a flow, or a comprehension",
    "yield": "a flow returns once; send values on the way with `emit`",
    "global": "flows share no variables; pass them as arguments",
    "nonlocal": "flows share no variables; pass them as arguments",
    "async": "every flow can wait; leave the word out",
    "await": "calls are awaited by themselves; leave the word out",
    "raise": "write `fail value`, and `fail` alone to raise a caught error again",
    "import": "write `from module import task`",
    "with": "policies follow a call: `f(x) with retry(3)`",
    "match": "write `if` and `elif`",
    "switch": "write `if` and `elif`",
    "case": "write `if` and `elif`",
    "function": _FLOW,
    "func": _FLOW,
    "fn": _FLOW,
    "fun": _FLOW,
    "proc": _FLOW,
    "task": _TASKS,
    "let": "an assignment has no word before it: `name = value`",
    "var": "an assignment has no word before it: `name = value`",
    "print": "`print` is a function: `print(value)`",
    "throw": "write `fail value`",
    "catch": "write `except`",
    "elseif": "write `elif`",
    "elsif": "write `elif`",
    "do": "write `loop:`, and `break` where it ends",
    "until": "write `while not …:`",
    "unless": "write `if not …:`",
    "foreach": "write `for name in values:`",
    "repeat": "write `for i in range(n):`, or `loop:`",
    "goto": "write `jump state(arguments)` in a flow with states",
    "null": "write `None`",
}

FOREIGN_SIGNS: Final[dict[str, str]] = {
    ";": "each statement has a line of its own",
    "&&": "write `and`",
    "||": "write `or`",
    "!": "write `not`",
    "?": "write `a if condition else b`",
    "===": "write `==`",
    "=<": "write `<=`",
    "==>": "write `->` or `>=`",
    "=>": "write `->` or `>=`",
    "<>": "write `!=`",
    "++": "write `+= 1`",
    "--": "write `-= 1`",
}

FOREIGN_CHARACTERS: Final[dict[str, str]] = {
    "\\": "a backslash joins two lines only as the last character of one",
    **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", 'write plain quotes: `"…"`'),
    **dict.fromkeys("\u2018\u2019\u201a", "write plain quotes: `'…'`"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "write a plain minus: `-`"),
    **dict.fromkeys("\u00a0\u202f\u2007\u3000", "write a plain blank: this one only looks like it"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "it is invisible: delete it, and write what is beside it anew"),
    "\u00d7": "write `*`",
    "\u00f7": "write `/`",
    "\u2260": "write `!=`",
    "\u2264": "write `<=`",
    "\u2265": "write `>=`",
    "\u2026": "write `...`",
}
"""Characters that word processors and web pages put in the place of others."""
