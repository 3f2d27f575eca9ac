"""Generated code, kept between runs: so that a loop that was busy before is fast at once. A `CodeCache` of the machine.

Code is trusted when it is read, and a cache may be restored, shared or written to by somebody else. So each entry is signed
with a key that lies elsewhere (`cascade.secret`), over its content and what it is code of, and nothing is made of an entry
before that has been checked. One that is damaged, forged, or of another version is as good as none; so are all without a key.
"""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest, digest
from pathlib import Path
from typing import Final

from cascade import __version__, cache_folder, secret

__all__ = ["fetch", "keep"]

_SUFFIX: Final = ".code"
_MOST_ENTRIES: Final = 512
_LARGEST: Final = 4 * 1024 * 1024
_SIGNATURE: Final = 32
_BETWEEN: Final = 32
"""Entries that a process writes before it looks again whether there are too many."""
_written = 0


def fetch(key: str, began: int | None = None) -> bytes | None:
    """What was kept under ``key``, by this user and this version of the machine. None if that has changed since it was loaded,
    at ``began`` (nanoseconds): which of its code runs here can not be said then."""
    try:
        place, known = _entry(key, began), secret.read_key()
        if place is None or known is None:
            return None
        path, meaning = place
        entry = cache_folder.read_entry(path, _LARGEST)
        data = entry[_SIGNATURE:]
        signed = compare_digest(entry[:_SIGNATURE], digest(known, meaning + data, "sha256"))
    except OSError:
        return None
    return data if signed else None


def keep(key: str, data: bytes, began: int | None = None) -> None:
    """Keep it under ``key``: the newest 512 entries stay. Nothing is kept of a machine that has changed since ``began``."""
    global _written
    try:
        place = _entry(key, began)
        known = None if place is None or len(data) > _LARGEST - _SIGNATURE else secret.make_key()
        if place is None or known is None:
            return
        path, meaning = place
        cache_folder.write_entry(path, digest(known, meaning + data, "sha256") + data)
        if _written % _BETWEEN == 0:
            cache_folder.drop_oldest(path.parent, _SUFFIX, _MOST_ENTRIES - _BETWEEN, _BETWEEN)
        _written += 1
    except OSError:
        return


def _entry(key: str, began: int | None) -> tuple[Path, bytes] | None:
    """Where the entry of a key lies, and what its signature says that it is code of. None where nothing is kept."""
    folder, changed = cache_folder.directory(), cache_folder.last_change("cascade_vm")
    if folder is None or (began is not None and changed >= began):
        return None
    meaning = sha256(f"{__version__} {changed} {key}".encode())
    return folder / f"{meaning.hexdigest()[:40]}{_SUFFIX}", meaning.digest()
