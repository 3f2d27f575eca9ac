"""Plans: what a graph of calls means, on both engines, and when two graphs have one plan."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cascade.adapters.solvers.native import NativeSolver
from cascade.engine import Engine
from cascade.planning import compile_plan, graph_of
from cascade.testing import run_virtual
from cascade_compiler.lowering import lower
from cascade_vm.control import Jump, TailCall
from cascade_vm.verifier import find_complaints
from hypothesis import given
from hypothesis import strategies as st
from support.both_engines import Seen, on_both

import cascade as cs


@cs.task(mode="inline")
def ident(x: Any) -> Any:
    return x


@cs.task(mode="inline")
def add(a: Any, b: Any = 0) -> Any:
    return a + b


@cs.task(mode="inline")
def fail(x: Any) -> Any:
    raise ValueError(x)


def value_of(target: object, params: dict[str, object] | None = None) -> Any:
    """The value on both engines, which are the same; the program satisfies the verifier, plain and optimised."""
    graph = graph_of(target)
    plan = compile_plan(graph, NativeSolver().resolve(graph))
    assert [*find_complaints(lower(plan.program)), *find_complaints(plan.blueprint)] == []
    seen = on_both(lambda log: target, params)
    if seen.error is not None:
        raise seen.error
    return seen.value


def logging(log: list[object]) -> tuple[Any, Any]:
    """A task that logs what it is given and gives it back, and one that takes a while."""

    @cs.task(mode="inline", name="tests:note")
    def note(name: str, *given: object) -> object:
        log.append((name, *given))
        return name

    @cs.task(name="tests:slow")
    async def slow(name: str, seconds: float, *given: object) -> object:
        await asyncio.sleep(seconds)
        log.append((name, *given, asyncio.get_running_loop().time()))
        return name

    return note, slow


# --- arguments -----------------------------------------------------------------------------------------------------------


def test_placeholders_nest_anywhere_and_containers_keep_their_type() -> None:
    """Lists, tuples, dicts, sets and frozensets, keys of dicts too."""
    given = {"l": [ident(1), (ident(2), [ident(3)])], "s": {ident(4), 5}, "f": frozenset([ident(6)]), ident("k"): None}
    assert value_of(ident(given)) == {"l": [1, (2, [3])], "s": {4, 5}, "f": frozenset([6]), "k": None}


def test_a_container_without_placeholders_is_handed_on_as_it_is() -> None:
    """By identity, whatever its class."""
    given = [[1], {"a": 2}]
    assert value_of(ident(given)) is given


def test_a_shared_node_runs_once() -> None:
    """However many use it, and however deep in their arguments."""

    def make(log: list[object]) -> object:
        note, _ = logging(log)
        shared = note("shared")
        return note("target", shared, [shared, {"x": shared}])

    assert on_both(make).log == [("shared",), ("target", "shared", ["shared", {"x": "shared"}])]


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ([], []),
        ([ident(1), 2, {"x": (ident(3),)}], [1, 2, {"x": (3,)}]),
        ((ident(1), ident(2)), (1, 2)),
        ({"a": ident(1)}, {"a": 1}),
        (cs.Param("n", 3), 3),
        (cs.Router("b", {"a": 1, "b": 2}), 2),
    ],
)
def test_targets_may_be_containers_and_inputs(target: object, value: object) -> None:
    """Not calls alone."""
    assert value_of(target) == value


@cs.flow
def plus_one(n):
    return ident(n) + 1


@cs.flow
def many(n, m=2, *rest, k=3, **more):
    return (plus_one(n), m, rest, k, more)


def test_python_flows_are_targets_with_all_kinds_of_parameters() -> None:
    """By position, by keyword, the rest; also for each item, and under policies."""
    assert value_of(many(ident(1), 5, 6, 7, k=ident(8), z=9)) == (2, 5, (6, 7), 8, {"z": 9})
    assert value_of([many(1), plus_one(ident(2)).with_retry(2)]) == [(2, 2, (), 3, {}), 3]
    assert value_of(many.map(n=[1, 2], z=[5, 6])) == [(2, 2, (), 3, {"z": 5}), (3, 2, (), 3, {"z": 6})]


@cs.flow
def three(n=3):
    return n


def test_a_graph_without_literals_keeps_the_defaults_of_its_flows() -> None:
    """Its root has no parameters, and must not get any: nobody would give them values."""
    assert value_of(three().after(ident(1))) == 3
    assert value_of(three().run_if(cs.Param("wanted", True))) == 3
    assert value_of(three().after(three())) == 3


def test_a_flow_may_be_a_state_of_a_jump() -> None:
    """Its arguments are bound anew each time, defaults too."""

    def make(log: list[object]) -> object:
        state = jumping(log, {"a": [Jump("b", {"k": 1}), Jump("b", 5), "end"]})
        node = many(1, k=2)
        return cs.bind(state("a", node), cs.select_jump({"b": node}))

    assert [entry[1] for entry in on_both(make).log] == [  # type: ignore[index]
        (2, 2, (), 2, {}), (2, 2, (), 1, {}), (6, 2, (), 2, {}),
    ]  # fmt: skip


def test_flows_are_targets_beside_tasks(tmp_path: Path) -> None:
    """Those of two programs with flows of one name, under policies or not."""
    calls = []
    for number in (1, 2):
        path = tmp_path / f"p{number}.csc"
        path.write_text(
            f"flow main(n: int, more: int = n * 2):\n    return helper(n) + more\nflow helper(n):\n    return n + {number}\n"
        )
        program = cs.load(path)
        calls += [program.main(10), program.main(10, 1)]
    assert value_of([ident(0), *calls]) == [0, 31, 12, 32, 13]


# --- order and time ------------------------------------------------------------------------------------------------------


def test_what_is_independent_runs_side_by_side_without_barriers() -> None:
    """A (0.3 s) beside B (0.05 s) and then C (0.25 s) takes 0.3 s."""

    def make(log: list[object]) -> object:
        note, slow = logging(log)
        return note("target", slow("a", 0.3), slow("c", 0.25, slow("b", 0.05)))

    log = on_both(make).log
    assert [(entry[0], round(entry[-1], 3)) for entry in log[:-1]] == [("b", 0.05), ("a", 0.3), ("c", 0.3)]  # type: ignore[index]


def test_a_chain_is_straight_line_code() -> None:
    """21 calls in one block of one flow."""
    node = ident(0)
    for _ in range(20):
        node = ident(node)
    graph = graph_of(node)
    program = compile_plan(graph, NativeSolver().resolve(graph)).program
    assert len(program.flows) == 1
    assert len(program.flows[0].blocks) <= 7  # what is not the chain asks for a tail call


def test_equal_clusters_share_a_flow() -> None:
    """A thousand calls of one task on one line are one flow."""
    graph = graph_of([ident(number) for number in range(1000)])
    assert len(compile_plan(graph, NativeSolver().resolve(graph)).program.flows) == 2


def test_order_edges_hand_over_nothing_and_survive_skipping() -> None:
    """What comes after a skipped node runs."""

    def make(log: list[object]) -> object:
        note, _ = logging(log)
        first = note("first").run_if(False)
        return note("third").after(note("second").after(first))

    assert on_both(make).log == [("second",), ("third",)]


def test_a_failing_call_cancels_those_beside_it() -> None:
    """And is the error of the run, at its place."""

    def make(log: list[object]) -> object:
        _, slow = logging(log)
        return [slow("late", 5.0), fail("now")]

    seen = on_both(make)
    assert (str(seen.error), seen.log) == ("now", [])


# --- skipping ------------------------------------------------------------------------------------------------------------


def test_a_skipped_node_skips_its_consumers_with_a_reason() -> None:
    """Through containers too; the target's absence is an error at the target."""
    seen = on_both(lambda log: add(ident([ident(1).run_if(ident(0))])))
    assert isinstance(seen.error, cs.DependencyMissingError)
    assert [name for name in seen.names() if name.startswith("CallSkipped")] == [
        "CallSkipped ident its condition is false",
        "CallSkipped ident something that it needs was skipped",
        "CallSkipped add ident was skipped",
    ]


def test_a_pipeline_lets_the_value_through_a_skipped_step() -> None:
    """As if the step were not there."""
    steps = [lambda x: add(x, 1), lambda x: add(x, 10).run_if(False), lambda x: add(x, 100)]
    assert value_of(cs.pipeline(0, steps)) == 101


@pytest.mark.parametrize("condition", [False, 0, "", None, cs.Param("on", False)])
def test_a_condition_may_be_a_literal_or_an_input(condition: object) -> None:
    """Whatever is false skips."""
    assert value_of([ident(1).run_if(condition).or_else(2)]) == [2]


# --- maps ----------------------------------------------------------------------------------------------------------------


def test_maps_zip_and_refuse_unequal_lengths() -> None:
    """`[]` gives `[]`."""
    assert value_of(add.map(a=ident([1, 2]), b=[10, ident(20)])) == [11, 22]
    assert value_of(add.map(a=ident([]))) == []
    with pytest.raises(ValueError, match="`a` has 2, `b` has 1"):
        value_of(add.map(a=ident([1, 2]), b=[1]))


# --- routers -------------------------------------------------------------------------------------------------------------


def routed(make: Callable[[Any], object]) -> Seen:
    return on_both(lambda log: make(logging(log)[0]))


def test_only_the_chosen_route_runs() -> None:
    """A node that something else needs runs anyhow, one that two routes need runs once."""

    def make(note: Any) -> object:
        both, used = note("both"), note("used")
        routes = {"a": note("a", both), "b": note("b", both), "c": used}
        return [cs.Router(note("a"), routes), used]

    assert sorted(entry[0] for entry in routed(make).log) == ["a", "a", "both", "used"]


def test_routers_nest() -> None:
    """A router that no chosen route needs does not ask its selector."""

    def make(note: Any, outer: str) -> object:
        inner = cs.Router(note("y"), {"x": note("in x"), "y": note("in y")})
        return note("end", cs.Router(note(outer), {"in": note("used", inner), "out": note("plain")}))

    assert [entry[0] for entry in routed(lambda note: make(note, "in")).log] == ["in", "y", "in y", "used", "end"]
    assert [entry[0] for entry in routed(lambda note: make(note, "out")).log] == ["out", "plain", "end"]


def test_an_unknown_route_is_an_error_that_lists_the_keys() -> None:
    """Keys are told apart by type: True is not 1."""
    with pytest.raises(LookupError, match="gave True, but there are routes for 1, 'a'"):
        value_of(cs.Router(ident(True), {1: ident(1), "a": ident(2)}))


def test_what_a_selector_needs_may_be_a_route_too() -> None:
    """It runs for the selector."""
    node = ident("a")
    assert value_of(cs.Router(node, {"a": add(node, "!"), "b": node})) == "a!"


# --- jumps ---------------------------------------------------------------------------------------------------------------


def jumping(log: list[object], script: dict[str, list[object]]) -> Any:
    """A task that logs what it is given, and answers what the script has for its name, call by call, then the name."""
    answers = {name: iter(values) for name, values in script.items()}

    @cs.task(mode="inline", name="tests:state")
    def state(name: str, x: object = None, *, k: object = None) -> object:
        log.append((name, x, k))
        return next(answers.get(name, iter(())), name)

    return state


def test_a_loop_runs_again_only_what_depends_on_the_state() -> None:
    """Data that is a dict overrides keywords, None keeps the arguments, what was given first stays the base."""

    def make(log: list[object]) -> object:
        state = jumping(log, {"step": [Jump("again", {"k": 2}), Jump("again"), Jump("out", "done")]})
        step = state("step", state("before"), k=1)
        cs.bind(step, cs.select_jump({"again": step, "out": None}))
        return state("end", step)

    seen = on_both(make)
    assert seen.value == "done"
    assert seen.log == [("before", None, None), *[("step", "before", k) for k in (1, 2, 1)]]


def test_other_data_is_the_first_argument() -> None:
    """By position."""

    def make(log: list[object]) -> object:
        state = jumping(log, {"a": [Jump("b", "b2")], "b2": ["end"]})
        b = state("b")
        return cs.bind(state("a", b), cs.select_jump({"b": b}))

    assert on_both(make).log == [("b", None, None), ("a", "b", None), ("b2", None, None), ("a", "end", None)]


@pytest.mark.parametrize(
    ("given", "keywords", "data", "then"),
    [
        ((1,), {}, {"x": 2}, (2, 0)), ((), {"x": 1}, 2, (2, 0)), ((1,), {"k": 5}, {"x": 2, "k": 6}, (2, 6)),
        ((), {"k": 5, "x": 1}, {"x": 2}, (2, 5)), ((), {"k": 5}, 2, (2, 5)), ((1,), {"k": 5}, None, (1, 5)),
    ],
)  # fmt: skip
def test_data_fits_however_the_state_is_called(
    given: tuple[object, ...], keywords: dict[str, object], data: object, then: tuple[object, object]
) -> None:
    """A dict overrides what is given by position too; other data overrides the first parameter when that is given by name."""

    def make(log: list[object]) -> object:
        answers = iter([Jump("again", data)])

        @cs.task(mode="inline", name="tests:state")
        def state(x: object = None, k: object = 0) -> object:
            log.append((x, k))
            return next(answers, "end")

        node = state(*given, **keywords)
        return cs.bind(node, cs.select_jump({"again": node}))

    assert on_both(make).log[1:] == [then]


def test_a_state_that_the_goal_does_not_need_becomes_the_goal() -> None:
    """States that nobody jumps to do not run; results that are there already are not made again."""

    def make(log: list[object]) -> object:
        state = jumping(log, {"plan": [Jump("act", {"k": 1}), "planned"], "act": [Jump("plan", {"k": 2})]})
        shared = state("shared")
        plan, act, never = state("plan", shared), state("act", shared), state("never", shared)
        cs.bind(plan, cs.select_jump({"act": act, "never": never}))
        cs.bind(act, cs.select_jump({"plan": plan}))
        return plan

    seen = on_both(make)
    assert seen.value == "planned"
    assert seen.log == [
        ("shared", None, None), ("plan", "shared", None), ("act", "shared", 1), ("plan", "shared", 2),
    ]  # fmt: skip


def test_consumers_of_a_node_that_may_jump_wait_for_its_jumps() -> None:
    """And get its last value."""

    def make(log: list[object]) -> object:
        state = jumping(log, {"step": [Jump("s"), Jump("s"), "value"]})
        step = state("step")
        cs.bind(step, cs.select_jump({"s": step}))
        return state("end", state("between", step))

    assert [entry[:2] for entry in on_both(make).log] == [  # type: ignore[index]
        ("step", None), ("step", None), ("step", None), ("between", "value"), ("end", "between"),
    ]  # fmt: skip


def test_nodes_beside_a_loop_run_once() -> None:
    """Also when the loop is one of several things that run side by side."""

    def make(log: list[object]) -> object:
        state = jumping(log, {"a": [Jump("s"), Jump("s")], "b": [Jump("t")]})
        a, b = state("a", state("x")), state("b", state("y"))
        cs.bind(a, cs.select_jump({"s": a}))
        cs.bind(b, cs.select_jump({"t": b}))
        return state("end", [a, b, state("c")])

    assert sorted(entry[0] for entry in on_both(make).log) == ["a", "a", "a", "b", "b", "c", "end", "x", "y"]  # type: ignore[index]


def test_a_loop_inside_of_a_route() -> None:
    """The route that runs may loop, the other does not run."""

    def make(log: list[object]) -> object:
        state = jumping(log, {"loop": [Jump("again"), Jump("again")]})
        loop, other = state("loop"), state("other")
        cs.bind(loop, cs.select_jump({"again": loop}))
        return cs.Router("l", {"l": state("after", loop), "o": other})

    assert [entry[0] for entry in on_both(make).log] == ["loop", "loop", "loop", "after"]  # type: ignore[index]


def test_an_unknown_key_is_an_error_at_the_node() -> None:
    """It lists the keys."""

    def make(log: list[object]) -> object:
        step = jumping(log, {"step": [Jump("where")]})("step")
        return cs.bind(step, cs.select_jump({"here": step}))

    seen = on_both(make)
    assert str(seen.error) == "a jump to 'where', but the selector knows 'here'"


@pytest.mark.parametrize("value", [Jump("x"), TailCall(), TailCall(target="x")])
def test_steering_from_where_nobody_looks_is_an_error(value: object) -> None:
    """A jump or a tail call from a call that is neither bound nor the target."""
    with pytest.raises(TypeError, match="neither bound to a selector nor the target"):
        value_of(add(ident(value), 1))
    with pytest.raises(TypeError, match="neither bound to a selector nor the target"):
        value_of([ident.map(x=[value])])


def test_a_tail_call_starts_the_target_again() -> None:
    """With its defaults, and nothing of what it was called with first."""

    def make(log: list[object]) -> object:
        @cs.task(mode="inline", name="tests:down")
        def down(n: int, step: int = 1) -> object:
            log.append((n, step))
            return TailCall(kwargs={"n": n - step}) if n > 0 else "done"

        return down(ident(4), step=2)

    seen = on_both(make)
    assert (seen.value, seen.log) == ("done", [(4, 2), (2, 1), (1, 1), (0, 1)])


def test_a_tail_call_with_wrong_arguments_is_an_error_at_the_node() -> None:
    """In Python's words."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'y'"):
        value_of(ident(TailCall(kwargs={"y": 1})))


# --- identity ------------------------------------------------------------------------------------------------------------


def key_of(target: object) -> object:
    return graph_of(target).key


def other_task(name: str) -> Any:
    return cs.task(name=name)(lambda x: x)


SAME_NAME = [other_task("tests:twin"), other_task("tests:twin")]
VARIANTS: list[Callable[[], object]] = [
    lambda: ident(1),
    lambda: ident(ident(1)),
    lambda: ident(x=1),
    lambda: ident([ident(1)]),
    lambda: ident((ident(1),)),
    lambda: ident(1).run_if(True),
    lambda: ident(1).or_else(1),
    lambda: ident(1).with_retry(2),
    lambda: ident(1).with_timeout(2),
    lambda: ident(1).with_retry(2).with_timeout(2),
    lambda: ident(1).with_timeout(2).with_retry(2),
    lambda: ident(1).with_constraints(gpu=1),
    lambda: ident(1).with_constraints(gpu=ident(1)),
    lambda: ident(1).after(ident(2)),
    lambda: ident.map(x=[1]),
    lambda: ident.map(x=ident(1)),
    lambda: [ident(1)],
    lambda: (ident(1),),
    lambda: [ident(1), ident(1)],
    lambda: [ident(1)] * 2,
    lambda: cs.Router(1, {1: ident(1)}),
    lambda: cs.Router(1, {1: ident(1), 2: ident(1)}),
    lambda: cs.Router(ident(1), {1: 1}),
    lambda: SAME_NAME[0](1),
    lambda: SAME_NAME[1](1),
    lambda: add(1),
    lambda: add(1, 2),
    lambda: add(a=1, b=2),
    lambda: add(b=2, a=1),
    lambda: {"a": ident(1)},
    lambda: cs.bind(step := ident(1), cs.select_jump({"a": step})),
    lambda: cs.bind(ident(1), cs.select_jump({"a": None})),
    lambda: cs.bind(step := ident(1), cs.select_jump({"a": step, "b": None})),
]


def test_graphs_that_mean_different_things_have_different_structures() -> None:
    """Each of these differs from every other in something but literals."""
    structures = [graph_of(make()).structure for make in VARIANTS]
    assert len(set(structures)) == len(VARIANTS)


def test_graphs_written_twice_have_one_key() -> None:
    """At the same place; elsewhere they have one structure, but errors point elsewhere."""
    for make in VARIANTS:
        assert key_of(make()) == key_of(make())
    one, other = ident(1), ident(1)
    assert graph_of(one).structure == graph_of(other).structure
    assert key_of(one) != key_of(other)


literals = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.floats(), st.just([]), st.just({}), st.text(max_size=1))


@given(literals, literals)
def test_literals_do_not_mix(one: object, other: object) -> None:
    """`1`, `True` and `1.0` run one plan, each as itself."""

    def make(value: object) -> Any:
        return ident([ident(value), value])

    engine = Engine()
    assert key_of(make(one)) == key_of(make(other))
    for value in (one, other):
        found, again = run_virtual(engine.run(make(value)))
        assert found is value
        assert again is value


@st.composite
def expressions(draw: st.DrawFn) -> Callable[[list[int]], tuple[Any, int]]:
    """A structure; given literals, the graph and its value."""
    shape = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8))

    def make(given: list[int]) -> tuple[Any, int]:
        nodes: list[tuple[Any, int]] = []
        for number, (kind, left, right) in enumerate(shape):
            literal = (given[number % len(given)], given[number % len(given)])
            one = nodes[left % len(nodes)] if nodes and kind else literal
            other = nodes[right % len(nodes)] if nodes and kind == 2 else literal
            nodes.append((add(one[0], other[0]), one[1] + other[1]))
        return nodes[-1]

    return make


@given(expressions(), st.lists(st.integers(), min_size=1, max_size=4), st.lists(st.integers(), min_size=1, max_size=4))
def test_one_plan_serves_all_literals(make: Any, one: list[int], other: list[int]) -> None:
    """The solver is asked once for a structure; the plan gives each graph its own value."""
    asked: list[object] = []

    class Counting(NativeSolver):
        def resolve(self, graph: Any) -> Any:
            asked.append(graph)
            return super().resolve(graph)

    engine = Engine(Counting())
    for literals in (one, other):
        target, value = make(literals)
        assert run_virtual(engine.run(target)) == value
    assert len(asked) == 1
