"""A value that can not be stored is named: where it is, of what type, and why."""

from __future__ import annotations

import pickle
import socket
from typing import Any

import pytest
from cascade.durable import Known, encode
from cascade.errors import NotStorable
from support.storable import Node, OrderError, Pair, Plain, Point, Record


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Plain(), "orders"),
        ([1, [2, Plain()]], "orders[1][1]"),
        ({"a": {3: Plain()}}, "orders['a'][3]"),
        ({Plain: 1}, "orders (the key a type)"),
        ([Node(1, Node(Plain()))], "orders[0].next.value"),
        ([0, 1, 2, Record(None, [Plain()])], "orders[3].items[0]"),
        (Point(Pair(1, Plain())), "orders.x.second"),
        ({Plain()}, "orders (an item of the set)"),
        (OrderError(Plain(), reason=""), "orders.order"),
        ([{"x" * 100: Plain()}], "orders[0]['" + "x" * 35 + "…']"),
    ],
)
def test_it_is_said_where_it_is(value: Any, path: str) -> None:
    """The path that one would write in Python."""
    with pytest.raises(NotStorable) as caught:
        encode(value, name="orders")
    assert caught.value.path == path
    assert caught.value.code == "CS501"


def test_a_deep_path_is_shortened() -> None:
    """Both ends are shown."""
    value: Any = Plain()
    for _ in range(10_000):
        value = [value]
    with pytest.raises(NotStorable) as caught:
        encode(value)
    assert caught.value.path == "value" + "[0]" * 6 + " … " + "[0]" * 6


def test_variable_and_line_are_added_where_they_are_known() -> None:
    """By who commits the value; the error travels."""
    with socket.socket() as open_socket, pytest.raises(NotStorable) as caught:
        encode({"s": [open_socket]})
    error = pickle.loads(pickle.dumps(caught.value.at("conn", "flow.csc:3:5")))
    assert str(error) == (
        "error[CS501]: `conn['s'][0]` is a socket, which can not be stored\n --> flow.csc:3:5\n"
        "  = hint: tell how, with `register_codec`"
    )


def test_nothing_is_remembered_of_a_value_that_was_refused() -> None:
    """The next document has the numbers that it would have had."""
    known, other = Known(), Known()
    shared = [1]
    encode(shared, known=known)
    encode(shared, known=other)
    with pytest.raises(NotStorable):
        encode([shared, (2,), Plain()], known=known)
    assert encode([shared, {3}], known=known) == encode([shared, {3}], known=other)
