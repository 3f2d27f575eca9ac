"""The heartbeat example: an endless loop that Ctrl-C ends cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from support.commands import ROOT, command

PROGRAM = ROOT / "examples/heartbeat/heartbeat.csc"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a named pipe tells when the program has begun")
@pytest.mark.parametrize("engine", ["--vm", "--interpret"])
def test_an_interrupted_loop_cleans_up(tmp_path: Path, engine: str) -> None:
    """SIGINT while it beats: `finally` runs, nothing on stdout, exit status 130."""
    beats = tmp_path / "beats"
    os.mkfifo(beats)
    # Open for both, so that neither side ever waits for the other to open, and no writer ever finds nobody reading.
    with os.fdopen(os.open(beats, os.O_RDWR), encoding="utf-8") as lines:
        process = subprocess.Popen(
            command("cascade", "run", PROGRAM, engine, "-p", f"file={beats}", "-p", "every=10ms"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        assert [lines.readline() for _ in range(4)] == ["started\n", "beat 1\n", "beat 2\n", "beat 3\n"]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        assert process.returncode == 130, err
        os.set_blocking(lines.fileno(), False)  # whoever writes to it has ended
        *more, last = lines.read().splitlines()
    # The interrupt may come between counting a beat and writing it.
    assert more == [f"beat {n}" for n in range(4, 4 + len(more))]
    assert last in {f"stopped after {n} beats" for n in (3 + len(more), 4 + len(more))}
    assert out == ""
    assert "Traceback" not in err
