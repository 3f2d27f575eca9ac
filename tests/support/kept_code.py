"""A cache of generated code in memory, for programs to be run from bytes."""

from __future__ import annotations

from cascade_vm.linker import Image

__all__ = ["KeptCode", "expect_kept"]


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
