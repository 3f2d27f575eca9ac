"""The polling example against its own server, which misbehaves on purpose."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from support.commands import ROOT, result_of, run_command

FOLDER = ROOT / "examples/poll_job"
PROGRAM = FOLDER / "poll.csc"


@pytest.fixture
def server() -> Iterator[Any]:
    """The example's server in a thread, on a port of its own; silent for longer than anybody's patience."""
    spec = importlib.util.spec_from_file_location("poll_job_server", FOLDER / "server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    with module.JobServer(slow=30.0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("engine", ["--vm", "--interpret"])
def test_the_job_is_done_in_spite_of_refusals_and_silence(server: Any, engine: str) -> None:
    """Refusals are tried again, silence is cut short, and only answers count as polls."""
    result = result_of(PROGRAM, engine, "-p", f"server={server.url}/", "-p", "every=10ms", "-p", "patience=700ms")
    assert result == {"job": "job-1", "result": "24 frames", "polls": 5}
    statuses = [status for method, _, status in server.requests if method == "GET"]
    assert statuses == [200, 503, 200, 0, 200, 503, 503, 200, 200]
    assert [status for method, _, status in server.requests if method == "POST"] == [503, 201]


def test_events_tell_how_far_the_job_is(server: Any, tmp_path: Any) -> None:
    """`emit` reaches the file of `--json-events`."""
    events = tmp_path / "events.jsonl"
    result_of(
        PROGRAM, "--vm", "--json-events", events, "-p", f"server={server.url}", "-p", "every=10ms", "-p", "patience=700ms"
    )
    text = events.read_text()
    assert "submitted" in text
    assert text.count('"progress"') == 4  # 0 while queued, then 20, 60, 90


def test_a_server_that_is_not_there_fails_the_run() -> None:
    """After five attempts the last error is the run's."""
    done = run_command("cascade", "run", PROGRAM, "--vm", "-p", "server=http://127.0.0.1:9", "-p", "every=1ms")
    assert done.returncode == 1
    assert "can not reach http://127.0.0.1:9/jobs" in done.stderr


def test_a_deadline_ends_the_watch(server: Any) -> None:
    """The flow's own sentence, not a bare timeout."""
    arguments = ("-p", f"server={server.url}", "-p", "every=10ms", "-p", "deadline=1ms", "-p", "patience=5s")
    done = run_command("cascade", "run", PROGRAM, "--vm", *arguments)
    assert done.returncode == 1
    assert "job job-1 was not done in time" in done.stderr
