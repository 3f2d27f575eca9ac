"""Resources: what tasks need while they run, such as a connection, and how it is made and cleaned up.

Only declarations are here; their life in a run is `cascade.resource_scope`'s business. A resource is known by its name in the
whole process, for as long as it is alive.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from types import FunctionType, MethodType
from typing import Any, ClassVar, Literal, get_args, overload
from weakref import WeakValueDictionary

from cascade.errors import GraphError, Problem
from cascade.parameters import near_miss
from cascade.placeholder import Placeholder

__all__ = ["Inject", "Resource", "Scope", "inject", "override_resource", "resource", "resource_named"]

Scope = Literal["run", "task"]
"""How long a resource lives: as long as the run, or as one call of a task."""


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource. ``fn`` is a generator function, sync or async, that yields the value once and cleans up after; or a
    function that gives the value, when there is nothing to clean up. Its parameters have defaults, `inject` for other
    resources.

    >>> Resource("db", lambda: "a connection").scope
    'run'
    """

    name: str
    fn: Callable[..., Any]
    scope: Scope = "run"

    def __post_init__(self) -> None:
        if not callable(self.fn):
            _refuse(f"resource `{self.name}` is made of a generator function, not of {type(self.fn).__name__}")
        if self.scope not in get_args(Scope):
            _refuse(f"resource `{self.name}`: scope is one of {', '.join(get_args(Scope))}, not {self.scope!r}")
        try:
            parameters = inspect.signature(self.fn).parameters.values()
        except (TypeError, ValueError):
            return
        for one in parameters:
            if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
                hint = f'write `{one.name}=cs.inject("…")` for another resource'
                _refuse(f"resource `{self.name}` is not told what `{one.name}` is", hint)


class Inject(Placeholder):
    """The value of the resource called ``name``."""

    __slots__ = ("name",)
    for_tasks_only: ClassVar[bool] = True

    def __init__(self, name: str) -> None:
        self.name = name

    def _said(self) -> str:
        return f"resource `{self.name}`"

    def __repr__(self) -> str:
        return f"inject({self.name!r})"


def inject(name: str | Resource) -> Any:
    """The value of a resource: an argument of a call, or the default of a parameter of a task or of another resource.

    >>> @resource("number of the day")
    ... def number():
    ...     return 21
    >>> double = cs.task(lambda number: 2 * number)
    >>> cs.run(double(inject("number of the day")))
    42
    """
    named = name.name if isinstance(name, Resource) else name
    if not isinstance(named, str):
        _refuse(f"a resource is injected by its name, not by {type(name).__name__}")
    return Inject(named)


_known: WeakValueDictionary[str, Resource] = WeakValueDictionary()
_overridden: ContextVar[Mapping[str, Resource]] = ContextVar("cascade_overridden_resources", default={})  # noqa: B039 - never changed


@overload
def resource(fn: Callable[..., Any], /) -> Resource: ...
@overload
def resource(name: str | None = None, scope: Scope = "run") -> Callable[[Callable[..., Any]], Resource]: ...
def resource(name: Any = None, scope: Scope = "run") -> Any:
    """Declare a resource: ``@resource``, or ``@resource("db", scope="task")``. The name is the function's when none is given.

    >>> @resource
    ... def greeting():
    ...     yield "hello"
    >>> greeting.name
    'greeting'
    """

    def decorate(fn: Callable[..., Any]) -> Resource:
        made = Resource(named or str(getattr(fn, "__name__", type(fn).__name__)), fn, scope)
        _check_unique(made)
        _known[made.name] = made
        return made

    named: str | None = name if isinstance(name, str) else None
    return decorate if name is None or named else decorate(name)


def _check_unique(made: Resource) -> None:
    """The same function may be defined again, as by loading a module anew."""
    if _taken_by_another(made):
        gc.collect()  # what only cycles keep alive has gone
        if _taken_by_another(made):
            hint = "give one of them another name, or replace it for a while with `cs.override_resource(…)`"
            place = f"{_origin(_known[made.name].fn)[0]}:{_origin(_known[made.name].fn)[1]}"
            raise GraphError(Problem("CS434", f"there is a resource `{made.name}` already, `{place}`", None, hint))


def _taken_by_another(made: Resource) -> bool:
    other = _known.get(made.name)
    return other is not None and _origin(other.fn) != _origin(made.fn)


def _origin(fn: Any) -> tuple[object, object]:
    return (getattr(fn, "__module__", None), getattr(fn, "__qualname__", None))


def resource_named(name: str) -> Resource | None:
    """The resource of that name, or what stands in for it here and now."""
    return _overridden.get().get(name) or _known.get(name)


@contextmanager
def override_resource(name: str | Resource, replacement: Any) -> Iterator[None]:
    """Have ``replacement`` in the place of a resource, for the runs that begin inside the ``with``.

    It is a resource, a function as `resource` takes, or else the very value. `GraphError` CS435 when there is no such resource.

    >>> @resource("clock of the example")
    ... def clock():
    ...     return "noon"
    >>> upper = cs.task(str.upper)
    >>> with override_resource("clock of the example", "midnight"):
    ...     cs.run(upper(inject("clock of the example")))
    'MIDNIGHT'
    """
    named = name.name if isinstance(name, Resource) else name
    known = _known.get(named) if not isinstance(name, Resource) else name
    if known is None and named not in _overridden.get():
        message = f"there is no resource `{named}` to override"
        raise GraphError(Problem("CS435", message, None, near_miss(named, list(_known)) or "declare it with @cs.resource"))
    scope: Scope = known.scope if known is not None else "run"
    token = _overridden.set({**_overridden.get(), named: _as_resource(named, replacement, scope)})
    try:
        yield
    finally:
        _overridden.reset(token)


def _as_resource(name: str, replacement: Any, scope: Scope) -> Resource:
    if isinstance(replacement, Resource):
        return Resource(name, replacement.fn, replacement.scope)
    if isinstance(replacement, type):
        hint = f"write `{replacement.__name__}()` for an object of it, or a function"
        _refuse(f"resource `{name}` is not replaced by a class", hint)
    if isinstance(replacement, FunctionType | MethodType | partial):
        return Resource(name, replacement, scope)
    return Resource(name, lambda: replacement, scope)


def _refuse(message: str, hint: str | None = None) -> Any:
    raise GraphError(Problem("CS439", message, None, hint))
