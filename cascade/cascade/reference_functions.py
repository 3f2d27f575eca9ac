"""Functions as values in the reference: a flow with what it captured; and which values are called without asking the host.

Knows no strands: whoever makes a function says how it is run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cascade_compiler import graph
from cascade_vm.blueprint import Parameter
from cascade_vm.signature import bind

from cascade.reference_frames import Frame, enter
from cascade.reference_library import BUILT_IN
from cascade.reference_steps import Flow

__all__ = ["Function", "built_in", "frame_of", "is_of"]


class Function:
    """A function of a program. It has no attribute that a program could read. Python code that calls it runs it at once."""

    __slots__ = ("_captured", "_flow", "_name", "_owner", "_run")

    def __init__(
        self, owner: object, run: Callable[[Callable[[], Frame]], object], flow: Flow, node: graph.MakeFunction,
        captured: Sequence[object],
    ) -> None:  # fmt: skip
        self._owner = owner
        self._run = run
        self._flow = flow
        self._name = node.name or flow.name
        self._captured = captured

    def __call__(self, /, *arguments: object, **keywords: object) -> object:
        return self._run(lambda: frame_of(self, arguments, keywords))

    def __getattr__(self, name: str) -> str:
        """Errors of calls name it with its module."""
        if name != "__qualname__":
            raise AttributeError(f"'function' object has no attribute '{name}'")
        return f"{self._flow.name.split(':')[0]}.{self._name}" if ":" in self._flow.name else self._name

    def __repr__(self) -> str:
        return f"<function {self._name}>"

    def __reduce__(self) -> str:
        raise TypeError(f"the function {self._name} of a flow exists in its own run only")


Function.__name__ = Function.__qualname__ = "function"  # what Python's own messages call it
Function.__module__ = "builtins"


class _Signature:
    """What is left of a flow's parameters."""

    def __init__(self, name: str, parameters: tuple[Parameter, ...]) -> None:
        self.name = name
        self.parameters = parameters


def is_of(owner: object, value: object) -> bool:
    """Whether a value is a function that this owner made."""
    return isinstance(value, Function) and value._owner is owner


def frame_of(function: Function, arguments: Sequence[object], keywords: Mapping[str, object]) -> Frame:
    """The frame of a call: what was captured, then what is given."""
    captured, flow = function._captured, function._flow
    left = _Signature(function._name, flow.parameters[len(captured) :])
    return enter(flow, [*captured, *bind(left, arguments, keywords)])


def built_in(value: object) -> Callable[..., Any] | None:
    """What to call for a built-in function or type; None for any other value, `TypeError` for what nobody can call."""
    if not callable(value):
        raise TypeError(f"'{type(value).__name__}' object is not callable")
    for one in BUILT_IN:
        if one is value:
            return value if value is not type else lambda of: type(of)
    return None
