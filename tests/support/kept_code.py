"""A cache of generated code in memory, for programs to be run from bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any

from cascade_vm.blueprint import Blueprint
from cascade_vm.generated.positions import numbers_of
from cascade_vm.generated.unit import Unit
from cascade_vm.linker import Image, link

__all__ = ["HOSTS", "KeptCode", "Ways", "check_kept", "expect_kept"]


class KeptCode:
    """Implements `cascade_vm.code_cache.CodeCache`. ``fetched`` counts the entries that it gave back, ``again`` those that
    were made again all the same."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self.fetched = 0
        self.again = 0

    def fetch(self, key: str) -> bytes | None:
        found = self.entries.get(key)
        self.fetched += found is not None
        return found

    def keep(self, key: str, data: bytes) -> None:
        self.again += key in self.entries
        self.entries[key] = data


def expect_kept(image: Image, kept: KeptCode) -> None:
    """`AssertionError` if there is generated code of a program that was not kept, or could not be used when it was there."""
    assert kept.again == 0
    for instance in image.instances:
        for place, made in instance.unit.made.items():
            assert made is None or instance.unit._key_of(*place) in kept.entries, place


# --- there and back ------------------------------------------------------------------------------------------------------


class Ways:
    """Calls every task as a function, or none. Implements as much of `cascade_vm.host.Directs` as making code needs."""

    def __init__(self, way: str) -> None:
        self._way = way

    def way(self, target: str) -> str:
        return self._way


HOSTS: list[Any] = [None, Ways("direct"), Ways("direct waits"), Ways("host waits")]


def _units(image: Image, hosts: Sequence[Any]) -> Iterator[Unit]:
    """The generated code of everything that may be an entry, for each way of calling tasks."""
    for directs in hosts:
        unit = Unit(image, directs)
        for number, linked in enumerate(image.flows):
            for pc in sorted({0, *linked.heads.values()}):
                unit.code_for(number, pc)
        yield unit


def _shown(code: CodeType) -> tuple[Any, ...]:
    """All of it that can be seen."""
    return code, code.co_name, code.co_filename, [*code.co_positions()], code.co_firstlineno, code.co_exceptiontable


def _numbers(unit: Unit, code: CodeType) -> object:
    """Which instruction each unit of code belongs to."""
    return unit._numbers.get(id(code)) or numbers_of(unit._numbered[id(code)])


def _expect_same(first: Unit, second: Unit, at: tuple[int, int]) -> None:
    """Two units have the same function at a place."""
    one, other = first.made[at], second.made[at]
    if one is None or other is None:
        assert (one, repr(first.refused[at])) == (other, repr(second.refused[at]))
        return
    assert _shown(one.code) == _shown(other.code)
    assert one.waits == other.waits
    assert one.values.keys() & set(one.code.co_names) == other.values.keys()
    for name, value in other.values.items():
        assert type(one.values[name]) is type(value)
    assert _numbers(first, one.code) == _numbers(second, other.code)


def check_kept(blueprint: Blueprint, hosts: Sequence[Any] = HOSTS) -> int:
    """All code of a program, however its tasks are called, comes back as it was, and no generator is asked then. Gives how many
    functions there are; `AssertionError` for one that can not be kept or is another one."""
    kept, count = KeptCode(), 0
    for first, second in zip(*[_units(link(blueprint, kept), hosts) for _ in range(2)], strict=True):
        for place, made in first.made.items():
            assert made is None or first._key_of(*place) in kept.entries, place
            _expect_same(first, second, place)
            count += made is not None
        assert second._generator is None
        assert first._held == second._held
    return count
