"""Tasks: what `@task` makes of a function."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any

import pytest
from cascade.policies import Retry, Timeout
from cascade.tasks import Task, task
from cascade_vm.blueprint import TaskParameter


@task
def greet(name: str, /, greeting: str = "hello", *rest: int, loud: bool, **more: int) -> str:
    """Say hello."""
    return f"{greeting} {name}"


async def fetch(url: str) -> str:
    return url


class Fetcher:
    async def __call__(self, url: str) -> str:
        return url


def test_a_task_is_its_function_to_python() -> None:
    """Calling a task calls the function, and it carries the function's name, text and module."""
    assert greet("ada", loud=True) == "hello ada"
    assert (greet.__name__, greet.__doc__, greet.__wrapped__) == ("greet", "Say hello.", greet.fn)
    assert greet.name == f"{__name__}:greet"


def test_a_program_knows_the_parameters() -> None:
    """The signature of a task is data, with one kind for each way to pass an argument."""
    assert greet.declared.parameters == (
        TaskParameter("name", "position", True),
        TaskParameter("greeting", "either", False),
        TaskParameter("rest", "rest", False),
        TaskParameter("loud", "keyword", True),
        TaskParameter("more", "keywords", False),
    )


def test_options_are_kept() -> None:
    """What is declared reaches the task and its record for programs."""
    made = task(name="other", mode="blocking", pure=True, total=True, retry=3, timeout=timedelta(seconds=2))(lambda: 1)
    assert (made.name, made.mode) == (f"{__name__}:other", "blocking")
    assert (made.declared.pure, made.declared.total) == (True, True)
    assert (made.retry, made.timeout) == (Retry(3), Timeout(timedelta(seconds=2)))


@pytest.mark.parametrize("fn", [fetch, functools.partial(fetch, "a"), Fetcher(), functools.partial(Fetcher(), "a")])
def test_async_callables_are_known(fn: Any) -> None:
    """Partials of async functions and objects with an async `__call__` are async tasks."""
    assert task(fn).is_async
    assert not task(lambda: 1).is_async


def test_wrong_declarations_are_refused() -> None:
    """A mistake in a declaration shows where it is made, not in the first run."""

    async def stream() -> Any:
        yield 1

    with pytest.raises(TypeError, match="not of int"):
        task(3)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="mode is one of auto, inline, blocking, compute, not 'fast'"):
        Task(fetch, "m:f", mode="fast")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="async task runs on the event loop"):
        task(mode="blocking")(fetch)
    with pytest.raises(TypeError, match="async generator"):
        task(stream)
    with pytest.raises(ValueError, match="at least 1"):
        task(retry=0)


def test_a_name_may_say_the_module_too() -> None:
    """``name`` replaces the function's name, or the whole."""
    assert task(name="shop:fetch")(fetch).name == "shop:fetch"
    assert task(name="get")(fetch).name == f"{__name__}:get"


def test_a_signature_that_python_does_not_know_is_left_open() -> None:
    """Some functions in C have none: any arguments go."""
    assert task(name="m:largest")(max).declared.parameters is None
