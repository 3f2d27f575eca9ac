"""Strings in canonical form: double quotes where they cost no escapes. It knows no expressions."""

from __future__ import annotations

import re

from cascade_grammar.parsing.texts import split_string

__all__ = ["escape_text", "format_docstring", "format_piece", "format_string"]

_SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape_text(text: str, quote: str) -> str:
    """A text as it stands between quotes of this kind; three quotes leave line ends as they are."""
    out: list[str] = []
    for character in text:
        if character == "\n" and len(quote) == 3:
            out.append("\n")
        elif character in _SHORT:
            out.append(_SHORT[character])
        elif character == quote:
            out.append("\\" + character)
        elif character.isprintable():
            out.append(character)
        else:
            out.append(_by_number(ord(character)))
    escaped = "".join(out)
    if len(quote) == 3:
        escaped = re.sub(rf"{quote[0]}(?={quote[0]}|\Z)", "\\\\" + quote[0], escaped)
    return escaped


def _by_number(number: int) -> str:
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def format_string(value: str | bytes, quote: str) -> str:
    """A string or bytes of its value, in this quote unless the other one saves escapes."""
    other = "'" if quote == '"' else '"'
    if isinstance(value, str):
        chosen = other if quote in value and other not in value else quote
        return f"{chosen}{escape_text(value, chosen)}{chosen}"
    text = value.decode("latin-1")
    chosen = other if quote in text and other not in text else quote
    escaped = "".join(c if ord(c) < 128 else f"\\x{ord(c):02x}" for c in escape_text(text, chosen))
    return f"b{chosen}{escaped}{chosen}"


def format_docstring(value: str) -> str:
    """A text between three double quotes."""
    return f'"""{escape_text(value, 3 * chr(34))}"""'


def format_piece(written: str, quote: str) -> str:
    """A string as it was written, its quotes made this one where that adds no escape."""
    prefix, was, body = split_string(written)
    prefix = prefix.replace("u", "")
    want = quote * len(was)
    if was == want:
        return f"{prefix}{was}{body}{was}"
    if len(was) == 3:
        possible = want not in body and not body.endswith((quote, "\\"))
    else:
        possible = quote not in body
        if possible and "r" not in prefix:
            body = re.sub(r"\\([\s\S])", lambda found: was if found.group(1) == was else found.group(), body)
        elif possible:
            possible = "\\" + was not in body
    if not possible:
        want = was
    return f"{prefix}{want}{body}{want}"
