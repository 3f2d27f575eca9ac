"""Blueprints as text."""

from __future__ import annotations

import contextlib
import textwrap

import pytest
from cascade_vm.blueprint import Blueprint
from cascade_vm.errors import BlueprintError
from cascade_vm.listing import format_instruction, format_listing, parse_listing
from cascade_vm.verifier import verify
from hypothesis import given
from hypothesis import strategies as st
from support.blueprints import blueprints, verified_blueprints

LISTING = """\
cascade listing 1
entry 0
file shop.csc
task shop:fetch (order either required, limit keyword) pure

flow watch  ; flow 0
  doc 'Watch one order.'
  parameter r0 order str
  parameter r1 every duration = duration(0, 30, 0)
  parameter r2 seen list[int] computed
  returns str
  registers 6
  variables 6
  variable r0 order
  variable r1 every
  variable r2 seen
  variable r3 tries
  constant 0  0
  constant 1  1
  constant 2  None
  constant 3  1
  handler @2..@4 to @6 r5 cleanup
  code
    ; shop.csc:4 | tries = 0
    @0    copy        r3 #0                          !0 ; shop.csc:4:4
    @1    jump        @2
    ; shop.csc:6 | fetch(order, limit=tries)
    @2    call        r4 shop:fetch (r0, r3) ('', limit) #None !1 ; shop.csc:6:8
    @3    compute     r3 + (r3, c1)
    @4    test        < r3 c3 @2 @5
    @5    return      r4
    @6    reraise     r5
  location 0  0 4:4-4:13 watch
  location 1  0 6:8-6:33 watch
"""
SOURCE = ["# shop", "flow watch():", '    """."""', "    tries = 0", "    loop:", "        fetch(order, limit=tries)"]


def test_a_listing_reads_as_assembly() -> None:
    """What `cascadec dis` shows, source lines and all; it is read back from there."""
    blueprint = parse_listing(LISTING)
    verify(blueprint)
    shown = format_listing(blueprint, {"shop.csc": SOURCE})
    assert shown.split() == LISTING.split()
    assert parse_listing(shown) == blueprint
    assert format_instruction(blueprint, 0, 3) == "compute     r3 + (r3, c1)"


@given(blueprints())
def test_listings_and_objects_are_inverses(blueprint: Blueprint) -> None:
    """Whatever the names, constants and numbers are."""
    listing = format_listing(blueprint)
    assert parse_listing(listing) == blueprint
    assert format_listing(parse_listing(listing)) == listing


@given(verified_blueprints(), st.lists(st.text(), max_size=20))
def test_source_lines_are_comments(blueprint: Blueprint, lines: list[str]) -> None:
    """Whatever they contain, reading the listing passes over them."""
    assert parse_listing(format_listing(blueprint, {"made.csc": lines})) == blueprint


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "flow",
        "entry x",
        "registers 4",
        "@0 jump @0",
        "flow f\n@1 jump @0",
        "flow f\n@0 hop @0",
        "flow f\n@0 jump r0",
        "flow f\n@0 jump @0 @1",
        "flow f\n@0 copy r0 #5",
        "flow f\n@0 call_flow r0 g () r0",
        "flow f\nvariable r0 x",
        "flow f\nvariables 99999999999999",
        "flow f\nvariables 2\nvariable r-1 x",
        "flow f\nconstant 0  5 5",
        "flow f\nconstant 1  5",
        "flow f\nconstant 0  " + "(" * 10_000,
        "flow f\nconstant 0  frozenset(1, True)",
        "flow f\nconstant 0  complex(1, 2)",
        "flow f\nconstant 0  duration(99999999999, 0, 0)",
        "flow f\nconstant 0  'open",
        "flow f\nconstant 0  '\\q'",
        "flow f\nconstant 0  nan:7ff0000000000000",
        "flow f\nconstant 0  " + "9" * 10_000,
        "flow f\nconstant 0  '\\Uffffffff'",
        "flow f\nconstant 0  b'\u20ac'",
        "flow f\nlocation 0  0 1:2-3",
        "flow f\nhandler @0 @1",
    ],
)
def test_what_is_no_listing_is_refused_with_its_line(line: str) -> None:
    """By the number of the line, in a sentence."""
    text = f"cascade listing 1\n{line}\n"
    with pytest.raises(BlueprintError) as caught:
        parse_listing(text)
    assert caught.value.code == "CS310"
    assert f"line {2 + line.count(chr(10))}: " in str(caught.value)


@given(st.integers(0, 10_000), st.text(max_size=3))
def test_damaged_listings_give_no_other_error(at: int, text: str) -> None:
    """A Blueprint, or `BlueprintError`."""
    at %= len(LISTING)
    with contextlib.suppress(BlueprintError):
        parse_listing(LISTING[:at] + text + LISTING[at + len(text) :])


def test_another_file() -> None:
    """A listing says that it is one."""
    with pytest.raises(BlueprintError, match="line 1"):
        parse_listing(textwrap.dedent("flow f\n"))
