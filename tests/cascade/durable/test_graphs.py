"""What comes out of the bytes is the graph that went in: aliases, cycles, depth, and objects of earlier documents."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from cascade.durable import Known, decode, encode
from hypothesis import given
from support.graphs_of_objects import graphs
from support.isomorphic import difference
from support.storable import Node, Pair, Point, Record

DEEP = 100_000


@given(graphs())
def test_any_graph_comes_back(value: Any) -> None:
    """Types, contents, aliases and cycles; and it gives the same bytes again."""
    data = encode(value)
    back = decode(data)
    assert difference(value, back) is None
    assert encode(back) == data


@given(graphs(), graphs(), graphs())
def test_documents_refer_to_objects_of_earlier_ones(first: Any, second: Any, third: Any) -> None:
    """Three documents over one table: what they share is shared afterwards."""
    values = [first, [second, first], {"all": [third, second, first]}]
    known = Known()
    documents = [encode(value, known=known) for value in values]
    again = Known()
    back = [decode(data, known=again) for data in documents]
    assert difference(values, back) is None
    assert len(known.objects) == len(again.objects)


@given(graphs())
def test_reading_and_writing_give_the_same_numbers(value: Any) -> None:
    """Who has written a document and who has read it go on with the same bytes."""
    known, again = Known(), Known()
    back = decode(encode(value, known=known), known=again)
    assert encode([value, 1], known=known) == encode([back, 1], known=again)


def test_small_values_have_no_identity_and_large_ones_do() -> None:
    """A page of text that two variables name is stored once, in plain values too."""
    length = 1000
    page, nan = "x" * length, float("nan")
    back = decode(encode({"a": page, "b": page, "c": "x" * length, "d": nan, "e": [nan]}))
    assert back["a"] is back["b"]
    assert back["a"] is not back["c"]
    assert back["d"] in back["e"]
    assert len(encode([page] * 100)) < 1500


@pytest.mark.parametrize(
    "wrap", [lambda v: [v], lambda v: {"a": v}, lambda v: (v,), lambda v: Node(v), lambda v: Record(v), Pair]
)
def test_depth_is_no_matter(wrap: Any) -> None:
    """A hundred thousand levels neither recurse nor hang."""
    value: Any = 1
    for _ in range(DEEP):
        value = wrap(value)
    back = decode(encode(value))
    depth = 0
    while back != 1:
        assert type(back) is type(value)
        back = back["a"] if isinstance(back, dict) else back.value if isinstance(back, Node) else _first(back)
        depth += 1
    assert depth == DEEP


def _first(value: Any) -> Any:
    return value.name if isinstance(value, Record) else value[0]


def test_a_cycle_through_an_immutable_value_is_kept() -> None:
    """The list in a tuple that contains the tuple."""
    inner: list[Any] = []
    value = (inner, {"again": inner})
    inner.append(value)
    back = decode(encode(value))
    assert back[0][0] is back
    assert back[1]["again"] is back[0]
    assert difference(value, back) is None


def test_keys_are_complete_when_they_are_hashed() -> None:
    """Also those that a cycle leads through."""
    table: dict[Any, Any] = {}
    key = Point((1, Point(2, 3)), "a")
    table[key] = table
    holder = Node(key, {"table": table, "set": {key, Pair(key, 1)}})
    holder.value = (holder.next["set"], key)
    back = decode(encode(holder))
    (again,) = back.next["table"]
    assert again == key
    assert back.next["table"][again] is back.next["table"]
    assert again in back.next["set"]
    assert back.value[1] is again


def test_a_document_is_read_after_those_before_it() -> None:
    """One that follows others says so: it is not taken for another."""
    known = Known()
    shared = [1]
    encode(shared, known=known)
    later = encode([shared, 2], known=known)
    with pytest.raises(Exception, match="CS502"):
        decode(later)


def test_what_has_changed_comes_along() -> None:
    """An argument that a task has changed is that object afterwards, with its new content."""
    rows: list[Any] = [1]
    node = Node(rows, {"a": {1}})
    known, again = Known(), Known()
    back = decode(encode(node, known=known), known=again)
    back_rows = back.value
    rows += [node, 3]
    node.next["b"] = rows
    node.next["a"].add(5)
    node.made = "later"
    data = encode("done", known=known, changed=[rows, node.next, node.next["a"], node])
    assert decode(data, known=again) == "done"
    assert difference(node, back) is None
    assert back.value is back_rows
    assert encode([node, rows], known=known) == encode([back, back.value], known=again)


def test_only_what_is_known_can_have_changed() -> None:
    """That is the caller's mistake."""
    with pytest.raises(ValueError, match="not known"):
        encode(1, known=Known(), changed=[[1]])


def test_equal_values_give_equal_bytes_in_every_process() -> None:
    """Whatever the seed of hashes is."""
    script = (
        "from cascade.durable import encode\n"
        "print(encode([{'a': (1, 2)}, {'b': [1]}, ValueError('x'), 2**70, {7}, 'x' * 300]).hex())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
