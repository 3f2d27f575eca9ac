"""Small tasks that are compiled from their sources: which are, and that nobody can tell but by the clock."""

from __future__ import annotations

import asyncio
import functools
import math
import traceback
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import pytest
from cascade.adapters.executors.local import LocalExecutor
from cascade.bus import MessageBus
from cascade.engine import Engine
from cascade.engine_host import EngineHost
from cascade.events import CallStarted, Event
from cascade.one_run import Budget, Run
from cascade.planning import Plan, compile_plan, graph_of
from cascade.reference import Interpreter
from cascade.task_sources import source_of, sourced_program
from cascade.testing import run_virtual
from cascade_vm.machine import Machine
from hypothesis import given
from hypothesis import strategies as st

import cascade as cs

LIMIT = 3
WORDS = ("a", "b")
NAMES = ["x"]
CHANGES = 1
CHANGES = 2


class Odd:
    """A value whose operators do what they like."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def __add__(self, other: object) -> object:
        if self.error is not None:
            raise self.error
        return asyncio.sleep(0, "awaited")

    def __le__(self, other: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "Odd()"


# --- what is compiled ----------------------------------------------------------------------------------------------------


def countdown(n):
    if n <= 0:
        return "done"
    return cs.TailCall(kwargs={"n": n - 1})


def step(n, key="loop"):
    if n <= 0:
        return cs.Jump(target_key="exit", data="done")
    return cs.Jump(key, n - 1)


def add(a, b=2, *, c=3):
    return a + b * c


def by_position(a, b, /):
    return a / b


def total(xs):
    result = 0
    for x in xs:
        result += x
    return result


def triangle(n):
    result = []
    for i in range(n):
        result += [i * i]
    return result


def collatz(n):
    steps = 0
    while n != 1 and steps < 50:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def change(xs):
    xs[0] = "changed"
    xs += [len(xs)]
    del xs[1]
    return xs


def put(d, k):
    d[k] = d["a"]
    return {**d, "more": k}


def grow(d):
    for k in d:
        d[k * 2] = 1
    return d


def unbound(n):
    if n > 1:
        x = n
    return x


def refuse(n):
    if n > 1:
        raise ValueError(f"{n!r:>4} is more than {LIMIT}")
    return -n


def claim(n):
    assert n, "nothing"
    return n


def unpack(pair):
    a, *b = pair
    return b, a


def text(n, name):
    return f"{name}: {n:03d} {n!r}" + str(n)


def compare(a, b):
    return a < b <= LIMIT, a == b, a in WORDS, not a, a is None


def kinds(a):
    return isinstance(a, (int, str)), type(a), callable(a), bool(a)


def choose(a, b):
    return (a and b) or (a, b)


def slices(xs):
    return xs[1:], xs[-1], xs[::-1]


def comprehension(xs):
    return [x + 1 for x in xs if x], {x: x for x in xs}, any(x > 1 for x in xs)


def roots(n):
    return math.sqrt(n), math.pi, round(n, 1), abs(-n), divmod(n, 2)


def builtins(xs):
    return sorted(xs), sum(xs), min(xs), max(xs), len(xs), list(xs), tuple(xs)


def walrus(n):
    return (m := n + 1) * m


def nothing(_dummy=None):
    return "done"


def documented(n):
    """A docstring."""
    return ~n


def closure(limit):
    def within(n):
        return n if n < limit else limit

    return within


def other(n):
    return cs.TailCall(args=(n,), target="tests:nowhere_at_all") if n == 77 else n


def jump_away(n):
    return cs.Jump("nobody", {"n": n}) if n == 77 else cs.Jump("exit", [n])


# --- what is not ---------------------------------------------------------------------------------------------------------


async def waits(n):
    return n


def prints(n):
    print(n)
    return n


def methods(s):
    return s.upper()


def attributes(x):
    return x.real


def mutable_global(n):
    return n, NAMES


def changing_global(n):
    return n + CHANGES


def sees_itself(n):
    return other_task(n)


def catches(n):
    try:
        return 1 / n
    except ZeroDivisionError:
        return 0


def many(*args):
    return args


def named(**kwargs):
    return kwargs


def mutable_default(n, xs=[]):  # noqa: B006
    return [n, *xs]


def inside(n):
    def f(m):
        return m + n

    return f(n)


def key_of(xs):
    return sorted(xs, key=lambda x: -x)


def power(n):
    return n**n


def items(xs):
    return zip(xs, xs, strict=True)


def numbers(n):
    return range(n)


def identity(a):
    return a is WORDS


def a_set():
    return list({8, 0, 16})


def large(n):
    a = n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n + n
    b = a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a
    return a + b


def decorator(fn):
    @functools.wraps(fn)
    def around(*args, **kwargs):
        return fn(*args, **kwargs) + 1

    return around


class Holder:
    def method(self, n):
        return n + 1


@decorator
def decorated(n):
    return n


other_task = cs.task(name="tests:other")(nothing)
INTS = [(0,), (1,), (2,), (7,), (-1,), (77,), ("x",), (None,), (2.5,), (True,), ([1],), (10**30,), (b"",)]
LISTS = [([1, 2, 3],), ([],), ((1, "a"),), ("ab",), (5,), ({"a": 1},), ([[1]],), (list(range(20)),), ({1, 2},)]
PAIRS = [(1, 2), ("a", "b"), (None, 3), (0, 0), ([1], [2]), (2, "x")]
COMPILED: list[tuple[Callable[..., Any], Sequence[tuple[Any, ...]]]] = [
    (countdown, INTS[:4]), (step, [(0,)]), (add, [*INTS, (1, 2), ("a", 1)]), (by_position, PAIRS), (total, LISTS),
    (triangle, INTS[:6]), (collatz, INTS), (change, LISTS), (put, [({"a": 1}, "b"), ({}, 1), ([], "a"), ({"a": 1}, [])]),
    (grow, [({"a": 1},), ({1: 1, 2: 2},), ([],)]), (unbound, INTS), (refuse, INTS), (unpack, LISTS + INTS),
    (text, [(5, "n"), ("5", "n"), (2.5, None)]), (compare, PAIRS), (kinds, INTS), (choose, PAIRS), (slices, LISTS + INTS),
    (comprehension, LISTS + INTS), (roots, INTS), (builtins, LISTS), (walrus, INTS), (nothing, [(), (1,)]), (documented, INTS),
    (closure(4), INTS), (lambda n: n + 2, INTS), (other, INTS[:5]), (jump_away, [(1,)]),
]  # fmt: skip
OPAQUE: list[tuple[Callable[..., Any], Sequence[tuple[Any, ...]]]] = [
    (claim, INTS[:2]),  # pytest rewrites `assert`
    (waits, INTS[:2]), (prints, INTS[:2]), (methods, [("a",), (1,)]), (attributes, INTS[:2]), (mutable_global, INTS[:2]),
    (changing_global, INTS[:2]), (sees_itself, INTS[:1]), (catches, INTS[:2]), (many, INTS[:2]), (named, [()]),
    (mutable_default, INTS[:2]), (inside, INTS[:2]), (key_of, LISTS[:2]), (power, INTS[:3]), (items, LISTS[:1]),
    (numbers, INTS[:2]), (identity, INTS[:2]), (a_set, [()]), (large, INTS[:2]), (decorated, INTS[:2]),
    (functools.partial(add, 1), INTS[:2]), (Holder().method, INTS[:2]), (len, LISTS[:2]), (Holder, [()]),
    (Odd.__le__, [(1, 2)]),
]  # fmt: skip


def _name(case: object) -> str:
    return getattr(case, "__name__", type(case).__name__)


# --- each way ------------------------------------------------------------------------------------------------------------


def plans_of(target: object) -> dict[str, Plan]:
    lazy_graph = graph_of(target)
    plan = compile_plan(lazy_graph, [[node] for node in lazy_graph.nodes])
    made = sourced_program(plan.program, plan.tasks, everywhere=True)
    return {"called": plan, "compiled": Plan(made.made, plan.tasks)}


def outcomes(make: Callable[[], tuple[object, Any]]) -> dict[str, object]:
    """What becomes of a target in each form, on each engine: the value or the error, and the arguments afterwards."""
    found: dict[str, object] = {}
    for form in ("called", "compiled"):
        for engine in ("machine", "reference"):
            target, arguments = make()
            plan = plans_of(target)[form]
            found[f"{form} on the {engine}"] = _outcome(plan, graph_of(target).values, engine), repr(arguments)
    return found


def _outcome(plan: Plan, values: Sequence[object], engine: str) -> tuple[str, str]:
    async def main() -> object:
        host = EngineHost(plan.tasks, executor=LocalExecutor()).for_run()
        if engine == "machine":
            return await Machine(plan.image, host).run(plan.root_index, values)
        return await Interpreter(plan.program, host).run(plan.root, values)

    try:
        value = run_virtual(main())
    except Exception as error:
        return type(error).__name__, str(error)
    return type(value).__name__, repr(value)


def check_same(found: dict[str, object]) -> None:
    assert all(each == found["called on the reference"] for each in found.values()), found


def made_of(fn: Callable[..., Any], given: tuple[Any, ...]) -> tuple[object, Any]:
    arguments = deepcopy(given)
    return _task(fn)(*arguments), arguments


@functools.cache
def _task(fn: Callable[..., Any]) -> Any:
    return cs.task(name=f"tests:{_name(fn)}")(fn)


@pytest.mark.parametrize(("fn", "calls"), COMPILED, ids=lambda case: _name(case) if callable(case) else "")
def test_a_small_task_that_is_compiled_is_the_same(fn: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> None:
    """Value, error and message, changed arguments, on both engines."""
    assert source_of(_task(fn)) is not None
    for given_arguments in calls:
        check_same(outcomes(lambda given_arguments=given_arguments: made_of(fn, given_arguments)))  # type: ignore[misc]


@pytest.mark.parametrize(("fn", "calls"), OPAQUE, ids=lambda case: _name(case) if callable(case) else "")
def test_any_other_task_is_called(fn: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> None:
    """And means what it meant."""
    assert source_of(_task(fn)) is None
    for given_arguments in calls:
        found = outcomes(lambda given_arguments=given_arguments: made_of(fn, given_arguments))  # type: ignore[misc]
        assert len({str(each)[:25] for each in found.values()}) == 1


def test_what_is_declared_of_a_task_is_heeded() -> None:
    """Policies, modes and injected resources are the host's."""
    resource: Any = cs.inject("tests")

    def asks(n: int, value: object = resource) -> object:
        return n

    for task in (
        cs.task(retry=2, name="tests:a")(nothing),
        cs.task(timeout=5, name="tests:b")(nothing),
        cs.task(mode="blocking", name="tests:c")(nothing),
        cs.task(mode="compute", name="tests:d")(nothing),
        cs.task(name="tests:e")(asks),
    ):
        assert source_of(task) is None
    assert source_of(cs.task(mode="inline", name="tests:f")(nothing)) is not None


@pytest.mark.parametrize("value", [Odd(), Odd(StopIteration()), Odd(asyncio.CancelledError("x")), Odd(ValueError("no"))])  # type: ignore[arg-type]
def test_values_of_other_classes_are_for_the_task(value: Odd) -> None:
    """Their operators may do anything; what they raise or give means what it means when a task raises or gives it."""

    def plus(a: Any, b: Any) -> Any:
        return a + b

    task = cs.task(name="tests:plus", mode="inline")(plus)
    assert source_of(task) is not None
    check_same(outcomes(lambda: (task(value, 1), None)))
    check_same(outcomes(lambda: (task([value], [1]), None)))


# --- in loops ------------------------------------------------------------------------------------------------------------


def run(target: object, **options: Any) -> object:
    return run_virtual(Engine().run(target, **options))


def loop(task: Any, *args: Any, **kwargs: Any) -> Any:
    state = task(*args, **kwargs)
    return cs.bind(state, cs.select_jump({"loop": state, "exit": None}))


def test_loops_of_jumps_and_tail_calls_call_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """After what came before the loop."""
    calls: list[str] = []
    original = EngineHost.call

    def call(self: EngineHost, site: Any, *arguments: Any) -> object:
        calls.append(site.target)
        return original(self, site, *arguments)

    monkeypatch.setattr(EngineHost, "call", call)
    assert run(_task(countdown)(5_000)) == "done"
    assert run(loop(_task(step), 5_000)) == "done"
    assert run(loop(_task(step), 5_000, key="loop")) == "done"
    assert run(loop(_task(step), 5_000, "loop")) == "done"
    assert run(loop(_task(step), n=5_000)) == "done"
    assert calls == ["tests:countdown"]


@pytest.mark.parametrize("use_vm", [True, False])
def test_who_listens_hears_every_call(use_vm: bool) -> None:
    """A subscriber of the bus, or a listener."""
    told: list[Event] = []
    bus = MessageBus()
    bus.subscribe(CallStarted, told.append)
    assert run_virtual(Engine(bus=bus).run(_task(countdown)(9), use_vm=use_vm)) == "done"
    heard: list[Event] = []
    run(_task(countdown)(9), use_vm=use_vm, listener=heard.append)
    assert len(told) == len([each for each in heard if isinstance(each, CallStarted)]) == 10


@pytest.mark.parametrize("use_vm", [True, False])
def test_budgets_count_every_call(use_vm: bool) -> None:
    """Calls that are not made could not be counted."""
    with pytest.raises(cs.BudgetExhausted):
        run(_task(countdown)(9), use_vm=use_vm, budget=Budget(calls=9))


def test_an_executor_of_ones_own_gets_every_call() -> None:
    """It may send them anywhere."""

    class Counting(LocalExecutor):
        def __init__(self) -> None:
            super().__init__()
            self.calls = 0

        def bind(self, task: Any) -> Any:
            invoke = super().bind(task)

            def counted(*arguments: Any) -> object:
                self.calls += 1
                return invoke(*arguments)

            return counted

    executor = Counting()
    assert run_virtual(Engine(executor=executor).run(_task(countdown)(9))) == "done"
    assert executor.calls == 10


def test_calls_under_policies_stay_calls() -> None:
    """A retry tells attempts apart, a cache asks for inputs."""
    plan = plans_of(_task(add)(1).with_retry(2))
    assert plan["compiled"].program is plan["called"].program


def test_globals_are_looked_at_when_a_run_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next run sees another value; one that can not be compiled is seen as well."""
    engine = Engine()

    def limited() -> object:
        return run_virtual(engine.run(_task(to_limit)(0)))

    assert limited() == LIMIT
    monkeypatch.setitem(globals(), "LIMIT", 5)
    assert limited() == 5
    monkeypatch.setitem(globals(), "LIMIT", Odd())
    assert limited() == 0
    monkeypatch.undo()
    assert limited() == LIMIT


def to_limit(n):
    if n >= LIMIT:
        return n
    return cs.TailCall((n + 1,))


def test_a_function_that_is_not_what_its_source_says_is_called() -> None:
    """Its code was replaced, as by a tool, or its file was edited."""

    def shown(n: int) -> int:
        return n + 1

    def meant(n: int) -> int:
        return n + 2

    shown.__code__ = meant.__code__.replace(co_name="shown", co_firstlineno=shown.__code__.co_firstlineno)
    task = cs.task(name="tests:shown")(shown)
    assert source_of(task) is None
    assert run(task(1)) == 3


@pytest.mark.parametrize("form", ["called", "compiled"])
def test_tracebacks_show_the_line_of_the_task(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs it: the call, and the line in the task."""
    if form == "called":
        monkeypatch.setattr(Run, "_uses_sources", lambda self: False)

    def failing(n: int) -> object:
        return cs.TailCall((n - 1,)) if 1 // n else n

    with pytest.raises(ZeroDivisionError) as caught:
        run(cs.task(name="tests:failing")(failing)(1))
    shown = [(frame.name, frame.line) for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert shown[-1] == ("failing", "return cs.TailCall((n - 1,)) if 1 // n else n")


def test_arguments_that_do_not_fit_are_refused_as_ever() -> None:
    """By Python, in its words."""
    for data in ({"n": 1, "m": 2}, {1: 2}, {"key": None}, [1], None):

        def away(n: int, key: str = "", data: object = data) -> object:
            return cs.Jump("loop", {"n": 0, 1: 2} if n == 5 else n - 1 if n else None) if n > 1 else cs.Jump("exit")

        if isinstance(data, dict | list):
            assert source_of(cs.task(name="tests:away")(away)) is None
    for bad in ("{'n': 0, 'm': 1}", "{1: 2}", "{'n': 0, 'key': 1}"):
        assert bad in BAD
        check_same(outcomes(lambda bad=bad: (loop(_task(BAD[bad]), 3), None)))  # type: ignore[misc]


BAD: dict[str, Callable[..., Any]] = {
    "{'n': 0, 'm': 1}": lambda n, key="": cs.Jump("loop", {"n": 0, "m": 1}) if n else cs.Jump("exit", key),
    "{1: 2}": lambda n, key="": cs.Jump("loop", {1: 2}) if n else cs.Jump("exit", key),
    "{'n': 0, 'key': 1}": lambda n, key="": cs.Jump("loop", {"n": 0, "key": 1}) if n else cs.Jump("exit", key),
}


# --- flows ---------------------------------------------------------------------------------------------------------------

double = cs.task(name="tests:double")(lambda n: n * 2)


@cs.flow
def doubled(n: int) -> int:
    total = 0
    for i in range(n):
        total += double(i)
    return total


def test_loops_of_flows_call_nothing_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the machine; and with a listener everything is called."""
    told: list[Event] = []
    expected = sum(2 * i for i in range(100))
    assert run(doubled(100), listener=told.append) == expected
    assert len([each for each in told if isinstance(each, CallStarted)]) == 100
    monkeypatch.setattr(EngineHost, "call", lambda *_: pytest.fail("called"))
    assert run(doubled(100)) == expected


# --- at random -----------------------------------------------------------------------------------------------------------


def turn(n, a=0, b=None, *, c=1):
    if n <= 0:
        return cs.Jump("exit", (a, b, c))
    if n % 3 == 0:
        return cs.Jump("loop", {"n": n - 1, "a": a + n})
    if n % 3 == 1:
        return cs.Jump("again", None if n < 0 else n - 1)
    return cs.Jump("loop", n - 2 if a else n - 1)


def tail(n, a=0, b=None, *, c=1):
    if n <= 0:
        return a, b, c
    if n % 3 == 0:
        return cs.TailCall((n - 1, a + 1), {"c": c * 2})
    if n % 3 == 1:
        return cs.TailCall(kwargs={"n": n - 1, "b": n})
    return cs.TailCall(args=(n - 1, a, c))


LEAVES = st.integers(-2, 12) | st.sampled_from([None, "x", 1.5, True]) | st.builds(list, st.tuples(st.integers()))


@given(st.integers(0, 9), st.lists(LEAVES, max_size=2), st.booleans(), st.none() | LEAVES, st.booleans())
def test_random_loops_are_the_same(n: int, more: list[Any], lazy: bool, c: object, tails: bool) -> None:
    """Positional and named arguments, defaults, results of other nodes; jumps to two states; tail calls."""

    def make() -> tuple[object, Any]:
        given_last: Any = {} if c is None else {"c": _task(nothing)() if lazy else c}
        if tails:
            return _task(tail)(n, *more, **given_last), more
        first = _task(turn)(n, *more, **given_last)
        second = _task(turn)(n=n, **given_last)
        cs.bind(first, cs.select_jump({"loop": first, "again": second, "exit": None}))
        cs.bind(second, cs.select_jump({"loop": second, "again": first, "exit": None}))
        return first, more

    check_same(outcomes(make))
