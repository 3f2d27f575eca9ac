"""The codes of this room's errors, each with its one-line title."""

from __future__ import annotations

__all__ = ["CODES"]

CODES: dict[str, str] = {
    # reading a file
    "CS301": "not a Blueprint",
    "CS302": "a Blueprint that a text-mode transfer has damaged",
    "CS303": "a Blueprint in a format that this version does not know",
    "CS304": "a Blueprint that is cut short",
    "CS305": "a Blueprint whose bytes were altered",
    "CS306": "a Blueprint with bytes after its end",
    "CS307": "a Blueprint whose contents can not be read",
    "CS308": "a Blueprint that is too large or too deep to be written down or read",
    "CS310": "a listing that can not be read",
    "CS311": "JSON that is not a Blueprint",
    # checking a program
    "CS320": "an index that is out of range",
    "CS321": "a register that is read before it is written",
    "CS322": "a register that may be unbound where a value is needed",
    "CS323": "arguments that do not fit what is called",
    "CS324": "code that runs off its end, or a tail call in a protected range",
    "CS325": "a table of handlers that makes no sense",
    "CS326": "a name that an instruction may not use",
    "CS327": "parameters that make no sense",
    "CS328": "a flow, task or variable whose name can not be used",
    "CS329": "a program beyond the limits",
}
