"""Durations as people write them: ``30s``, ``250ms``, ``1h30m``, ``1.5h``, or a number of seconds.

The language has literals of its own; this reads the command line and JSON, and writes both for messages.
"""

from __future__ import annotations

import re
from datetime import timedelta

__all__ = ["format_duration", "parse_duration"]

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ms|s|m|h|d)")


def parse_duration(text: str) -> timedelta:
    """The duration that ``text`` says; `ValueError` when it says none."""
    words = text.strip().lower()
    sign = -1 if words.startswith("-") else 1
    words = words.lstrip("+-") if words[:2] not in ("--", "++", "+-", "-+") else words
    try:
        parts = _PART.findall(words)
        if parts and "".join(number + unit for number, unit in parts) == words:
            return sign * sum((timedelta(seconds=float(n) * _SECONDS[unit]) for n, unit in parts), timedelta())
        return sign * timedelta(seconds=float(words))
    except (ValueError, OverflowError):
        raise ValueError(f"`{text}` is not a duration") from None


def format_duration(duration: timedelta) -> str:
    """The duration in as few parts as say it: ``1h30m``, ``250ms``, ``0s``."""
    left = abs(duration) // timedelta(microseconds=1)
    text = ""
    for unit, size in (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000)):
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    if left:
        text += f"{left / 1000:.15g}ms"
    return ("-" if duration < timedelta() else "") + (text or "0s")
