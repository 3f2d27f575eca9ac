"""Strings as they are written: where they end, and what they mean. It knows nothing of the tokens around them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

__all__ = ["FORMATTED_TEXT", "STRING_END", "TextError", "decode_bytes", "decode_text", "split_string"]

_QUOTES: Final = ('"', "'", '"""', "'''")


def _string_end(quote: str) -> re.Pattern[str]:
    if len(quote) == 1:
        return re.compile(rf"[^\\\n{quote}]*(?:\\.[^\\\n{quote}]*)*{quote}", re.DOTALL)
    one = quote[0]
    return re.compile(rf"[^\\{one}]*(?:(?:\\.|{one}(?!{one}{one}))[^\\{one}]*)*{quote}", re.DOTALL)


STRING_END: Final = {quote: _string_end(quote) for quote in _QUOTES}
"""From behind the opening quote to behind the closing one."""


def _formatted_text(kind: str, quote: str, raw: bool) -> re.Pattern[str]:
    one = quote[0]
    plain = rf"[^\\{{}}{one}]" if len(quote) == 3 else rf"[^\\{{}}{one}\n]"
    parts = [f"{plain}+"]
    if not raw:
        parts.append(r"\\N\{[^{}\n]*\}")
    parts.append(r"\\(?=[{}])|\\(?![{}])[\s\S]")
    if len(quote) == 3:
        parts.append(rf"{one}(?!{one}{one})")
    if kind == "text":
        parts.append(r"\{\{|\}\}")
    return re.compile(f"(?:{'|'.join(parts)})*")


FORMATTED_TEXT: Final = {
    (kind, quote, raw): _formatted_text(kind, quote, raw)
    for kind in ("text", "spec")
    for quote in _QUOTES
    for raw in (False, True)
}
"""The text of an f-string, or of a format specification in it, up to a brace or the closing quote."""

_SIMPLE: Final = {
    "\n": "", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_ESCAPE: Final = re.compile(
    r"\\(?:([\n\\'\"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^{}\n]*)\}|([\s\S]|\Z))"
)


class TextError(NamedTuple):
    """Something wrong in a string, at an offset from where its text begins."""

    offset: int
    length: int
    message: str
    hint: str | None = None


_BACKSLASH_HINT: Final = 'write `\\\\` for a backslash, or put r before the string: r"…"'


def decode_text(raw: str) -> str | TextError:
    """The meaning of a text that is not raw: its escapes replaced."""
    if "\\" not in raw:
        return raw
    pieces: list[str] = []
    last = 0
    for found in _ESCAPE.finditer(raw):
        value = _escape_value(found)
        if isinstance(value, TextError):
            return value
        pieces += (raw[last : found.start()], value)
        last = found.end()
    pieces.append(raw[last:])
    return "".join(pieces)


def _escape_value(found: re.Match[str]) -> str | TextError:
    simple, octal, two, four, eight, name, other = found.groups()
    if simple is not None:
        return _SIMPLE[simple]
    start, length = found.start(), found.end() - found.start()
    if name is not None:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return TextError(start, length, f"there is no character named `{name}`")
    if other is not None:
        return TextError(start, length, _no_escape(found.group(), other), _BACKSLASH_HINT)
    number = int(octal, 8) if octal else int(two or four or eight, 16)
    if number > 0x10FFFF:
        return TextError(start, length, f"`{found.group()}` is beyond the last character, which is U+10FFFF")
    return chr(number)


def _no_escape(written: str, letter: str) -> str:
    if letter == "x":
        return "`\\x` needs two hexadecimal digits"
    if letter == "u":
        return "`\\u` needs four hexadecimal digits"
    if letter == "U":
        return "`\\U` needs eight hexadecimal digits"
    if letter == "N":
        return "`\\N` needs the name of a character in braces"
    return f"`{written}` is no escape"


_BYTE_ESCAPE: Final = re.compile(r"\\(?:([\n\\'\"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|([\s\S]|\Z))")


def decode_bytes(raw: str, *, escapes: bool) -> bytes | TextError:
    """The meaning of the text of a bytes string."""
    for offset, character in enumerate(raw):
        if ord(character) > 127:
            return TextError(offset, 1, "bytes hold ASCII characters only", "write other bytes as `\\x…`")
    if not escapes:
        return raw.encode("ascii")
    pieces: list[bytes] = []
    last = 0
    for found in _BYTE_ESCAPE.finditer(raw):
        simple, octal, two, other = found.groups()
        pieces.append(raw[last : found.start()].encode("ascii"))
        last = found.end()
        if simple is not None:
            pieces.append(_SIMPLE[simple].encode("ascii"))
        elif other is not None:
            written = found.group()
            message = _no_escape(written, other) if other == "x" else f"`{written}` is no escape in bytes"
            return TextError(found.start(), len(written), message, _BACKSLASH_HINT)
        else:
            value = int(octal, 8) if octal else int(two, 16)
            if value > 255:
                return TextError(found.start(), len(found.group()), f"`{found.group()}` is more than a byte")
            pieces.append(bytes((value,)))
    pieces.append(raw[last:].encode("ascii"))
    return b"".join(pieces)


def split_string(written: str) -> tuple[str, str, str]:
    """Prefix (lower case), quote, and what is between the quotes."""
    body = written.lstrip("rRbBuUfF")
    prefix = written[: len(written) - len(body)].lower()
    quote = body[:3] if body[:3] in ('"""', "'''") and len(body) >= 6 else body[0]
    return prefix, quote, body[len(quote) : len(body) - len(quote)]
