"""The commands as a user runs them: in a process of their own. Knows how to start one, not what it should say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

_COMMANDS = {"cascade": "cascade.cli.start", "cascadec": "cascade.cli.compile"}


def command(name: str, *arguments: object) -> list[str]:
    """What starts ``cascade`` or ``cascadec`` with this very interpreter, whether or not the scripts are installed."""
    start = f"import sys; from {_COMMANDS[name]} import main; sys.argv[0] = {name!r}; sys.exit(main())"
    return [sys.executable, "-c", start, *map(str, arguments)]


def run_command(
    name: str, *arguments: object, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal."""
    return subprocess.run(
        command(name, *arguments),
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def result_of(*arguments: object, cwd: Path = ROOT) -> Any:
    """The result of ``cascade run …``, which has to succeed."""
    done = run_command("cascade", "run", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
