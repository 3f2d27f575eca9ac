"""Tasks that write a heartbeat to a file, line by line."""

from pathlib import Path

import cascade as cs


@cs.task(mode="blocking")
def write_line(file: str, text: str) -> None:
    """Append a line; it is in the file when this returns."""
    with Path(file).open("a", encoding="utf-8") as out:
        out.write(f"{text}\n")
