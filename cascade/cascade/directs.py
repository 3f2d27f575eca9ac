"""Tasks that generated code calls as the functions that they are: nothing stands between the loop and the task.

Which function a name stands for is the executor's to say, and may change while a run is under way: a task in mode ``auto`` is
called in threads until it has proved short, and again when it stops being short. Then the host is asked. This file knows how
tasks are called, not what calls them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cascade.answers import finished
from cascade.modes import REFUSED, Direct, answered, refusal

if TYPE_CHECKING:
    from cascade_vm.host import Directs

    from cascade.modes import Invoke

__all__ = ["DirectTasks"]


class DirectTasks:
    """Implements `cascade_vm.host.Directs`. ``tasks`` are those whose calls need nothing but the call."""

    def __init__(self, tasks: Mapping[str, Invoke]) -> None:
        self._tasks = tasks

    def _direct(self, target: str) -> Direct | None:
        invoke = self._tasks.get(target)
        return invoke if isinstance(invoke, Direct) else None

    def way(self, target: str) -> str:
        direct = self._direct(target)
        if direct is None:
            return "host waits"
        return "direct waits" if direct.waits else "direct"

    def bind(self, target: str, put: Callable[[Any], None]) -> None:
        direct = self._direct(target)
        assert direct is not None
        direct.attach(put)

    def answered(self, target: str, value: object) -> object:
        return answered(target, value)

    def finished(self, target: str, value: object) -> object:
        return finished(target, value)

    def seen(self, target: str, error: BaseException, awaited: bool) -> BaseException:
        """As `cascade.modes.refuse` has it. A cancellation that came while the task was awaited is the run's own if somebody
        asked for it."""
        direct = self._direct(target)
        if direct is None or not isinstance(error, REFUSED) or (awaited and not direct.waits):
            return error
        if awaited and isinstance(error, asyncio.CancelledError):
            current = asyncio.current_task()
            if current is None or current.cancelling():
                return error
        return refusal(target, error)

    def slow(self, seconds: float) -> None:
        for invoke in self._tasks.values():
            if isinstance(invoke, Direct):
                invoke.suspect()


if TYPE_CHECKING:
    _: Directs = DirectTasks({})
