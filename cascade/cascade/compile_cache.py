"""What a source was compiled to, kept between runs: so that an unchanged file is not compiled again.

An entry is a file in a directory of the user's own (``$CASCADE_CACHE_DIR``, or ``cascade`` in ``$XDG_CACHE_HOME`` or
``~/.cache``; ``CASCADE_CACHE=0`` turns it off). Its name is a digest of the source's path, the options, and the versions of
Cascade and Python. It holds digests of the source and of all `.csc` files that it imports, and the Blueprint as bytes: whoever
asks decodes and verifies these as any other file's. Nothing here ever fails a run: a directory that can not be written, or an
entry that is damaged, is as good as none. Entries are written beside and renamed; the oldest go when there are too many.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from cascade.files import write_whole

__all__ = ["fetch", "keep"]

_MOST_ENTRIES: Final = 256
_MAGIC: Final = b"cascade cache 1\n"
_LARGEST: Final = 64 * 1024 * 1024
_ROOMS: Final = ("cascade_grammar", "cascade_compiler", "cascade_vm")


def fetch(source: Path, level: int) -> tuple[bytes, dict[Path, bytes]] | None:
    """The Blueprint of ``source`` as bytes, with the files that it was made from; None unless all of them are unchanged."""
    place = _entry(source, level)
    if place is None:
        return None
    try:
        _expect_own(place.parent)
        with place.open("rb") as file:
            entry = file.read(_LARGEST)
        files, blueprint = _parse(entry)
        contents = {path: path.read_bytes() for path in files}
    except (OSError, ValueError):
        return None
    if any(sha256(contents[path]).hexdigest() != digest for path, digest in files.items()):
        return None
    return blueprint, contents


def keep(source: Path, level: int, contents: Mapping[Path, bytes], blueprint: bytes) -> None:
    """Remember what ``source``, one of ``contents``, was compiled to."""
    place = _entry(source, level)
    if place is None:
        return
    rows = [f"{sha256(data).hexdigest()} {os.fsencode(path.resolve()).hex()}\n" for path, data in contents.items()]
    head = _MAGIC + f"{len(rows)}\n".encode() + "".join(rows).encode()
    body = head + blueprint
    with contextlib.suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _expect_own(place.parent)
        write_whole(place, sha256(body).hexdigest().encode() + b"\n" + body)
        _drop_oldest(place.parent)


def _parse(entry: bytes) -> tuple[dict[Path, str], bytes]:
    """Files with their digests, and the Blueprint; `ValueError` for anything but what `keep` wrote."""
    digest, _, body = entry.partition(b"\n")
    if sha256(body).hexdigest().encode() != digest or not body.startswith(_MAGIC):
        raise ValueError("not an entry")
    count, _, rest = body[len(_MAGIC) :].partition(b"\n")
    files: dict[Path, str] = {}
    for _ in range(int(count)):
        row, _, rest = rest.partition(b"\n")
        file_digest, _, path = row.decode("ascii").partition(" ")
        files[Path(os.fsdecode(bytes.fromhex(path)))] = file_digest
    return files, rest


def _expect_own(directory: Path) -> None:
    """An entry is run as if the user had written it: a directory that others can write to is not trusted."""
    status = directory.stat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise PermissionError(f"{directory} can be written by others")


def _directory() -> Path | None:
    if os.environ.get("CASCADE_CACHE") == "0":
        return None
    chosen = os.environ.get("CASCADE_CACHE_DIR")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base, "cascade") if os.path.isabs(base) else None


def _entry(source: Path, level: int) -> Path | None:
    directory = _directory()
    if directory is None:
        return None
    key = "\0".join((str(source.resolve()), str(level), _version(), f"{sys.version_info.major}.{sys.version_info.minor}"))
    return directory / f"{sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:40]}.cbp"


def _version() -> str:
    """The version, and when the compiler itself last changed: for whoever works on it."""
    from cascade import __version__

    return f"{__version__} {max(_modified(room) for room in _ROOMS)}"


def _modified(room: str) -> int:
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


def _drop_oldest(directory: Path) -> None:
    entries = sorted(_ages(directory.glob("*.cbp")), reverse=True)
    for _, path in entries[_MOST_ENTRIES:]:
        with contextlib.suppress(OSError):
            path.unlink()


def _ages(paths: Iterable[Path]) -> Iterable[tuple[float, Path]]:
    for path in paths:
        with contextlib.suppress(OSError):
            yield path.stat().st_mtime, path
