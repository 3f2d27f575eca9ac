"""Tasks: what `@task` makes of a function."""

from __future__ import annotations

import functools
import gc
import re
from datetime import timedelta
from typing import Any

import pytest
from cascade.errors import ArgumentError, GraphError
from cascade.inputs import Param
from cascade.lazy import LazyResult, Mapped
from cascade.policies import Retry, Timeout
from cascade.resources import inject
from cascade.tasks import Task, task
from cascade_vm.blueprint import TaskParameter
from hypothesis import assume, given
from hypothesis import strategies as st

from cascade import registry


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
    """``fn`` is the function, and the task carries its name, text and module."""
    assert greet.fn("ada", loud=True) == "hello ada"
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


# --- calls ---------------------------------------------------------------------------------------------------------------


class Shop:
    @task
    def price(self, of: str) -> int:
        return len(of)

    @staticmethod
    @task
    def tax(of: int) -> int:
        return of // 5


def test_a_call_is_a_value() -> None:
    """Nothing runs; the target, the arguments and the line of the call are kept."""
    call = greet("ada", loud=True)
    assert isinstance(call, LazyResult)
    assert (call.target, call.args, call.kwargs) == (greet, ("ada",), {"loud": True})
    assert call.place.file == __file__
    assert repr(call) == "<LazyResult greet('ada', loud=True)>"


@pytest.mark.parametrize(
    ("args", "kwargs", "complaint"),
    [
        ((), {"loud": True}, "greet() missing 1 required positional argument: 'name'"),
        (("a",), {}, "greet() missing 1 required keyword-only argument: 'loud'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_at_the_call(args: Any, kwargs: Any, complaint: str) -> None:
    """The error is a `TypeError` in Python's words, with the line of the call and the signature."""
    with pytest.raises(ArgumentError) as caught:
        greet(*args, **kwargs)
    (problem,) = caught.value.problems
    assert isinstance(caught.value, TypeError)
    assert (problem.code, problem.message) == ("CS430", complaint)
    assert problem.place is not None
    assert problem.place.startswith(f"{__file__}:")


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(("pos", "either", "rest", "keyword", "more")), st.booleans()),
        max_size=4,
        unique_by=lambda one: one[0],
    ),
    st.integers(0, 4),
    st.sets(st.sampled_from("abcde")),
)
def test_arguments_fit_when_python_says_so(parameters: Any, positional: int, names: set[str]) -> None:
    """The quick check of a call agrees with the call itself, whatever the signature."""
    kinds = ["pos", "either", "rest", "keyword", "more"]
    text, last = "", "pos"
    for name, kind, default in sorted(parameters, key=lambda one: kinds.index(one[1])):
        text += "/, " * (last == "pos" != kind and bool(text)) + "*, " * (kind == "keyword" and last not in ("rest", "keyword"))
        text += {"rest": "*", "more": "**"}.get(kind, "") + name + "=0" * (default and kind not in ("rest", "more")) + ", "
        last = kind
    try:
        function = eval(f"lambda {text.rstrip(', ') + ', /' * (last == 'pos' and bool(text))}: None")
    except SyntaxError:
        assume(False)
    args, kwargs = (1,) * positional, dict.fromkeys(names, 1)
    try:
        function(*args, **kwargs)
        fits = True
    except TypeError:
        fits = False
    if fits:
        assert isinstance(task(function)(*args, **kwargs), LazyResult)
    else:
        with pytest.raises(ArgumentError, match="CS430"):
            task(function)(*args, **kwargs)


def test_methods_are_tasks_too() -> None:
    """Read from an instance, the call gets the instance first; `fn` calls the method itself."""
    shop = Shop()
    assert (shop.price("tea").target, shop.price("tea").args) == (Shop.price, (shop, "tea"))
    assert shop.price.fn("tea") == 3
    assert Shop.tax(10).args == (10,)
    with pytest.raises(ArgumentError, match="missing 1 required positional argument: 'of'"):
        shop.price()


def test_a_placeholder_is_no_default() -> None:
    """Python would hand it to the function as it is; a resource may be one, runs see to it."""

    def late(n: object = Param("n")) -> None: ...

    def with_database(db: object = inject("db")) -> None: ...

    with pytest.raises(GraphError, match="only a call can be given"):
        task(late)
    assert task(with_database).declared.parameters == (TaskParameter("db", "either", False),)


# --- maps ----------------------------------------------------------------------------------------------------------------


@task
def pay(amount: int, to: str = "me") -> str:
    return f"{amount} {to}"


def test_a_map_is_a_call_for_each_item() -> None:
    """Iterables are read when the map is written; placeholders are left for the run."""
    call = pay.map(amount=(n for n in (1, 2)), to=greet("ada", loud=True))
    assert call.target == Mapped(pay)
    assert call.kwargs["amount"] == [1, 2]
    assert isinstance(call.kwargs["to"], LazyResult)


@pytest.mark.parametrize(
    ("iterables", "complaint"),
    [
        ({}, "has nothing to go through"),
        ({"amount": 3}, "can not go through `amount`, int has no items"),
        ({"amount": [1], "to": "ab"}, "goes through iterables of one length: amount has 1, to has 2"),
    ],
)
def test_maps_that_can_not_be_are_refused(iterables: Any, complaint: str) -> None:
    """At the call, with its line."""
    with pytest.raises(GraphError, match=f"CS431.*{re.escape(complaint)}"):
        pay.map(**iterables)
    with pytest.raises(ArgumentError, match="unexpected keyword argument 'sum'"):
        pay.map(amount=[1], sum=[2])


# --- names ---------------------------------------------------------------------------------------------------------------


def test_tasks_are_found_by_name_while_they_live() -> None:
    """The last one of a name is found; each has a key of its own; nothing is kept alive."""
    first, second = (task(name="names:one")(lambda n=n: n) for n in (1, 2))
    assert registry.find("names:one") is second
    assert first.key != second.key
    assert registry.find(first.key) in (first, second)
    del first, second
    gc.collect()
    assert registry.find("names:one") is None
