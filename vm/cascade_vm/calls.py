"""Calls that leave the machine, or that start strands: one function each, called as ``f(strand, registers, plan, y)``.

Each gives the value, or a `Pending` that the driver awaits. What a call needs besides registers is laid out once, at link
time, in its plan.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cascade_vm.arguments import arguments_of
from cascade_vm.cells import gatherer
from cascade_vm.cursors import CURSORS, cursor_over
from cascade_vm.errors import CATCHABLE, forget_function
from cascade_vm.formatting import format_method
from cascade_vm.host import Parent, Pending, Site, Start
from cascade_vm.names import opens_attributes
from cascade_vm.operations import METHODS

if TYPE_CHECKING:
    from cascade_vm.dispatch import Strand
    from cascade_vm.linker import LinkedFlow
    from cascade_vm.machine import Machine

__all__ = [
    "ENTERS", "Arguments", "BranchBegin", "CallPlan", "MethodPlan", "StrandPlan", "StrandStart", "StrandStarts",
    "argument_picker",
]  # fmt: skip

ENTERS: Final = object()
"""Given by a call that leaves it to another cell to push a frame."""

Registers = list[Any]
_NO_KEYWORDS: dict[str, Any] = {}


Arguments = Callable[[Registers], tuple[Sequence[Any], dict[str, Any]]]
"""Picks the arguments of a call out of a frame: those by position and those by name."""


def argument_picker(arguments: Sequence[int], forms: Sequence[str], callee: Callable[[Registers], object]) -> Arguments:
    """For arguments in their forms; forms that are all ``""``, or none at all, mean that all are passed by position."""
    if any(forms):
        return lambda registers: arguments_of(registers, arguments, forms, callee)
    pick = gatherer(arguments)
    return lambda registers: (pick(registers), _NO_KEYWORDS)


class CallPlan(NamedTuple):
    """A call of a task or a service; ``policies`` is the register that holds them."""

    site: Site
    arguments: Arguments
    policies: int


class MethodPlan(NamedTuple):
    """A call of a method."""

    site: Site
    target: int
    name: str
    arguments: Arguments
    strict: bool


class StrandPlan(NamedTuple):
    """Calls of flows that run as strands: what picks each one's arguments, and the register of their policies or limit.

    ``inputs`` and ``needs`` are those of a `Fork` whose branches wait for each other: the branches whose results each one gets,
    and all that it waits for. Else they are empty.
    """

    site: Site
    flows: Sequence[LinkedFlow]
    arguments: Sequence[Callable[[Registers], Sequence[Any]]]
    setting: int
    inputs: Sequence[tuple[int, ...]] = ()
    needs: Sequence[tuple[int, ...]] = ()


def call_task(strand: Strand, registers: Registers, plan: CallPlan, _y: object) -> object:
    """A task call with keywords, spread arguments or policies."""
    positional, named = plan.arguments(registers)
    _check_names(named)
    return strand.machine.host.call(plan.site, positional, named, registers[plan.policies])


def _check_names(named: dict[str, Any]) -> None:
    """What spreads a mapping may have given other keys; Python finds that before it calls anything."""
    if not all(isinstance(name, str) for name in named):
        raise TypeError("keywords must be strings")


def request(strand: Strand, registers: Registers, plan: CallPlan, service: str) -> object:
    """A service of the host: emit, print, sleep or wait."""
    positional, named = plan.arguments(registers)
    return getattr(strand.machine.host, service)(plan.site, *positional, **named)  # the verifier knows the names


def call_method(strand: Strand, registers: Registers, plan: MethodPlan, _y: object) -> object:
    """Methods of built-in values run here, others at the host."""
    target = registers[plan.target]
    kind = type(target)
    positional, named = plan.arguments(registers)
    known = METHODS.get(kind)
    if known is None:
        if kind is type and target in METHODS and plan.name in METHODS[target]:  # `str.maketrans`, `dict.fromkeys`
            return method_of_type(target, plan.name)(*positional, **named)
        if plan.strict:
            raise TypeError(f"a strict program may not call methods of '{kind.__name__}' values")
        if kind in CURSORS:
            raise AttributeError(f"'{kind.__name__}' object has no attribute '{plan.name}'")
        return strand.machine.host.method(plan.site, target, positional, named)
    if plan.name not in known:
        raise AttributeError(f"'{kind.__name__}' object has no attribute '{plan.name}'")
    if kind is str and opens_attributes(target, plan.name):
        return format_method(target, plan.name)(*positional, **named)
    return getattr(target, plan.name)(*positional, **named)


def method_of_type(kind: type, name: str) -> Callable[..., Any]:
    """A method as an attribute of a built-in type; `AttributeError` for those that reach attributes by a computed name."""
    if opens_attributes(kind, name):
        raise AttributeError(f"type object '{kind.__name__}' has no attribute '{name}'")
    return getattr(kind, name)  # type: ignore[no-any-return]


def attempt_flow(strand: Strand, registers: Registers, plan: StrandPlan, _y: object) -> Pending:
    """A flow under policies: a strand that the host may start more than once."""
    (flow,), (pick,) = plan.flows, plan.arguments
    start = StrandStart(strand.machine, flow, pick(registers), _depth_below(strand))
    return start.machine.host.attempt(plan.site, start, registers[plan.setting])


def fork(strand: Strand, registers: Registers, plan: StrandPlan, _y: object) -> Pending:
    """Branches side by side."""
    if plan.needs:
        return _weave(strand, registers, plan)
    given = (pick(registers) for pick in plan.arguments)
    return _gather(strand, plan, zip(plan.flows, given, strict=True), registers)


def map_flow(strand: Strand, registers: Registers, plan: StrandPlan, items: int) -> Pending:
    """One strand an item."""
    values = list(cursor_over(registers[items]))
    (flow,), (pick,) = plan.flows, plan.arguments
    return _gather(strand, plan, zip(repeat(flow), zip(values, *map(repeat, pick(registers)))), registers)  # noqa: B905


def _gather(strand: Strand, plan: StrandPlan, rows: Rows, registers: Registers) -> Pending:
    starts = StrandStarts(strand.machine, _depth_below(strand), rows)
    return strand.machine.host.gather(plan.site, starts, registers[plan.setting])


def _weave(strand: Strand, registers: Registers, plan: StrandPlan) -> Pending:
    """Branches that wait for each other: each is given the results of those it gets, once they are there."""
    machine, depth = strand.machine, _depth_below(strand)
    rows = zip(plan.flows, plan.arguments, plan.inputs, strict=True)
    begins = [BranchBegin(machine, depth, flow, pick(registers), inputs) for flow, pick, inputs in rows]
    return machine.host.weave(plan.site, begins, plan.needs, registers[plan.setting])


def _depth_below(strand: Strand) -> int:
    """How many frames wait for what a strand starts; generated code, which has frames of Python's, counts as one."""
    return strand.depth + (len(strand.frames) or 1)


Rows = Iterator[tuple["LinkedFlow", Sequence[Any]]]
"""Flows and their arguments, made one by one as there is room for the strands: there may be very many."""


class StrandStart:
    """A `cascade_vm.host.Start` that can be looked at: which flow, with which arguments, below how many frames."""

    __slots__ = ("depth", "flow", "machine", "values")

    def __init__(self, machine: Machine, flow: LinkedFlow, values: Sequence[Any], depth: int) -> None:
        self.machine = machine
        self.flow = flow
        self.values = values
        self.depth = depth

    def __call__(self) -> Coroutine[Any, Any, object]:
        return self.machine.strand(self.flow, self.values, self.depth)


class StrandStarts:
    """What a `cascade_vm.host.Start` is for each of: to be gone through once. ``rows`` are those that are left."""

    __slots__ = ("_machine", "depth", "rows")

    def __init__(self, machine: Machine, depth: int, rows: Rows) -> None:
        self._machine = machine
        self.depth = depth
        self.rows = rows

    def __iter__(self) -> Iterator[Start]:
        for flow, values in self.rows:
            yield StrandStart(self._machine, flow, values, self.depth)

    def under(self, parent: Parent) -> Iterator[tuple[int, Coroutine[Any, Any, None]]]:
        """In their place strands that tell ``parent`` what they come to, each with its own place."""
        strand_under, depth = self._machine.strand_under, self.depth
        for place, (flow, values) in enumerate(self.rows):
            yield place, strand_under(parent, place, flow, values, depth)


class BranchBegin:
    """A `cascade_vm.host.Begin` whose strand may tell a parent what it comes to. ``inputs`` are the branches whose results are
    the last arguments."""

    __slots__ = ("_machine", "depth", "flow", "inputs", "values")

    def __init__(self, machine: Machine, depth: int, flow: LinkedFlow, values: Sequence[Any], inputs: tuple[int, ...]) -> None:
        self._machine = machine
        self.depth = depth
        self.flow = flow
        self.values = values
        self.inputs = inputs

    def __call__(self, results: Sequence[object]) -> Coroutine[Any, Any, object]:
        return self._machine.strand(self.flow, self.given(results), self.depth)

    def under(self, parent: Parent, place: int, results: Sequence[object]) -> Coroutine[Any, Any, None]:
        """The strand that tells ``parent``."""
        return self._machine.strand_under(parent, place, self.flow, self.given(results), self.depth)

    def given(self, results: Sequence[object]) -> list[Any]:
        """The arguments, when the branches that it needs have these results."""
        return [*self.values, *[results[branch] for branch in self.inputs]]


def as_error(value: object, cause: object) -> BaseException:
    """What `Fail` raises."""
    if not isinstance(value, BaseException):
        value = CATCHABLE["FlowFailed"](value)
    forget_function(value)
    if cause is not None:
        if not isinstance(cause, BaseException):
            return TypeError("exception causes must derive from BaseException")
        value.__cause__ = cause
    return value
