"""What a strand of a durable run waits for, as data.

Each is awaited by the machine, and gives itself to the scheduler (`scheduling`), which goes on with the strand when it has an
answer. Nothing of the run lives in callbacks: what is in here, and the frames of the strands, is all there is to write down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cascade_vm.host import Site

from cascade.durable.course import Course

if TYPE_CHECKING:
    from cascade_vm.calls import BranchBegin, StrandStart
    from cascade_vm.dispatch import Strand

__all__ = ["PAUSE", "Attempting", "Calling", "Gathering", "Node", "Sleeping", "Spent", "Suspension", "Waiting"]


class Suspension:
    """What a strand waits for. ``node`` is the strand, once it does."""

    __slots__ = ("node", "site")
    node: Node

    def __init__(self, site: Site) -> None:
        self.site = site

    def __await__(self) -> Generator[Suspension, Any, Any]:
        return (yield self)


class _Pause:
    """Others have a turn, not the strands of this run: see `PAUSE`."""

    __slots__ = ()

    def __await__(self) -> Generator[_Pause, None, None]:
        yield self


PAUSE: Final = _Pause()
"""Yielded by a strand whose slice of time is over."""


class Node:
    """A strand of a run: ``parent`` is who started it, and ``place`` which of those that this one has.

    ``number`` tells strands apart, ``calls`` counts what the strand has waited for: both are the same whenever the run goes the
    same way, so together they name a call across processes.
    """

    __slots__ = ("calls", "digest", "driving", "name", "number", "parent", "place", "repeated", "strand", "waits")

    def __init__(self, number: int, parent: Gathering | Attempting | None, place: int, strand: Strand, driving: Any) -> None:
        self.number = number
        self.parent = parent
        self.place = place
        self.strand = strand
        self.driving = driving
        self.calls = 0
        self.waits: Suspension | None = None
        self.name, self.digest = "", 0
        """The task that was called last and the digest of its arguments; ``repeated`` is how often in a row."""
        self.repeated = 0


class Calling(Suspension):
    """A call of a task, a method or a value. ``name`` tells which: a task's name, ``.method``, or "" for a value's own call.

    ``begun`` says that it is, or was, under way in some process; ``task`` is there while it is in this one. ``is_lost``: it was
    cancelled when it had ended, and nobody had looked at its answer yet. ``is_held``: it has ended, and others that can change
    the same have not (`sharing`).
    """

    __slots__ = (
        "at_step", "before", "begun", "cancelling", "cost", "course", "digest", "idle", "is_held", "is_idle", "is_lost",
        "keywords", "name", "number", "objects", "patience", "positional", "since", "target", "task",
    )  # fmt: skip

    def __init__(
        self, site: Site, name: str, target: object, positional: Sequence[Any], keywords: Mapping[str, Any], course: Course
    ) -> None:
        self.site = site
        self.name = name
        self.target = target
        self.positional = positional
        self.keywords = keywords
        self.course = course
        self.number = 0
        self.digest = 0
        self.objects: Sequence[Any] = ()
        self.before: Sequence[tuple[int, Any, Any]] = ()
        self.begun = False
        self.cancelling = False
        self.is_lost = False
        self.task: asyncio.Future[Any] | None = None
        self.since = 0.0
        self.at_step = 0
        self.cost = 0.0
        self.patience = 0.0
        self.is_idle = False
        self.is_held = False
        self.idle: float | None = None  # when it is given up, if it does not say before that it is alive


class Sleeping(Suspension):
    """``until``, or ``seconds`` from when it begins."""

    __slots__ = ("seconds", "until")

    def __init__(self, site: Site, seconds: float) -> None:
        super().__init__(site)
        self.seconds = seconds
        self.until: float | None = None


class Waiting(Suspension):
    """For a signal; ``until`` is when it gives up, None while it has not begun, infinite for never."""

    __slots__ = ("seconds", "signal", "since", "until")

    def __init__(self, site: Site, signal: str, seconds: float | None) -> None:
        super().__init__(site)
        self.signal = signal
        self.seconds = seconds
        self.until: float | None = None
        self.since = 0.0


class Spent(Suspension):
    """For more of what is used up. A run that comes here is paused."""

    __slots__ = ("what",)

    def __init__(self, site: Site, what: str) -> None:
        super().__init__(site)
        self.what = what


class Attempting(Suspension):
    """A flow under policies: a strand for each attempt."""

    __slots__ = ("cancelling", "child", "course", "start")

    def __init__(self, site: Site, start: StrandStart, course: Course) -> None:
        super().__init__(site)
        self.start = start
        self.course = course
        self.child: Node | None = None
        self.cancelling = False


class Gathering(Suspension):
    """Strands side by side; with ``begins``, strands that wait for each other.

    ``rows`` are the flows and arguments of those that have not begun; ``running`` are the strands by their places.
    ``is_short``: there was no turn for one more strand.
    """

    __slots__ = (
        "begins", "dependents", "depth", "error", "is_cancelled", "is_short", "limit", "missing", "needs", "ready", "results",
        "rows", "running", "stopping",
    )  # fmt: skip

    def __init__(
        self,
        site: Site,
        limit: int | None,
        depth: int,
        rows: Iterator[tuple[Any, Sequence[Any]]] | None,
        begins: Sequence[BranchBegin] = (),
        needs: Sequence[Sequence[int]] = (),
    ) -> None:
        super().__init__(site)
        self.limit = limit
        self.depth = depth
        self.rows = rows
        self.begins = begins
        self.needs = needs
        self.missing = [len({*needed}) for needed in needs]
        self.ready = [place for place, missing in enumerate(self.missing) if not missing]  # a heap
        self.dependents: list[list[int]] = [[] for _ in needs]
        for place, needed in enumerate(needs):
            for other in {*needed}:
                self.dependents[other].append(place)
        self.results: list[Any] = [None] * len(begins)
        self.running: dict[int, Node] = {}
        self.error: BaseException | None = None
        self.stopping = False
        self.is_cancelled = False
        self.is_short = False
