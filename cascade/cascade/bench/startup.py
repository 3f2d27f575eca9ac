"""What starting takes: `import cascade`, its modules, and `cascade run` from the shell to the result."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cascade.bench.figures import Amount, Experiment, Ratio
from cascade.bench.measuring import cascade_command, process, said_by
from cascade.bench.sizes import Sizes

__all__ = ["experiments"]

HELLO = """\
flow main(name: str = "world") -> str:
    return f"hello, {name}"
"""
IMPORT = "import cascade"
USE = "from cascade import task, flow, run"
MOST_MODULES = 200
MOST_MILLISECONDS = 70


def python(code: str) -> list[str]:
    """A process of this interpreter."""
    return [sys.executable, "-c", code]


def experiments(sizes: Sizes) -> Iterator[Experiment]:
    """Import, modules, and a whole run."""
    yield Experiment(
        "import cascade",
        {"bare": process(python("pass")), "import": process(python(IMPORT)), "use": process(python(USE))},
        [
            Amount(
                name=f"{side} time", title=f"`{code}`, above a bare interpreter", side=side, without="bare", unit="ms",
                goal=goal, negligible=5,
            )
            for side, code, goal in (("import", IMPORT, MOST_MILLISECONDS), ("use", USE, None))
        ],
        unit="ms",
    )  # fmt: skip
    yield Experiment(
        "modules of import cascade",
        {
            side: lambda code=code: said_by(python(f"{code}\nimport sys; print(len(sys.modules))"))  # type: ignore[misc]
            for side, code in (("bare", "pass"), ("import", IMPORT), ("use", USE))
        },
        [
            Amount(
                name=f"{side} modules", title=f"modules of `{code}`, above a bare interpreter", side=side, without="bare",
                unit="modules", goal=goal,
            )
            for side, code, goal in (("import", IMPORT, MOST_MODULES), ("use", USE, None))
        ],
        unit="modules",
        warm=False,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        yield _hello(Path(folder))


def _hello(folder: Path) -> Experiment:
    from cascade_vm.codec import encode

    from cascade.loading import load

    source, built = folder / "hello.csc", folder / "hello.cbp"
    source.write_text(HELLO)
    built.write_bytes(encode(load(source).material.blueprint))
    return Experiment(
        "cascade run hello.cbp",
        {
            "asyncio": process(python("import asyncio")),
            "built": process(cascade_command("run", built)),
            "source": process(cascade_command("run", source)),
        },
        [
            Ratio(
                name=side, title=f"`cascade run hello.{ending}`, whole process", side=side, base="asyncio",
                against='`python -c "import asyncio"`', goal=goal,
            )
            for side, ending, goal in (("built", "cbp", 3), ("source", "csc", None))
        ],
        unit="ms",
    )  # fmt: skip
