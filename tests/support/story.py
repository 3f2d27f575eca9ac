"""What a run did, as lines of text: what it printed, asked of the world, and how it ended. For goldens."""

from __future__ import annotations

import io
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from cascade.host import LocalHost
from cascade.tasks import Task
from cascade.testing import run_virtual
from cascade_vm.errors import BudgetExhausted, trail_of
from cascade_vm.host import Place

from cascade import events


class _Printer(io.StringIO):
    """Notes each line that is printed among the other lines."""

    def __init__(self, story: list[str]) -> None:
        super().__init__()
        self._story = story
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        self._story += [f"| {line}" for line in lines]
        return len(text)


def _line(event: events.Event) -> str | None:
    match event:
        case events.CallStarted(target=target, place=place):
            return f"call {target} at {_place(place)}"
        case events.CallRetried(target=target, error=error, delay=delay):
            return f"again {target} in {delay:g} s, after {type(error).__name__}: {error}"
        case events.Sleeping(duration=duration):
            return f"sleep {duration:g} s"
        case events.Waiting(signal=signal, timeout=timeout):
            return f"wait {signal!r} for {timeout} s"
        case events.Emitted(name=name, value=value):
            return f"emit {name!r} {value!r}"
    return None


def _place(place: Place) -> str:
    return f"{place.flow}:{place.line}:{place.column + 1}"


def tell_story(tasks: Mapping[str, Task[..., Any]], run: Callable[[LocalHost], Coroutine[Any, Any, object]]) -> str:
    """Run something on a host of its own, in no time, and tell what it did."""
    story: list[str] = []

    def listen(event: events.Event) -> None:
        line = _line(event)
        if line is not None:
            story.append(line)

    host = LocalHost(tasks, listener=listen, print_to=_Printer(story), random=lambda: 0.5)
    try:
        story.append(f"-> {run_virtual(run(host))!r}")
    except (Exception, BudgetExhausted) as error:
        story.append(f"!! {type(error).__name__}: {error}")
        story += [f"   at {_place(place)}" for place in trail_of(error)]
    return "".join(f"{line}\n" for line in story)
