"""The folder in which caches lie between runs, and how an entry comes into it and out of it.

It is ``$CASCADE_CACHE_DIR``, or ``cascade`` in ``$XDG_CACHE_HOME`` or ``~/.cache``; ``CASCADE_CACHE=0`` turns all caches off.
An entry is a file that is named by a digest. It is written beside and renamed, so that whoever reads sees a whole one, and of
each kind the oldest go when there are too many. What is in an entry is its cache's to say (`cascade.compile_cache`,
`cascade.code_cache`).
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from cascade.files import write_whole

__all__ = ["directory", "drop_oldest", "expect_own", "last_change", "read_entry", "read_own", "write_entry"]

_STEM: Final = re.compile(r"[0-9a-f]{40}")


def directory() -> Path | None:
    """The folder, which may not be there yet. None where there is to be none, or where systems do not say whose a file is."""
    if os.environ.get("CASCADE_CACHE") == "0" or not hasattr(os, "geteuid"):
        return None
    chosen = os.environ.get("CASCADE_CACHE_DIR")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base, "cascade") if os.path.isabs(base) else None


def expect_own(folder: Path) -> None:
    """An entry is run as if the user had written it: a folder that others can write to is not trusted. Raises `OSError`."""
    _expect_owned(folder.stat(), folder, 0o022)


def _expect_owned(status: os.stat_result, path: Path, refused: int) -> None:
    if status.st_uid != os.geteuid() or status.st_mode & refused:
        raise PermissionError(f"{path} is not the user's alone")


def read_own(path: Path, most: int, refused: int = 0) -> bytes:
    """A plain file's content, ``most`` bytes of it. `OSError` for anything else: a link, a pipe, a larger one, and with
    ``refused`` one of another user or with such rights."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            raise OSError(f"{path} is no file of {most} bytes at most")
        if refused:
            _expect_owned(status, path, refused)
        return file.read(most)


def read_entry(place: Path, most: int) -> bytes:
    """The content of an entry. Raises `OSError`, also where the folder is not the user's own."""
    expect_own(place.parent)
    return read_own(place, most)


def write_entry(place: Path, data: bytes) -> None:
    """Put an entry there as a whole. Raises `OSError`, also where the folder is not the user's own."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    expect_own(place.parent)
    write_whole(place, data)


def drop_oldest(folder: Path, suffix: str, most: int, room: int = 0) -> None:
    """Keep the newest entries of a kind. When there are more than ``most`` the oldest go, until there is ``room`` for more. The
    folder may hold other files: they stay."""
    with os.scandir(folder) as files:
        ours = [file for file in files if file.name.endswith(suffix) and _STEM.fullmatch(file.name.removesuffix(suffix))]
    if len(ours) <= most:
        return
    for _, path in sorted(_ages(ours), reverse=True)[most - room :]:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _ages(files: Iterable[os.DirEntry[str]]) -> Iterable[tuple[float, str]]:
    for file in files:
        with contextlib.suppress(OSError):
            yield file.stat().st_mtime, file.path


@cache
def last_change(room: str) -> int:
    """When a room last changed, in nanoseconds: for whoever works on it. 0 when that can not be said."""
    spec = find_spec(room)
    if spec is None or spec.origin is None:
        return 0
    newest = 0
    pending = [os.path.dirname(spec.origin)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir() and entry.name != "__pycache__":
                    pending.append(entry.path)
                elif entry.name.endswith((".py", ".lark")):
                    newest = max(newest, entry.stat().st_mtime_ns)
    return newest
