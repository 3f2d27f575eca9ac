"""Tasks that read a web server's access log (combined format and the response time in seconds)."""

import re
from datetime import datetime
from pathlib import Path

import cascade as cs

_LINE = re.compile(
    r'(?P<client>\S+) \S+ \S+ \[(?P<time>[^\]]+)\] "(?P<method>[A-Z]+) (?P<target>\S+) [^"]*" '
    r'(?P<status>\d{3}) (?P<size>\d+|-) "(?P<referrer>(?:[^"\\]|\\.)*)" '
    r'"(?P<agent>(?:[^"\\]|\\.)*)" (?P<seconds>\d+\.\d+)'
)
_CHUNK = 1 << 18


@cs.task
def sample_log() -> str:
    """Where the log that comes with this example is."""
    return str(Path(__file__).with_name("access.log"))


@cs.task(mode="blocking")
def read_records(path: str, offset: int) -> tuple[list[dict[str, object]], list[str], int]:
    """The next piece of a log: its records, the lines that are none, and the offset of the piece after it.

    The offset stays the same at the end of the log. A piece ends at the end of a line.
    """
    with Path(path).open("rb") as file:
        file.seek(offset)
        data = file.read(_CHUNK) + file.readline()
    records: list[dict[str, object]] = []
    rejected: list[str] = []
    # Not `splitlines`, for which some characters inside a line end it too.
    for raw in data.removesuffix(b"\n").split(b"\n") if data else ():
        line = raw.removesuffix(b"\r").decode(errors="backslashreplace")
        match = _LINE.fullmatch(line)
        if match is None:
            rejected.append(line)
        else:
            records.append(_record(match))
    return records, rejected, offset + len(data)


def _record(match: re.Match[str]) -> dict[str, object]:
    time = datetime.strptime(match["time"], "%d/%b/%Y:%H:%M:%S %z")
    return {
        "client": match["client"],
        "time": int(time.timestamp()),
        "clock": time.strftime("%d %b %H:%M"),
        "path": match["target"].partition("?")[0],
        "status": int(match["status"]),
        "agent": match["agent"],
        "ms": round(float(match["seconds"]) * 1000),
    }
