"""The order example: where each order of the shipped log of events ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import ROOT, result_of, run_command

PROGRAM = ROOT / "examples/order/order.csc"

ENDS = {
    "A-1001": ("delivered", []),
    "A-1002": ("delivered", []),
    "A-1003": ("unpaid", ["paid after the end"]),
    "A-1004": ("cancelled, refunded", []),
    "A-1005": ("lost, refunded", []),
    "A-1006": ("delivered", []),
    "A-1007": ("cancelled", []),
    "A-1008": (
        "packed",
        ["paid while paid at 2025-03-03T10:12:00Z", "address_changed while packed at 2025-03-03T14:30:00Z"],
    ),
    "A-1009": ("paid", ["picked while paid at 2025-03-03T12:00:00Z"]),
    "A-1010": ("placed", []),
}


@pytest.mark.parametrize("engine", ["--vm", "--interpret"])
def test_each_order_ends_where_its_events_lead(engine: str) -> None:
    """Every state and every transition that the log has."""
    result = result_of(PROGRAM, engine)
    assert {name: (end["state"], end["odd"]) for name, end in result["orders"].items()} == ENDS
    assert result["totals"]["delivered"] == 3
    assert sum(result["totals"].values()) == len(ENDS)


def test_defaults_of_a_state_are_fresh_for_each_order(tmp_path: Path) -> None:
    """What was missing from one order is not missing from the next."""
    events = [
        {"order": name, "at": f"{i}", "event": event, "item": "lamp", "parcel": "P"}
        for name, story in {"a": ["paid", "out_of_stock", "restocked", "picked"], "b": ["paid", "picked"]}.items()
        for i, event in enumerate(story)
    ]
    file = tmp_path / "events.json"
    file.write_text(json.dumps(events))
    assert result_of(PROGRAM, "--vm", "-p", f"file={file}")["totals"] == {"packed": 2}


def test_an_order_of_very_many_events_costs_no_depth(tmp_path: Path) -> None:
    """A jump to a state is a jump, not a call."""
    events = [{"order": "a", "at": "0", "event": "paid"}]
    events += [{"order": "a", "at": f"{i:06}", "event": "out_of_stock", "item": i % 2} for i in range(1, 2000)]
    file = tmp_path / "events.json"
    file.write_text(json.dumps(events))
    assert result_of(PROGRAM, "--vm", "-p", f"file={file}")["totals"] == {"paid": 1}


def test_a_file_of_something_else_is_the_tasks_error(tmp_path: Path) -> None:
    """The task's words, with the place in the program that called it."""
    file = tmp_path / "events.json"
    file.write_text('{"not": "a list"}')
    done = run_command("cascade", "run", PROGRAM, "--vm", "-p", f"file={file}")
    assert done.returncode == 1
    assert "is not a list of events" in done.stderr
    assert "order.csc" in done.stderr
