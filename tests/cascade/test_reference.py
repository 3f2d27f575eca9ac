"""The reference interpreter: what each node and terminator means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from cascade.host import LocalHost
from cascade.reference import Interpreter
from cascade.reference_arguments import pass_as
from cascade.reference_values import METHODS, OPERATIONS, unpack
from cascade.tasks import Task, task
from cascade.testing import run_virtual
from cascade_compiler import graph
from cascade_vm import operations
from cascade_vm.blueprint import Parameter
from cascade_vm.constants import Constant
from cascade_vm.errors import BudgetExhausted, FlowFailed, trail_of
from cascade_vm.host import UNBOUND, Meter
from support.graphs import FlowBuilder, Nodes, program
from support.hosting import named

from cascade import reference


def run(*flows: FlowBuilder, arguments: tuple[object, ...] = (), tasks: tuple[Task[..., Any], ...] = (), **options: Any) -> Any:
    """The result of the first flow, on a virtual clock."""
    strict = options.pop("strict", False)
    made = program(*flows, tasks=[task.name for task in tasks], strict=strict)
    return run_virtual(Interpreter(made, LocalHost(named(*tasks), **options)).run(flows[0].name, arguments))


def lines(error: BaseException) -> list[int]:
    return [place.line for place in trail_of(error)]


def returning(make: Callable[[Nodes], int], name: str = "main", *parameters: str | Parameter) -> FlowBuilder:
    """A flow of one block that returns what ``make`` makes."""
    flow = FlowBuilder(name, *parameters)
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, make(nodes))
    return flow


def countdown() -> FlowBuilder:
    """while n > 0: n = n - 1, at lines 70 and 71; the turn is at 72"""
    flow = FlowBuilder("main", "n")
    flow.block(None, graph.Jump, 1)
    nodes = flow.nodes()
    flow.block(nodes, graph.BranchOn, nodes.op(">", nodes.load("n"), nodes.const(0)), 2, 3)
    nodes = flow.nodes()
    nodes.store("n", nodes.op("-", nodes.load("n"), nodes.const(1)))
    flow.block(nodes, graph.Jump, 1, line=72)
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, nodes.load("n"))
    return flow


# --- values --------------------------------------------------------------------------------------------------------------


def test_the_table_covers_exactly_the_operations() -> None:
    """Every operation that a program can name has a meaning in the reference, and nothing else has."""
    assert OPERATIONS.keys() == operations.OPERATIONS.keys()


def test_the_methods_are_those_of_the_machine() -> None:
    """Both engines answer the same methods without asking the host."""
    assert METHODS == operations.METHODS


@pytest.mark.parametrize("source", [[], [1], [1, 2], [1, 2, 3], "ab", {1: 2, 3: 4}, 5, None, iter([1, 2])])
def test_unpacking_is_pythons(source: Any) -> None:
    """Values and the words of errors are those of the assignment in Python."""

    def by_python(assignment: str, value: Any) -> object:
        names: dict[str, Any] = {"source": value}
        try:
            exec(f"{assignment} = source", names)
        except Exception as error:
            return type(error), str(error)
        return [names["a"], names["b"], *([names["c"]] if "c" in names else [])]

    for assignment, count, star in [("a, b", 2, -1), ("a, *b", 2, 1), ("*a, b, c", 3, 0), ("a, *b, c", 3, 1)]:
        value = list(source) if hasattr(source, "__next__") else source
        try:
            found: object = unpack(value, count, star)
        except Exception as error:
            found = type(error), str(error)
        assert found == by_python(assignment, value)


def test_arguments_are_passed_in_their_forms() -> None:
    """By position, by keyword, spread, spread by name; a keyword given twice is refused."""
    assert pass_as(("", "*", "k", "**"), [1, (2, 3), 4, {"m": 5}], lambda: zip) == ([1, 2, 3], {"k": 4, "m": 5})
    for forms, values, words in [
        (("*",), [5], r"^zip\(\) argument after \* must be an iterable, not int$"),
        (("*", "*"), [[], 5], r"^Value after \* must be an iterable, not int$"),
        (("*", "**"), [5, 6], r"^zip\(\) argument after \*\* must be a mapping, not int$"),
        (("k", "**"), [1, {"k": 2}], r"^zip\(\) got multiple values for keyword argument 'k'$"),
    ]:
        with pytest.raises(TypeError, match=words):
            pass_as(forms, values, lambda: zip)


def test_variables_are_unbound_until_stored() -> None:
    """Reading one that has no value raises CPython's error, at the place of the reading."""

    def body(nodes: Nodes) -> int:
        nodes.store("x", nodes.const(1))
        nodes.add(graph.Forget, "x")
        assert_bound = nodes.add(graph.IsBound, "x")
        nodes.op("concat", line=4)
        nodes.store("bound", assert_bound)
        return nodes.add(graph.Load, "x", True, line=5)

    with pytest.raises(UnboundLocalError, match="cannot access local variable 'x' where it is not associated") as caught:
        run(returning(body))
    assert lines(caught.value) == [5]


def test_loops_see_what_happens_to_their_values() -> None:
    """Appending to a list while looping is seen; a dict that grows is an error."""

    def growing(container: Any, grow: Callable[[Nodes], None]) -> FlowBuilder:
        flow = FlowBuilder("main", "items")
        nodes = flow.nodes()
        nodes.store("n", nodes.const(0))
        iteration = nodes.add(graph.Iterate, nodes.load("items"))
        flow.block(nodes, graph.Jump, 1)
        flow.block(None, graph.Step, iteration, "item", 2, 3)
        nodes = flow.nodes()
        nodes.store("n", nodes.op("+", nodes.load("n"), nodes.const(1)))
        grow(nodes)
        flow.block(nodes, graph.BranchOn, nodes.op("<", nodes.load("n"), nodes.const(5)), 1, 3)
        nodes = flow.nodes()
        flow.block(nodes, graph.Return, nodes.load("n"))
        return flow

    def append(nodes: Nodes) -> None:
        nodes.op("append", nodes.load("items"), nodes.const(0))

    def put(nodes: Nodes) -> None:
        nodes.op("put", nodes.load("items"), nodes.load("n"), nodes.const(0))

    assert run(growing([1], append), arguments=([1],)) == 5
    with pytest.raises(RuntimeError, match="dictionary changed size during iteration"):
        run(growing({}, put), arguments=({"a": 1},))


def test_methods_of_other_values_are_the_hosts() -> None:
    """A strict program may not call them; `format` of a text is not a method of the language at all."""

    class Thing:
        def hello(self, name: str) -> str:
            return f"hello {name}"

    def hello(nodes: Nodes) -> int:
        return nodes.add(graph.Method, nodes.load("x"), "hello", (nodes.const("ada"),))

    assert run(returning(hello, "main", "x"), arguments=(Thing(),)) == "hello ada"
    with pytest.raises(TypeError, match="a strict program may not call methods of 'Thing' values"):
        run(returning(hello, "main", "x"), arguments=(Thing(),), strict=True)
    upper = returning(lambda nodes: nodes.add(graph.Method, nodes.load("x"), "upper", ()), "main", "x")
    assert run(upper, arguments=("a",), strict=True) == "A"
    body = returning(lambda nodes: nodes.add(graph.Method, nodes.load("x"), "hello", ()), "main", "x")
    with pytest.raises(AttributeError, match="'str' object has no attribute 'hello'"):
        run(body, arguments=("a",))


# --- control -------------------------------------------------------------------------------------------------------------


def test_a_jump_reads_all_arguments_before_it_sets_any() -> None:
    """`jump state(b, a)` swaps; an argument left out is unbound."""
    flow = FlowBuilder("main", "a", "b", "c")
    nodes = flow.nodes()
    flow.block(nodes, graph.Jump, 1, (nodes.load("b"), nodes.load("a"), None))
    nodes = flow.nodes()
    pair = nodes.op("build_list", nodes.load("a"), nodes.load("b"), nodes.add(graph.IsBound, "c"))
    flow.block(nodes, graph.Return, pair, parameters=("a", "b", "c"))
    assert run(flow, arguments=(1, 2, 3)) == [2, 1, False]


def test_switch() -> None:
    """A value in range picks its case; anything else goes on."""
    flow = FlowBuilder("main", "x")
    nodes = flow.nodes()
    flow.block(nodes, graph.SwitchOn, nodes.load("x"), (1, 2), 3)
    for result in "abc":
        nodes = flow.nodes()
        flow.block(nodes, graph.Return, nodes.const(result))
    assert [run(flow, arguments=(x,)) for x in (0, 1, 2, -1, None, "0")] == ["a", "b", "c", "c", "c", "c"]


def test_turns_are_jumps_back_and_calls() -> None:
    """Each backward jump spends one; the one that is not there ends the run where it happens."""
    meter = Meter()
    assert run(countdown(), arguments=(10,), meter=meter) == 0
    assert meter.turns_spent == 10
    assert run(countdown(), arguments=(10,), meter=Meter(turns=10)) == 0

    async def main() -> None:
        with pytest.raises(BudgetExhausted) as caught:
            await Interpreter(program(countdown()), LocalHost({}, meter=Meter(turns=9))).run("main", [10])
        assert (caught.value.what, caught.value.limit, lines(caught.value)) == ("turns", 9, [72])

    run_virtual(main())


def recursive() -> FlowBuilder:
    """``0 if n == 0 else main(n - 1)``"""
    flow = FlowBuilder("main", "n")
    nodes = flow.nodes()
    flow.block(nodes, graph.BranchOn, nodes.op("==", nodes.load("n"), nodes.const(0)), 1, 2)
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, nodes.const(0))
    nodes = flow.nodes()
    less = nodes.op("-", nodes.load("n"), nodes.const(1))
    flow.block(nodes, graph.Return, nodes.add(graph.CallFlow, "main", (less,)))
    return flow


def test_calls_of_flows_nest_without_pythons_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """100,000 deep returns; too deep is an error that names the bound, which counts the first frame too."""
    assert (run(recursive(), arguments=(100_000,)), reference.DEEPEST) == (0, 250_000)
    monkeypatch.setattr(reference, "DEEPEST", 1_000)
    assert run(recursive(), arguments=(999,)) == 0
    with pytest.raises(RecursionError, match="flow calls are nested deeper than 1000"):
        run(recursive(), arguments=(1_000,))


def test_trails_name_every_call() -> None:
    """Innermost first: where it was raised, then each call that it left. Tail calls leave no trace."""
    inner = returning(lambda nodes: nodes.op("/", nodes.const(1), nodes.const(0), line=3), "inner")
    middle = returning(lambda nodes: nodes.add(graph.CallFlow, "inner", (), line=5), "middle")
    outer = FlowBuilder("outer")
    outer.block(None, graph.TailCall, "middle", (), line=6)
    main = returning(lambda nodes: nodes.add(graph.CallFlow, "outer", (), line=7), "main")
    with pytest.raises(ZeroDivisionError) as caught:
        run(main, outer, middle, inner)
    assert [(place.flow, place.line) for place in trail_of(caught.value)] == [("inner", 3), ("middle", 5), ("main", 7)]


def test_tail_calls_apply_defaults_again() -> None:
    """An argument left out gets its constant default, or is unbound when the flow computes it."""
    main = FlowBuilder("main")
    main.block(None, graph.TailCall, "other", (None, None))
    parameters = (Parameter("a", default=Constant(7)), Parameter("b", computed=True))
    other = returning(
        lambda nodes: nodes.op("build_list", nodes.load("a"), nodes.add(graph.IsBound, "b")), "other", *parameters
    )
    assert run(main, other) == [7, False]
    assert run(other, arguments=(1, UNBOUND)) == [1, False]


# --- errors --------------------------------------------------------------------------------------------------------------


def guarded(fill: Callable[[Nodes], object], handle: Callable[[Nodes], int] | None, cleanup: bool = False) -> FlowBuilder:
    """try: fill; return "done" / handler: return handle, or raise again at line 99"""
    flow = FlowBuilder("main")
    nodes = flow.nodes()
    fill(nodes)
    flow.block(nodes, graph.Return, nodes.const("done"), handler=graph.Handler(1, "error", cleanup))
    nodes = flow.nodes()
    if handle is None:
        flow.block(nodes, graph.Reraise, nodes.load("error"), line=99)
    else:
        flow.block(nodes, graph.Return, handle(nodes))
    return flow


def divide(nodes: Nodes) -> int:
    return nodes.op("/", nodes.const(1), nodes.const(0), line=3)


def test_handlers_receive_errors() -> None:
    """Matched by kind; raising again leaves the place where it was first raised."""

    def handle(nodes: Nodes) -> int:
        first = nodes.add(graph.MatchError, nodes.load("error"), ("ArithmeticError", "KeyError"))
        return nodes.op("build_list", first, nodes.add(graph.MatchError, nodes.load("error"), ("OSError",)))

    assert run(guarded(divide, handle)) == [True, False]
    for cleanup in (False, True):
        with pytest.raises(ZeroDivisionError) as caught:
            run(guarded(divide, None, cleanup))
        assert lines(caught.value) == [3]


@pytest.mark.parametrize("make", [KeyboardInterrupt, SystemExit, lambda: BudgetExhausted("calls", 1)])
def test_only_cleanup_receives_what_can_not_be_caught(make: Callable[[], BaseException]) -> None:
    """And then the strand is doomed: it ends with that error, whatever it does. A spent budget passes even cleanup."""
    cleaned = []

    @task(name="m:bad", mode="inline")
    def bad() -> None:
        raise make()

    @task(name="m:clean", mode="inline")
    def clean() -> None:
        cleaned.append(1)

    def handle(nodes: Nodes) -> int:
        return nodes.task("m:clean")

    async def main(cleanup: bool) -> None:
        flow = guarded(lambda nodes: nodes.task("m:bad", line=3), handle, cleanup)
        host = LocalHost(named(bad, clean))
        with pytest.raises(type(make())) as caught:
            await Interpreter(program(flow, tasks=["m:bad", "m:clean"]), host).run("main", [])
        assert lines(caught.value) == [3]

    run_virtual(main(False))
    assert not cleaned
    run_virtual(main(True))
    assert bool(cleaned) == (not isinstance(make(), BudgetExhausted))


def test_fail() -> None:
    """A value is wrapped, an error is itself, a cause has to be an error."""

    def failing(value: object, cause: object = None) -> FlowBuilder:
        flow = FlowBuilder("main", "value", "cause")
        nodes = flow.nodes()
        flow.block(nodes, graph.Fail, nodes.load("value"), nodes.load("cause"), line=4)
        return flow

    own, reason = LookupError("own"), ValueError("why")
    with pytest.raises(FlowFailed) as wrapped:
        run(failing("x"), arguments=("x", None))
    assert (wrapped.value.args, lines(wrapped.value)) == (("x",), [4])
    with pytest.raises(LookupError) as raised:
        run(failing(own), arguments=(own, reason))
    assert raised.value is own
    assert own.__cause__ is reason
    with pytest.raises(TypeError, match="exception causes must derive from BaseException"):
        run(failing(own), arguments=(own, "because"))


# --- the world -----------------------------------------------------------------------------------------------------------


def fork_of(*flows: str, limit: int | None = None) -> FlowBuilder:
    def body(nodes: Nodes) -> int:
        bound = None if limit is None else nodes.const(limit)
        branches = tuple(graph.ForkBranch(name, ()) for name in flows)
        return nodes.add(graph.Fork, branches, bound, line=20)

    return returning(body)


def test_branches_hand_back_their_variables() -> None:
    """Packed, unbound ones included, and unpacked by the parent."""
    branch = FlowBuilder("main$1", branch=True)
    nodes = branch.nodes()
    nodes.store("a", nodes.const(1))
    branch.block(nodes, graph.Return, nodes.add(graph.PackVariables, ("a", "b")))
    main = FlowBuilder("main")
    nodes = main.nodes()
    nodes.store("b", nodes.const(0))
    forked = nodes.add(graph.Fork, (graph.ForkBranch("main$1", ()),), None)
    nodes.add(graph.UnpackVariables, ("a", "b"), forked, 0)
    pair = nodes.op("build_list", nodes.load("a"), nodes.add(graph.IsBound, "b"))
    main.block(nodes, graph.Return, pair)
    assert run(main, branch) == [1, False]


def test_errors_of_branches_go_on_at_the_fork() -> None:
    """The trail has the place in the branch, then the place of the block; the other branches are cancelled."""

    def sleeper(nodes: Nodes) -> int:
        return nodes.add(graph.Request, "sleep", (nodes.const(1000),))

    broken = returning(lambda nodes: nodes.op("/", nodes.const(1), nodes.const(0), line=3), "broken")

    async def main() -> float:
        made = program(fork_of("sleeper", "broken"), broken, returning(sleeper, "sleeper"))
        with pytest.raises(ZeroDivisionError) as caught:
            await Interpreter(made, LocalHost({})).run("main", [])
        assert lines(caught.value) == [3, 20]
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 0


def test_map_keeps_the_order_of_items() -> None:
    """Each item has a strand and spends a turn; no more than the limit run at once."""

    def wait_its_time(nodes: Nodes) -> int:
        nodes.add(graph.Request, "sleep", (nodes.load("item"),))
        return nodes.op("+", nodes.load("item"), nodes.load("more"))

    def body(nodes: Nodes) -> int:
        return nodes.add(graph.Map, "one", nodes.load("items"), (nodes.const(100),), nodes.const(2))

    meter = Meter()
    one = returning(wait_its_time, "one", "item", "more")
    assert run(returning(body, "main", "items"), one, arguments=([3, 1, 2, 0],), meter=meter) == [103, 101, 102, 100]
    assert meter.turns_spent == 4


def test_flows_under_policies() -> None:
    """Each attempt is a strand; the trail goes on at the call."""
    attempts = []

    @task(name="m:fails", mode="inline")
    def fails() -> None:
        attempts.append(1)
        raise LookupError

    def body(nodes: Nodes) -> int:
        settings = [nodes.const(value) for value in (3, None, 1.0, 0.0, ("LookupError",))]
        return nodes.add(graph.CallFlow, "inner", (), (graph.Policy("retry", tuple(settings)),), line=9)

    inner = returning(lambda nodes: nodes.task("m:fails", line=4), "inner")
    with pytest.raises(LookupError) as caught:
        run(returning(body), inner, tasks=(fails,))
    assert (lines(caught.value), len(attempts)) == ([4, 9], 3)


def test_an_endless_loop_can_be_cancelled() -> None:
    """It gives the event loop a turn when its slice of time is over."""
    flow = FlowBuilder("main")
    flow.block(None, graph.Jump, 0)

    async def main() -> None:
        running = asyncio.ensure_future(Interpreter(program(flow), LocalHost({})).run("main", []))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    run_virtual(main())
