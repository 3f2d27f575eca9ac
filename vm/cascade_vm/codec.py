"""Blueprints as bytes, the contents of a ``.cbp`` file.

    8 bytes   magic: ``8F 43 42 50 0D 0A 1A 0A``. Like PNG's: a transfer as text damages it, and shows that way
    2 bytes   version of the format, big-endian
    8 bytes   length of the payload, big-endian
    payload   one MessagePack array of fixed depth (`_Program`); lists of numbers and constants as in `packing`
    32 bytes  SHA-256 of everything before

The same Blueprint gives the same bytes on every machine. Adding an opcode, a role or a field changes the format: raise
`VERSION` then. Reading allocates nothing that the bytes at hand do not pay for, and imports nothing.

This file does not know whether a program makes sense: `decode` does not verify.
"""

from __future__ import annotations

import hashlib

import msgspec

from cascade_vm import limits, packing
from cascade_vm.blueprint import Blueprint, Flow, Handler, Location, Parameter, Task, TaskParameter
from cascade_vm.code_numbers import code_to_numbers, numbers_to_code
from cascade_vm.errors import BlueprintError

__all__ = ["MAGIC", "VERSION", "decode", "digest_of", "encode"]

MAGIC = b"\x8fCBP\r\n\x1a\n"
VERSION = 2
_HEAD = len(MAGIC) + 2 + 8
_DIGEST = 32


class _Parameter(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    name: int
    type: int
    default: int  # index in the constants of `_Flow.defaults`, -1: none
    computed: bool
    kind: int


class _Task(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    name: int
    parameters: bytes | None  # name, kind, required of each
    pure: bool
    total: bool


class _Flow(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    name: int
    parameters: list[_Parameter]
    defaults: bytes
    default_scalars: list[packing.Scalar]
    registers: int
    constants: bytes
    constant_scalars: list[packing.Scalar]
    code: bytes
    places: bytes
    locations: list[bytes]  # one for each field of `Location`: columns are narrow, lines are not
    handlers: bytes
    variables: bytes
    returns: int
    doc: int
    branch: bool


class _Program(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    texts: list[bytes]  # as `packing.text_to_bytes` has them; all names below are indices in it
    files: bytes
    tasks: list[_Task]
    flows: list[_Flow]
    entry: int | None
    strict: bool


# --- writing ---------------------------------------------------------------------------------------------------------


def encode(blueprint: Blueprint) -> bytes:
    """The bytes of a Blueprint. `BlueprintError` CS308 when it is too large to be written down."""
    try:
        payload = msgspec.msgpack.encode(_Writer().program(blueprint))
    except (packing.TooLarge, OverflowError) as error:
        raise BlueprintError("CS308", f"this program can not be written down: {error}") from None
    if len(payload) > limits.BYTES:
        raise BlueprintError("CS308", f"this program takes more than {limits.BYTES} bytes")
    head = MAGIC + VERSION.to_bytes(2, "big") + len(payload).to_bytes(8, "big")
    return head + payload + hashlib.sha256(head + payload).digest()


def digest_of(blueprint: Blueprint) -> bytes:
    """What tells a program from all others: the SHA-256 that its bytes end with. Raises what `encode` does."""
    return encode(blueprint)[-_DIGEST:]


class _Writer:
    """Takes a Blueprint apart; collects its texts in the order in which they are met."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def text(self, text: str | None) -> int:
        return -1 if text is None else self._texts.setdefault(text, len(self._texts))

    def program(self, blueprint: Blueprint) -> _Program:
        files = packing.pack_numbers([self.text(name) for name in blueprint.files])
        tasks = [self.task(task) for task in blueprint.tasks]
        flows = [self.flow(flow) for flow in blueprint.flows]
        return _Program([*map(packing.text_to_bytes, self._texts)], files, tasks, flows, blueprint.entry, blueprint.strict)

    def task(self, task: Task) -> _Task:
        parameters = None
        if task.parameters is not None:
            rows = [(self.text(name), self.text(kind), required) for name, kind, required in task.parameters]
            parameters = packing.pack_numbers([int(number) for row in rows for number in row])
        return _Task(self.text(task.name), parameters, task.pure, task.total)

    def flow(self, flow: Flow) -> _Flow:
        defaults = [parameter.default for parameter in flow.parameters if parameter.default is not None]
        columns = zip(*flow.locations, strict=True) if flow.locations else ()
        return _Flow(
            self.text(flow.name),
            self.parameters(flow.parameters),
            *packing.pack_constants(defaults),
            flow.registers,
            *packing.pack_constants(flow.constants),
            packing.pack_numbers(code_to_numbers(flow.code, self.text)),
            packing.pack_numbers(flow.places),
            [packing.pack_numbers([*map(self.number, column)]) for column in columns],
            packing.pack_numbers([int(number) for row in flow.handlers for number in row]),
            packing.pack_numbers([self.text(name) for name in flow.variables]),
            self.text(flow.returns),
            self.text(flow.doc),
            flow.branch,
        )

    def parameters(self, parameters: tuple[Parameter, ...]) -> list[_Parameter]:
        rows, count = [], 0
        for parameter in parameters:
            default = -1
            if parameter.default is not None:
                default, count = count, count + 1
            name, type_, kind = (self.text(each) for each in (parameter.name, parameter.type, parameter.kind))
            rows.append(_Parameter(name, type_, default, parameter.computed, kind))
        return rows

    def number(self, value: int | str) -> int:
        return self.text(value) if isinstance(value, str) else value


# --- reading ---------------------------------------------------------------------------------------------------------


def decode(data: bytes) -> Blueprint:
    """The Blueprint that the bytes say. `BlueprintError` CS301 to CS308 when they do not say one."""
    payload = _payload(data)
    try:
        return _Reader(msgspec.msgpack.decode(payload, type=_Program)).program()
    except (msgspec.MsgspecError, ValueError, IndexError) as error:
        raise BlueprintError("CS307", f"the contents can not be read: {error}") from None


def _payload(data: bytes) -> bytes:
    if len(data) > limits.BYTES + _HEAD + _DIGEST:
        raise BlueprintError("CS308", f"the file has {len(data)} bytes; a Blueprint has at most {limits.BYTES}")
    if not data.startswith(MAGIC):
        raise _foreign(data)
    if len(data) < _HEAD:
        raise BlueprintError("CS304", f"the file ends after {len(data)} bytes, within its header")
    version = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 2], "big")
    if version != VERSION:
        raise BlueprintError("CS303", f"the file has format {version}; this version of Cascade reads format {VERSION}")
    end = _HEAD + int.from_bytes(data[len(MAGIC) + 2 : _HEAD], "big")
    if len(data) < end + _DIGEST:
        raise BlueprintError("CS304", f"the file has {len(data)} bytes where there were {end + _DIGEST}")
    if len(data) > end + _DIGEST:
        raise BlueprintError("CS306", f"the file has {len(data) - end - _DIGEST} bytes after its end")
    if hashlib.sha256(data[:end]).digest() != data[end:]:
        raise BlueprintError("CS305", "the file was altered: its checksum does not agree with its contents")
    return data[_HEAD:end]


def _foreign(data: bytes) -> BlueprintError:
    """What is wrong with a file that does not begin as it should."""
    if not data or MAGIC.startswith(data):
        return BlueprintError("CS304", f"the file ends after {len(data)} bytes, within its header")
    if b"CBP" in data[:8] and not data.startswith(b"CBP"):
        return BlueprintError(
            "CS302", "the file was damaged by a transfer as text: line ends or characters were changed; copy it as binary"
        )
    return BlueprintError("CS301", "the file is not a Blueprint")


class _Reader:
    """Puts a Blueprint together. Whatever does not fit is a `ValueError` or `IndexError`."""

    def __init__(self, program: _Program) -> None:
        self._program = program
        self._texts = tuple(map(packing.text_from_bytes, program.texts))

    def text(self, index: int) -> str:
        if index < 0:
            raise IndexError("a text has a negative number")
        return self._texts[index]

    def text_or_none(self, index: int) -> str | None:
        return None if index == -1 else self.text(index)

    def program(self) -> Blueprint:
        program = self._program
        return Blueprint(
            flows=tuple(map(self.flow, program.flows)),
            tasks=tuple(map(self.task, program.tasks)),
            files=tuple(map(self.text, packing.unpack_numbers(program.files))),
            entry=program.entry,
            strict=program.strict,
        )

    def task(self, task: _Task) -> Task:
        parameters = None
        if task.parameters is not None:
            rows = _rows(packing.unpack_numbers(task.parameters), 3)
            parameters = tuple(
                TaskParameter(self.text(name), self.text(kind), _flag(required)) for name, kind, required in rows
            )
        return Task(self.text(task.name), parameters, task.pure, task.total)

    def flow(self, flow: _Flow) -> Flow:
        return Flow(
            name=self.text(flow.name),
            parameters=self.parameters(flow),
            registers=flow.registers,
            constants=packing.unpack_constants(flow.constants, flow.constant_scalars),
            code=numbers_to_code(packing.unpack_numbers(flow.code), self.text),
            places=packing.unpack_numbers(flow.places),
            locations=self.locations(flow.locations),
            handlers=tuple(
                Handler(start, end, target, error, _flag(cleanup))
                for start, end, target, error, cleanup in _rows(packing.unpack_numbers(flow.handlers), 5)
            ),
            variables=tuple(map(self.text_or_none, packing.unpack_numbers(flow.variables))),
            returns=self.text(flow.returns),
            doc=self.text_or_none(flow.doc),
            branch=flow.branch,
        )

    def parameters(self, flow: _Flow) -> tuple[Parameter, ...]:
        defaults = packing.unpack_constants(flow.defaults, flow.default_scalars)
        used = [row.default for row in flow.parameters if row.default != -1]
        if used != [*range(len(defaults))]:
            raise ValueError("the defaults of parameters do not fit the parameters")
        return tuple(
            Parameter(
                name=self.text(row.name),
                type=self.text(row.type),
                default=None if row.default == -1 else defaults[row.default],
                computed=row.computed,
                kind=self.text(row.kind),
            )
            for row in flow.parameters
        )

    def locations(self, columns: list[bytes]) -> tuple[Location, ...]:
        if not columns:
            return ()
        fields = [*map(packing.unpack_numbers, columns)]
        if len(fields) != len(Location._fields) or len({*map(len, fields)}) != 1:
            raise ValueError("the columns of locations do not fit together")
        file, line, column, end_line, end_column, names, callers = fields
        return tuple(map(Location, file, line, column, end_line, end_column, map(self.text, names), callers))


def _flag(number: int) -> bool:
    if number not in (0, 1):
        raise ValueError(f"a flag is {number}")
    return bool(number)


def _rows(numbers: tuple[int, ...], width: int) -> list[tuple[int, ...]]:
    if len(numbers) % width:
        raise ValueError("a table is cut short")
    return [numbers[at : at + width] for at in range(0, len(numbers), width)]
