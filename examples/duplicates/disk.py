"""Tasks that look at a disk: list one folder, hash one file. They know nothing of duplicates."""

import hashlib
import os
import stat
from pathlib import Path

import cascade as cs


@cs.task(mode="blocking")
def list_folder(folder: str) -> list[dict[str, object]]:
    """The entries of a folder, in the order of their names.

    Each has ``path``, ``shown`` (the path as text that can be printed), ``kind`` ("folder", "file", "link" or "other"),
    ``size`` in bytes, and ``identity``, which two names of one file (hard links) have in common.
    """
    found: list[dict[str, object]] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            status = entry.stat(follow_symlinks=False)
            found.append(
                {
                    "path": entry.path,
                    "shown": os.fsencode(entry.path).decode(errors="backslashreplace"),
                    "kind": _kind(status.st_mode),
                    "size": status.st_size,
                    "identity": f"{status.st_dev}:{status.st_ino}",
                }
            )
    return found


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "other"


@cs.task(mode="blocking")
def hash_file(path: str) -> str:
    """The sha256 of a file's content, in hexadecimal. Reads in pieces, so a large file costs no memory."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
