"""Blueprints as text: assembly that people read, and that `parse_listing` reads back to an equal Blueprint.

    flow watch
      parameter r0 order_id str
      registers 4
      constant 0  1
      handler @0..@2 to @5 r3
      code
        ; shop.csc:6 | total = total + 1
        @0    compute     r1 + (r1, #1)                        !0 ; shop.csc:6:8
      location 0  0 6:8-6:17 watch

A register is ``r1``, a constant its value (``#1``) or its number (``c0``) when that is shorter or the value is there twice,
a label ``@0``, a flow or a task its name or its number (``%0``). ``!0`` is the location of an instruction, written where it
changes. What follows ``;`` is for people.

Knows operands by their roles, and no opcode by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cascade_vm import opcodes, roles
from cascade_vm.assembler import FIRST_LINE, parse_listing
from cascade_vm.blueprint import Blueprint, Flow, Location, Task
from cascade_vm.literals import format_constant, format_text
from cascade_vm.opcodes import Instruction, Role

__all__ = ["format_instruction", "format_listing", "parse_listing"]

_SHORT = 40
"""Constants longer than this are written as their number."""
_MARGIN = 52
"""Where the locations of instructions begin."""


def format_listing(blueprint: Blueprint, sources: Mapping[str, Sequence[str]] | None = None) -> str:
    """The program as text. ``sources`` has the lines of the files at hand, by the names in `Blueprint.files`: they are
    put between the instructions, as comments."""
    lines = [FIRST_LINE]
    if blueprint.strict:
        lines.append("strict")
    if blueprint.entry is not None:
        lines.append(f"entry {blueprint.entry}")
    lines += (f"file {format_text(name)}" for name in blueprint.files)
    lines += map(_task_line, blueprint.tasks)
    for index in range(len(blueprint.flows)):
        lines.append("")
        lines += _FlowText(blueprint, index, sources or {}).lines()
    return "\n".join(lines) + "\n"


def format_instruction(blueprint: Blueprint, flow: int, pc: int) -> str:
    """One instruction of the listing, without its number and location."""
    return _FlowText(blueprint, flow, {}).instruction(blueprint.flows[flow].code[pc])


def _task_line(task: Task) -> str:
    words = ["task", format_text(task.name)]
    if task.parameters is not None:
        parameters = (
            f"{format_text(name)} {format_text(kind)}{' required' if required else ''}"
            for name, kind, required in task.parameters
        )
        words.append(f"({', '.join(parameters)})")
    words += [word for word in ("pure", "total") if getattr(task, word)]
    return " ".join(words)


class _FlowText:
    """Writes one flow."""

    def __init__(self, blueprint: Blueprint, index: int, sources: Mapping[str, Sequence[str]]) -> None:
        self._blueprint = blueprint
        self._index = index
        self._flow = blueprint.flows[index]
        self._sources = sources
        texts = [format_constant(constant.value) for constant in self._flow.constants]
        count = Counter(texts)
        self._constants = texts
        self._shown = [f"#{text}" if len(text) <= _SHORT and count[text] == 1 else "" for text in texts]
        self._flows = _unique([flow.name for flow in blueprint.flows])
        self._tasks = _unique([task.name for task in blueprint.tasks])

    def lines(self) -> Iterator[str]:
        flow = self._flow
        yield f"flow {format_text(flow.name)}{' branch' if flow.branch else ''}  ; flow {self._index}"
        yield from self._header(flow)
        if flow.code:
            yield "  code"
            yield from self._code_lines(flow)
        if len(flow.places) != len(flow.code):
            yield f"  places {' '.join(map(str, flow.places))}".rstrip()
        for index, location in enumerate(flow.locations):
            yield f"  location {index}  {_location(location)}"

    def _header(self, flow: Flow) -> Iterator[str]:
        if flow.doc is not None:
            yield f"  doc {flow.doc!r}"
        for index, parameter in enumerate(flow.parameters):
            default = "" if parameter.default is None else f" = {format_constant(parameter.default.value)}"
            kind = "" if parameter.kind == "either" else f" kind {format_text(parameter.kind)}"
            more = f"{kind}{' computed' if parameter.computed else ''}{default}"
            yield f"  parameter r{index} {format_text(parameter.name)} {format_text(parameter.type)}{more}"
        if flow.returns != "any":
            yield f"  returns {format_text(flow.returns)}"
        yield f"  registers {flow.registers}"
        if flow.variables:
            yield f"  variables {len(flow.variables)}"
        for register, name in enumerate(flow.variables):
            if name is not None:
                yield f"  variable r{register} {format_text(name)}"
        for index, text in enumerate(self._constants):
            yield f"  constant {index}  {text}"
        for start, end, target, error, cleanup in flow.handlers:
            yield f"  handler @{start}..@{end} to @{target} r{error}{' cleanup' if cleanup else ''}"

    def _code_lines(self, flow: Flow) -> Iterator[str]:
        located = len(flow.places) == len(flow.code)
        place: int | None = None
        line: tuple[int, int] | None = None
        for pc, instruction in enumerate(flow.code):
            text = f"    {'@' + str(pc):<5} {self.instruction(instruction)}"
            if located and flow.places[pc] != place:
                place = flow.places[pc]
                location = flow.locations[place] if 0 <= place < len(flow.locations) else None
                if location is not None and (location.file, location.line) != line:
                    line = (location.file, location.line)
                    yield from self._source_line(location)
                text = f"{text:<{_MARGIN}} !{place}{self._comment(location)}"
            yield text

    def _file(self, location: Location) -> str:
        files = self._blueprint.files
        return files[location.file] if 0 <= location.file < len(files) else "?"

    def _source_line(self, location: Location) -> Iterator[str]:
        source = self._sources.get(self._file(location), ())
        if 1 <= location.line <= len(source):
            text = source[location.line - 1].strip()
            shown = "".join(letter if letter.isprintable() else " " for letter in text)
            yield f"    ; {_printable(self._file(location))}:{location.line} | {shown}"

    def _comment(self, location: Location | None) -> str:
        if location is None:
            return ""
        return f" ; {_printable(self._file(location))}:{location.line}:{location.column}"

    def instruction(self, instruction: Instruction) -> str:
        kind = type(instruction)
        values = [(getattr(instruction, name), role) for name, role in roles.OPERANDS[kind]]
        defaults = kind.__struct_defaults__
        while len(values) > roles.REQUIRED[kind] and values[-1][0] == defaults[len(values) - 1 - roles.REQUIRED[kind]]:
            values.pop()
        words = " ".join(self._operand(value, role) for value, role in values)
        return f"{roles.MNEMONICS[kind]:<11} {words}".rstrip()

    def _operand(self, value: object, role: Role) -> str:
        if isinstance(value, tuple):
            return f"({', '.join(self._operand(item, role) for item in value)})"
        if isinstance(value, str):
            return format_text(value)
        assert isinstance(value, int)
        return self._number(value, role)

    def _number(self, value: int, role: Role) -> str:
        if role in _REGISTERS:
            return f"r{value}"
        if role in _READS:
            if value >= 0:
                return f"r{value}"
            index = -1 - value
            return (index < len(self._shown) and self._shown[index]) or f"c{index}"
        if role in _LABELS:
            return f"@{value}"
        if role in _FLOWS:
            return self._flows.get(value, f"%{value}")
        if role is opcodes.TASK:
            return self._tasks.get(value, f"%{value}")
        return str(value)


_REGISTERS = (opcodes.WRITES, opcodes.WRITES_MANY)
_READS = (opcodes.READS, opcodes.READS_MANY, opcodes.READS_RAW, opcodes.READS_RAW_MANY, opcodes.GROUPS)
_LABELS = (opcodes.LABEL, opcodes.LABELS)
_FLOWS = (opcodes.FLOW, opcodes.FLOWS)


def _unique(names: list[str]) -> dict[int, str]:
    """The names that can stand for their index."""
    count = Counter(names)
    return {index: format_text(name) for index, name in enumerate(names) if count[name] == 1 and not name.startswith("%")}


def _printable(text: str) -> str:
    return text if text.isprintable() else repr(text)


def _location(location: Location) -> str:
    file, line, column, end_line, end_column, flow, caller = location
    from_ = "" if caller == -1 else f" from {caller}"
    return f"{file} {line}:{column}-{end_line}:{end_column} {format_text(flow)}{from_}"
