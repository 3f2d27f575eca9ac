"""Blueprints as bytes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import cascade_vm
import msgspec
import pytest
from cascade_vm import limits
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.codec import decode, encode
from cascade_vm.constants import Constant
from cascade_vm.errors import BlueprintError
from cascade_vm.opcodes import Return, Switch
from cascade_vm.packing import pack_numbers
from hypothesis import given
from support.blueprints import CONSTANTS, blueprints
from support.sealing import seal

SMALL = Blueprint((Flow("main", (), 1, (Constant(1),), (Return(-1),), (0,), ()),), (), ("a.csc",), 0)


def payload_of(blueprint: Blueprint) -> list[object]:
    found = msgspec.msgpack.decode(encode(blueprint)[18:-32])
    assert isinstance(found, list)
    return found


def refused(data: bytes) -> BlueprintError:
    with pytest.raises(BlueprintError) as caught:
        decode(data)
    return caught.value


@given(blueprints())
def test_bytes_and_objects_are_inverses(blueprint: Blueprint) -> None:
    """What is written is read back equal, and written again the same."""
    data = encode(blueprint)
    read = decode(data)
    assert read == blueprint
    assert encode(read) == data


@given(CONSTANTS)
def test_constants_come_back_exactly(constant: Constant) -> None:
    """Types, signs of zero and bits of NaN included."""
    blueprint = Blueprint((Flow("f", (), 0, (constant,), (), (), ()),))
    assert decode(encode(blueprint)).flows[0].constants == (constant,)


def test_the_same_program_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    """The items of a frozenset come in an order of their own."""
    program = (
        "from cascade_vm.codec import encode; from cascade_vm.blueprint import Blueprint, Flow;"
        "from cascade_vm.constants import Constant; import sys;"
        "names = frozenset(['a', 'bc', 'def', None, 1.5, ('x', 2), frozenset(['p', 'q', 'r'])]);"
        "sys.stdout.write(encode(Blueprint((Flow('f', (), 0, (Constant(names),), (), (), ()),))).hex())"
    )
    room = str(Path(cascade_vm.__file__).parent.parent)
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": room},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2", "77")
    }
    assert len(found) == 1


def test_the_format_does_not_change_unnoticed() -> None:
    """These bytes are of version 2. If this fails, raise `VERSION`, or the files that users have are read wrongly."""
    code = (Switch(0, (0, 1), 2), Return(-1))
    constants = tuple(map(Constant, (1, (True, None), frozenset({"a", 2.0}), b"x", 2**70)))
    program = Blueprint((Flow("main", (), 1, constants, code, (0, 0), (), (), ("x", None)),), (), ("a.csc",), 0)
    assert hashlib.sha256(encode(program)).hexdigest() == GOLDEN


GOLDEN = "d54c9f54d59ed0fe8c48100cf12fb564d0272252398b278366039eddfe95465c"


def test_another_file() -> None:
    """What is not a Blueprint at all."""
    assert refused(b"PK\x03\x04 and so on").code == "CS301"
    assert refused(b"flow main():\n    return 1\n").code == "CS301"


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\r", b""),
        lambda data: bytes(byte & 0x7F for byte in data),
        lambda data: data.decode("latin-1").encode("utf-8"),
        lambda data: data.decode("utf-8", "replace").encode("utf-8"),
    ],
)
def test_a_transfer_as_text_is_told_apart(damage: object) -> None:
    """Each of the usual ways to spoil a binary file changes the magic, and the error says so."""
    error = refused(damage(encode(SMALL)))  # type: ignore[operator]
    assert error.code == "CS302"
    assert "as text" in str(error)


def test_every_truncation_is_told() -> None:
    """At whatever byte the file ends."""
    data = encode(SMALL)
    assert {refused(data[:size]).code for size in range(len(data))} == {"CS304"}


def test_every_altered_byte_is_told() -> None:
    """No byte can change unnoticed."""
    data = encode(SMALL)
    for at in range(len(data)):
        for change in (1, 0x80):
            altered = data[:at] + bytes([data[at] ^ change]) + data[at + 1 :]
            assert refused(altered).code in ("CS301", "CS302", "CS303", "CS304", "CS305", "CS306")


def test_bytes_after_the_end() -> None:
    """A file is its Blueprint and nothing else."""
    assert refused(encode(SMALL) + b"\0").code == "CS306"


def test_a_future_version_is_named() -> None:
    """Before anything else of the file is believed."""
    error = refused(seal(b"whatever", version=7))
    assert error.code == "CS303"
    assert "format 7" in str(error)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        b"\x01",
        b"\x96" + b"\xdd\xff\xff\xff\xff" * 6,
        b"\xdd\x04\x00\x00\x00",
        b"\x96\xc6\xff\xff\xff\xff",
        b"\x91" * 100_000 + b"\x01",
        b"\x81" * 100_000,
        msgspec.msgpack.encode([[], b"", [], [], None]),
        msgspec.msgpack.encode([[b"\xff"], b"", [], [], None, False]),
        msgspec.msgpack.encode([[], b"\x01\x00", [], [], None, False]),
        msgspec.msgpack.encode([[b"a"], b"\x01\xff", [], [], None, False]),
        msgspec.msgpack.encode([[], b"\x03abc", [], [], None, False]),
        msgspec.msgpack.encode([[], b"\x08abc", [], [], None, False]),
        msgspec.msgpack.encode([[], b"", [], [], None, False, 1]),
        msgspec.msgpack.encode([[], b"", [], [], None, False]) + b"\0",
    ],
)
def test_nonsense_inside_is_refused_cheaply(payload: bytes) -> None:
    """Whatever counts the bytes claim, memory is taken for what is there only, and nothing is nested too deep."""
    data = seal(payload)
    tracemalloc.start()
    try:
        assert refused(data).code == "CS307"
        assert tracemalloc.get_traced_memory()[1] < 2**20 + 20 * len(data)
    finally:
        tracemalloc.stop()


def numbers(*values: int) -> bytes:
    return pack_numbers(values)


@pytest.mark.parametrize(
    ("shape", "scalars"),
    [
        (numbers(0), []),
        (numbers(), [1]),
        (numbers(1, 2**40), []),
        (numbers(1, -1), []),
        (numbers(2, 2, 0, 0), [1, True]),
        (numbers(*[1, 1] * (limits.CONSTANT_DEPTH + 1), 5), []),
        (numbers(*[1, 1] * 10_000, 5), []),
        (numbers(3), [1, 2]),
        (numbers(4), [2**40, 0, 0]),
        (numbers(4), [True, 0, 0]),
        (numbers(6), [1]),
        (numbers(7), [b"\xff"]),
        (numbers(8), []),
        (numbers(-1), []),
    ],
)
def test_nonsense_constants_are_refused(shape: bytes, scalars: list[object]) -> None:
    """Each form of constant checks what it is made of."""
    payload = payload_of(SMALL)
    flow = payload[3][0]  # type: ignore[index]
    flow[5], flow[6] = shape, scalars
    assert refused(seal(msgspec.msgpack.encode(payload))).code == "CS307"


@pytest.mark.parametrize("code", [(99,), (-1,), (11,), (14, 0, 5, 1), (14, 0, -1, 1), (2, 0, 99, 0, 0), (24, 0, 0, 2**40, 0)])
def test_nonsense_code_is_refused(code: tuple[int, ...]) -> None:
    """Numbers that are no instructions."""
    payload = payload_of(SMALL)
    payload[3][0][7] = numbers(*code)  # type: ignore[index]
    assert refused(seal(msgspec.msgpack.encode(payload))).code == "CS307"


def test_what_can_not_be_written_down_is_said() -> None:
    """Numbers of more than eight bytes, and constants nested too deep."""
    deep: tuple[object, ...] = ()
    for _ in range(limits.CONSTANT_DEPTH):
        deep = (deep,)
    for flow in (
        Flow("f", (), 0, (Constant(deep),), (), (), ()),
        Flow("f", (), 0, (), (), (2**64,), ()),
        Flow("f", (), 2**70, (), (), (), ()),
    ):
        with pytest.raises(BlueprintError) as caught:
            encode(Blueprint((flow,)))
        assert caught.value.code == "CS308"


def test_decoding_imports_nothing() -> None:
    """Names in a file are data."""
    data = encode(Blueprint((), (), ("antigravity",)))
    before = set(sys.modules)
    decode(data)
    assert set(sys.modules) == before
