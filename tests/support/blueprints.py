"""Blueprints made by hypothesis: any that can be written down (`blueprints`), and ones that the verifier accepts
(`verified_blueprints`). Both use every opcode; what an operand may be is taken from its role, so a new opcode is covered."""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import Any

from cascade_vm import opcodes, roles
from cascade_vm.blueprint import Blueprint, Flow, Handler, Location, Parameter, Task, TaskParameter
from cascade_vm.constants import Constant
from cascade_vm.errors import CATCHABLE
from cascade_vm.opcodes import OPCODES, SERVICES, Instruction
from cascade_vm.operations import COMPARISONS, OPERATIONS
from cascade_vm.roles import Shape
from hypothesis import strategies as st

# --- whatever can be written down ------------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=6) | st.sampled_from(
    ["", "*", "**", "main", "%1", "!=", "not in", "b'x'", "-", "r1", "c0", "#", ";", "a b", "\ud83d\ude00", "\r\n", "'\""]
)
ANY_NUMBER = st.integers(-40, 40) | st.integers(-(2**62), 2**62)


def _nan(bits: int) -> float:
    return float(struct.unpack(">d", (0x7FF0 << 48 | bits).to_bytes(8, "big"))[0])


FLOATS = st.floats() | st.integers(1, 2**52 - 1).map(_nan) | st.just(-0.0)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.just(...),
    st.integers(),
    st.integers(2**63 - 2, 2**64 + 2),
    st.integers(-(2**200), 2**200),
    FLOATS,
    st.builds(complex, FLOATS, FLOATS),
    ANY_TEXT,
    st.binary(max_size=5),
    st.timedeltas(),
    st.sampled_from([timedelta.min, timedelta.max]),
)
CONSTANTS = st.recursive(
    SCALARS,
    lambda items: st.lists(items, max_size=3).map(tuple) | st.frozensets(items, max_size=4),
    max_leaves=6,
).map(Constant)

_BY_SHAPE: dict[Shape, st.SearchStrategy[Any]] = {
    Shape.NUMBER: ANY_NUMBER,
    Shape.TEXT: ANY_TEXT,
    Shape.NUMBERS: st.lists(ANY_NUMBER, max_size=4).map(tuple),
    Shape.TEXTS: st.lists(ANY_TEXT, max_size=4).map(tuple),
    Shape.GROUPS: st.lists(st.lists(ANY_NUMBER, max_size=3).map(tuple), max_size=3).map(tuple),
}


def _any_instruction(kind: type[Instruction]) -> st.SearchStrategy[Instruction]:
    return st.builds(kind, *(_BY_SHAPE[roles.SHAPES[role]] for _, role in roles.OPERANDS[kind]))


ANY_INSTRUCTION = st.sampled_from(OPCODES).flatmap(_any_instruction)


def _tuples(items: st.SearchStrategy[Any], most: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=most).map(tuple)


KINDS = st.sampled_from(["either", "position", "rest", "keyword", "keywords"]) | ANY_TEXT
ANY_PARAMETER = st.builds(Parameter, ANY_TEXT, ANY_TEXT, st.none() | CONSTANTS, st.booleans(), KINDS)
ANY_TASK = st.builds(
    Task,
    ANY_TEXT,
    st.none() | _tuples(st.builds(TaskParameter, ANY_TEXT, ANY_TEXT, st.booleans())),
    st.booleans(),
    st.booleans(),
)
ANY_LOCATION = st.builds(Location, *[ANY_NUMBER] * 5, ANY_TEXT, ANY_NUMBER)


@st.composite
def _any_flow(draw: st.DrawFn) -> Flow:
    code = draw(_tuples(ANY_INSTRUCTION, 8))
    places = draw(_tuples(ANY_NUMBER) | st.lists(st.integers(-1, 2), min_size=len(code), max_size=len(code)).map(tuple))
    return Flow(
        name=draw(ANY_TEXT),
        parameters=draw(_tuples(ANY_PARAMETER, 3)),
        registers=draw(ANY_NUMBER),
        constants=draw(_tuples(CONSTANTS, 5)),
        code=code,
        places=places,
        locations=draw(_tuples(ANY_LOCATION)),
        handlers=draw(_tuples(st.builds(Handler, *[ANY_NUMBER] * 4, st.booleans()), 3)),
        variables=draw(_tuples(st.none() | ANY_TEXT)),
        returns=draw(ANY_TEXT),
        doc=draw(st.none() | ANY_TEXT),
        branch=draw(st.booleans()),
    )


@st.composite
def blueprints(draw: st.DrawFn) -> Blueprint:
    """Any Blueprint whose parts have the right types; nearly none of them makes sense."""
    return Blueprint(
        flows=draw(_tuples(_any_flow(), 3)),
        tasks=draw(_tuples(ANY_TASK, 3)),
        files=draw(_tuples(ANY_TEXT, 2)),
        entry=draw(st.none() | ANY_NUMBER),
        strict=draw(st.booleans()),
    )


# --- what the verifier accepts ---------------------------------------------------------------------------------------

_PLAIN = 4
"""Registers that always hold a value; as many more may be unbound."""
_VALUES = (0, 1, True, 2.5, "ab", (1, 2), None, b"xy")
_TARGET = 2
"""Parameters of each flow."""


class _Code:
    """Draws instructions for a flow: all registers are set at the start, and what may be unbound stays in its own half."""

    def __init__(self, draw: st.DrawFn, flows: int, size: int) -> None:
        self.draw = draw
        self.flows = flows
        self.first = 2 * _PLAIN
        self.last = self.first + size

    def plain(self) -> int:
        return self.draw(st.integers(-len(_VALUES), _PLAIN - 1))

    def raw(self) -> int:
        return self.draw(st.integers(-len(_VALUES), 2 * _PLAIN - 1))

    def bound_register(self) -> int:
        return self.draw(st.integers(0, _PLAIN - 1))

    def loose_register(self) -> int:
        return self.draw(st.integers(_PLAIN, 2 * _PLAIN - 1))

    def several(self, item: Any, least: int = 0, most: int = 3) -> tuple[Any, ...]:
        return tuple(item() for _ in range(self.draw(st.integers(least, most))))

    def instruction(self, kind: type[Instruction]) -> Instruction:
        instruction = kind(*(self.operand(kind, role) for _, role in roles.OPERANDS[kind]))
        fit = getattr(self, f"fit_{roles.mnemonic(instruction)}", None)
        return fit(instruction) if fit else instruction

    def operand(self, kind: type[Instruction], role: opcodes.Role) -> Any:
        target = self.loose_register if kind.copies or kind.unbinds else self.bound_register
        label = st.integers(self.first, self.last)
        choices: dict[opcodes.Role, Any] = {
            opcodes.WRITES: target,
            opcodes.WRITES_MANY: lambda: tuple(dict.fromkeys(self.several(target))),
            opcodes.READS: self.plain,
            opcodes.READS_MANY: lambda: self.several(self.plain),
            opcodes.READS_RAW: self.raw,
            opcodes.READS_RAW_MANY: lambda: self.several(self.raw),
            opcodes.LABEL: lambda: self.draw(label),
            opcodes.LABELS: lambda: tuple(self.draw(st.lists(label, max_size=3))),
            opcodes.OPERATION: lambda: self.draw(st.sampled_from(sorted(OPERATIONS))),
            opcodes.COMPARISON: lambda: self.draw(st.sampled_from(sorted(COMPARISONS))),
            opcodes.SERVICE: lambda: self.draw(st.sampled_from(SERVICES)),
            opcodes.NAME: lambda: "x",
            opcodes.TITLE: lambda: self.draw(st.sampled_from(["", "f", "outer.<locals>.<lambda>"])),
            opcodes.PUBLIC: lambda: self.draw(st.sampled_from(["count", "upper", "real", "nothing", "append"])),
            opcodes.ERRORS: lambda: tuple(self.draw(st.lists(st.sampled_from(sorted(CATCHABLE)), max_size=3))),
            opcodes.FORMS: lambda: (),
            opcodes.TASK: lambda: 0,
            opcodes.FLOW: lambda: self.draw(st.integers(0, self.flows - 1)),
            opcodes.FLOWS: lambda: self.several(lambda: self.draw(st.integers(0, self.flows - 1))),
            opcodes.GROUPS: lambda: (),
            opcodes.BRANCHES: lambda: (),
            opcodes.INDEX: lambda: -1,
        }
        return choices[role]()

    def fit_move(self, move: opcodes.Move) -> opcodes.Move:
        return opcodes.Move(move.targets, tuple(self.raw() for _ in move.targets))

    def fit_compute(self, compute: opcodes.Compute) -> opcodes.Compute:
        name = "+" if compute.operation in ("**", "**=", "<<", "<<=", "*", "*=", "pow") else compute.operation
        operation = OPERATIONS[name]
        most = operation.least + 2 if operation.most is None else operation.most
        return opcodes.Compute(compute.dst, name, self.several(self.plain, operation.least, max(most, operation.least)))

    def fit_unpack(self, unpack: opcodes.Unpack) -> opcodes.Unpack:
        return opcodes.Unpack(unpack.targets, self.draw(st.integers(-1, len(unpack.targets) - 1)), unpack.source)

    def arguments(self) -> tuple[int, ...]:
        return (self.plain(), self.raw())  # the second parameter of every flow is computed

    def fit_call_flow(self, call: opcodes.CallFlow) -> opcodes.CallFlow:
        return opcodes.CallFlow(call.dst, call.flow, self.arguments(), -7)

    def fit_tail_call(self, call: opcodes.TailCall) -> opcodes.TailCall:
        return opcodes.TailCall(call.flow, self.arguments())

    def fit_fork(self, fork: opcodes.Fork) -> opcodes.Fork:
        groups = tuple(self.arguments() for _ in fork.flows)
        if not groups or self.draw(st.booleans()):
            return opcodes.Fork(fork.dst, fork.flows, groups, -7)
        inputs = tuple((number - 1,) if number % 2 else () for number in range(len(groups)))
        groups = tuple(group[:1] if given else group for group, given in zip(groups, inputs, strict=True))
        after = tuple((0,) if number > 1 else () for number in range(len(groups)))
        return opcodes.Fork(fork.dst, fork.flows, groups, -7, inputs, after)

    def fit_close(self, close: opcodes.Close) -> opcodes.Close:
        return opcodes.Close(close.dst, close.flow, self.arguments()[: self.draw(st.integers(0, 2))], close.name)

    def fit_map(self, map_: opcodes.Map) -> opcodes.Map:
        return opcodes.Map(map_.dst, map_.flow, map_.items, (self.raw(),), -7)


@st.composite
def _verified_flow(draw: st.DrawFn, index: int, flows: int, kinds: list[type[Instruction]]) -> Flow:
    handler = None
    size = len(kinds)
    if size > 2 and draw(st.booleans()):
        start = draw(st.integers(0, size - 2))
        end = draw(st.integers(start + 1, size - 1))
        first = 2 * _PLAIN
        handler = Handler(first + start, first + end, first + draw(st.integers(end, size)), 1, draw(st.booleans()))
    code = _Code(draw, flows, size)
    body = [code.instruction(kind) for kind in kinds]
    if handler is not None:
        body = [
            opcodes.Jump(code.last)
            if isinstance(instruction, opcodes.TailCall) and handler.start <= code.first + pc < handler.end
            else instruction
            for pc, instruction in enumerate(body)
        ]
    start_up: list[Instruction] = [opcodes.Check(0, "a")]
    start_up += (opcodes.Copy(register, -1 - register % 4) for register in range(1, _PLAIN))
    start_up += (opcodes.Clear(register) for register in range(_PLAIN, 2 * _PLAIN))
    whole = (*start_up, *body, opcodes.Return(draw(st.integers(-len(_VALUES), _PLAIN - 1))))
    return Flow(
        name=f"flow{index}",
        parameters=(Parameter("a"), Parameter("b", "int", None, computed=True)),
        registers=2 * _PLAIN,
        constants=tuple(map(Constant, _VALUES)),
        code=whole,
        places=tuple(range(len(whole))),
        locations=tuple(Location(0, 1 + pc, 0, 1 + pc, 5, f"flow{index}") for pc in range(len(whole))),
        handlers=() if handler is None else (handler,),
        variables=("a", "b"),
        branch=index % 2 == 1,
    )


@st.composite
def verified_blueprints(draw: st.DrawFn) -> Blueprint:
    """Programs that run: with a meter, since many of them go round for ever."""
    count = draw(st.integers(1, 3))
    flows = []
    for index in range(count):
        kinds = draw(st.lists(st.sampled_from(OPCODES), max_size=12))
        flows.append(draw(_verified_flow(index, count, kinds)))
    return Blueprint(tuple(flows), (Task("made:task"),), ("made.csc",), 0)
