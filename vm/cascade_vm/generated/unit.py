"""The generated code of a program: a function for each flow and loop that has proved busy, made or fetched on first need.

A `Unit` is for one program and one way of calling its tasks. It knows no host and no functions of tasks.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import suppress
from threading import Lock
from types import CodeType
from typing import TYPE_CHECKING, Any

import msgspec

from cascade_vm.blueprint import Location
from cascade_vm.errors import BlueprintError
from cascade_vm.generated.positions import WholePlace, column_in_bytes, is_counted_alike, numbers_of, with_places
from cascade_vm.generated.program import Program, program_of
from cascade_vm.generated.scope import described
from cascade_vm.generated.stored import Stored, from_bytes, key_of, to_bytes, with_own_constants
from cascade_vm.host import Directs, Place
from cascade_vm.opcodes import Instruction

if TYPE_CHECKING:
    from cascade_vm.generated.generator import Generated, Generator
    from cascade_vm.generated.lone_cells import LoneCell
    from cascade_vm.linker import Image

__all__ = ["Made", "Unit"]

Numbers = tuple[tuple[int, int], ...]


class Made(msgspec.Struct, frozen=True):
    """The code of one entry; ``waits``: it is that of a coroutine. ``values`` are its globals, save those of all programs."""

    code: CodeType
    waits: bool
    values: dict[str, Any]


class Unit:
    """The generated code of a program for one way of calling its tasks (`Directs.way`); ``careful`` if it is None."""

    def __init__(self, image: Image, directs: Directs | None) -> None:
        self.program: Program = program_of(image, directs)
        self.careful = self.program.careful
        self.made: dict[tuple[int, int], Made | None] = {}
        self.refused: dict[tuple[int, int], Exception] = {}
        """Why there is none: `Unstructured`, or `RecursionError` where code is nested deeper than Python's stack."""
        self._making = Lock()  # runs in other threads may need other code of the same program
        self._generator: Generator | None = None
        self._key: str | None = None
        self._held: dict[int, tuple[tuple[int, ...], ...]] = {}
        self._numbers: dict[int, Numbers] = {}  # by ids: the hash of code takes a microsecond
        self._trails: dict[tuple[int, int], tuple[type[Instruction], list[Place]]] = {}
        self._numbered: dict[int, CodeType] = {}
        """Code that was fetched, with numbers for lines: they are read when they are asked for."""

    def fits(self, directs: Directs) -> bool:
        """Whether this is the code for another host, too."""
        tasks = self.program.image.blueprint.tasks
        return all(directs.way(task.name) == way for task, way in zip(tasks, self.program.calls, strict=True))

    # --- where code stands ---

    def place(self, code: CodeType, lasti: int) -> tuple[int, int, int]:
        """Flow, instruction and phase."""
        try:
            number, phase = self._numbers[id(code)][lasti // 2]
        except KeyError:
            self._numbers[id(code)] = numbers_of(self._numbered[id(code)])
            return self.place(code, lasti)
        flow = self._flow_of(number)
        return flow, number - 1 - self.program.bases[flow], phase

    def trail_at(self, code: CodeType, lasti: int) -> tuple[type[Instruction], list[Place]]:
        """What stands there, and where it comes from (`Image.trail_at`): errors ask again and again."""
        key = id(code), lasti
        known = self._trails.get(key)
        if known is None:
            flow, pc, _ = self.place(code, lasti)
            taken = self.program.image.blueprint.flows[flow]
            known = self._trails[key] = type(taken.code[pc]), self.program.image.trail_at(taken, pc)
        return known

    def _flow_of(self, number: int) -> int:
        flow = bisect_right(self.program.bases, number - 1) - 1
        while not self.program.image.blueprint.flows[flow].code:
            flow -= 1
        return flow

    def held(self, flow: int, pc: int) -> tuple[int, ...]:
        """The registers that are iterators of Python's just before an instruction."""
        found = self._held[flow]
        return found[pc] if found else ()

    def _location_of(self, number: int) -> Location:
        flow = self._flow_of(number)
        taken = self.program.image.blueprint.flows[flow]
        return taken.locations[taken.places[number - 1 - self.program.bases[flow]]]

    def _whole_place(self, number: int) -> WholePlace | None:
        """As Python has it: columns are bytes, where the source is known."""
        if number <= 0:
            return None
        location = self._location_of(number)
        file, line, end_line = self.program.image.blueprint.files[location.file], location.line, location.end_line
        begin, end = column_in_bytes(file, line, location.column), column_in_bytes(file, end_line, location.end_column)
        return line, begin, end_line, end

    def _written_place(self, number: int) -> WholePlace | None:
        """As the Blueprint has it: columns are characters. This depends on no source."""
        if number <= 0:
            return None
        location = self._location_of(number)
        return location.line, location.column, location.end_line, location.end_column

    def _knows_columns(self) -> bool:
        """Whether columns are not what the Blueprint says, for a source of it that is known."""
        return not all(map(is_counted_alike, self.program.image.blueprint.files))

    # --- code ---

    def code_for(self, flow: int, pc: int) -> Made | None:
        """The code that begins at an instruction, made on first need. None where there can not be any."""
        key = (flow, pc)
        if key not in self.made:
            with self._making:
                if key not in self.made:
                    self.made[key] = self._make(flow, pc)
        return self.made[key]

    def _make(self, flow: int, pc: int) -> Made | None:
        """Fetch the code, or generate it and keep it. What is kept is never needed: whatever is wrong with it, it is as good
        as none."""
        try:
            key = "" if self.program.image.code_cache is None else self._key_of(flow, pc)
        except BlueprintError:  # it can not be written down: nobody tries again
            self.program.image.code_cache, key = None, ""
        cache = self.program.image.code_cache
        if cache is not None:
            with suppress(Exception):
                data = cache.fetch(key)
                if data is not None:
                    return self._revived(flow, pc, from_bytes(data))
        generated = self._generate(flow, pc)
        made = None if generated is None else self._placed(flow, generated)
        if cache is not None:
            with suppress(Exception):
                stored = self._stored(flow, pc, generated, made)
                if stored is not None:
                    cache.keep(key, to_bytes(stored))
        return made

    def _key_of(self, flow: int, pc: int) -> str:
        if self._key is None:
            self._key = key_of(self.program)
        return f"{self._key} {flow} {pc}"

    def _generate(self, flow: int, pc: int) -> Generated | None:
        from cascade_vm.generated.generator import Generator

        if self._generator is None:
            self._generator = Generator(self.program)
        try:
            return self._generator.generate(flow, pc)
        except Exception as error:  # whatever it is, tier 0 can run this
            self.refused[flow, pc] = error.with_traceback(None)
            return None

    def _placed(self, flow: int, generated: Generated) -> Made:
        numbers = numbers_of(generated.code)
        code = with_places(generated.code, numbers, self._whole_place)
        self._numbers[id(code)] = numbers
        self._held |= generated.iterators
        return Made(code, flow in self.program.waiting, generated.scope.values)

    def _stored(self, flow: int, pc: int, generated: Generated | None, made: Made | None) -> Stored | None:
        """What to keep of it: the same whatever sources are known. None when a global has no description."""
        if generated is None or made is None:
            refusal = self.refused[flow, pc]
            return Stored(None, str(refusal), b"", {}, {}) if type(refusal).__name__ == "Unstructured" else None
        scope, code = generated.scope, made.code
        if self._knows_columns():
            code = with_places(generated.code, self._numbers[id(code)], self._written_place)
        values = {name: scope.described(name) for name in code.co_names if name in scope.values}
        known = {name: found for name, found in values.items() if found is not None}
        return Stored(code, "", generated.code.co_linetable, known, generated.iterators) if len(known) == len(values) else None

    def _revived(self, flow: int, pc: int, stored: Stored) -> Made | None:
        image = self.program.image
        if stored.code is None:
            from cascade_vm.generated.graph import Unstructured

            self.refused[flow, pc] = Unstructured(stored.reason)
            return None
        cells: dict[tuple[int, int], LoneCell] = {}
        values = {name: described(each, image, cells) for name, each in stored.globals.items()}
        code = with_own_constants(stored.code, [image.blueprint.flows[each] for each in stored.iterators])
        numbered = code.replace(co_linetable=stored.numbers, co_firstlineno=1)
        if self._knows_columns():
            code = with_places(code, numbers_of(numbered), self._whole_place)
        self._numbered[id(code)] = numbered
        self._held |= stored.iterators
        return Made(code, flow in self.program.waiting, values)
