"""Functions as values: every engine, each form of the program, and each pass agree on what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cascade.host import LocalHost
from cascade.reference import Interpreter
from cascade.tasks import task
from cascade.testing import RecordingHost, run_virtual
from cascade_compiler import graph
from cascade_compiler.lifting import lift
from cascade_compiler.lowering import lower
from cascade_vm.blueprint import Parameter
from cascade_vm.constants import Constant
from cascade_vm.errors import BudgetExhausted, trail_of
from cascade_vm.host import Meter
from cascade_vm.machine import Machine
from msgspec.structs import replace
from support import engines
from support.compare import Example, machine_disagreements, whole_effort
from support.engines import Case, run_machine, run_reference
from support.graphs import FlowBuilder, Nodes, program
from support.hosting import named
from support.outcomes import Outcome, difference

ONE_STRAND = Outcome((), None)
"""Stands for an oracle: it says only that one strand runs, so that order matters."""


def returning(name: str, *parameters: str | Parameter) -> Callable[[Callable[[Nodes], int]], FlowBuilder]:
    """A flow of one block that returns what the decorated function makes."""

    def build(make: Callable[[Nodes], int]) -> FlowBuilder:
        flow = FlowBuilder(name, *parameters)
        nodes = flow.nodes()
        flow.block(nodes, graph.Return, make(nodes))
        return flow

    return build


def function(nodes: Nodes, flow: str, *captured: int, name: str = "") -> int:
    return nodes.add(graph.MakeFunction, flow, captured, name)


def invoke(nodes: Nodes, target: int, *arguments: int, forms: tuple[str, ...] = (), line: int | None = None) -> int:
    return nodes.add(graph.CallValue, target, arguments, forms, line=line)


def located(made: graph.Program) -> graph.Program:
    """The program whose flows are on lines that the verifier lets pass."""
    return replace(made, flows=tuple(replace(flow, place=flow.place._replace(line=1, end_line=1)) for flow in made.flows))


def check(*flows: FlowBuilder, arguments: Callable[[], list[object]] = list, turns: tuple[int, ...] = ()) -> Outcome:
    """What all engines make of it, with these limits of turns too."""
    made = located(program(*flows))
    case = Case(arguments)
    expected = run_reference(case, made)
    effort = whole_effort()._replace(rooted=False)
    assert list(machine_disagreements(Example("", case, ONE_STRAND), made, expected, effort)) == []
    plain = lower(made)
    for limit in (engines.MOST_TURNS, *turns):
        assert difference(run_reference(case, made, limit), run_machine(case, plain, limit)) == "", f"{limit} turns"
    assert difference(expected, run_reference(case, lift(plain))) == ""
    return expected


def value_of(outcome: Outcome) -> Any:
    assert outcome.error is None, outcome.error
    return outcome.alone


def lines(outcome: Outcome) -> list[tuple[str, int]]:
    return [(place.flow, place.line) for place in outcome.trail]


@returning("negate", "x")
def NEGATE(nodes: Nodes) -> int:
    return nodes.op("neg", nodes.load("x"))


@returning("add", Parameter("n", computed=True), "x")
def ADD(nodes: Nodes) -> int:
    return nodes.op("+", nodes.load("x"), nodes.add(graph.Load, "n", True, line=500))


def test_a_built_in_calls_a_function() -> None:
    """The key of a sort; every call of it counts a turn."""

    @returning("main", "xs")
    def main(nodes: Nodes) -> int:
        return nodes.op("sorted", nodes.load("xs"), function(nodes, "negate"), forms=("", "key"))

    outcome = check(main, NEGATE, arguments=lambda: [[3, 1, 2]], turns=(0, 1, 2, 3))
    assert value_of(outcome) == ("list", ("int", "3"), ("int", "2"), ("int", "1"))
    assert outcome.turns == 3


def test_what_is_captured_comes_before_what_is_given() -> None:
    """``map`` calls it while a loop, or ``list``, goes on."""

    @returning("main", "xs")
    def main(nodes: Nodes) -> int:
        made = function(nodes, "add", nodes.const(10))
        return nodes.op("list", nodes.op("map", made, nodes.load("xs")))

    assert value_of(check(main, ADD, arguments=lambda: [[1, 2]], turns=(0, 1))) == ("list", ("int", "11"), ("int", "12"))


def test_a_captured_variable_may_be_unbound() -> None:
    """Reading it is an error in the function, whose trail goes through the call that the built-in made."""
    main = FlowBuilder("main", "xs")
    nodes = main.nodes()
    made = function(nodes, "add", nodes.load("n", checked=False))
    main.block(nodes, graph.Return, nodes.op("max", nodes.load("xs"), made, forms=("", "key"), line=77))
    outcome = check(main, ADD, arguments=lambda: [[1]])
    assert outcome.error == "UnboundLocalError: cannot access local variable 'n' where it is not associated with a value"
    assert lines(outcome) == [("add", 500), ("main", 77)]


def test_calls_of_values_nest_as_deep_as_calls_of_flows() -> None:
    """100,000 frames, none of Python's; the same limit."""
    sink = FlowBuilder("sink", "f", "n")
    nodes = sink.nodes()
    sink.block(nodes, graph.BranchOn, nodes.op(">", nodes.load("n"), nodes.const(0)), 1, 2)
    nodes = sink.nodes()
    f, n = nodes.load("f"), nodes.load("n")
    below = invoke(nodes, f, f, nodes.op("-", n, nodes.const(1)))
    sink.block(nodes, graph.Return, nodes.op("+", below, nodes.const(1)))
    nodes = sink.nodes()
    sink.block(nodes, graph.Return, nodes.const(0))

    @returning("main", "n")
    def main(nodes: Nodes) -> int:
        f = function(nodes, "sink")
        return invoke(nodes, f, f, nodes.load("n"))

    made = program(main, sink)
    case = Case(lambda: [100_000])
    for outcome in (run_reference(case, made, 10**6), run_machine(case, lower(made), 10**6)):
        assert (value_of(outcome), outcome.turns) == (("int", "100000"), 100_001)
    outcome = run_machine(Case(lambda: [300_000]), lower(made), 10**6)
    assert outcome.error == "RecursionError: flow calls are nested deeper than 250000"
    assert len(outcome.trail) == 250_000
    check(main, sink, arguments=lambda: [20], turns=(0, 1, 10, 20, 21))


PARAMETERS = (
    Parameter("c", computed=True),
    Parameter("a", kind="position"),
    Parameter("b", default=Constant(2)),
    Parameter("rest", kind="rest"),
    Parameter("k", kind="keyword"),
    Parameter("others", kind="keywords"),
)


@returning("gather", *PARAMETERS)
def GATHER(nodes: Nodes) -> int:
    return nodes.op("build_tuple", *(nodes.load(parameter.name) for parameter in PARAMETERS))


def gathered(c: Any, a: Any, /, b: Any = 2, *rest: Any, k: Any, **others: Any) -> Any:
    return (c, a, b, rest, k, others)


@pytest.mark.parametrize(
    ("values", "forms"),
    [
        ([1], ()),
        ([1, 2], ("", "k")),
        ([1, 2, 3, 4], ("", "", "", "k")),
        ([[1, 2, 3], {"k": 4, "z": 5}], ("*", "**")),
        ([1, 2, 3], ("", "k", "b")),
        ([1, 2, 3, 4], ("", "", "k", "b")),
        ([1, 2], ("a", "k")),
        ([], ()),
        ([5], ("*",)),
        ([5], ("**",)),
        ([{1: 2}], ("**",)),
    ],
)
def test_arguments_are_bound_as_in_python(values: list[Any], forms: tuple[str, ...]) -> None:
    """By position only, with defaults, the rest, by keyword only, all others; the same words when they do not fit."""

    @returning("main", "values")
    def main(nodes: Nodes) -> int:
        source = nodes.load("values")
        given = [nodes.op("[]", source, nodes.const(number)) for number in range(len(values))]
        made = function(nodes, "gather", nodes.const(0), name="gathered")
        return invoke(nodes, made, *given, forms=forms)

    outcome = check(main, GATHER, arguments=lambda: [values])
    positional = [value for value, form in zip(values, forms or ("",) * len(values), strict=True) if form == ""]
    named_ = {form: value for value, form in zip(values, forms, strict=False) if form not in ("", "*", "**")}
    if not {"*", "**"} & {*forms}:
        try:
            expected = f"{gathered(0, *positional, **named_)}"
        except TypeError as error:
            expected = f"TypeError: {error}"
        if outcome.error is None:
            assert expected == "(0, 1, 2, (), 2, {})" or expected.startswith("(0, 1, ")
        else:
            assert outcome.error == expected


def test_an_error_goes_on_through_two_built_ins() -> None:
    """The trail has each function, and the place where the flow called the built-in that called it."""

    @returning("inner", "x")
    def inner(nodes: Nodes) -> int:
        return nodes.op("/", nodes.const(1), nodes.load("x"), line=600)

    @returning("outer", "f", "xs")
    def outer(nodes: Nodes) -> int:
        return nodes.op("sorted", nodes.load("xs"), nodes.load("f"), forms=("", "key"), line=601)

    @returning("main")
    def main(nodes: Nodes) -> int:
        once = nodes.op("build_list", nodes.op("build_list", nodes.const(1), nodes.const(0)))
        made = nodes.op("map", function(nodes, "outer", function(nodes, "inner")), once)
        return nodes.op("list", made, line=602)

    outcome = check(main, inner, outer, turns=(0, 1, 2, 3))
    assert outcome.error == "ZeroDivisionError: division by zero"
    assert lines(outcome) == [("inner", 600), ("outer", 601), ("main", 602)]


def test_a_flow_catches_what_a_function_raised_and_raises_it_again() -> None:
    """`raise error` starts a new trail, wherever the error has been."""
    main = FlowBuilder("main")
    nodes = main.nodes()
    made = nodes.op("map", function(nodes, "fails"), nodes.op("build_list", nodes.const(1)))
    nodes.op("list", made)
    main.block(nodes, graph.Return, nodes.const(0), handler=graph.Handler(1, "e"))
    nodes = main.nodes()
    main.block(nodes, graph.Fail, nodes.load("e"), line=700)
    fails = FlowBuilder("fails", "x")
    nodes = fails.nodes()
    fails.block(nodes, graph.Fail, nodes.load("x"))
    assert lines(check(main, fails)) == [("main", 700)]


def test_a_function_that_a_built_in_calls_can_not_wait() -> None:
    """It is told where it would wait, and may catch that; what it asked for never begins."""

    @returning("sleeps", "x")
    def sleeps(nodes: Nodes) -> int:
        return nodes.add(graph.Request, "sleep", (nodes.load("x"),), (), line=800)

    @returning("main")
    def main(nodes: Nodes) -> int:
        items = nodes.op("build_list", nodes.const(1))
        return nodes.op("max", items, function(nodes, "sleeps"), forms=("", "key"), line=801)

    outcome = check(main, sleeps)
    assert outcome.error == "RuntimeError: a function that a built-in calls can not wait"
    assert lines(outcome) == [("sleeps", 800), ("main", 801)]

    @returning("main")
    def waits(nodes: Nodes) -> int:
        return invoke(nodes, function(nodes, "sleeps"), nodes.const(1))

    assert value_of(check(waits, sleeps)) == ("NoneType", "None")


def test_a_loop_in_a_function_that_a_built_in_calls() -> None:
    """Its turns count, wherever the limit falls: before, in the midst of it, or in the loop around."""
    spin = FlowBuilder("spin", "n")
    spin.block(None, graph.Jump, 1)
    nodes = spin.nodes()
    spin.block(nodes, graph.BranchOn, nodes.op(">", nodes.load("n"), nodes.const(0)), 2, 3)
    nodes = spin.nodes()
    nodes.store("n", nodes.op("-", nodes.load("n"), nodes.const(1)))
    spin.block(nodes, graph.Jump, 1)
    nodes = spin.nodes()
    spin.block(nodes, graph.Return, nodes.load("n"))
    main = FlowBuilder("main", "m")
    main.block(None, graph.Jump, 1)
    nodes = main.nodes()
    main.block(nodes, graph.BranchOn, nodes.op(">", nodes.load("m"), nodes.const(0)), 2, 3)
    nodes = main.nodes()
    made = function(nodes, "spin")
    nodes.op("sorted", nodes.op("build_list", nodes.const(3), nodes.const(2)), made, forms=("", "key"))
    nodes.store("m", nodes.op("-", nodes.load("m"), nodes.const(1)))
    main.block(nodes, graph.Jump, 1)
    nodes = main.nodes()
    main.block(nodes, graph.Return, nodes.load("m"))
    outcome = check(main, spin, arguments=lambda: [3], turns=tuple(range(25)))
    assert outcome.turns == 3 * (1 + 2 + 3 + 2)


def test_what_can_not_be_called() -> None:
    """Python's words."""

    @returning("main", "x")
    def main(nodes: Nodes) -> int:
        return invoke(nodes, nodes.load("x"), nodes.const(1), line=900)

    outcome = check(main, arguments=lambda: [3])
    assert (outcome.error, lines(outcome)) == ("TypeError: 'int' object is not callable", [("main", 900)])


@pytest.mark.parametrize(("name", "given"), [("len", [1, 2]), ("int", "7"), ("math.sqrt", 9), ("type", 3), ("iter", [4])])
def test_built_in_functions_are_called_by_the_engine(name: str, given: object) -> None:
    """Without the host; they are values like any other."""

    @returning("main", "x")
    def main(nodes: Nodes) -> int:
        made = invoke(nodes, nodes.op("builtin", nodes.const(name)), nodes.load("x"))
        return nodes.op("next", made) if name == "iter" else made

    assert check(main, arguments=lambda: [given]).error is None


def test_a_function_is_a_python_callable_without_attributes() -> None:
    """`callable`, `repr`, and what Python calls its type."""

    @returning("main")
    def main(nodes: Nodes) -> int:
        f, g = function(nodes, "negate"), function(nodes, "negate", name="main.<locals>.<lambda>")
        texts = [nodes.op("repr", f), nodes.op("str", g), nodes.op("callable", f), nodes.op("==", f, g)]
        return nodes.op("build_tuple", *texts)

    expected = ("<function negate>", "<function main.<locals>.<lambda>>", True, False)
    assert value_of(check(main, NEGATE))[1:] == tuple((type(one).__name__, repr(one)) for one in expected)

    @returning("main")
    def reads(nodes: Nodes) -> int:
        return nodes.add(graph.AttributeOf, function(nodes, "negate"), "captured")

    assert check(reads, NEGATE).error == "AttributeError: 'function' object has no attribute 'captured'"

    @returning("main")
    def adds(nodes: Nodes) -> int:
        return nodes.op("+", function(nodes, "negate"), nodes.const(1))

    assert check(adds, NEGATE).error == "TypeError: unsupported operand type(s) for +: 'function' and 'int'"


def test_functions_that_call_each_other_through_built_ins_reach_the_limit_of_python() -> None:
    """`RecursionError`, as in Python; nothing is left in disorder."""

    @returning("again", "x")
    def again(nodes: Nodes) -> int:
        items = nodes.op("build_list", nodes.const(1))
        return nodes.op("max", items, function(nodes, "again"), forms=("", "key"))

    main = FlowBuilder("main")
    nodes = main.nodes()
    invoke(nodes, function(nodes, "again"), nodes.const(1))
    main.block(nodes, graph.Return, nodes.const(0), handler=graph.Handler(1, "e"))
    nodes = main.nodes()
    main.block(nodes, graph.Return, nodes.add(graph.MatchError, nodes.load("e"), ("RecursionError",)))
    made = program(main, again)
    for outcome in (run_reference(Case(list), made), run_machine(Case(list), lower(made))):
        assert value_of(outcome) == ("bool", "True")


# --- the hosts of users ----------------------------------------------------------------------------------------------------


@task
async def double(n: int) -> int:
    return 2 * n


@task
def refuse(f: Callable[[int], int]) -> int:
    return f(0)


def both(flows: list[FlowBuilder], make_host: Callable[[], LocalHost], *arguments: object) -> list[Any]:
    """The value or error of both engines."""
    made = program(*flows)
    found: list[Any] = []
    for host in (make_host(), make_host()):
        engine: Any = Machine(lower(made), host) if found else Interpreter(made, host)
        try:
            found.append(run_virtual(engine.run("main" if not found else 0, arguments)))
        except (Exception, BudgetExhausted) as error:
            found.append(error)
    return found


def test_a_task_as_a_value() -> None:
    """It runs as if it were called by its name, also when the program does not know it."""

    @returning("main", "f")
    def main(nodes: Nodes) -> int:
        return invoke(nodes, nodes.load("f"), nodes.const(4))

    assert both([main], lambda: LocalHost({}), double) == [8, 8]
    hosts: list[RecordingHost] = []

    def recording() -> RecordingHost:
        hosts.append(RecordingHost(named(double), meter=Meter(calls=1)))
        return hosts[-1]

    assert both([main], recording, double) == [8, 8]
    assert [[(each.target, each.outcome) for each in host.log] for host in hosts] == [[(double.name, "8")]] * 2
    errors = both([main], lambda: LocalHost({}, meter=Meter(calls=0)), str.upper)
    assert [type(error) for error in errors] == [BudgetExhausted] * 2


def test_a_flow_can_not_be_called_as_a_value() -> None:
    """It would give a value that describes a call."""

    class FlowFunction:
        name = "shop:order"

        def __call__(self, *arguments: object) -> object:
            raise AssertionError("is not called")

    FlowFunction.__module__ = "cascade.flows"

    @returning("main", "f")
    def main(nodes: Nodes) -> int:
        return invoke(nodes, nodes.load("f"))

    expected = "the flow `shop:order` is called by its name only: a value that holds it can not be called"
    assert [str(error) for error in both([main], lambda: LocalHost({}), FlowFunction())] == [expected] * 2


def test_a_task_calls_a_function_of_the_flow() -> None:
    """It is a Python callable; an error of it keeps the trail, and the place of the task call is added."""

    @returning("inverse", "x")
    def inverse(nodes: Nodes) -> int:
        return nodes.op("/", nodes.const(1), nodes.load("x"), line=950)

    main = FlowBuilder("main")
    nodes = main.nodes()
    main.block(nodes, graph.Return, nodes.task(refuse.name, function(nodes, "inverse"), line=951))
    made = program(main, inverse, tasks=[refuse.name])
    host = LocalHost(named(refuse))
    for run in (Interpreter(made, host).run("main", ()), Machine(lower(made), host).run(0, ())):
        with pytest.raises(ZeroDivisionError) as caught:
            run_virtual(run)
        assert [place.line for place in trail_of(caught.value)] == [950, 951]


def test_a_function_may_outlive_its_run() -> None:
    """Python code may call it then; a flow of another run too."""

    @returning("main")
    def main(nodes: Nodes) -> int:
        return function(nodes, "add", nodes.const(5))

    @returning("main", "f")
    def uses(nodes: Nodes) -> int:
        return invoke(nodes, nodes.load("f"), nodes.const(1))

    for made in both([main, ADD], lambda: LocalHost({})):
        assert made(2) == 7
        with pytest.raises(TypeError, match=r"add\(\) missing 1 required positional argument: 'x'"):
            made()
        assert both([uses], lambda: LocalHost({}), made) == [6, 6]


def running(*flows: FlowBuilder, tasks: tuple[Any, ...], **options: Any) -> list[BaseException]:
    """The errors of both engines."""
    made = program(*flows, tasks=[each.name for each in tasks])
    found: list[BaseException] = []
    for start in (lambda host: Interpreter(made, host).run("main", ()), lambda host: Machine(lower(made), host).run(0, ())):
        try:
            run_virtual(start(LocalHost(named(*tasks), **options)))
        except BaseException as error:
            found.append(error)
    assert len(found) == 2
    return found


@pytest.mark.parametrize("listens", [False, True])
def test_what_a_function_may_not_wait_for_never_begins(listens: bool) -> None:
    """No coroutine is left behind, and whoever listens is told that the call ended."""

    @returning("doubles", "x")
    def doubles(nodes: Nodes) -> int:
        return nodes.task(double.name, nodes.load("x"), line=960)

    @returning("main")
    def main(nodes: Nodes) -> int:
        items = nodes.op("build_list", nodes.const(1))
        return nodes.op("sorted", items, function(nodes, "doubles"), forms=("", "key"), line=961)

    heard: list[Any] = []
    options: dict[str, Any] = {"listener": heard.append} if listens else {}
    for error in running(main, doubles, tasks=(double,), **options):
        assert str(error) == "a function that a built-in calls can not wait"
        assert [place.line for place in trail_of(error)] == [960, 961]
    assert [type(event).__name__ for event in heard] == ["CallStarted", "CallFinished"] * 2 * listens


class Stop(BaseException):
    """What programs can not catch."""


@task(mode="inline")
def stop() -> None:
    raise Stop


def test_what_programs_can_not_catch_passes_a_finally_in_a_function() -> None:
    """It runs, and whatever it does, the function ends with that error; so does the flow around."""
    stops = FlowBuilder("stops", "x")
    nodes = stops.nodes()
    stops.block(nodes, graph.Return, nodes.task(stop.name, line=970), handler=graph.Handler(1, "e", cleanup=True))
    nodes = stops.nodes()
    stops.block(nodes, graph.Return, nodes.const(1))
    main = FlowBuilder("main")
    nodes = main.nodes()
    made = nodes.op("map", function(nodes, "stops"), nodes.op("build_list", nodes.const(1)))
    main.block(nodes, graph.Return, nodes.op("list", made, line=971), handler=graph.Handler(1, "e", cleanup=True))
    nodes = main.nodes()
    main.block(nodes, graph.Return, nodes.const(2))
    for error in running(main, stops, tasks=(stop,)):
        assert type(error) is Stop
        assert [place.line for place in trail_of(error)] == [970, 971]


@task(mode="compute")
def elsewhere(f: Callable[[int], int]) -> int:
    return f(1)


def test_a_function_can_not_be_sent_elsewhere() -> None:
    """It is of its own run."""

    @returning("main")
    def main(nodes: Nodes) -> int:
        return nodes.task(elsewhere.name, function(nodes, "negate"))

    for error in running(main, NEGATE, tasks=(elsewhere,)):
        assert "the function negate of a flow exists in its own run only" in str(error)


def test_a_strict_program_calls_built_in_functions_only() -> None:
    """And its own."""

    @returning("main", "f")
    def main(nodes: Nodes) -> int:
        return invoke(nodes, nodes.load("f"), invoke(nodes, function(nodes, "negate"), nodes.const(3)))

    made = program(main, NEGATE, strict=True)
    for f, expected in ((abs, ("int", "3")), (print, None)):
        case = Case(lambda f=f: [f])  # type: ignore[misc]
        for outcome in (run_reference(case, made), run_machine(case, lower(made))):
            assert outcome.alone == expected or outcome.error == (
                "TypeError: a strict program may not call 'builtin_function_or_method' values"
            )
