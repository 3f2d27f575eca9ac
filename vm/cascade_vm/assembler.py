"""The reader of listings: text to a Blueprint, the inverse of `listing.format_listing`.

It reads line by line; code is put aside until all flows are known, since instructions name them. Whatever can not be read
is a `BlueprintError` CS310 that names the line. Whether the program makes sense is the verifier's to say.

Knows operands by their roles, and no opcode by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cascade_vm import limits, opcodes, roles
from cascade_vm.blueprint import Blueprint, Flow, Handler, Location, Parameter, Task, TaskParameter
from cascade_vm.constants import Constant
from cascade_vm.errors import BlueprintError
from cascade_vm.literals import Reader, format_constant
from cascade_vm.opcodes import Instruction, Role
from cascade_vm.roles import Shape

__all__ = ["FIRST_LINE", "parse_listing"]

_T = TypeVar("_T")

FIRST_LINE = "cascade listing 1"
_ESCAPED_INDEX = "%"


def parse_listing(text: str) -> Blueprint:
    """The Blueprint that a listing says; `BlueprintError` CS310 when it says none."""
    lines = text.split("\n")
    if lines[0].rstrip("\r") != FIRST_LINE:
        raise BlueprintError("CS310", f"line 1: a listing begins with {FIRST_LINE!r}")
    program = _ProgramLines()
    for number, line in enumerate(lines[1:], start=2):
        _at_line(number, program.line, number, line.rstrip("\r"))
    return program.finish()


def _at_line(number: int, step: Callable[..., None], *arguments: object) -> None:
    try:
        step(*arguments)
    except (ValueError, IndexError) as error:
        raise BlueprintError("CS310", f"line {number}: {error}") from None


@dataclass
class _FlowLines:
    """What the lines of one flow have said so far."""

    name: str
    branch: bool
    doc: str | None = None
    returns: str = "any"
    registers: int = 0
    parameters: list[Parameter] = field(default_factory=list)
    variables: list[str | None] = field(default_factory=list)
    constants: list[Constant] = field(default_factory=list)
    handlers: list[Handler] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    code_lines: list[tuple[int, str]] = field(default_factory=list)
    places: list[int] | None = None

    def finish(self, code: Sequence[Instruction], places: Sequence[int]) -> Flow:
        return Flow(
            name=self.name,
            parameters=tuple(self.parameters),
            registers=self.registers,
            constants=tuple(self.constants),
            code=tuple(code),
            places=tuple(places if self.places is None else self.places),
            locations=tuple(self.locations),
            handlers=tuple(self.handlers),
            variables=tuple(self.variables),
            returns=self.returns,
            doc=self.doc,
            branch=self.branch,
        )


class _ProgramLines:
    """What the lines have said so far."""

    def __init__(self) -> None:
        self._strict = False
        self._entry: int | None = None
        self._files: list[str] = []
        self._tasks: list[Task] = []
        self._flows: list[_FlowLines] = []
        self._directives: dict[str, Callable[[Reader], None]] = {
            "strict": self._read_strict,
            "entry": self._read_entry,
            "file": self._read_file,
            "task": self._read_task,
            "flow": self._read_flow,
        }

    def line(self, number: int, line: str) -> None:
        reader = Reader(line)
        first = reader.peek()
        if not first:
            return
        if first == "@":
            self._flow().code_lines.append((number, line))
            return
        word = reader.text()
        if word in self._directives:
            self._directives[word](reader)
        elif word in _FLOW_DIRECTIVES:
            _FLOW_DIRECTIVES[word](reader, self._flow())
        else:
            raise ValueError(f"{word!r} is no directive")
        reader.end()

    def finish(self) -> Blueprint:
        flow_names = _indices([flow.name for flow in self._flows])
        task_names = _indices([task.name for task in self._tasks])
        flows = []
        for lines in self._flows:
            assembler = _Assembler(lines.constants, flow_names, task_names)
            for number, line in lines.code_lines:
                _at_line(number, assembler.line, line)
            flows.append(lines.finish(assembler.code, assembler.places))
        return Blueprint(tuple(flows), tuple(self._tasks), tuple(self._files), self._entry, self._strict)

    def _flow(self) -> _FlowLines:
        if not self._flows:
            raise ValueError("this belongs in a flow")
        return self._flows[-1]

    def _read_strict(self, reader: Reader) -> None:
        self._strict = True

    def _read_entry(self, reader: Reader) -> None:
        self._entry = reader.number()

    def _read_file(self, reader: Reader) -> None:
        self._files.append(reader.text())

    def _read_task(self, reader: Reader) -> None:
        name = reader.text()
        parameters: list[TaskParameter] | None = None
        if reader.take("("):
            parameters = []
            while not reader.take(")"):
                if parameters:
                    reader.expect(",")
                parameter, kind = reader.text(), reader.text()
                parameters.append(TaskParameter(parameter, kind, reader.take("required")))
        pure = reader.take("pure")
        total = reader.take("total")
        self._tasks.append(Task(name, None if parameters is None else tuple(parameters), pure, total))

    def _read_flow(self, reader: Reader) -> None:
        self._flows.append(_FlowLines(reader.text(), reader.take("branch")))


def _indices(names: list[str]) -> dict[str, int]:
    return {name: index for index, name in enumerate(names)}


# --- the lines of a flow ---------------------------------------------------------------------------------------------


def _read_doc(reader: Reader, flow: _FlowLines) -> None:
    flow.doc = reader.text()


def _read_parameter(reader: Reader, flow: _FlowLines) -> None:
    _in_order(reader, "r", len(flow.parameters))
    name, type_ = reader.text(), reader.text()
    kind = reader.text() if reader.take("kind ") else "either"
    computed = reader.take("computed")
    default = Constant(reader.constant()) if reader.take("=") else None
    flow.parameters.append(Parameter(name, type_, default, computed, kind))


def _in_order(reader: Reader, prefix: str, expected: int) -> None:
    reader.expect(prefix)
    if reader.number() != expected:
        raise ValueError(f"the next one is {prefix}{expected}")


def _read_returns(reader: Reader, flow: _FlowLines) -> None:
    flow.returns = reader.text()


def _read_registers(reader: Reader, flow: _FlowLines) -> None:
    flow.registers = reader.number()


def _read_variables(reader: Reader, flow: _FlowLines) -> None:
    count = reader.number()
    if not 0 <= count <= limits.REGISTERS:
        raise ValueError(f"there can not be {count} variables")
    flow.variables = [None] * count


def _read_variable(reader: Reader, flow: _FlowLines) -> None:
    reader.expect("r")
    register = reader.number()
    if register < 0:
        raise ValueError("a register has no negative number")
    flow.variables[register] = reader.text()


def _read_constant(reader: Reader, flow: _FlowLines) -> None:
    _in_order(reader, "", len(flow.constants))
    flow.constants.append(Constant(reader.constant()))


def _read_handler(reader: Reader, flow: _FlowLines) -> None:
    numbers = []
    for prefix in ("@", "..@", "to @", "r"):
        reader.expect(prefix)
        numbers.append(reader.number())
    start, end, target, error = numbers
    flow.handlers.append(Handler(start, end, target, error, reader.take("cleanup")))


def _read_code(reader: Reader, flow: _FlowLines) -> None:
    """Only says that code follows."""


def _read_places(reader: Reader, flow: _FlowLines) -> None:
    flow.places = []
    while reader.peek():
        flow.places.append(reader.number())


def _read_location(reader: Reader, flow: _FlowLines) -> None:
    _in_order(reader, "", len(flow.locations))
    numbers = [reader.number()]
    for prefix in ("", ":", "-", ":"):
        reader.expect(prefix)
        numbers.append(reader.number())
    file, line, column, end_line, end_column = numbers
    name = reader.text()
    caller = reader.number() if reader.take("from ") else -1
    flow.locations.append(Location(file, line, column, end_line, end_column, name, caller))


_FLOW_DIRECTIVES: dict[str, Callable[[Reader, _FlowLines], None]] = {
    "doc": _read_doc,
    "parameter": _read_parameter,
    "returns": _read_returns,
    "registers": _read_registers,
    "variables": _read_variables,
    "variable": _read_variable,
    "constant": _read_constant,
    "handler": _read_handler,
    "code": _read_code,
    "places": _read_places,
    "location": _read_location,
}


# --- instructions ----------------------------------------------------------------------------------------------------

_PREFIXES: dict[Role, str] = {
    opcodes.WRITES: "r",
    opcodes.WRITES_MANY: "r",
    opcodes.LABEL: "@",
    opcodes.LABELS: "@",
}
_READS = (opcodes.READS, opcodes.READS_MANY, opcodes.READS_RAW, opcodes.READS_RAW_MANY, opcodes.GROUPS)


class _Assembler:
    """Reads the code of one flow."""

    def __init__(self, constants: Sequence[Constant], flows: dict[str, int], tasks: dict[str, int]) -> None:
        self.code: list[Instruction] = []
        self.places: list[int] = []
        self._place = 0
        self._constants = {format_constant(constant.value): index for index, constant in enumerate(constants)}
        self._names = {opcodes.FLOW: flows, opcodes.FLOWS: flows, opcodes.TASK: tasks}

    def line(self, line: str) -> None:
        reader = Reader(line)
        _in_order(reader, "@", len(self.code))
        name = reader.text()
        kind = roles.OPCODE_CALLED.get(name)
        if kind is None:
            raise ValueError(f"there is no opcode {name!r}")
        operands = []
        for number, (_, role) in enumerate(roles.OPERANDS[kind]):
            if number >= roles.REQUIRED[kind] and reader.peek() in ("", "!"):
                break
            operands.append(self._operand(reader, role, roles.SHAPES[role]))
        self.code.append(kind(*operands))
        if reader.take("!"):
            self._place = reader.number()
        self.places.append(self._place)
        reader.end()

    def _operand(self, reader: Reader, role: Role, shape: Shape) -> object:
        match shape:
            case Shape.TEXT:
                return reader.text()
            case Shape.TEXTS:
                return tuple(_listed(reader, reader.text))
            case Shape.NUMBER:
                return self._number(reader, role)
            case Shape.NUMBERS:
                return tuple(_listed(reader, lambda: self._number(reader, role)))
            case Shape.GROUPS:
                return tuple(
                    tuple(group) for group in _listed(reader, lambda: _listed(reader, lambda: self._number(reader, role)))
                )

    def _number(self, reader: Reader, role: Role) -> int:
        if role in _READS:
            return self._read(reader)
        names = self._names.get(role)
        if names is not None and not reader.take(_ESCAPED_INDEX):
            name = reader.text()
            if name not in names:
                raise ValueError(f"there is no {role.name} {name!r}")
            return names[name]
        reader.expect(_PREFIXES.get(role, ""))
        return reader.number()

    def _read(self, reader: Reader) -> int:
        if reader.take("r"):
            return reader.number()
        if reader.take("c"):
            return -1 - reader.number()
        reader.expect("#")
        text = format_constant(reader.constant())
        if text not in self._constants:
            raise ValueError(f"the flow has no constant {text[:60]}")
        return -1 - self._constants[text]


def _listed(reader: Reader, read: Callable[[], _T]) -> list[_T]:
    reader.expect("(")
    items: list[_T] = []
    while not reader.take(")"):
        if items:
            reader.expect(",")
        items.append(read())
    return items
