"""Blueprints as JSON."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from cascade_vm.blueprint import Blueprint, Flow, Location
from cascade_vm.codec import encode
from cascade_vm.constants import Constant
from cascade_vm.errors import BlueprintError
from cascade_vm.opcodes import Compute, Return
from cascade_vm.readable import from_json, to_json
from hypothesis import given
from hypothesis import strategies as st
from support.blueprints import blueprints

SMALL = Blueprint(
    (
        Flow(
            "main", (), 2, tuple(map(Constant, (1, 0.5, (1, None)))),
            (Compute(1, "+", (0, -1)), Return(1)), (0, 0), (Location(0, 1, 2, 3, 4, "main"),),
        ),
    ),
    (), ("a.csc",), 0,
)  # fmt: skip


@given(blueprints())
def test_json_reads_back_to_identical_bytes(blueprint: Blueprint) -> None:
    """Whatever the names, constants and numbers are."""
    read = from_json(to_json(blueprint))
    assert read == blueprint
    assert encode(read) == encode(blueprint)


def test_everything_has_its_name() -> None:
    """Opcodes, operands, registers and the types of constants."""
    tree = json.loads(to_json(SMALL))
    assert tree["flows"][0]["code"][0] == {
        "op": "compute", "dst": "r1", "operation": "+", "arguments": ["r0", "c0"], "forms": []
    }  # fmt: skip
    assert tree["flows"][0]["constants"] == [1, {"float": "0.5"}, {"tuple": [1, None]}]


def test_json_survives_tools_that_have_only_doubles() -> None:
    """Every number in it is an integer that a double holds, so `jq` and others give back the same program."""
    numbers = tuple(map(Constant, (2**53, -(2**53), 2**53 - 1, 1.0, 1e300, float("inf"), -0.0)))
    text = to_json(Blueprint((Flow("f", (), 0, numbers, (), (), ()),)))
    through = json.dumps(json.loads(text, parse_int=float))
    again = json.loads(through, parse_float=lambda number: int(float(number)))
    assert from_json(json.dumps(again)).flows[0].constants == numbers


def _spoiled() -> list[Any]:
    def tree() -> Any:
        return json.loads(to_json(SMALL))

    cases: list[Any] = [1, [], {}, None, "x"]
    for change in (
        lambda t: t.pop("flows"),
        lambda t: t.update(format="other"),
        lambda t: t.update(more=1),
        lambda t: t.update(entry=1.5),
        lambda t: t.update(strict=0),
        lambda t: t.update(files=[{"utf8": "ff"}]),
        lambda t: t["flows"].append(None),
        lambda t: t["flows"][0].update(registers=True),
        lambda t: t["flows"][0]["code"][0].update(op="hop"),
        lambda t: t["flows"][0]["code"][0].update(dst="c1"),
        lambda t: t["flows"][0]["code"][0].update(dst=1),
        lambda t: t["flows"][0]["code"][0].update(dst="r"),
        lambda t: t["flows"][0]["code"][0].update(arguments="r1"),
        lambda t: t["flows"][0]["code"][0].update(more=1),
        lambda t: t["flows"][0].update(constants=[1.5]),
        lambda t: t["flows"][0].update(constants=[[1]]),
        lambda t: t["flows"][0].update(constants=[{"thing": 1}]),
        lambda t: t["flows"][0].update(constants=[{"frozenset": [1, True]}]),
        lambda t: t["flows"][0].update(constants=[{"complex": ["1.0"]}]),
        lambda t: t["flows"][0].update(constants=[{"duration": [10**12, 0, 0]}]),
        lambda t: t["flows"][0].update(constants=[{"duration": [1]}]),
        lambda t: t["flows"][0].update(constants=[{"bytes": "x"}]),
    ):
        case = tree()
        change(case)
        cases.append(case)
    return cases


@pytest.mark.parametrize("tree", _spoiled())
def test_what_is_no_blueprint_is_refused(tree: object) -> None:
    """Entries that are missing, too many, or of another type."""
    with pytest.raises(BlueprintError) as caught:
        from_json(json.dumps(tree))
    assert caught.value.code == "CS311"


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "{\"a\":" * 100_000, "1e999", "9" * 10_000, "NaN", '{"format": 1, "format": 1}']
)  # fmt: skip
def test_what_is_no_json_is_refused(text: str) -> None:
    """Never an error of another kind."""
    with pytest.raises(BlueprintError) as caught:
        from_json(text)
    assert caught.value.code == "CS311"


def test_constants_are_not_nested_without_end() -> None:
    """The limit of the bytes holds here too."""
    tree = json.loads(to_json(SMALL))
    deep: Any = 1
    for _ in range(100):
        deep = {"tuple": [deep]}
    tree["flows"][0]["constants"] = [deep]
    with pytest.raises(BlueprintError, match="within each other"):
        from_json(json.dumps(tree))


@given(st.integers(0, 10_000), st.text(max_size=3))
def test_damaged_json_gives_no_other_error(at: int, text: str) -> None:
    """A Blueprint, or `BlueprintError`."""
    whole = to_json(SMALL)
    at %= len(whole)
    with contextlib.suppress(BlueprintError):
        from_json(whole[:at] + text + whole[at + len(text) :])
