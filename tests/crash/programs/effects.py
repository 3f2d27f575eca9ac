"""What the tasks of these programs share: an execution leaves a line in a file before it does anything else."""

from __future__ import annotations

import os
from collections import Counter

import cascade as cs

_TRIED: Counter[str] = Counter()


def note(what: str) -> int:
    """Say that a call is made. Gives the number of the attempt."""
    try:
        call = cs.current_call()
        key, attempt = call.key, call.attempt
    except cs.UsageError:  # a run without a store
        _TRIED[what] += 1
        key, attempt = f"plain/{what.replace(' ', '')}", _TRIED[what]
    file = os.open(os.environ["CRASH_EFFECTS"], os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(file, f"x {key} {attempt} {os.getpid()} {what}\n".encode())
    os.close(file)
    return attempt
