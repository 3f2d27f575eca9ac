"""Blueprints as JSON: the readable twin of the bytes, and back to a Blueprint that encodes to the same bytes.

Everything has its name: opcodes, operands, registers (``"r1"``), constants (``"c0"``), labels (``"@0"``). A constant that
JSON has no exact word for is an object with one key that says its type: ``{"tuple": [1, {"float": "0.5"}]}``.

Knows operands by their roles, and no opcode by name.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TypeAlias

from cascade_vm import opcodes, roles
from cascade_vm.blueprint import Blueprint, Flow, Parameter, Task
from cascade_vm.json_reader import FORMAT, from_json
from cascade_vm.literals import format_constant, format_float
from cascade_vm.opcodes import Instruction, Role

__all__ = ["from_json", "to_json"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_EXACT = 2**53
"""Integers beyond this are text: readers of JSON in other languages have doubles only."""


def to_json(blueprint: Blueprint) -> str:
    """The program as JSON, with a newline at its end."""
    tree: Json = {
        "format": FORMAT,
        "strict": blueprint.strict,
        "entry": blueprint.entry,
        "files": [_text_out(name) for name in blueprint.files],
        "tasks": [_task_out(task) for task in blueprint.tasks],
        "flows": [_flow_out(flow) for flow in blueprint.flows],
    }
    return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"


def _text_out(text: str | None) -> Json:
    """A str that is not Unicode text (file names may be such) as its bytes in hexadecimal."""
    if text is None:
        return None
    try:
        text.encode()
    except UnicodeEncodeError:
        return {"utf8": text.encode("utf-8", "surrogatepass").hex()}
    return text


def _task_out(task: Task) -> Json:
    parameters: Json = None
    if task.parameters is not None:
        parameters = [
            {"name": _text_out(name), "kind": _text_out(kind), "required": required} for name, kind, required in task.parameters
        ]
    return {"name": _text_out(task.name), "parameters": parameters, "pure": task.pure, "total": task.total}


def _flow_out(flow: Flow) -> Json:
    return {
        "name": _text_out(flow.name),
        "branch": flow.branch,
        "doc": _text_out(flow.doc),
        "parameters": [_parameter_out(parameter) for parameter in flow.parameters],
        "returns": _text_out(flow.returns),
        "registers": flow.registers,
        "variables": [_text_out(name) for name in flow.variables],
        "constants": [_constant_out(constant.value) for constant in flow.constants],
        "handlers": [handler._asdict() for handler in flow.handlers],
        "code": [_instruction_out(instruction) for instruction in flow.code],
        "places": [*flow.places],
        "locations": [{**location._asdict(), "flow": _text_out(location.flow)} for location in flow.locations],
    }


def _parameter_out(parameter: Parameter) -> Json:
    out: dict[str, Json] = {
        "name": _text_out(parameter.name), "type": _text_out(parameter.type), "kind": _text_out(parameter.kind),
        "computed": parameter.computed,
    }  # fmt: skip
    if parameter.default is not None:
        out["default"] = _constant_out(parameter.default.value)
    return out


def _constant_out(value: object) -> Json:
    match value:
        case None | bool():
            return value
        case int():
            return value if -_EXACT < value < _EXACT else {"int": hex(value)}
        case float():
            return {"float": format_float(value)}
        case str():
            return _text_out(value)
        case bytes():
            return {"bytes": value.hex()}
        case tuple():
            return {"tuple": [_constant_out(item) for item in value]}
        case frozenset():
            return {"frozenset": [_constant_out(item) for item in sorted(value, key=format_constant)]}
        case complex():
            return {"complex": [format_float(value.real), format_float(value.imag)]}
        case timedelta():
            return {"duration": [value.days, value.seconds, value.microseconds]}
        case _:  # `...`
            return {"ellipsis": []}


def _instruction_out(instruction: Instruction) -> Json:
    out: dict[str, Json] = {"op": roles.mnemonic(instruction)}
    for name, role in roles.OPERANDS[type(instruction)]:
        out[name] = _operand_out(getattr(instruction, name), role)
    return out


def _operand_out(value: object, role: Role) -> Json:
    if isinstance(value, tuple):
        return [_operand_out(item, role) for item in value]
    if isinstance(value, str):
        return _text_out(value)
    assert isinstance(value, int)
    if role in _REGISTERS:
        return f"c{-1 - value}" if value < 0 and role in _READS else f"r{value}"
    return f"@{value}" if role in _LABELS else value


_READS = (opcodes.READS, opcodes.READS_MANY, opcodes.READS_RAW, opcodes.READS_RAW_MANY, opcodes.GROUPS)
_REGISTERS = (opcodes.WRITES, opcodes.WRITES_MANY, *_READS)
_LABELS = (opcodes.LABEL, opcodes.LABELS)
