"""Graphs share a plan if, and only if, they mean the same but for their literals; and what is kept of them is little."""

from __future__ import annotations

import gc
import weakref
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cascade.engine import Engine
from cascade.planning import graph_of
from cascade.testing import run_virtual
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from support.effort import scaled

import cascade as cs

TWINS = [
    cs.task(name="tests:twin", mode="inline")(lambda a=None, b=None: ("one", a, b)),
    cs.task(name="tests:twin", mode="inline")(lambda a=None, b=None: ("other", a, b)),
]
CONTAINERS: dict[str, Any] = {
    "plain": lambda node: node,
    "list": lambda node: [node],
    "tuple": lambda node: (node,),
    "set": lambda node: {node},
    "frozenset": lambda node: frozenset({node}),
    "value": lambda node: {"k": node},
    "key": lambda node: {node: "k"},
    "twice": lambda node: [node, node],
    "beside": lambda node: [node, 1],
    "nested": lambda node: [[node]],
}


@dataclass(frozen=True)
class Spec:
    """A call of one of the twins. Numbers are nodes before it (modulo how many there are)."""

    twin: int = 0
    form: str = "ab"
    given: int | None = None
    held: str = "plain"
    condition: int | None = None
    conditioned: bool = False
    after: int | None = None
    otherwise: bool = False
    policies: str = ""
    mapped: bool = False
    routed: bool = False
    jumps: str = ""


numbers = st.none() | st.integers(0, 2)
specs = st.builds(
    Spec,
    st.integers(0, 1),
    st.sampled_from(["", "a", "ab", "a=", "b=", "a=b=", "b=a=", "ab="]),
    numbers,
    st.sampled_from(sorted(CONTAINERS)),
    numbers,
    st.booleans(),
    numbers,
    st.booleans(),
    st.sampled_from(["", "r", "t", "rt", "tr", "rr", "c"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "self", "end"]),
)


def built(row: tuple[Spec, ...], literal: object) -> list[Any]:
    """All graphs are written at the same lines, so nothing but what they are tells them apart."""
    made: list[Any] = []
    for spec in row:
        node = called(spec, made, literal)
        if spec.routed:
            node = cs.Router(1, {1: node, 2: literal})
        made.append(node)
    return made


def called(spec: Spec, made: list[Any], literal: object) -> Any:
    def before(number: int | None) -> Any:
        return literal if number is None or not made else made[number % len(made)]

    task, value = TWINS[spec.twin], literal
    if spec.given is not None and made:
        value = CONTAINERS["list" if spec.mapped else spec.held](before(spec.given))
    if spec.mapped:
        return task.map(a=value if isinstance(value, list) else [value])
    args = {"": (), "a": (value,), "ab": (value, literal), "ab=": (value,)}.get(spec.form, ())
    names = {"a=": ["a"], "b=": ["b"], "a=b=": ["a", "b"], "b=a=": ["b", "a"], "ab=": ["b"]}.get(spec.form, [])
    node: Any = task(*args, **{name: value if name == "a" else literal for name in names})
    if spec.conditioned:
        node = node.run_if(before(spec.condition))
    if spec.after is not None and made:
        node = node.after(before(spec.after))
    if spec.otherwise:
        node = node.or_else(literal)
    for policy in spec.policies:
        match policy:
            case "r":
                node = node.with_retry(2)
            case "t":
                node = node.with_timeout(9)
            case _:
                node = node.with_constraints(gpu=1)
    if spec.jumps:
        cs.bind(node, cs.select_jump({"on": node if spec.jumps == "self" else None}))
    return node


def outcome(engine: Engine, target: object, use_vm: bool) -> object:
    try:
        return run_virtual(engine.run(target, use_vm=use_vm))
    except Exception as error:
        return type(error), str(error)


@settings(max_examples=scaled(60), deadline=None)
@given(st.lists(specs, min_size=1, max_size=3).map(tuple), st.data())
def test_what_differs_in_anything_has_a_plan_of_its_own(row: tuple[Spec, ...], data: st.DataObject) -> None:
    """Two graphs that differ in one thing, run by one engine, give what they give alone; so do other literals."""
    place = data.draw(st.integers(0, len(row) - 1))
    field = data.draw(st.sampled_from(sorted(Spec.__dataclass_fields__)))
    other = (*row[:place], replace(row[place], **{field: getattr(data.draw(specs), field)}), *row[place + 1 :])
    one_key, other_key = graph_of(built(row, 0)).key, graph_of(built(other, 0)).key
    event("one plan" if one_key == other_key else "two plans")
    assert one_key == graph_of(built(row, None)).key
    engine = Engine()
    for use_vm in (True, False):
        for each in (row, other):
            for literal in (1, True, 1.0, 0):
                shared = outcome(engine, built(each, literal), use_vm)
                assert repr(shared) == repr(outcome(Engine(), built(each, literal), use_vm))


@pytest.mark.parametrize("field", [name for name in Spec.__dataclass_fields__ if name not in ("given", "condition", "mapped")])
@given(specs, specs)
def test_each_thing_that_can_be_said_of_a_call_counts(field: str, spec: Spec, other: Spec) -> None:
    """A call that needs the one before it, with anything changed that has a meaning there."""
    spec = replace(spec, given=0, form="a", mapped=False)
    if field == "after":  # there is one node that it may come after
        spec, other = (replace(each, after=each.after and 0) for each in (spec, other))
    changed = replace(spec, **{field: getattr(other, field)})
    assume(changed != spec)
    keys = [graph_of(built((Spec(), each), 0)).structure for each in (spec, changed)]
    assert keys[0] != keys[1]


def test_sharing_is_not_equality() -> None:
    """A node twice is one call, two nodes that say the same are two."""
    calls: list[object] = []

    @cs.task(mode="inline")
    def count(n: int) -> int:
        calls.append(n)
        return len(calls)

    engine = Engine()
    for make, value in ((lambda: [count(1)] * 2, [1, 1]), (lambda: [count(1) for _ in range(2)], [1, 2])):
        for use_vm in (True, False):
            calls.clear()
            assert run_virtual(engine.run(make(), use_vm=use_vm)) == value


class Big:
    """A literal that can be watched."""


@pytest.mark.parametrize("use_vm", [True, False])
def test_an_engine_keeps_no_literals(use_vm: bool) -> None:
    """Neither in plans nor in what it knows of runs; errors aside, nothing of a run is left when it has ended."""
    engine = Engine()
    literal = Big()
    watched = weakref.ref(literal)

    @cs.flow
    def same(value: object) -> object:
        return value

    for target in (TWINS[0](literal), [TWINS[0]([literal, TWINS[1](b=literal)])], same(literal), TWINS[0].map(a=[literal])):
        run_virtual(engine.run(target, use_vm=use_vm))
    del literal, target
    gc.collect()
    assert watched() is None


def test_plans_are_bounded_and_so_are_orders() -> None:
    """Whatever is run."""
    engine = Engine(most_plans=3)
    for length in range(1, 12):
        assert len(run_virtual(engine.run([TWINS[0](n) for n in range(length)]))) == length
    assert len(engine._plans) == len(engine._stages) == 3
