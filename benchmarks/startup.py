"""How long ``cascade run`` takes from the shell to the result, and that it loads no more than it uses.

python benchmarks/startup.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from figures import Figure, cascade_command, exit_status, medians, seconds, show

HELLO = """\
flow main(name: str = "world") -> str:
    return f"hello, {name}"
"""
ROUNDS = 15


def loads_lark(target: Path) -> bool:
    """Whether a run of the target imports lark."""
    start = "import sys; from cascade.cli.run import main\ntry: main()\nfinally: print('lark' in sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", start, "run", str(target), "--vm"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stderr.splitlines()[-1] == "True"


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "hello.csc"
        source.write_text(HELLO)
        built = source.with_suffix(".cbp")
        subprocess.run(cascade_command("cascadec", "build", source, "-o", built), check=True)
        commands = {
            "python": [sys.executable, "-c", "import asyncio, click"],
            "built": cascade_command("cascade", "run", built, "--vm"),
            "source": cascade_command("cascade", "run", source, "--vm"),
        }
        for command in commands.values():  # a first time: what is compiled once is compiled
            subprocess.run(command, check=True, capture_output=True)
        runs = {
            name: lambda c=command: 1000 * seconds(lambda: subprocess.run(c, check=True, capture_output=True))
            for name, command in commands.items()
        }
        times = medians(runs, ROUNDS)
        loaded = {name: loads_lark(path) for name, path in (("built", built), ("source", source))}
    return [
        Figure("run of a small built Blueprint, whole process", times["built"], "ms", 150),
        Figure("run from an unchanged source, whole process", times["source"], "ms", 180),
        Figure("Python that imports asyncio and click, whole process", times["python"], "ms"),
        Figure("built: lark imported", float(loaded["built"]), "times", 0),
        Figure("unchanged source: lark imported", float(loaded["source"]), "times", 0),
    ]


if __name__ == "__main__":
    show(result := figures())
    sys.exit(exit_status(result))
