"""Graphs as JSON: what is written is read again, and what is read is not trusted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from cascade.errors import GraphError
from cascade.lazy import LazyResult
from cascade.structure import edges_of, nodes_of
from hypothesis import given, settings
from hypothesis import strategies as st
from support.effort import scaled

import cascade as cs


@cs.task(name="exchange:work")
def work(*args: object, **kwargs: object) -> object:
    return args


@cs.task(name="exchange:add")
def add(a: object, b: object = 1) -> object:
    return a


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
SCALARS = PLAIN | st.timedeltas()
LITERALS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(SCALARS, inner, max_size=3)
        | st.sets(st.integers() | st.text(), max_size=3)
        | st.frozensets(st.integers() | st.text(), max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def graphs(draw: st.DrawFn) -> Any:
    """Graphs of everything that has a place in one, with nodes that are used more than once."""
    made: list[Any] = [cs.Param("n", 3, int, "a number"), cs.Env("HOME", "none")]
    database = cs.inject("db")

    def value() -> Any:
        if draw(st.booleans()):
            return draw(LITERALS)
        node = draw(st.sampled_from(made))
        return draw(st.sampled_from([node, [node, 1], {"k": (node,)}]))

    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["call", "map", "router"]))
        if kind == "router":
            keys = draw(st.lists(st.text(), min_size=1, max_size=3, unique=True))
            routes = {key: value() for key in keys}
            made.append(cs.Router(value(), routes))
            continue
        node = work(value(), database, k=value()) if kind == "call" else work.map(x=[value(), value()])
        if draw(st.booleans()):
            node = node.with_retry(draw(st.integers(1, 5)), backoff=2.0).with_timeout(timedelta(seconds=3))
        if draw(st.booleans()):
            node = node.with_constraints(cpu=draw(st.sampled_from([1, made[0]])))
        if draw(st.booleans()):
            node = node.run_if(value()).or_else(value())
        if draw(st.booleans()):
            node = node.after(draw(st.sampled_from(made)))
        if draw(st.booleans()):
            calls = [one for one in made if isinstance(one, LazyResult)]
            cs.bind(node, cs.select_jump({"again": node, "end": None, **{f"to {n}": one for n, one in enumerate(calls)}}))
        made.append(node)
    return draw(st.sampled_from([made[-1], made, {"all": tuple(made)}]))


@settings(max_examples=scaled(150))
@given(graphs())
def test_a_graph_is_read_as_it_was_written(graph: Any) -> None:
    """The same nodes, as often shared, with the same edges; and the same text again."""
    text = cs.to_json(graph)
    read = cs.from_json(text)
    assert cs.to_json(read) == text
    before, after = nodes_of(graph), nodes_of(read)
    assert [type(node) for node in before] == [type(node) for node in after]
    places = [{node: number for number, node in enumerate(nodes)} for nodes in (before, after)]
    for one, other in zip(before, after, strict=True):
        assert _edges(one, places[0]) == _edges(other, places[1])


def _edges(node: Any, numbers: dict[Any, int]) -> list[tuple[str, str, int]]:
    return [(edge.kind, edge.label, numbers[edge.source]) for edge in edges_of(node)]


@given(LITERALS)
def test_literals_keep_their_type(literal: Any) -> None:
    """A tuple is no list, a key that is a number no text, and 1.0 is not 1."""
    (read,) = cs.from_json(cs.to_json(work(literal))).args
    assert repr(read) == repr(literal) or (read == literal and type(read) is type(literal))


def test_a_graph_may_be_deep() -> None:
    """Nodes are named by numbers, so depth is no matter; 10,000 take less than a second."""
    node = add(0)
    for _ in range(10_000):
        node = add(node, node)
    text = cs.to_json(node)
    assert text.count('"call"') == 10_001
    assert cs.to_json(cs.from_json(text)) == text


class Kept:
    async def check(self, task_id: str, inputs: object) -> object: ...
    async def save(self, task_id: str, inputs: object, output: object) -> None: ...


def _loop() -> list[object]:
    loop: list[object] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: work(object()), "an argument of `work` is an object, which JSON can not say"),
        (lambda: work(k=b"bytes"), "an argument of `work` is a bytes"),
        (lambda: work(float("nan")), "an argument of `work` is nan"),
        (lambda: work(_loop()), "holds itself"),
        (lambda: work(10**5000), "more digits than Python writes"),
        (lambda: work().run_if(object()), "the condition of `work` is an object"),
        (lambda: work().with_cache(Kept()), "a cache is none for JSON"),
        (lambda: work().with_retry(2, on=OSError), "names kinds of errors"),
        (lambda: work(cs.Param("n", type=complex)), "a class, which JSON can not name"),
        (lambda: cs.task(name="exchange:gone")(lambda: 1)(), "another task has been registered as `exchange:gone`"),
    ],
)
def test_what_json_can_not_say_is_refused(make: Any, complaint: str) -> None:
    """With CS436, and nothing is left out instead."""
    graph = make()
    kept = cs.task(name="exchange:gone")(lambda: 2)
    with pytest.raises(GraphError) as caught:
        cs.to_json(graph)
    assert caught.value.code == "CS436"
    assert complaint in str(caught.value)
    assert kept.name == "exchange:gone"


def whole(*nodes: object, target: object = None, **more: object) -> str:
    """The JSON of these nodes, the last of them the target."""
    return json.dumps({"cascade": 1, "nodes": nodes, "target": target or {"node": len(nodes) - 1}, **more})


CALL = {"call": "exchange:add", "args": [1]}
HOSTILE = {
    "no JSON": "{",
    "no object": "[]",
    "NaN": whole({"call": "exchange:add", "args": [float("nan")]}),
    "bytes that are no text": b"\xff\xfe\xfa",
    "deep": "[" * 100_000,
    "deep, closed": whole(CALL, target="X").replace('"X"', "[" * 3000 + "]" * 3000),
    "another version": whole(CALL, cascade=2),
    "a version that is true": whole(CALL, cascade=True),
    "more than there is": whole(CALL, code="x"),
    "nodes that are none": '{"cascade": 1, "nodes": 3, "target": 1}',
    "a node that is none": whole(3),
    "an unknown node": whole({"eval": "1"}),
    "itself": whole({"call": "exchange:add", "args": [{"node": 0}]}),
    "a later node": whole({"call": "exchange:add", "args": [{"node": 1}]}, CALL),
    "a negative node": whole(CALL, target={"node": -1}),
    "a node called true": whole(CALL, CALL, target={"node": True}),
    "an unknown key": whole({**CALL, "code": "x"}),
    "args that are none": whole({**CALL, "args": 3}),
    "kwargs that are none": whole({**CALL, "kwargs": [3]}),
    "too many args": whole({**CALL, "args": [1, 2, 3]}),
    "an unknown keyword": whole({**CALL, "kwargs": {"__class__": 3}}),
    "a name that is none": whole({"call": 3}),
    "a policy that is none": whole({**CALL, "policies": ["retry"]}),
    "a policy that makes no sense": whole({**CALL, "policies": [{"retry": [0, 0, 1, 0]}]}),
    "two policies in one": whole({**CALL, "policies": [{"timeout": 1, "retry": []}]}),
    "jumps into nowhere": whole({**CALL, "jumps": {"a": 3}}),
    "jumps that are none": whole({**CALL, "jumps": []}),
    "no jumps": whole({**CALL, "jumps": {}}),
    "jumps to a parameter": whole({"param": "n"}, {**CALL, "jumps": {"a": 0}}),
    "a parameter with jumps": whole(CALL, {"param": "n", "jumps": {"a": 0}}),
    "a router without routes": whole({"router": 1, "routes": []}),
    "a router with odd routes": whole({"router": 1, "routes": [[1]]}),
    "a key that is a list": whole({"router": 1, "routes": [[[], 1]]}),
    "a parameter of a strange type": whole({"param": "n", "type": "__import__('os')"}),
    "a default that does not fit": whole({"param": "n", "type": "int", "default": "x"}),
    "a parameter without a name": whole({"param": ""}),
    "an object with two keys": whole(CALL, target={"tuple": [], "set": []}),
    "an unknown kind of value": whole(CALL, target={"bytes": "AA=="}),
    "a list in a set": whole(CALL, target={"set": [[]]}),
    "an endless duration": whole(CALL, target={"duration": 10**30}),
    "a map with args": whole({"map": "exchange:add", "args": [1]}),
    "a map of nothing": whole({"map": "exchange:add"}),
    "a map of a number": whole({"map": "exchange:add", "kwargs": {"a": 3}}),
    "a second condition": whole({"call": "exchange:add", "args": [1], "if": 1, "run_if": 2}),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_graph_is_refused(text: str | bytes) -> None:
    """With CS437, whatever is wrong with it."""
    with pytest.raises(GraphError, match="this is no graph of calls") as caught:
        cs.from_json(text)
    assert caught.value.code == "CS437"


@pytest.mark.parametrize("name", ["os:system", "builtins:eval", "cascade.tasks:task", "exchange:ad", "exchange:add#2", "add"])
def test_only_registered_tasks_are_found(name: str) -> None:
    """Names are looked up in the registry, and nothing is imported."""
    with pytest.raises(GraphError, match="there is no task or flow") as caught:
        cs.from_json(whole({"call": name}))
    assert caught.value.code == "CS438"


WORDS = st.sampled_from(["call", "args", "node", "tuple", "dict", "router", "routes", "jumps", "param"])


@given(st.recursive(PLAIN, lambda one: st.lists(one) | st.dictionaries(WORDS, one)))
def test_any_json_is_read_or_refused(value: Any) -> None:
    """Whatever stands in the place of nodes, nothing but a coded error comes out."""
    nodes = value if isinstance(value, list) else [value]
    code = "CS437"
    try:
        cs.from_json(json.dumps({"cascade": 1, "nodes": [CALL, *nodes], "target": value}))
    except GraphError as error:
        code = error.code
    assert code in ("CS437", "CS438")
