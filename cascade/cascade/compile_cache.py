"""What a source was compiled to, kept between runs: so that an unchanged file is not compiled again.

An entry is a file in the user's cache folder (`cascade.cache_folder`). Its name is a digest of the source's path, the options,
and the versions of Cascade and Python. It holds digests of the source and of all `.csc` files that it imports, and the
Blueprint as bytes: whoever asks decodes and verifies these as any other file's. Nothing here ever fails a run: a folder that
can not be written, or an entry that is damaged, is as good as none.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cascade import cache_folder

__all__ = ["Entry", "fetch", "keep"]

_MOST_ENTRIES: Final = 256
_MAGIC: Final = b"cascade cache 1\n"
_SUFFIX: Final = ".cbp"
_LARGEST: Final = 64 * 1024 * 1024
_ROOMS: Final = ("cascade_grammar", "cascade_compiler", "cascade_vm")


@dataclass(frozen=True, slots=True)
class Entry:
    """``files`` are the contents of the source and of what it imports; ``modules`` says in which directory each task module
    was found that lies beside a source; ``blueprint`` is what they were compiled to."""

    files: Mapping[Path, bytes]
    modules: Mapping[str, Path]
    blueprint: bytes


def fetch(source: Path, level: int) -> Entry | None:
    """What ``source`` was compiled to; None unless all files that went into it are unchanged."""
    place = _entry(source, level)
    if place is None:
        return None
    try:
        digests, modules, blueprint = _parse(cache_folder.read_entry(place, _LARGEST))
        files = {path: path.read_bytes() for path in digests}
    except (OSError, ValueError):
        return None
    if any(sha256(files[path]).hexdigest() != digest for path, digest in digests.items()):
        return None
    return Entry(files, modules, blueprint)


def keep(source: Path, level: int, entry: Entry) -> None:
    """Remember what ``source`` was compiled to."""
    place = _entry(source, level)
    if place is None:
        return
    rows = [f"file {sha256(data).hexdigest()} {_hex(path)}\n" for path, data in entry.files.items()]
    rows += [f"module {name} {_hex(directory)}\n" for name, directory in entry.modules.items()]
    body = _MAGIC + f"{len(rows)}\n{''.join(rows)}".encode() + entry.blueprint
    with contextlib.suppress(OSError):
        cache_folder.write_entry(place, sha256(body).hexdigest().encode() + b"\n" + body)
        cache_folder.drop_oldest(place.parent, _SUFFIX, _MOST_ENTRIES)


def _hex(path: Path) -> str:
    return os.fsencode(path.resolve()).hex()


def _parse(entry: bytes) -> tuple[dict[Path, str], dict[str, Path], bytes]:
    """Digests of files, directories of modules, and the Blueprint; `ValueError` for anything but what `keep` wrote."""
    digest, _, body = entry.partition(b"\n")
    if sha256(body).hexdigest().encode() != digest or not body.startswith(_MAGIC):
        raise ValueError("not an entry")
    count, _, rest = body[len(_MAGIC) :].partition(b"\n")
    files: dict[Path, str] = {}
    modules: dict[str, Path] = {}
    for _ in range(int(count)):
        row, _, rest = rest.partition(b"\n")
        kind, said, path = row.decode().split(" ")
        place = Path(os.fsdecode(bytes.fromhex(path)))
        if kind == "file":
            files[place] = said
        else:
            modules[said] = place
    return files, modules, rest


def _entry(source: Path, level: int) -> Path | None:
    directory = cache_folder.directory()
    if directory is None:
        return None
    key = "\0".join((str(source.resolve()), str(level), _version(), f"{sys.version_info.major}.{sys.version_info.minor}"))
    return directory / f"{sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:40]}{_SUFFIX}"


def _version() -> str:
    """The version, and when the compiler itself last changed: for whoever works on it."""
    from cascade import __version__

    return f"{__version__} {max(map(cache_folder.last_change, _ROOMS))}"
