"""What registers hold is stored too: cursors in the midst of a loop, packed variables, functions of the program."""

from __future__ import annotations

from typing import Any

import pytest
from cascade.durable import decode, encode
from cascade.durable.machine_values import MACHINE_CODECS, run_codecs
from cascade.errors import NotStorable, StoreError
from cascade_vm.control import Jump, TailCall
from cascade_vm.cursors import CURSORS, DONE, NAMES, cursor_over, enumerated, filtered, mapped, reversed_, zipped
from cascade_vm.host import UNBOUND
from cascade_vm.library import VALUES
from cascade_vm.plain import Packed

import cascade as cs


def again(value: Any) -> Any:
    return decode(encode(value, codecs=MACHINE_CODECS), codecs=MACHINE_CODECS)


@pytest.mark.parametrize(
    "make",
    [
        lambda: cursor_over([1, 2, 3]),
        lambda: cursor_over(range(5)),
        lambda: cursor_over({"a": 1, "b": 2}),
        lambda: cursor_over({"a": 1, "b": 2}.items()),
        lambda: enumerated([4, 5], 1),
        lambda: zipped([1, 2], "ab", strict=True),
        lambda: mapped(abs, [-1, -2]),
        lambda: filtered(None, [0, 1, 2, 3]),
        lambda: reversed_([1, 2, 3]),
    ],
)
def test_a_cursor_goes_on_where_it_was(make: Any) -> None:
    """At its start, after an item, and at its end."""
    cursor, item = make(), None
    while item is not DONE:
        copy, other = again(cursor), again(again(cursor))
        item = next(cursor, DONE)
        assert next(copy, DONE) == item
        assert [item, *again(cursor)] == ([*other] or [DONE])


def test_a_cursor_looks_at_the_list_of_its_variable() -> None:
    """What is appended after a resume is seen."""
    items = [1, 2]
    cursor = cursor_over(items)
    next(cursor)
    items, cursor = again([items, cursor])
    items.append(3)
    assert list(cursor) == [2, 3]


def test_every_kind_of_cursor_has_a_name() -> None:
    """A new one can not be forgotten."""
    assert frozenset(NAMES.values()) == CURSORS


def test_markers_and_built_in_functions_are_themselves() -> None:
    """Also those that have two names."""
    values = [UNBOUND, DONE, *VALUES.values()]
    back = again(values)
    assert all(one is other for one, other in zip(values, back, strict=True))
    packed = again(Packed([1, UNBOUND]))
    assert packed.contents == [1, UNBOUND]
    assert again([Jump("a", {"x": 1}), TailCall((1,), {"b": 2}, "t")]) == [Jump("a", {"x": 1}), TailCall((1,), {"b": 2}, "t")]


@cs.task
def store_and_call(function: Any) -> Any:
    """What a run would do with a function in a register."""
    codecs = run_codecs(function._machine)
    data = encode([function, {"same": function}], codecs=codecs)
    back, other = decode(data, codecs=codecs)
    assert back is other["same"]
    with pytest.raises(NotStorable, match="CS501"):
        encode(function)
    with pytest.raises(StoreError, match="CS506"):
        decode(data)
    return back(5)


@cs.flow
def with_function(n: int) -> int:
    def add(x: int, y: int = 100) -> int:
        return x + n + y

    return store_and_call(add)


def test_a_function_is_its_flow_and_what_it_captured() -> None:
    """In a run of the same program; elsewhere it is nothing."""
    assert cs.run(with_function(10), use_vm=True) == 115
