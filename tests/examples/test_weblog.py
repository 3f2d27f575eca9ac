"""The web log example: the shipped log is the generator's, and the report says what the generator put in."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from support.commands import ROOT, result_of, run_command

FOLDER = ROOT / "examples/weblog"
PROGRAM = FOLDER / "report.csc"
LOG = FOLDER / "access.log"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("weblog_generate", FOLDER / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_shipped_log_is_what_the_generator_writes(generator: ModuleType) -> None:
    """Whoever doubts the log can write it again, to the byte."""
    assert generator.generate().encode() == LOG.read_bytes()


def test_the_log_has_the_skew_of_a_real_one() -> None:
    """Several thousand lines; the first pages are read far more than the rest; evenings are busier than nights."""
    lines = LOG.read_text().splitlines()
    assert len(lines) >= 4000
    pages = Counter(re.findall(r'"GET (/products/\d+) ', "\n".join(lines)))
    assert pages["/products/1000"] > 20 * sorted(pages.values())[len(pages) // 2]
    hours = Counter(re.findall(r"\[11/Mar/2025:(\d\d)", "\n".join(lines)))
    assert hours["20"] > 10 * hours["03"]


@pytest.mark.parametrize("engine", ["--vm", "--interpret"])
def test_the_report_finds_what_is_in_the_log(generator: ModuleType, engine: str) -> None:
    """Counts agree with a few lines of Python; the outage and the slow endpoint come out on top."""
    report = result_of(PROGRAM, engine)
    text = LOG.read_text()
    requests = re.findall(r'"(?:GET|POST) (\S+) HTTP/1.1" \d+ \d+ ".*" "(.*)" ', text)
    people = Counter(
        path.partition("?")[0] for path, agent in requests if not re.search("bot|spider|curl/|requests", agent.lower())
    )
    assert report["requests"] == len(requests)
    assert report["unreadable_lines"] == text.count("\n") - len(requests)
    assert report["top_paths"] == [list(row) for row in sorted(people.items(), key=lambda row: (-row[1], row[0]))[:10]]
    [burst] = report["error_bursts"]
    assert burst["from"] == "11 Mar 19:10"  # the slice of five minutes in which it began
    assert 0 <= burst["seconds"] - len(generator.OUTAGE) <= 2 * 300
    slowest = report["slow_endpoints"][0]
    assert slowest["endpoint"] == "/api/recommendations/:id"
    assert slowest["p95_ms"] > 2 * slowest["median_ms"] > 1000


def test_another_log_and_other_parameters(tmp_path: Path) -> None:
    """A log of three lines, one of which is none, without a newline at the end."""
    log = tmp_path / "own.log"
    line = '1.2.3.4 - - [01/Feb/2025:10:00:00 +0100] "GET /a?b=1 HTTP/1.1" 200 1 "-" "an \\"agent\\"" 0.010'
    log.write_text(f"{line}\r\nnot a line\n{line.replace('/a?b=1', '/b')}")
    report = result_of(PROGRAM, "--vm", "-p", f"log={log}", "-p", "top=1")
    assert report == {
        "requests": 2,
        "robots_percent": 0.0,
        "unreadable_lines": 1,
        "top_paths": [["/a", 1]],
        "error_bursts": [],
        "slow_endpoints": [],
    }


def test_an_empty_log_fails_the_run(tmp_path: Path) -> None:
    """The program says so in its own words."""
    (tmp_path / "empty.log").touch()
    done = run_command("cascade", "run", PROGRAM, "--vm", "-p", f"log={tmp_path}/empty.log")
    assert done.returncode == 1
    assert "there is no request in" in done.stderr
