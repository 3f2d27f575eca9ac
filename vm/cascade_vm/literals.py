"""Constants and names as text, in the manner of Python, and back: what `listing` and `assembler` write and read.

Every constant has a text of its own: ``nan`` carries its bits, ``-0.0`` its sign, and the items of a frozenset are sorted.

Knows no Blueprint.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import timedelta

from cascade_vm import limits

__all__ = ["Reader", "format_constant", "format_float", "format_int", "format_text", "parse_float", "parse_int"]


# --- writing ---------------------------------------------------------------------------------------------------------


def format_constant(value: object) -> str:
    """``value``, which is a constant, as text on one line."""
    match value:
        case float():
            return format_float(value)
        case bool():
            return repr(value)
        case int():
            return format_int(value)
        case tuple():
            items = ", ".join(map(format_constant, value))
            return f"({items},)" if len(value) == 1 else f"({items})"
        case frozenset():
            return f"frozenset({', '.join(sorted({*map(format_constant, value)}))})"
        case complex():
            return f"complex({format_float(value.real)}, {format_float(value.imag)})"
        case timedelta():
            return f"duration({value.days}, {value.seconds}, {value.microseconds})"
        case _:  # None, a str, bytes or `...`, which are written as in Python
            return "..." if value is ... else repr(value)


def format_int(value: int) -> str:
    """Decimal up to 64 bits, hexadecimal beyond: decimal digits take time that grows with their square."""
    return str(value) if value.bit_length() <= 64 else hex(value)


def format_float(value: float) -> str:
    """As `repr` has it, and the bits of a NaN."""
    if value != value:
        return f"nan:{struct.pack('>d', value).hex()}"
    return repr(value)


_BARE = re.compile(r"[^\s,()'\"#;]+")


def format_text(text: str) -> str:
    """A name bare where that can be told apart, else as a str of Python."""
    return text if _BARE.fullmatch(text) and text.isprintable() else repr(text)


# --- reading ---------------------------------------------------------------------------------------------------------


def parse_int(text: str) -> int:
    """The inverse of `format_int`; `ValueError`."""
    return int(text, 16 if "x" in text else 10)


def parse_float(text: str) -> float:
    """The inverse of `format_float`; `ValueError`."""
    if text.startswith("nan:"):
        data = bytes.fromhex(text[4:])
        if len(data) != 8:
            raise ValueError(f"a NaN has eight bytes, not {len(data)}")
        (value,) = struct.unpack(">d", data)
        if value == value:
            raise ValueError(f"{text} is a number")
        return float(value)
    return float(text)


_TOKEN = re.compile(
    r"""\ *(?:
        (?P<string>b?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
      | (?P<float>[-+]?(?:nan:[0-9a-f]{16}|inf\b|\d+(?:\.\d+(?:e[-+]?\d+)?|e[-+]?\d+)))
      | (?P<int>[-+]?(?:0x[0-9a-f]+|\d+))
      | (?P<word>\.\.\.|[A-Za-z]+)
      | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"-?[0-9]{1,20}")
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_WORDS: dict[str, object] = {"None": None, "True": True, "False": False, "...": ...}


def _unescape(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits:
        return chr(int(digits, 16))
    if match[4] in _ESCAPED:
        return _ESCAPED[match[4]]
    raise ValueError(f"there is no escape \\{match[4]}")


class Reader:
    """Reads constants and names from one line, left to right. Whatever it can not read is a `ValueError`."""

    def __init__(self, line: str, at: int = 0) -> None:
        self.line = line
        self.at = at

    def skip(self) -> None:
        """Over blanks."""
        while self.at < len(self.line) and self.line[self.at] == " ":
            self.at += 1

    def peek(self) -> str:
        """The next character that is not blank; empty at the end of the line, and before a comment."""
        self.skip()
        rest = self.line[self.at : self.at + 1]
        return "" if rest == ";" else rest

    def take(self, text: str) -> bool:
        """Go over ``text`` if it is next."""
        self.skip()
        if not self.line.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def expect(self, text: str) -> None:
        """Go over ``text``, which must be next."""
        if not self.take(text):
            raise ValueError(f"{text!r} is missing before {self.line[self.at : self.at + 20]!r}")

    def end(self) -> None:
        """Nothing but a comment may be left."""
        if self.peek():
            raise ValueError(f"{self.line[self.at : self.at + 20]!r} is too much")

    def number(self) -> int:
        """A decimal integer."""
        self.skip()
        match = _NUMBER.match(self.line, self.at)
        if match is None:
            raise ValueError(f"a number is missing before {self.line[self.at : self.at + 20]!r}")
        self.at = match.end()
        return int(match[0])

    def text(self) -> str:
        """What `format_text` wrote."""
        if self.peek() in ("'", '"'):
            value = self.constant()
            assert isinstance(value, str)
            return value
        match = _BARE.match(self.line, self.at)
        if match is None:
            raise ValueError(f"a name is missing before {self.line[self.at : self.at + 20]!r}")
        self.at = match.end()
        return match[0]

    def constant(self, depth: int = 0) -> object:
        """What `format_constant` wrote."""
        match = _TOKEN.match(self.line, self.at)
        if match is None:
            raise ValueError(f"a constant is missing before {self.line[self.at : self.at + 20]!r}")
        self.at = match.end()
        token = match[match.lastgroup or 0]
        if match.lastgroup == "string":
            return _parse_string(token)
        if match.lastgroup == "float":
            return parse_float(token)
        if match.lastgroup == "int":
            return parse_int(token)
        if token == "(":
            return tuple(self._items(depth))
        if token in _WORDS:
            return _WORDS[token]
        return self._call(token, depth)

    def _call(self, word: str, depth: int) -> object:
        build = _CALLS.get(word)
        if build is None:
            raise ValueError(f"{word!r} is no constant")
        self.expect("(")
        return build(self._items(depth))

    def _items(self, depth: int) -> list[object]:
        if depth >= limits.CONSTANT_DEPTH:
            raise ValueError(f"a constant has more than {limits.CONSTANT_DEPTH} tuples within each other")
        items: list[object] = []
        while not self.take(")"):
            if items:
                self.expect(",")
                if self.take(")"):
                    break
            items.append(self.constant(depth + 1))
        return items


def _parse_string(token: str) -> str | bytes:
    if not token.startswith("b"):
        return _ESCAPE.sub(_unescape, token[1:-1])
    return _ESCAPE.sub(_unescape, token[2:-1]).encode("latin-1")


def _frozenset(items: list[object]) -> frozenset[object]:
    if len(items) > limits.SET_ITEMS:
        raise ValueError(f"a frozenset has more than {limits.SET_ITEMS} items")
    result = frozenset(items)
    if len(result) != len(items):
        raise ValueError("the items of a frozenset are not distinct")
    return result


def _complex(items: list[object]) -> complex:
    if [*map(type, items)] != [float, float]:
        raise ValueError("complex(…) has two floats")
    real, imag = items
    return complex(real, imag)  # type: ignore[call-overload, no-any-return] # floats, as seen above


def _duration(items: list[object]) -> timedelta:
    if [*map(type, items)] != [int, int, int]:
        raise ValueError("duration(…) has three integers")
    try:
        return timedelta(*items)  # type: ignore[arg-type] # integers, as seen above
    except OverflowError:
        raise ValueError("the duration is out of range") from None


_CALLS: dict[str, Callable[[list[object]], object]] = {
    "frozenset": _frozenset,
    "complex": _complex,
    "duration": _duration,
}
