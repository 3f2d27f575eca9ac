"""A key that the user has and nobody else: with it a cache tells its own entries from those of others.

It is a file of 32 random bytes, ``code.key`` in ``$XDG_STATE_HOME/cascade`` or ``~/.local/state/cascade``, which nobody but the
user can read or replace. It never lies in the cache folder: whoever can write there must not have it. Without such a file, or
where it can not be made, there is no key.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from cascade import cache_folder

__all__ = ["make_key", "read_key"]

_BYTES: Final = 32
_OTHERS: Final = 0o077


def read_key() -> bytes | None:
    """The key; None when there is none that is to be trusted."""
    place = _place()
    if place is None:
        return None
    try:
        cache_folder.expect_own(place.parent)
        found = cache_folder.read_own(place, _BYTES, _OTHERS)
    except OSError:
        return None
    return found if len(found) == _BYTES else None


def make_key() -> bytes | None:
    """The key, made now if there is none. Of several processes that make one at once the first wins, for all of them."""
    place = _place()
    if place is None:
        return None
    with contextlib.suppress(OSError):
        if not os.path.lexists(place):
            _make(place)
    return read_key()


def _make(place: Path) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    cache_folder.expect_own(place.parent)
    beside = place.with_name(f".{place.name}.{os.urandom(6).hex()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(os.urandom(_BYTES))
            file.flush()
            os.fsync(handle)  # half a key would be one that is never replaced
        os.link(beside, place)  # which fails where another process has made one
    finally:
        beside.unlink()


def _place() -> Path | None:
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    if not os.path.isabs(base):
        return None
    place, cache = Path(base, "cascade", "code.key"), cache_folder.directory()
    inside = cache is not None and Path(os.path.realpath(place)).is_relative_to(os.path.realpath(cache))
    return None if inside else place
