"""What starting takes: `import cascade`, ``cascade run`` from the shell to the result; and that these load what they use.

python benchmarks/startup.py

Processes are compared with one of Python that imports asyncio, which a run needs. Modules are compiled once and kept, as they
are for users, also where the environment says otherwise.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import Figure, cascade_command, exit_status, medians, seconds, show

HELLO = """\
flow main(name: str = "world") -> str:
    return f"hello, {name}"
"""
TASK = """\
import cascade as cs
cs.run(cs.task(str.upper)("hello"))
"""
LOADED = "print(*sys.modules, file=sys.stderr)"
ROUNDS = 25
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def started(command: list[str]) -> subprocess.CompletedProcess[str]:
    """A process that has ended well."""
    return subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT)


def modules_of(code: str, *arguments: str) -> set[str]:
    """What a process has imported at its end."""
    script = f"import sys\ntry:\n    {code}\nfinally:\n    {LOADED}"
    return set(started([sys.executable, "-c", script, *arguments]).stderr.splitlines()[-1].split())


def modules_of_run(target: Path) -> set[str]:
    """The same for ``cascade run``."""
    return modules_of("from cascade.cli.start import main; main()", "run", str(target))


def figures() -> list[Figure]:
    python = [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as folder:
        source, task = Path(folder) / "hello.csc", Path(folder) / "hello.py"
        source.write_text(HELLO)
        task.write_text(TASK)
        built = source.with_suffix(".cbp")
        started(cascade_command("cascadec", "build", source, "-o", built))
        commands = {
            "bare": [*python, "pass"],
            "asyncio": [*python, "import asyncio"],
            "import": [*python, "import cascade"],
            "built": cascade_command("cascade", "run", built),
            "source": cascade_command("cascade", "run", source),
            "task": [sys.executable, str(task)],
        }
        for command in commands.values():  # a first time: what is compiled once is compiled
            started(command)
        runs = {name: lambda c=command: 1000 * seconds(lambda: started(c)) for name, command in commands.items()}
        times = medians(runs, ROUNDS)
        loaded = {"built": modules_of_run(built), "source": modules_of_run(source)}
        more = len(modules_of("import cascade")) - len(modules_of("pass"))
    against = times["asyncio"]
    return [
        Figure("import cascade, above a bare interpreter", times["import"] - times["bare"], "ms", 70),
        Figure("import cascade, above a bare interpreter", more, "modules", 200),
        Figure("run of a small built Blueprint, against Python that imports asyncio", times["built"] / against, "times", 3),
        Figure("run from an unchanged source, against the same", times["source"] / against, "times", 3),
        Figure("first run of a task in a Python program, against the same", times["task"] / against, "times", 5),
        Figure("Python that imports asyncio, whole process", against, "ms"),
        *(Figure(f"{name}: {module} imported", float(module in found), "times", 0)
          for name, found in loaded.items() for module in ("lark", "click", "rich")),
    ]  # fmt: skip


if __name__ == "__main__":
    show(result := figures())
    sys.exit(exit_status(result))
