"""What a run is doing, on a terminal: the flow and line it is at, the calls done, the time gone by.

`Progress` listens to the events of a run and draws one line, in a thread of its own, so that it goes on while a task keeps the
event loop busy. It begins after a second: a short run is over without importing anything for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, TextIO

from cascade_vm.host import Place

from cascade.events import CallFinished, CallStarted, Event, Sleeping, Waiting

__all__ = ["Progress"]

_PATIENCE: Final = 1.0
"""Seconds that a run may take before anything is shown."""
_INTERVAL: Final = 0.1


class Progress:
    """One line on a terminal, while this is entered. It is a listener: hand it the events of the run.

    ``place_of`` says where the run is between events, when it only computes.
    """

    def __init__(self, terminal: TextIO, flow: str, place_of: Callable[[], Place | None] = lambda: None) -> None:
        self._terminal = terminal
        self._flow = flow
        self._place_of = place_of
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._started = 0.0
        self._running: dict[int, CallStarted] = {}
        self._calls = 0
        self._idle: Sleeping | Waiting | None = None

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case CallStarted():
                self._running[event.call] = event
                self._idle = None
            case CallFinished():
                self._running.pop(event.call, None)
                self._calls += 1
            case Sleeping() | Waiting():
                self._idle = event
            case _:
                pass

    def __enter__(self) -> Progress:
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._show, name="cascade-progress", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def text(self) -> str:
        """The line."""
        place = self._where()
        at = f"{place.flow} {place.file}:{place.line}" if place else self._flow
        elapsed = time.monotonic() - self._started
        return f"{at}{self._doing()} · {self._calls:,} calls done · {elapsed:.0f} s"

    def _where(self) -> Place | None:
        running = next(iter(self._running.copy().values()), None)
        if running is not None:
            return running.place
        return self._place_of() or (self._idle.place if self._idle else None)

    def _doing(self) -> str:
        running = len(self._running)
        if running:
            first = next(iter(self._running.copy().values()), None)
            name = first.target.rpartition(":")[2] if first else "a task"
            return f" · {name}" + (f" and {running - 1} more" if running > 1 else "")
        match self._idle:
            case Sleeping():
                return " · sleeping"
            case Waiting():
                limit = "" if self._idle.timeout is None else f" for {self._idle.timeout:g} s at most"
                return f' · waiting for "{self._idle.signal}"{limit}'
            case None:
                return ""

    def _show(self) -> None:
        if self._ended.wait(_PATIENCE):
            return
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        console = Console(file=self._terminal)
        with Live(console=console, auto_refresh=False, transient=True) as live:
            while True:
                live.update(Text(self.text(), overflow="ellipsis", no_wrap=True), refresh=True)
                if self._ended.wait(_INTERVAL):
                    return
