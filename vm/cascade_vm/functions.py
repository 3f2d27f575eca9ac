"""Functions as values: a flow with what it captured.

The program calls one in a frame of the strand at hand (`enter`). Whoever else calls it, a built-in function or a task, runs it
to its end there and then (`Machine.run_now`). Built-in functions and types run here too, all else is the host's to call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import msgspec

from cascade_vm.blueprint import Parameter
from cascade_vm.calls import ENTERS, Arguments
from cascade_vm.dispatch import Frame, Strand
from cascade_vm.host import Site
from cascade_vm.library import VALUES
from cascade_vm.operations import OPERATIONS
from cascade_vm.signature import bind

if TYPE_CHECKING:
    from cascade_vm.linker import LinkedFlow
    from cascade_vm.machine import Machine

__all__ = [
    "BUILT_IN", "ClosePlan", "Function", "InvokePlan", "Template", "close", "enter", "invoke", "make_function",
    "template",
]  # fmt: skip

Registers = list[Any]


class Template(NamedTuple):
    """What all functions that one instruction makes have in common: ``parameters`` are those that a caller fills, ``plain``
    says how many these are when all may be given by position, else it is -1; ``title`` is what errors call them."""

    flow: LinkedFlow
    name: str
    parameters: tuple[Parameter, ...]
    plain: int
    number: int
    title: str


def template(flow: LinkedFlow, name: str, captured: int) -> Template:
    """For functions that hold the first ``captured`` arguments of a flow."""
    parameters = flow.flow.parameters[captured:]
    plain = all(parameter.kind in ("position", "either") for parameter in parameters)
    name = name or flow.flow.name
    module, colon, _ = flow.flow.name.partition(":")
    title = f"{module}.{name}" if colon else name
    return Template(flow, name, parameters, len(parameters) if plain else -1, flow.number, title)


class Function(msgspec.Struct, eq=False):
    """A function of a program, as a value. It has no attribute that a program could read.

    It is a Struct because loops make functions: an ``__init__`` takes twice as long. What its template has, and its calls need,
    is here once more: as ``_code`` its generated code, if there was some when it was made or called last.
    """

    _machine: Machine
    _template: Template
    _captured: Sequence[Any]
    _plain: int
    _code: Callable[..., Any] | None
    __qualname__: str
    """Errors of calls name it as they name any function: with its module."""

    __copy__ = None

    def __call__(self, /, *arguments: Any, **keywords: Any) -> Any:
        """For callers that are no flows of its program: it runs to its end, and can not wait."""
        code = self._code
        if code is not None and not keywords and len(arguments) == self._plain:
            aside = self._machine.aside()
            try:
                value = code(aside, 0, *self._captured, *arguments)
            except BaseException as error:
                left = error
            else:
                if aside.doomed is None:
                    return value
                left = aside.doomed
            try:
                return self._machine.left_aside(aside, left)
            finally:
                del left  # it holds this frame
        machine, template = self._machine, self._template
        self._code = machine.starts.get(template.number)
        return machine.run_now(template.flow, lambda: _arguments(self, arguments, keywords))

    def __repr__(self) -> str:
        return f"<function {self._template.name}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"the function {self._template.name} of a flow exists in its own run only")


Function.__name__ = Function.__qualname__ = "function"  # what Python's own messages call it
Function.__module__ = "builtins"


def _arguments(function: Function, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Sequence[Any]:
    """Those of the function's flow."""
    template = function._template
    if keywords or len(arguments) != template.plain:
        arguments = bind(template, arguments, keywords)
    return (*function._captured, *arguments)


class ClosePlan(NamedTuple):
    """What makes functions: their template, and what picks what they capture out of a frame."""

    template: Template
    captured: Callable[[Registers], Sequence[Any]]


class InvokePlan(NamedTuple):
    """A call of the value in register ``target``."""

    site: Site
    target: int
    arguments: Arguments
    strict: bool


def close(strand: Strand, registers: Registers, plan: ClosePlan, _y: object) -> Function:
    """A new function."""
    return make_function(strand.machine, plan.template, plan.captured(registers))


def make_function(machine: Machine, template: Template, captured: Sequence[Any]) -> Function:
    """A function of a machine's program."""
    return Function(machine, template, captured, template.plain, machine.starts.get(template.number), template.title)


def invoke(strand: Strand, registers: Registers, plan: InvokePlan, _y: object) -> object:
    """A call of a value. One of a function of this program is left to `enter`."""
    target = registers[plan.target]
    if type(target) is Function and target._machine is strand.machine:
        return ENTERS
    positional, named = plan.arguments(registers)
    built_in = BUILT_IN.get(id(target))
    if built_in is not None:
        return built_in(*positional, **named)
    if not callable(target):
        raise TypeError(f"'{type(target).__name__}' object is not callable")
    if plan.strict:
        raise TypeError(f"a strict program may not call '{type(target).__name__}' values")
    return strand.machine.host.apply(plan.site, target, positional, named)


def enter(registers: Registers, plan: InvokePlan) -> Frame:
    """The frame of a call of a function."""
    function: Function = registers[plan.target]
    return Frame(function._template.flow, _arguments(function, *plan.arguments(registers)))


BUILT_IN: dict[int, Callable[..., Any]] = {
    id(value): OPERATIONS[name].function if name in OPERATIONS and name != "slice" else value for name, value in VALUES.items()
}
"""What stands in for a built-in function or type, by its id; operation ``slice`` is another thing than the type."""
