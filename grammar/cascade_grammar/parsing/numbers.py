"""Numbers and durations as they are written: their kinds, their values, and what is wrong with those that are neither."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final, NamedTuple

__all__ = ["LONG_UNITS", "Complaint", "classify_number", "duration_value", "number_value"]


class Complaint(NamedTuple):
    """A code, a sentence, and perhaps a hint."""

    code: str
    message: str
    hint: str | None = None


_DIGITS = r"[0-9](?:_?[0-9])*"
_NUMBER: Final = re.compile(
    rf"0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?0)*|[1-9](?:_?[0-9])*"
    rf"|(?:(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][-+]?{_DIGITS})?[jJ])"
    rf"|(?:{_DIGITS}\.(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][-+]?{_DIGITS})?"
    rf"|{_DIGITS}[eE][-+]?{_DIGITS}"
)
_DURATION: Final = re.compile(rf"({_DIGITS}(?:\.{_DIGITS})?)(ms|s|m|h|d)")
_LIKE_DURATION: Final = re.compile(r"([0-9][0-9_]*(?:\.[0-9]+)?)([^\W\d_]+)(\w*)")
_UNITS: Final = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
LONG_UNITS: Final = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "day": "d", "days": "d", "msec": "ms", "millis": "ms",
    **{unit: unit for unit in _UNITS},
}  # fmt: skip
"""Other ways to write a unit, and the units themselves."""
_UNITS_HINT: Final = "the units are ms, s, m, h and d"


def classify_number(text: str) -> tuple[str, Complaint | None]:
    """The terminal of something that begins with a digit, and what is wrong with it."""
    if text.isdigit() and text[0] != "0" and len(text) < 4000:
        return "NUMBER", None
    if _NUMBER.fullmatch(text):
        return "NUMBER", _beyond_limits(text)
    if _DURATION.fullmatch(text):
        return "DURATION", _too_long(text)
    return _explain(text)


def _beyond_limits(text: str) -> Complaint | None:
    try:
        number_value(text)
    except ValueError:
        return Complaint("CS110", "this number has more digits than Python reads", "write it in hexadecimal, or compute it")
    return None


def _too_long(text: str) -> Complaint | None:
    try:
        duration_value(text)
    except OverflowError:
        return Complaint("CS109", f"`{text}` is longer than a duration can be, which is 999999999 days")
    except ValueError:
        return Complaint("CS109", "this duration has more digits than Python reads")
    return None


def _explain(text: str) -> tuple[str, Complaint]:
    shown = text if len(text) <= 40 else text[:37] + "..."
    if re.fullmatch(r"0[0-9_]+", text):
        digits = text.lstrip("0_") or "0"
        return "NUMBER", Complaint(
            "CS110", f"`{shown}` begins with a zero", f"write `{digits}`, or `0o{digits}` if it is octal"
        )
    found = _LIKE_DURATION.fullmatch(text)
    if text[:2].lower() not in ("0x", "0o", "0b") and found and found.group(2)[0] not in "eEjJ":
        amount, unit, rest = found.groups()
        if unit in _UNITS and rest:
            return "DURATION", Complaint("CS109", f"`{shown}` is no duration", f"add durations: `{_sum_of_durations(text)}`")
        if not rest and unit.lower() in LONG_UNITS:
            unit = LONG_UNITS[unit.lower()]
            return "DURATION", Complaint("CS109", f"`{shown}` is no duration", f"write `{amount}{unit}`; {_UNITS_HINT}")
        return "DURATION", Complaint("CS109", f"`{shown}` is no duration: there is no unit `{unit}{rest}`", _UNITS_HINT)
    return "NUMBER", Complaint("CS110", f"`{shown}` is no number")


def _sum_of_durations(text: str) -> str:
    parts = re.findall(r"([0-9][0-9_]*(?:\.[0-9]+)?)(ms|s|m|h|d)?", text)
    smaller = {"h": "m", "m": "s", "d": "h", "s": "ms"}
    words: list[str] = []
    unit = ""
    for amount, written in parts:
        unit = written or smaller.get(unit, "s")
        words.append(f"{amount}{unit}")
    return " + ".join(words)


def number_value(text: str) -> int | float | complex:
    """The value of a NUMBER."""
    lower = text.lower()
    if lower[:2] in ("0x", "0o", "0b"):
        return int(lower, 0)
    if lower.endswith("j"):
        return complex(lower.replace("_", ""))
    if "." in lower or "e" in lower:
        return float(lower)
    return int(lower)


def duration_value(text: str) -> timedelta:
    """The value of a DURATION."""
    found = _DURATION.fullmatch(text)
    assert found is not None
    amount, unit = found.groups()
    scale = _UNITS[unit]
    return timedelta(microseconds=float(amount) * scale if "." in amount else int(amount) * scale)
