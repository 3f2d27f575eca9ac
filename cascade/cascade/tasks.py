"""Tasks: Python functions that programs call, with what is declared about them.

A task says how it is called, never when or by whom; running it is `cascade.host`'s business.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, Literal, ParamSpec, TypeVar, get_args, overload

from cascade_vm import blueprint

from cascade.policies import Retry, Timeout

__all__ = ["Mode", "Task", "task"]

P = ParamSpec("P")
R = TypeVar("R")

Mode = Literal["auto", "inline", "blocking", "compute"]
"""Where a sync task runs: in a thread until it has proved short, on the event loop, in a thread, in another process."""

_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "position",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "either",
    inspect.Parameter.VAR_POSITIONAL: "rest",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "keywords",
}


@dataclass(frozen=True, eq=False)
class Task(Generic[P, R]):
    """A function that programs may call. ``name`` is ``module:name``; calling the task calls the function.

    ``pure`` says that it has no effect, ``total`` that it never raises. ``retry`` and ``timeout`` are what a call gets
    that names no policy of that kind itself.
    """

    fn: Callable[P, R]
    name: str
    mode: Mode = "auto"
    pure: bool = False
    total: bool = False
    retry: Retry | None = None
    timeout: Timeout | None = None
    is_async: bool = field(init=False)

    def __post_init__(self) -> None:
        if not callable(self.fn):
            raise TypeError(f"a task is made of something that can be called, not of {type(self.fn).__name__}")
        if self.mode not in get_args(Mode):
            raise ValueError(f"{self.name}: mode is one of {', '.join(get_args(Mode))}, not {self.mode!r}")
        if _is(inspect.isasyncgenfunction, self.fn):
            raise TypeError(f"{self.name}: an async generator can not be a task, it has no single result")
        is_async = _is(inspect.iscoroutinefunction, self.fn)
        if is_async and self.mode != "auto":
            raise ValueError(f"{self.name}: an async task runs on the event loop, mode {self.mode!r} is for others")
        for name in functools.WRAPPER_ASSIGNMENTS:
            if hasattr(self.fn, name):
                self.__dict__[name] = getattr(self.fn, name)
        self.__dict__["__wrapped__"] = self.fn
        self.__dict__["is_async"] = is_async

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.fn(*args, **kwargs)

    @functools.cached_property
    def declared(self) -> blueprint.Task:
        """What a program knows of this task."""
        return blueprint.Task(self.name, _parameters(self.fn), self.pure, self.total)


def _is(question: Callable[[object], bool], fn: object) -> bool:
    """Ask about a function, what a partial calls, or the ``__call__`` of an object."""
    while isinstance(fn, functools.partial):
        fn = fn.func
    return question(fn) or question(getattr(type(fn), "__call__", None))  # noqa: B004 - the method itself is wanted


def _parameters(fn: Callable[..., object]) -> tuple[blueprint.TaskParameter, ...] | None:
    """None when Python does not know them either, as with some functions written in C."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        return None
    return tuple(
        blueprint.TaskParameter(
            p.name, _KINDS[p.kind], p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        )
        for p in parameters
    )


@overload
def task(fn: Callable[P, R], /) -> Task[P, R]: ...
@overload
def task(
    *,
    name: str | None = None,
    mode: Mode = "auto",
    pure: bool = False,
    total: bool = False,
    retry: Retry | int | None = None,
    timeout: timedelta | float | None = None,
) -> Callable[[Callable[P, R]], Task[P, R]]: ...
def task(
    fn: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    mode: Mode = "auto",
    pure: bool = False,
    total: bool = False,
    retry: Retry | int | None = None,
    timeout: timedelta | float | None = None,
) -> Task[P, R] | Callable[[Callable[P, R]], Task[P, R]]:
    """Make a function a task: ``@task``, or ``@task(mode="blocking", retry=3)``.

    ``name`` replaces the function's own name, or, as ``module:name``, that of its module too. ``retry`` is a number of
    attempts in all, or a `Retry`; ``timeout`` a `timedelta` or seconds, for each attempt.

    >>> @task(pure=True)
    ... def double(n: int) -> int:
    ...     return 2 * n
    >>> double(4)
    8
    """
    retried = Retry(retry) if isinstance(retry, int) else retry
    timed = None if timeout is None else Timeout(timeout)

    def decorate(fn: Callable[P, R]) -> Task[P, R]:
        return Task(fn, _name_of(fn, name), mode, pure, total, retried, timed)

    return decorate if fn is None else decorate(fn)


def _name_of(fn: object, name: str | None) -> str:
    if name is not None and ":" in name:
        return name
    inner = fn
    while isinstance(inner, functools.partial):
        inner = inner.func
    if name is None:
        name = getattr(inner, "__qualname__", type(inner).__qualname__)
    return f"{getattr(inner, '__module__', None) or '__main__'}:{name}"
