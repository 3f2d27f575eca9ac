"""Tasks: Python functions that programs call, with what is declared about them.

A task says how it is called, never when or by whom; running it is `cascade.host`'s business. To Python a call of a task is a
value (`cascade.lazy.LazyResult`); only runs call its function.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, Protocol, TypeVar, get_args, overload

from cascade_vm import blueprint

from cascade import registry
from cascade.calls import Fit, map_call
from cascade.lazy import LazyResult
from cascade.placeholder import Placeholder
from cascade.policies import Retry, Timeout

if TYPE_CHECKING:
    from cascade.flows import FlowFunction

__all__ = ["BoundTask", "Mode", "Task", "task"]

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
    """A function that programs may call. ``name`` is ``module:name``; ``fn`` is the function.

    Inside a flow a call runs; elsewhere it is a value, a `LazyResult`, which `cascade.run` runs.
    ``pure`` says that it has no effect, ``total`` that it never raises. ``retry`` and ``timeout`` are what a call gets
    that names no policy of that kind itself.

    >>> length = Task(len, "builtins:len", pure=True)
    >>> length("abc")
    <LazyResult len('abc')>
    """

    fn: Callable[P, Any]
    name: str
    mode: Mode = "auto"
    pure: bool = False
    total: bool = False
    retry: Retry | None = None
    timeout: Timeout | None = None
    idle_timeout: timedelta | float | None = None
    transactional: bool = False
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
        _refuse_placeholders(self.name, self.fn)
        for name in functools.WRAPPER_ASSIGNMENTS:
            if hasattr(self.fn, name):
                self.__dict__[name] = getattr(self.fn, name)
        self.__dict__["__wrapped__"] = self.fn
        self.__dict__["is_async"] = is_async

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> LazyResult[R]:
        """A call, to be run. `ArgumentError` CS430, at once, for arguments that do not fit."""
        frame = sys._getframe(1)
        if not self.fit.accepts(args, kwargs):
            self.fit.refuse(args, kwargs, frame)
        return LazyResult(self, args, kwargs, frame.f_code, frame.f_lasti)

    def map(self, /, **iterables: Any) -> LazyResult[list[R]]:
        """A call for each item, side by side: ``fetch.map(url=urls)``. Several iterables go in step and are of one length.

        The value is the list of results, in order. Policies apply to each call.

        Raises `GraphError` CS431 for no iterables, or some of different lengths, and `ArgumentError` CS430 for names that
        the task does not have.

        >>> @cs.task
        ... def add(a: int, b: int) -> int:
        ...     return a + b
        >>> cs.run(add.map(a=[1, 2], b=[10, 20]))
        [11, 22]
        """
        return map_call(self, self.fit, iterables, sys._getframe(1))

    def __get__(self, instance: object, owner: type | None = None) -> Task[P, R] | BoundTask[R]:
        return self if instance is None else BoundTask(self, instance)

    @functools.cached_property
    def key(self) -> str:
        """The name, made unique among all tasks and flows of this process."""
        return registry.register(self.name, self)

    @functools.cached_property
    def fit(self) -> Fit:
        """What arguments the task takes."""
        short = self.name.rpartition(":")[2].rpartition("<locals>.")[2]
        parameters = self.declared.parameters
        return Fit(short, parameters, "" if parameters is None else f"{short}{inspect.signature(self.fn)}")

    @functools.cached_property
    def declared(self) -> blueprint.Task:
        """What a program knows of this task."""
        return blueprint.Task(self.name, _parameters(self.fn), self.pure, self.total)


class BoundTask(Generic[R]):
    """A task or flow that was read from an instance, as a method is: calls get the instance first."""

    __slots__ = ("__self__", "task")

    def __init__(self, task: Task[..., R] | FlowFunction[..., R], instance: object) -> None:
        self.task = task
        self.__self__ = instance

    def __call__(self, /, *args: Any, **kwargs: Any) -> LazyResult[R]:
        """A call of the task, to be run."""
        frame, given = sys._getframe(1), (self.__self__, *args)
        if not self.task.fit.accepts(given, kwargs):
            self.task.fit.refuse(given, kwargs, frame)
        return LazyResult(self.task, given, kwargs, frame.f_code, frame.f_lasti)

    def fn(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the method itself."""
        return self.task.fn(self.__self__, *args, **kwargs)


def _refuse_placeholders(name: str, fn: object) -> None:
    """A default is what Python hands over when a call gives nothing: a placeholder there would reach the function."""
    defaults = (*(getattr(fn, "__defaults__", None) or ()), *(getattr(fn, "__kwdefaults__", None) or {}).values())
    for value in defaults:
        if isinstance(value, Placeholder) and not value.for_tasks_only:
            from cascade.errors import GraphError, Problem

            message = f"a default of task `{name}` is {value!r}, which only a call can be given"
            raise GraphError(
                Problem("CS439", message, None, "write it as an argument of the call; `cs.inject(…)` may be a default")
            )


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


class _Decorator(Protocol):
    @overload
    def __call__(self, fn: Callable[P, Coroutine[Any, Any, R]], /) -> Task[P, R]: ...
    @overload
    def __call__(self, fn: Callable[P, R], /) -> Task[P, R]: ...


@overload
def task(fn: Callable[P, Coroutine[Any, Any, R]], /) -> Task[P, R]: ...
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
    idle_timeout: timedelta | float | None = None,
    transactional: bool = False,
) -> _Decorator: ...
def task(
    fn: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    mode: Mode = "auto",
    pure: bool = False,
    total: bool = False,
    retry: Retry | int | None = None,
    timeout: timedelta | float | None = None,
    idle_timeout: timedelta | float | None = None,
    transactional: bool = False,
) -> Any:
    """Make a function a task: ``@task``, or ``@task(mode="blocking", retry=3)``.

    ``name`` replaces the function's own name, or, as ``module:name``, that of its module too. ``retry`` is a number of
    attempts in all, or a `Retry`; ``timeout`` a `timedelta` or seconds, for each attempt. In runs that are kept in a store, a
    task with an ``idle_timeout`` is given up when it does not say for so long that it is alive (`CurrentCall.heartbeat`), and a
    ``transactional`` one writes through `CurrentCall.connection`, in the same transaction as its result.

    >>> @task(pure=True)
    ... def double(n: int) -> int:
    ...     return 2 * n
    >>> double(4)
    <LazyResult double(4)>
    >>> double.fn(4)
    8
    """
    retried = Retry(retry) if isinstance(retry, int) else retry
    timed = None if timeout is None else Timeout(timeout)

    def decorate(fn: Callable[..., Any]) -> Task[..., Any]:
        made: Task[..., Any] = Task(fn, _name_of(fn, name), mode, pure, total, retried, timed, idle_timeout, transactional)
        made.key  # noqa: B018 - registers the task
        return made

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
