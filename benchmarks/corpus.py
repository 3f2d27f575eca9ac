"""What becomes of other people's functions under `@cs.flow`: accepted, refused with a code, wrong.

    python benchmarks/corpus.py                       # our own corpus, against CPython on its arguments
    python benchmarks/corpus.py FOLDER FILE.py MODULE # functions without classes, generators, `with` and imports
    python benchmarks/corpus.py --run 50 FOLDER       # and the accepted ones run on 50 guessed arguments each
    python benchmarks/corpus.py --verbose FOLDER      # and each refusal with its sentence

Modules are imported. Accepted functions do nothing but compute, so that running them does no harm; one that takes too long is
left. The exit status is 1 when a function is wrong. Needs hypothesis.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.corpus import Report, functions_of
from support.corpus_check import EXAMPLES, MODULES, check_corpus_module, check_functions
from support.corpus_guesses import guessed

LIMIT = 0.5
"""Seconds for one call."""


def sources(target: str) -> Iterator[tuple[str, Path]]:
    """The modules that a word of the command line names: (name, file) of each."""
    path = Path(target)
    if path.is_dir():
        for file in sorted(path.rglob("*.py")):
            yield from sources(str(file))
    elif path.suffix == ".py":
        yield module_name(path.resolve()), path.resolve()
    else:
        found = getattr(importlib.import_module(target), "__file__", None) or ""
        if found.endswith(".py"):
            yield target, Path(found).resolve()
        else:
            print(f"not read: {target} is not written in Python", file=sys.stderr)


def module_name(path: Path) -> str:
    """The dotted name, as the packages around the file have it; its root is added to the path."""
    parts, folder = [path.stem], path.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return ".".join(part for part in parts if part != "__init__")


def imported(name: str, path: Path) -> ModuleType | None:
    """The module; None when it can not be imported, or another one has its name."""
    try:
        with warnings.catch_warnings(action="ignore"):
            module = importlib.import_module(name)
    except BaseException as error:  # scripts exit, and tests that skip themselves raise what is no `Exception`
        if isinstance(error, KeyboardInterrupt):
            raise
        print(f"not imported: {path}: {type(error).__name__}: {error}", file=sys.stderr)
        return None
    if Path(module.__file__ or "").resolve() != path:
        print(f"not imported: {path}: {name} is {module.__file__}", file=sys.stderr)
        return None
    return module


def check_other(name: str, path: Path, examples: int) -> Report:
    """The report for one module."""
    module = imported(name, path)
    if module is None:
        return Report()
    functions = functions_of(module, path.read_text(encoding="utf-8"))
    inputs = {each: guessed(function) for each, function in functions.items()} if examples else {}
    return check_functions(module, functions, inputs, examples, LIMIT)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("targets", nargs="*", help="files, folders and modules; our own corpus without")
    parser.add_argument("--run", type=int, default=0, metavar="N", help="calls of each function of other people's modules")
    parser.add_argument("--verbose", action="store_true", help="show what each refusal says")
    options = parser.parse_args()
    total = Report()
    for name in () if options.targets else MODULES:
        total += check_corpus_module(name, EXAMPLES)
    for target in options.targets:
        for name, path in sources(target):
            total += check_other(name, path, options.run)
    print(*total.lines(options.verbose), sep="\n")
    return 1 if total.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
