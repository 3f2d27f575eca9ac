"""Reading and writing the files that users name, with one coded sentence when that does not work."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from cascade.errors import Problem, TargetError, UsageError

__all__ = ["LARGEST", "read_bytes", "write_output", "write_whole"]

LARGEST: Final = 256 * 1024 * 1024
"""Bytes. A program is smaller; what is larger is a mistake, or never ends (``/dev/zero``)."""


def read_bytes(path: Path) -> bytes:
    """What the file holds. Raises `TargetError`: CS401 when it can not be read, CS402 when it is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise TargetError(Problem("CS401", f"there is no file `{path}`", hint=_similar(path))) from None
    except IsADirectoryError:
        raise TargetError(Problem("CS401", f"`{path}` is a directory, not a file")) from None
    except (OSError, ValueError) as error:
        raise TargetError(Problem("CS401", f"`{path}` can not be read: {reason(error)}")) from None
    if len(data) > LARGEST:
        raise TargetError(Problem("CS402", f"`{path}` is larger than a program may be ({LARGEST // 1024**2} MiB)"))
    return data


def _similar(path: Path) -> str | None:
    from cascade.parameters import near_miss

    try:
        names = [entry.name for entry in os.scandir(path.parent)]
    except (OSError, ValueError):
        return None
    return near_miss(path.name, names) or near_miss(f"{path.name}.csc", names)


def reason(error: Exception) -> str:
    """Why the system refused, in its own words: ``permission denied``."""
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return text[:1].lower() + text[1:]


def write_output(path: Path, data: bytes) -> None:
    """Replace the file as a whole, keeping its mode. Raises `UsageError` CS413; what was there is then untouched."""
    try:
        if path.exists() and not path.is_file():  # a device or a pipe has no content to keep
            if path.is_dir():
                raise IsADirectoryError(None, "it is a directory")
            path.write_bytes(data)
        else:
            write_whole(path, data)
    except OSError as error:
        raise UsageError(Problem("CS413", f"`{path}` can not be written: {reason(error)}")) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write beside, then rename: whoever reads sees the old content or the new, and a failure leaves the old."""
    target = path.resolve()  # a link stays a link
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(None, "permission denied")
    beside = target.with_name(f".{target.name[:64]}.{os.urandom(6).hex()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(handle, "wb") as file:
            file.write(data)
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
