"""Whether the tables of a program make sense: names, parameters, handlers, locations, sizes. Everything but its code.

Knows no instruction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import dropwhile

from cascade_vm import limits
from cascade_vm.blueprint import Blueprint, Flow, Parameter, Task
from cascade_vm.constants import Constant
from cascade_vm.operand_checks import Fault, is_variable

__all__ = ["check_flow_tables", "check_program"]

_KINDS = ("position", "either", "rest", "keyword", "keywords")
_FLOW_NAME = re.compile(r"(?!\Z)(?:[^\W\d]\w*|<lambda>)?(?:\$\w+)*")


def check_program(blueprint: Blueprint) -> Iterator[Fault]:
    """Faults of the program as a whole."""
    for what, entries in (("flows", blueprint.flows), ("tasks", blueprint.tasks)):
        if len(entries) > limits.FLOWS:
            yield Fault("CS329", f"there are {len(entries)} {what}; the limit is {limits.FLOWS}")
            return
    if blueprint.entry is not None and not 0 <= blueprint.entry < len(blueprint.flows):
        yield Fault("CS320", f"the entry is flow {blueprint.entry}; there are {len(blueprint.flows)}")
    for what, names in (
        ("flows", [flow.name for flow in blueprint.flows]),
        ("tasks", [task.name for task in blueprint.tasks]),
    ):
        for name, count in Counter(names).items():
            if count > 1:
                yield Fault("CS328", f"{count} {what} are called {_short(name)}")
    for task in blueprint.tasks:
        yield from _check_task(task)


def _short(name: str) -> str:
    return repr(name if len(name) <= 60 else name[:60] + "…")


def _is_function_name(name: str) -> bool:
    """A name as Python qualifies it (``f``, ``Class.f``, ``f.<locals>.g``), perhaps with a number that tells it from others."""
    name, mark, number = name.partition("#")
    if mark and not (number.isascii() and number.isdigit()):
        return False
    return all(part.isidentifier() or part in ("<locals>", "<lambda>") for part in name.split("."))


def _check_task(task: Task) -> Iterator[Fault]:
    module, colon, name = task.name.partition(":")
    if not colon or not _is_function_name(name) or not all(part.isidentifier() for part in module.split(".")):
        yield Fault("CS328", f"{_short(task.name)} is not the name of a task, which is module:name")
    if task.parameters is None:
        return
    seen: set[str] = set()
    for parameter in task.parameters:
        if not parameter.name.isidentifier() or parameter.name in seen:
            yield Fault("CS327", f"a parameter of {_short(task.name)} can not be called {_short(parameter.name)}")
        if parameter.kind not in _KINDS:
            yield Fault("CS327", f"{_short(parameter.kind)} is no kind of parameter")
        seen.add(parameter.name)


def check_flow_tables(flow: Flow, files: int) -> Iterator[Fault]:
    """Faults of one flow of a program with that many files."""
    yield from _check_sizes(flow)
    if not _is_flow_name(flow.name):
        yield Fault("CS328", f"{_short(flow.name)} can not be the name of a flow")
    yield from _check_parameters(flow)
    yield from _check_variables(flow)
    yield from _check_constants(flow)
    yield from _check_handlers(flow)
    yield from _check_locations(flow, files)


def _is_flow_name(name: str) -> bool:
    """Dotted identifiers (``common.cooldown``), perhaps with a module and functions around it (``jobs:outer.<locals>.inner``),
    the last perhaps with ``$`` and more, as parts of flows have (``main$1``)."""
    module, colon, path = name.rpartition(":")
    *around, last = path.split(".")
    known = all(part.isidentifier() for part in module.split(".")) if colon else "<locals>" not in around
    return (
        known and all(part.isidentifier() or part == "<locals>" for part in around) and _FLOW_NAME.fullmatch(last) is not None
    )


def _check_sizes(flow: Flow) -> Iterator[Fault]:
    for what, count, limit in (
        ("instructions", len(flow.code), limits.INSTRUCTIONS),
        ("registers", flow.registers, limits.REGISTERS),
        ("constants", len(flow.constants), limits.CONSTANTS),
        ("parameters", len(flow.parameters), limits.OPERANDS),
        ("handlers", len(flow.handlers), limits.INSTRUCTIONS),
    ):
        if count > limit:
            yield Fault("CS329", f"there are {count} {what}; the limit is {limit}")
    if flow.registers < len(flow.parameters):
        yield Fault("CS327", f"{len(flow.parameters)} parameters do not fit in {flow.registers} registers")


def _check_parameters(flow: Flow) -> Iterator[Fault]:
    seen: set[str] = set()
    for parameter in flow.parameters:
        name = parameter.name
        if not is_variable(name) or name in seen:
            yield Fault("CS327", f"a parameter can not be called {_short(name)}")
        seen.add(name)
        if parameter.default is not None and parameter.computed:
            yield Fault("CS327", f"the default of {_short(name)} is both constant and computed")
        if parameter.kind not in _KINDS:
            yield Fault("CS327", f"{_short(parameter.kind)} is no kind of parameter")
        if parameter.kind in ("rest", "keywords") and (parameter.computed or parameter.default is not None):
            yield Fault("CS327", f"{_short(name)} takes what is left, and can have no default")
        if parameter.default is not None:
            yield from _check_constant(parameter.default, f"the default of {_short(name)}")
    yield from _check_order(flow.parameters)


def _check_order(parameters: tuple[Parameter, ...]) -> Iterator[Fault]:
    """Kinds in Python's order; by position, those that need an argument first. Computed ones before all others stand outside
    of that: what a function captured may be unbound."""
    optional = ""
    before: Parameter | None = None
    for parameter in dropwhile(lambda each: each.computed and each.kind in ("position", "either"), parameters):
        if before is not None and not _may_follow(parameter.kind, before.kind):
            yield Fault("CS327", f"{_short(parameter.name)} can not come after {_short(before.name)}")
        if parameter.kind in ("position", "either"):
            if not parameter.required:
                optional = optional or parameter.name
            elif optional:
                complaint = f"needs an argument, and comes after {_short(optional)}, which does not"
                yield Fault("CS327", f"{_short(parameter.name)} {complaint}")
        before = parameter


def _may_follow(kind: str, before: str) -> bool:
    if kind not in _KINDS or before not in _KINDS:
        return True  # that is another complaint
    later = _KINDS.index(kind) - _KINDS.index(before)
    return later > 0 or (later == 0 and kind not in ("rest", "keywords"))


def _check_variables(flow: Flow) -> Iterator[Fault]:
    if len(flow.variables) > max(flow.registers, 0):
        yield Fault("CS320", f"{len(flow.variables)} variables are named; there are {flow.registers} registers")
    for name in flow.variables:
        if name is not None and not is_variable(name):
            yield Fault("CS328", f"a variable can not be called {_short(name)}")


def _check_constants(flow: Flow) -> Iterator[Fault]:
    for index, constant in enumerate(flow.constants):
        if type(constant.value) in (tuple, frozenset):
            yield from _check_constant(constant, f"constant {index}")


def _check_constant(constant: Constant, what: str) -> Iterator[Fault]:
    if limits.depth_of(constant.value) > limits.CONSTANT_DEPTH:
        yield Fault("CS329", f"{what} has more than {limits.CONSTANT_DEPTH} tuples within each other")


def _check_handlers(flow: Flow) -> Iterator[Fault]:
    size = len(flow.code)
    for start, end, target, error, _ in flow.handlers:
        if not 0 <= start < end <= target < size:
            yield Fault("CS325", f"instructions {start} to {end} can not be protected by one at {target} of {size}")
        if not 0 <= error < flow.registers:
            yield Fault("CS320", f"a handler writes register {error}; there are {flow.registers}")


def _check_locations(flow: Flow, files: int) -> Iterator[Fault]:
    if len(flow.places) != len(flow.code):
        yield Fault("CS320", f"{len(flow.code)} instructions have {len(flow.places)} places")
    if any(not 0 <= place < len(flow.locations) for place in flow.places):
        yield Fault("CS320", f"a place is not one of the {len(flow.locations)} locations")
    for index, location in enumerate(flow.locations):
        if not 0 <= location.file < files:
            yield Fault("CS320", f"location {index} is in file {location.file}; there are {files}")
        if location.line < 1 or location.end_line < 1 or location.column < 0 or location.end_column < 0:
            yield Fault("CS320", f"location {index} has a line or a column that is too small")
        if not -1 <= location.caller < len(flow.locations):
            yield Fault("CS320", f"location {index} is called from {location.caller}; there are {len(flow.locations)}")
    if _has_cycle([location.caller for location in flow.locations]):
        yield Fault("CS320", "locations are called from each other in a circle")


def _has_cycle(callers: list[int]) -> bool:
    """Whether following ``callers`` from somewhere never ends. Looks at each entry once."""
    done = [False] * len(callers)
    for index in range(len(callers)):
        path = []
        on_path = set()
        while 0 <= index < len(callers) and not done[index]:
            if index in on_path:
                return True
            path.append(index)
            on_path.add(index)
            index = callers[index]
        for seen in path:
            done[seen] = True
    return False
