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
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from cascade.files import write_whole

__all__ = ["Entry", "fetch", "keep"]

_MOST_ENTRIES: Final = 256
_MAGIC: Final = b"cascade cache 1\n"
_NAME: Final = re.compile(r"[0-9a-f]{40}\.cbp")
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
        _expect_own(place.parent)
        with place.open("rb") as file:
            entry = file.read(_LARGEST)
        digests, modules, blueprint = _parse(entry)
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
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _expect_own(place.parent)
        write_whole(place, sha256(body).hexdigest().encode() + b"\n" + body)
        _drop_oldest(place.parent)


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
    ours = (path for path in directory.glob("*.cbp") if _NAME.fullmatch(path.name))  # the directory may hold other files
    entries = sorted(_ages(ours), reverse=True)
    for _, path in entries[_MOST_ENTRIES:]:
        with contextlib.suppress(OSError):
            path.unlink()


def _ages(paths: Iterable[Path]) -> Iterable[tuple[float, Path]]:
    for path in paths:
        with contextlib.suppress(OSError):
            yield path.stat().st_mtime, path
