"""The life of resources (`cascade.resource`): set up when they are first needed, torn down in reverse.

A `ResourceScope` is that of a run, or, below one, that of one call of a task. What a resource gives is shared by all that ask
its scope for it. It knows declared resources and errors, neither graphs nor hosts.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NoReturn, TypeVar

from cascade.errors import EngineError, Problem
from cascade.resources import Inject, Resource, resource_named
from cascade.tasks import Task

__all__ = ["ResourceScope", "injected_defaults", "names_in", "with_values"]

C = TypeVar("C")
_Exit = Callable[[BaseException | None], Awaitable[object]]
_NOT_ONE_VALUE = frozenset(
    f"generator didn't {what}" for what in ("yield", "stop", "stop after throw()", "stop after athrow()")
)
"""What `contextlib` says of a generator that does not yield exactly once."""


class ResourceScope:
    """Resources of a run; with ``outer``, those of a call of a task within it."""

    def __init__(self, outer: ResourceScope | None = None) -> None:
        self._outer = outer
        self._values: dict[str, object] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._exits: list[_Exit] = []

    async def value(self, name: str) -> object:
        """What the resource gives; it, and what it needs itself, is set up now if it was not."""
        for needed in _in_order_of_need(name):
            scope = self._of(needed)
            async with scope._locks.setdefault(needed.name, asyncio.Lock()):
                if needed.name not in scope._values:
                    scope._values[needed.name] = await scope._set_up(needed, self)
        return self._of(_found(name))._values[name]

    def _of(self, resource: Resource) -> ResourceScope:
        return self if resource.scope == "task" or self._outer is None else self._outer

    async def _set_up(self, resource: Resource, asked: ResourceScope) -> object:
        keywords = {parameter: asked._of(_found(name))._values[name] for parameter, name in _needs(resource).items()}
        made = resource.fn(**keywords)
        if inspect.isasyncgen(made):
            manager = asynccontextmanager(lambda: made)()
            value = await _once(resource, manager.__aenter__())
            self._exits.append(lambda error: _once(resource, manager.__aexit__(*_parts(error))))
            return value
        if inspect.isgenerator(made):
            return self._enter(resource, made)
        return await made if inspect.isawaitable(made) else made

    def _enter(self, resource: Resource, made: Iterator[object]) -> object:
        manager = contextmanager(lambda: made)()

        async def leave(error: BaseException | None) -> None:
            try:
                manager.__exit__(*_parts(error))
            except RuntimeError as raised:
                _complain(resource, raised)

        try:
            value = manager.__enter__()
        except RuntimeError as error:
            _complain(resource, error)
        self._exits.append(leave)
        return value

    async def close(self, error: BaseException | None) -> None:
        """Tear down what was set up, the last first. Generators see ``error`` where they yielded; one that swallows it does
        not undo it. An error that tearing down raises takes its place for the rest, and is raised at the end."""
        current = error
        while self._exits:
            leave = self._exits.pop()
            try:
                await leave(current)
            except BaseException as raised:
                current = raised
        self._values.clear()
        try:
            if current is not None and current is not error:
                raise current
        finally:
            del current, error  # the error holds this frame


async def _once(resource: Resource, step: Awaitable[Any]) -> Any:
    try:
        return await step
    except RuntimeError as error:
        _complain(resource, error)


def _complain(resource: Resource, error: RuntimeError) -> NoReturn:
    if str(error) not in _NOT_ONE_VALUE:
        raise error
    message = f"resource `{resource.name}` did not yield exactly once"
    raise EngineError(Problem("CS454", message, hint="set up, `yield` the value, then clean up")) from None


def _parts(error: BaseException | None) -> tuple[Any, Any, Any]:
    return (None, None, None) if error is None else (type(error), error, error.__traceback__)


# --- what needs what -----------------------------------------------------------------------------------------------------


def _found(name: str) -> Resource:
    resource = resource_named(name)
    if resource is None:
        hint = "declare it with @cs.resource, in a module that is imported"
        raise EngineError(Problem("CS448", f"there is no resource `{name}` to inject", hint=hint))
    return resource


def _needs(resource: Resource) -> dict[str, str]:
    """The parameters of a resource's function that are injected, with the names of what they get."""
    parameters = inspect.signature(resource.fn).parameters.values()
    return {one.name: one.default.name for one in parameters if isinstance(one.default, Inject)}


def _in_order_of_need(name: str) -> list[Resource]:
    """The resource and all that it needs, each after what it needs."""
    ordered: dict[str, Resource] = {}
    path: list[tuple[Resource, Iterator[str]]] = []
    _go_into(path, _found(name))
    while path:
        resource, rest = path[-1]
        needed = next(rest, None)
        if needed is None:
            ordered[resource.name] = resource
            path.pop()
        elif needed not in ordered:
            inner = _found(needed)
            if resource.scope == "run" and inner.scope == "task":
                message = f"resource `{resource.name}` lasts for the run and can not need `{needed}`, which lasts for a call"
                raise EngineError(Problem("CS448", message))
            _go_into(path, inner)
    return list(ordered.values())


def _go_into(path: list[tuple[Resource, Iterator[str]]], resource: Resource) -> None:
    if any(resource.name == above.name for above, _ in path):
        chain = " needs ".join(f"`{one}`" for one in (*(above.name for above, _ in path), resource.name))
        raise EngineError(Problem("CS448", f"these resources need each other: {chain}"))
    path.append((resource, iter(_needs(resource).values())))


# --- in arguments --------------------------------------------------------------------------------------------------------


def injected_defaults(task: Task[..., Any]) -> Mapping[str, tuple[int, str]]:
    """The parameters of a task whose default is an injected resource: their positions (-1: by keyword only) and the names."""
    defaults = getattr(task.fn, "__defaults__", None) or ()
    by_keyword = getattr(task.fn, "__kwdefaults__", None) or {}
    found: dict[str, tuple[int, str]] = {}
    if not any(isinstance(one, Inject) for one in (*defaults, *by_keyword.values())):
        return found
    for position, parameter in enumerate(inspect.signature(task.fn).parameters.values()):
        if isinstance(parameter.default, Inject):
            positional = parameter.kind is not inspect.Parameter.KEYWORD_ONLY
            found[parameter.name] = (position if positional else -1, parameter.default.name)
    return found


def names_in(values: Sequence[object] | Mapping[str, object]) -> list[str]:
    """The names of the resources that arguments ask for, at any depth of lists, tuples, dicts and sets."""
    names: dict[str, None] = {}
    todo: list[object] = [values]
    while todo:
        match todo.pop():
            case Inject(name=name):
                names[name] = None
            case dict() as mapping:
                todo += reversed(mapping.values())
            case list() | tuple() as items:
                todo += reversed(items)
            case set() | frozenset() as items:
                todo += items
            case _:
                pass
    return list(names)


def with_values(arguments: Any, values: Mapping[str, object]) -> Any:
    """Arguments with resources in the place of their names; containers that hold none stay the very same."""
    if not names_in((arguments,)):
        return arguments
    match arguments:
        case Inject(name=name):
            return values[name]
        case dict():
            return {key: with_values(value, values) for key, value in arguments.items()}
        case list() | tuple() | set() | frozenset():
            return type(arguments)([with_values(item, values) for item in arguments])
        case _:
            return arguments
