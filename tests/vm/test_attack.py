"""Bytes from an enemy: refused with a code, or a program that runs without an error of the machine's own."""

from __future__ import annotations

import random
import sys
from typing import Any

import msgspec
import pytest
from cascade_vm import linker, roles
from cascade_vm.blueprint import Blueprint
from cascade_vm.codec import decode, encode
from cascade_vm.errors import BlueprintError
from cascade_vm.listing import parse_listing
from cascade_vm.opcodes import OPCODES, Return
from cascade_vm.packing import pack_numbers, unpack_numbers
from cascade_vm.verifier import verify
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.blueprints import verified_blueprints
from support.effort import scaled
from support.quiet_host import CAREFUL, run_a_little
from support.sealing import seal

WITHOUT_SHRINKING = settings(
    max_examples=scaled(60), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


@pytest.fixture(autouse=True)
def _careful_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a changed program computes could take for ever; that is not what is tested."""
    monkeypatch.setattr(linker, "OPERATIONS", CAREFUL)


def outcome(data: bytes) -> str:
    """Whether the bytes were refused, and when; verified ones are run."""
    before = set(sys.modules)
    try:
        blueprint = decode(data)
    except BlueprintError as refusal:
        if refusal.code not in CODES_OF_BYTES:
            raise
        return "not decoded"
    try:
        verify(blueprint)
    except BlueprintError:
        return "not verified"
    finally:
        assert {name for name in set(sys.modules) - before if not name.startswith("cascade_vm.")} == set()
    run_a_little(blueprint)
    return "ran"


CODES_OF_BYTES = {f"CS30{digit}" for digit in range(1, 9)}


@given(verified_blueprints())
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=scaled(200))
def test_verified_programs_run(blueprint: Blueprint) -> None:
    """Every opcode, every mixture: a value, an error of the program, or its budget is spent."""
    run_a_little(blueprint)


def test_the_programs_have_every_opcode() -> None:
    """Reach of the strategy that the attack starts from."""
    seen: set[type] = set()

    @given(verified_blueprints())
    @settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=100, database=None, derandomize=True)
    def collect(blueprint: Blueprint) -> None:
        seen.update(type(instruction) for flow in blueprint.flows for instruction in flow.code)

    collect()
    assert seen == set(OPCODES)


@given(st.binary(max_size=200))
def test_random_payloads(payload: bytes) -> None:
    """The checksum is right, nothing else is."""
    assert outcome(seal(payload)) == "not decoded"


@given(verified_blueprints(), st.randoms(use_true_random=False))
@WITHOUT_SHRINKING
def test_changed_bytes(blueprint: Blueprint, chance: random.Random) -> None:
    """A few bytes of the payload changed, taken out or put in, 40 times each; the checksum put right."""
    payload = encode(blueprint)[18:-32]
    for _ in range(40):
        changed = bytearray(payload)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(changed))
            match chance.randrange(4):
                case 0:
                    changed[at] ^= 1 << chance.randrange(8)
                case 1:
                    changed[at] = chance.randrange(256)
                case 2:
                    del changed[at : at + chance.randint(1, 4)]
                case _:
                    changed[at:at] = chance.randbytes(chance.randint(1, 4))
            changed = changed or bytearray(b"x")
        outcome(seal(bytes(changed)))


def _change_numbers(data: bytes, chance: random.Random) -> bytes:
    numbers = list(unpack_numbers(data))
    if numbers:
        at = chance.randrange(len(numbers))
        numbers[at] = chance.choice([numbers[at] + 1, numbers[at] - 1, 0, -1, 7, chance.randint(-10, 30), 2**31])
    return pack_numbers(numbers)


def _change_flow(flow: list[Any], chance: random.Random) -> None:
    """One field of one flow, mostly its code and its handlers."""
    field = chance.choice([7, 7, 7, 7, 7, 7, 10, 10, 4, 5, 8, 11, 1, 14])
    if field in (5, 7, 8, 10, 11):
        flow[field] = _change_numbers(flow[field], chance)
    elif field == 4:
        flow[4] += chance.choice([-1, 1, 2**30])
    elif field == 1 and flow[1]:
        chance.choice(flow[1])[chance.choice([2, 3])] = chance.choice([-1, 0, True, False])
    else:
        flow[14] = not flow[14]


@given(verified_blueprints(), st.randoms(use_true_random=False))
@WITHOUT_SHRINKING
def test_changed_operands(blueprint: Blueprint, chance: random.Random) -> None:
    """Sound bytes whose numbers were changed: most decode, many verify, and those run."""
    payload = msgspec.msgpack.decode(encode(blueprint)[18:-32])
    whole = msgspec.msgpack.encode(payload)
    for _ in range(40):
        tree = msgspec.msgpack.decode(whole)
        for _ in range(chance.randint(1, 3)):
            _change_flow(chance.choice(tree[3]), chance)
        outcome(seal(msgspec.msgpack.encode(tree)))


def test_the_attack_gets_in() -> None:
    """Of a fixed thousand of changes some are refused by the decoder, some by the verifier, and some run."""
    found = {"not decoded": 0, "not verified": 0, "ran": 0}
    chance = random.Random(7)

    @given(verified_blueprints())
    @settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=25, database=None, derandomize=True)
    def attack(blueprint: Blueprint) -> None:
        whole = encode(blueprint)[18:-32]
        for _ in range(40):
            tree = msgspec.msgpack.decode(whole)
            _change_flow(chance.choice(tree[3]), chance)
            found[outcome(seal(msgspec.msgpack.encode(tree)))] += 1

    attack()
    assert min(found.values()) > 20, found


def test_an_error_of_the_machine_would_be_seen() -> None:
    """A program that the verifier refuses makes one, when it is run all the same."""
    bad = parse_listing("cascade listing 1\nflow f\nregisters 1\n@0 return r7 !0\nfile a\nlocation 0  0 1:0-1:1 f\n")
    with pytest.raises(AssertionError, match="the machine made a IndexError"):
        run_a_little(bad)


def test_operands_are_where_the_attack_looks() -> None:
    """`_change_flow` knows fields of a flow by number."""
    program = parse_listing("cascade listing 1\nflow f\nregisters 1\nconstant 0  1\n@0 return #1\n")
    flow = msgspec.msgpack.decode(encode(program)[18:-32])[3][0]
    kinds = [type(flow[field]) for field in (1, 4, 5, 7, 8, 10, 11, 14)]
    assert kinds == [list, int, bytes, bytes, bytes, bytes, bytes, bool]
    assert flow[7] == pack_numbers([roles.NUMBERS[Return], -1])
