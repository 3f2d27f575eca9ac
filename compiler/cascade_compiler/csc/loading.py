"""The files of a program: the main one and those that it imports, each read and parsed once. Knows no meaning."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from cascade_compiler.csc.complaints import Complaints
from cascade_compiler.csc.symbols import Unit
from cascade_grammar import tree
from cascade_grammar.diagnostics import SourceErrors
from cascade_grammar.parser import parse_module
from cascade_grammar.spans import Source

__all__ = ["Loader", "read_source"]


def read_source(path: Path) -> Source:
    """The text of a file, named as its path is written. Raises `OSError` and `UnicodeDecodeError`."""
    return Source(str(path), path.read_bytes().decode("utf-8"))


class Loader:
    """Loads the files of one program."""

    def __init__(self, read: Callable[[Path], Source]) -> None:
        self._read = read
        self._units: dict[Path, Unit] = {}
        self._under_way: list[Unit] = []
        self._prefixes: set[str] = set()

    def load(self, path: Path) -> list[Unit]:
        """The file and those that it imports, directly or not, in the order in which they are named."""
        self._load(path, self._read(path), "")
        return list(self._units.values())

    def _load(self, path: Path, source: Source, prefix: str) -> Unit:
        unit = Unit(path, source, prefix, Complaints(source))
        self._units[path.resolve()] = unit
        try:
            unit.module = parse_module(source)
        except SourceErrors as errors:
            unit.complaints.extend(errors)
            return unit
        self._under_way.append(unit)
        for position, declaration in enumerate(unit.module.declarations):
            if isinstance(declaration, tree.ImportFlows):
                imported = self._import(unit, declaration)
                if imported is not None:
                    unit.imports[position] = imported
        self._under_way.pop()
        return unit

    def _import(self, unit: Unit, declaration: tree.ImportFlows) -> Unit | None:
        written = str(declaration.path.value)
        path = Path(os.path.normpath(unit.path.parent / written))
        known = self._units.get(path.resolve())
        if known is not None:
            return None if self._is_circular(unit, known, declaration) else known
        try:
            source = self._read(path)
        except (OSError, ValueError) as error:
            hint = _similar(path, written) if isinstance(error, FileNotFoundError) else None
            unit.complaints.add("CS203", declaration.path.span, _unreadable(written, error), hint)
            return None
        return self._load(path, source, self._prefix(path))

    def _is_circular(self, unit: Unit, known: Unit, declaration: tree.ImportFlows) -> bool:
        if known not in self._under_way:
            return False
        circle = [*self._under_way[self._under_way.index(known) :], known]
        spelled = " imports ".join(f"`{part.path.name}`" for part in circle)
        hint = "move what both of them need to a file of its own" if len(circle) > 2 else None
        unit.complaints.add("CS204", declaration.path.span, f"files import each other in a circle: {spelled}", hint)
        return True

    def _prefix(self, path: Path) -> str:
        """``common.`` for flows of ``common.csc``; a number tells two files of that name apart."""
        stem = re.sub(r"\W", "_", path.stem)
        found, number = stem, 2
        while found in self._prefixes:
            found, number = f"{stem}_{number}", number + 1
        self._prefixes.add(found)
        return f"{found}."


def _similar(path: Path, written: str) -> str | None:
    """A hint at the file that was perhaps meant, named as from here."""
    try:
        names = [entry.name.removesuffix(".csc") for entry in os.scandir(path.parent) if entry.name.endswith(".csc")]
    except (OSError, ValueError):
        return None
    close = get_close_matches(path.name.removesuffix(".csc"), names, n=1)
    folder = written.rpartition("/")[0]
    return f"did you mean `{folder and folder + '/'}{close[0]}.csc`?" if close else None


def _unreadable(written: str, error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return f"there is no file `{written}`"
        case IsADirectoryError():
            return f"`{written}` is a directory, not a file"
        case UnicodeDecodeError():
            return f"`{written}` is not a text in UTF-8"
        case OSError(strerror=str() as reason):
            return f"`{written}` can not be read: {reason.lower()}"
        case _:
            return f"`{written}` can not be read"
