"""Generated code as bytes, and back: the same code, with the same globals and places; and what a key has to tell apart."""

from __future__ import annotations

import linecache
import marshal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cascade_compiler.lowering import lower
from cascade_vm.blueprint import Blueprint, Flow, Location, Parameter, Task
from cascade_vm.constants import Constant
from cascade_vm.generated.instance import instance_for
from cascade_vm.generated.scope import Scope, describe, described
from cascade_vm.generated.unit import Unit
from cascade_vm.linker import link
from cascade_vm.listing import parse_listing
from cascade_vm.opcodes import Compute, Instruction, Jump, Return
from cascade_vm.opcodes import Test as Compare
from support import engines
from support.kept_code import HOSTS, KeptCode, check_kept, expect_kept
from support.tiers import Ended, TaskHost, run_once

GOLDEN = Path(__file__).parents[1] / "golden/programs"
HOST = TaskHost({"m:f": print})
PROGRAMS = sorted([*GOLDEN.glob("*.plain"), *GOLDEN.glob("*.optimised")])


def program(
    code: Sequence[Instruction], constants: Sequence[object] = (), name: str = "main", file: str = "made.csc", task: str = "m:f"
) -> Blueprint:
    """A flow with one parameter, whose instruction ``pc`` is on line ``pc + 1``."""
    locations = tuple(Location(0, pc + 1, 0, pc + 1, 1, name) for pc in range(len(code)))
    values, places = tuple(map(Constant, constants)), tuple(range(len(code)))
    made = Flow(name, (Parameter("n"),), 2, values, tuple(code), places, locations, (), ("n", None))
    return Blueprint((made,), (Task(task),), (file,), 0)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_all_code_of_a_program_can_be_kept(path: Path) -> None:
    """Every function of each golden program, however tasks are called: it comes back as it was, and no generator is asked."""
    assert check_kept(parse_listing(path.read_text(encoding="utf-8"))) > 0


# --- keys ----------------------------------------------------------------------------------------------------------------


def looped(least: int = 10, name: str = "main") -> Blueprint:
    """Counts down to ``least``."""
    code = [Jump(1), Compare(">", 0, -1, 2, 4), Compute(0, "-", (0, -2)), Jump(1), Return(0)]
    return program(code, [least, 1], name)


def keys(blueprint: Blueprint, directs: Any = None) -> set[str]:
    unit = Unit(link(blueprint, KeptCode()), directs)
    return {unit._key_of(flow, pc) for flow in (0, 1) for pc in (0, 3)}


def test_a_key_tells_apart_all_that_code_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program, the flow, the place, how tasks are called, and Python itself."""
    found = [keys(looped(11)), keys(looped(name="other")), *[keys(looped(), directs) for directs in HOSTS]]
    monkeypatch.setattr(sys, "version", "3.99")
    found.append(keys(looped()))
    assert sum(map(len, found)) == len(set[str]().union(*found)) == 4 * len(found)
    monkeypatch.undo()
    assert keys(looped()) == keys(looped())


# --- what is kept is never needed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry", [b"", b"x", marshal.dumps(5), marshal.dumps((1,) * 5), marshal.dumps((None, "no", b"", {}, 1))]
)
def test_an_entry_that_makes_no_sense_is_as_good_as_none(entry: bytes) -> None:
    """The code is generated, and kept in its place."""
    kept = KeptCode()
    image = link(looped(), kept)
    kept.entries = {Unit(image, None)._key_of(0, 1): entry, Unit(image, None)._key_of(0, 0): entry}
    assert run_once(image, [1_000], HOST, 0).value == 10


class Broken:
    """A cache that does not keep its promise."""

    def fetch(self, key: str) -> bytes | None:
        raise OSError(5, "broken")

    def keep(self, key: str, data: bytes) -> None:
        raise RuntimeError("broken")


def test_a_cache_that_fails_is_done_without() -> None:
    """A run never fails for it."""
    assert run_once(link(looped(), Broken()), [1_000], HOST, 0) == Ended(10, None, ())


def test_a_program_that_can_not_be_written_down_is_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no bytes, and so no key."""
    monkeypatch.setattr("cascade_vm.limits.BYTES", 10)
    kept = KeptCode()
    image = link(looped(), kept)
    assert run_once(image, [1_000], HOST, 0).value == 10
    assert image.instances[0].unit.made
    assert kept.entries == {}


def test_what_can_not_be_generated_is_kept_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why there is none is a property of the program; how deep the stack was is none."""
    monkeypatch.setattr("cascade_vm.generated.graph.MOST_INSTRUCTIONS", 1)
    kept = KeptCode()
    for _ in range(2):
        image = link(looped(), kept)
        assert run_once(image, [1_000], HOST, 0).value == 10
        (instance,) = image.instances
        assert {str(reason) for reason in instance.unit.refused.values()} == {"too large"}
    assert instance.unit._generator is None
    kept.entries.clear()

    def deep(*_: object) -> None:
        raise RecursionError("deep")

    monkeypatch.setattr("cascade_vm.generated.generator.graph_from", deep)
    with pytest.raises(AssertionError, match="deep"):  # so small a program is not nested deeply
        run_once(link(looped(), kept), [1_000], HOST, 0)
    assert kept.entries == {}


# --- what code holds -----------------------------------------------------------------------------------------------------


def test_constants_of_kept_code_are_those_of_the_program() -> None:
    """``is`` tells copies from the constant itself: what tier 0 put into a register is what generated code compares with."""
    large = 10**30
    kept = KeptCode()
    for _ in range(2):
        image = link(program([Compute(1, "is", (0, -1)), Return(1)], [large]), kept)
        (constant,) = image.blueprint.flows[0].constants
        for directs in (None, HOST):
            entry = instance_for(image, directs).entry(0, 0)
            assert entry is not None
            assert any(each is constant.value for each in entry.run.__code__.co_consts)


def test_columns_are_bytes_where_the_source_is_known_now() -> None:
    """Code is kept with the columns of the Blueprint: sources may be known when it is fetched, and not when it was made."""
    blueprint = program([Compute(0, "+", (0, -1)), Return(0)], [1], file="odd.csc")
    kept = KeptCode()

    def columns() -> list[Any]:
        unit = Unit(link(blueprint, kept), None)
        made = unit.code_for(0, 0)
        assert made is not None
        return [*made.code.co_positions()]

    before = columns()
    linecache.cache["odd.csc"] = (40, None, ["é" * 40 + "\n"] * 9, "odd.csc")
    try:
        known = columns()
        kept.entries.clear()
        assert columns() == known != before
    finally:
        del linecache.cache["odd.csc"]
    assert columns() == before
    assert len(kept.entries) == 1


VALUES: list[Any] = [
    None, True, 1, 1.5, 2j, "text", b"bytes", (), (1, ("a", None)), frozenset({1, "a"}), {"a": 1, "b": 0}, len, int,
    ValueError, (ValueError, KeyError), frozenset({int, str}), describe,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_description_gives_the_value(value: Any) -> None:
    """Plain data, and what the machine itself defines."""
    description = describe(value)
    assert description is not None
    marshal.dumps(description)
    found = described(description, link(looped()), {})
    assert found == value
    assert type(found) is type(value)


OTHERS = [object(), [1], subprocess.run, eval, type("Text", (str,), {})("a"), (1, object())]


@pytest.mark.parametrize("value", OTHERS, ids=lambda value: type(value).__name__)
def test_nothing_else_has_a_description(value: Any) -> None:
    """Least of all what is not the machine's own."""
    assert describe(value) is None
    scope = Scope(0, 0)
    assert scope.described(scope.name_of(value)) is None


@pytest.mark.parametrize(
    "description", [(), ("ours", "os", "system"), ("value", "eval"), ("module", "os"), ("operation", "os")]
)
def test_nothing_else_is_described(description: Any) -> None:
    """No module but ours, and no name that is not in a table."""
    with pytest.raises((ValueError, KeyError)):
        described(description, link(looped()), {})


def test_leaving_kept_code_needs_no_generator() -> None:
    """Which registers are iterators is kept with it."""
    text = "flow main(n: int):\n    found = []\n    for x in range(n):\n        found += [x]\n    return sum(found)\n"
    blueprint = lower(engines.build(text))
    kept = KeptCode()
    for _ in range(2):
        image = link(blueprint, kept)
        outcome = engines.run_machine(engines.Case(lambda: [500]), image, slices=True, tier="generated")
        assert "124750" in str(outcome.value)
        expect_kept(image, kept)
    (instance,) = image.instances
    assert instance.unit._generator is None
    assert instance.unit.made
