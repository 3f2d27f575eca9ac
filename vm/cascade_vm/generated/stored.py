"""A generated function as bytes, and back.

The bytes hold code for this very Python, and reading them is trusting them. So whoever keeps them gives back only what it was
given (`cascade_vm.code_cache`), and `key_of` is another one wherever anything that the code depends on is.
"""

from __future__ import annotations

import marshal
import sys
from hashlib import sha256
from importlib.util import MAGIC_NUMBER
from types import CodeType
from typing import Any

import msgspec

from cascade_vm.blueprint import Flow
from cascade_vm.constants import Constant, is_constant
from cascade_vm.generated.program import Program
from cascade_vm.generated.scope import Description

__all__ = ["Stored", "from_bytes", "key_of", "to_bytes", "with_own_constants"]


class Stored(msgspec.Struct, frozen=True):
    """What is kept of one entry: its code, or why there can not be any.

    ``numbers`` is the table of places with which it was compiled, ``globals`` describes the globals that it names, and
    ``iterators`` is as `cascade_vm.generated.generator.Generated` has it.
    """

    code: CodeType | None
    reason: str
    numbers: bytes
    globals: dict[str, Description]
    iterators: dict[int, tuple[tuple[int, ...], ...]]


def to_bytes(stored: Stored) -> bytes:
    """`ValueError` for what can not be written down."""
    return marshal.dumps(msgspec.structs.astuple(stored))


def from_bytes(data: bytes) -> Stored:
    """The inverse of `to_bytes`, for nothing but what that gave."""
    found = Stored(*marshal.loads(data))
    if not isinstance(found.code, CodeType | None):
        raise TypeError("not a function")
    return found


def key_of(program: Program) -> str:
    """What the code of a program depends on, as a digest: of its Blueprint, how its tasks are called, and Python itself.

    Raises `cascade_vm.errors.BlueprintError` for a program too large to be written down.
    """
    ranges = "no_debug_ranges" not in sys._xoptions  # without them code does not say where in an instruction it is
    python = (sys.version, MAGIC_NUMBER, sys.flags.optimize, ranges)
    parts = (python, program.image.digest(), program.calls, program.careful)
    return sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()


def with_own_constants(code: CodeType, flows: list[Flow]) -> CodeType:
    """The code with the constants of its flows in the place of copies: ``is`` tells them apart."""
    own: dict[Constant, Any] = {}
    for flow in flows:
        for constant in flow.constants:
            own.setdefault(constant, constant.value)
    values = [own.get(Constant(each), each) if is_constant(each) else each for each in code.co_consts]
    return code.replace(co_consts=tuple(values))
