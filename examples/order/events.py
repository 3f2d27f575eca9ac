"""Tasks that read what happened to the orders of a shop."""

import json
from pathlib import Path

import cascade as cs

_NEEDED = {"order", "at", "event"}


@cs.task
def sample_events() -> str:
    """Where the events that come with this example are."""
    return str(Path(__file__).with_name("events.json"))


@cs.task(mode="blocking")
def read_events(path: str) -> list[dict[str, object]]:
    """The events of a JSON file, in the order of their time. Each has ``order``, ``at`` and ``event``."""
    events = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(events, list) or not all(isinstance(event, dict) and event.keys() >= _NEEDED for event in events):
        raise ValueError(f"{path} is not a list of events, each with order, at and event")
    return sorted(events, key=lambda event: str(event["at"]))
