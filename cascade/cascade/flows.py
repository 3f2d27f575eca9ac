"""Flows written in Python: `flow` makes a flow of a function, whose source is compiled.

A call of it is a value, as that of a task is: `cascade.run` runs it, and inside another flow it runs there. What the
function's body may say is the front end's to know (`cascade_compiler.python`), which is imported when a flow is decorated;
how flows become programs is `cascade.flow_programs`'.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Coroutine
from types import FrameType, FunctionType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, ParamSpec, Protocol, TypeVar, overload

from cascade_vm.blueprint import Parameter
from cascade_vm.signature import bind

from cascade import registry
from cascade.calls import Fit, map_call
from cascade.errors import public_errors
from cascade.flow_programs import FlowProgram, Meanings, Part, building, part_of, program_of
from cascade.lazy import LazyResult
from cascade.program import FlowCall, Material
from cascade.tasks import BoundTask, Task

if TYPE_CHECKING:
    from cascade_compiler.graph import Program as GraphProgram
    from cascade_compiler.python.unit import Definition

__all__ = ["FlowFunction", "flow"]

P = ParamSpec("P")
R = TypeVar("R")


class FlowFunction(Generic[P, R]):
    """A flow made of the Python function ``fn``. ``name`` is ``module:name``.

    To a flow or `cascade.run` a call of it is a run of the flow; to Python it is a value, a `LazyResult`.

    >>> @cs.flow
    ... def double(number: int) -> int:
    ...     return 2 * number
    >>> double, double(4), cs.run(double(4)), double.fn(4)
    (<flow double>, <LazyResult double(4)>, 8, 8)
    """

    __name__: str
    __qualname__: str
    __wrapped__: Callable[P, Any]

    def __init__(self, fn: Callable[P, Any], name: str, definition: Definition) -> None:
        self.fn = fn
        self.name = name
        self.definition = definition
        self.parameters: tuple[Parameter, ...] = definition.parameters
        self.doc: str | None = definition.doc
        functools.update_wrapper(self, fn)
        self._part: Part | None = None
        self._program: FlowProgram | None = None

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> LazyResult[R]:
        """A call, to be run. `ArgumentError` CS430, at once, for arguments that do not fit."""
        frame = sys._getframe(1)
        if not self.fit.accepts(args, kwargs):
            self.fit.refuse(args, kwargs, frame)
        return LazyResult(self, args, kwargs, frame.f_code, frame.f_lasti)

    def map(self, /, **iterables: Any) -> LazyResult[list[R]]:
        """A call for each item, side by side: ``check.map(url=urls)``. Several iterables go in step and are of one length."""
        return map_call(self, self.fit, iterables, sys._getframe(1))

    @overload
    def __get__(self, instance: None, owner: type) -> FlowFunction[P, R]: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> BoundTask[R]: ...
    def __get__(self, instance: object, owner: type | None = None) -> FlowFunction[P, R] | BoundTask[R]:
        return self if instance is None else BoundTask(self, instance)

    def __repr__(self) -> str:
        return f"<flow {self.fit.name}>"

    # --- what it is to the rest ---

    @property
    def signature(self) -> str:
        """``watch(order_id: str) -> str``, as it is written."""
        return self.fit.signature

    @functools.cached_property
    def fit(self) -> Fit:
        """What arguments it takes."""
        short = self.name.rpartition(":")[2].rpartition("<locals>.")[2]
        return Fit(short, self.parameters, f"{short}{inspect.signature(self.fn)}")

    def bind(self, /, *args: Any, **kwargs: Any) -> list[object]:
        """A value for each parameter. Raises `TypeError` in Python's words."""
        if not kwargs and len(args) == self._plain:
            return list(args)
        return bind(_Heading(self.fit.name, self.parameters), args, kwargs)

    @functools.cached_property
    def _plain(self) -> int:
        """How many arguments by position are a value for each parameter as they are; -1 when that is never so."""
        plain = all(parameter.kind in ("position", "either") for parameter in self.parameters)
        return len(self.parameters) if plain else -1

    def call(self, /, *args: Any, **kwargs: Any) -> FlowCall:
        """The call of its flow with these arguments, for whoever runs flows."""
        return FlowCall(self.current.flow, tuple(self.bind(*args, **kwargs)))

    # --- what is made of it ---

    def program(self) -> GraphProgram:
        """Its flow graph, with those of all flows that it leads to. Raises `CompileError`."""
        made = self.material.graph
        assert made is not None
        return made

    @property
    def material(self) -> Material:
        """What runs of it use. Raises `CompileError`."""
        return self.current.material

    @property
    def current(self) -> FlowProgram:
        """Its program: made when first asked for, and anew when a global that was compiled in has another value."""
        made = self._program
        if made is None or not made.is_current:
            with building:
                made = self._program
                if made is None or not made.is_current:
                    made = self._program = program_of(self)
        return made

    @property
    def part(self) -> Part:
        """The flows of this function alone. Only who holds `flow_programs.building` asks."""
        if self._part is None or not self._part.built.is_current:
            self._part = part_of(self, self.definition)
        return self._part


class _Heading(NamedTuple):
    name: str
    parameters: tuple[Parameter, ...]


class _Decorator(Protocol):
    @overload
    def __call__(self, fn: Callable[P, Coroutine[Any, Any, R]], /) -> FlowFunction[P, R]: ...
    @overload
    def __call__(self, fn: Callable[P, R], /) -> FlowFunction[P, R]: ...


@overload
def flow(fn: Callable[P, Coroutine[Any, Any, R]], /) -> FlowFunction[P, R]: ...
@overload
def flow(fn: Callable[P, R], /) -> FlowFunction[P, R]: ...
@overload
def flow(*, name: str | None = None) -> _Decorator: ...
def flow(fn: Callable[..., Any] | None = None, /, *, name: str | None = None) -> Any:
    """Make a function a flow: ``@flow``, or ``@flow(name="watch")``.

    Raises `CompileError` for what flows do not have, with the place, and what to write instead.

    >>> @flow
    ... def collatz(n: int) -> int:
    ...     steps = 0
    ...     while n != 1:
    ...         n = n // 2 if n % 2 == 0 else 3 * n + 1
    ...         steps += 1
    ...     return steps
    >>> cs.run(collatz(27))
    111
    """
    if fn is None:
        return lambda fn: _decorate(fn, name, sys._getframe(1))
    return _decorate(fn, name, sys._getframe(1))


def _decorate(fn: Any, name: str | None, frame: FrameType) -> FlowFunction[..., Any]:
    if not isinstance(fn, FunctionType) or fn.__name__ == "<lambda>":
        _refuse(fn, frame)
    from cascade_compiler.python.unit import check, read_definition

    name = name or fn.__qualname__
    full = name if ":" in name else f"{fn.__module__ or '__main__'}:{name}"
    with public_errors(full):
        made: FlowFunction[..., Any] = FlowFunction(fn, full, read_definition(fn, full))
        check(made.definition, Meanings(made))
    registry.register(full, made)
    return made


def _refuse(fn: Any, frame: FrameType) -> NoReturn:
    import linecache

    from cascade_grammar.diagnostics import Diagnostic
    from cascade_grammar.spans import Source, Span

    from cascade.errors import CompileError
    from cascade.places import place_in

    place = place_in(frame.f_code, frame.f_lasti, "")
    text = "".join(linecache.getlines(place.file, frame.f_globals)) or "\n" * place.line
    source = Source(place.file, text)
    start = sum(map(len, text.splitlines(keepends=True)[: place.line - 1])) + place.column
    message = f"a flow is made of a function that is written with `def`, not of {_said(fn)}"
    raise CompileError((Diagnostic("CS420", source, Span(start, start), message, _hint(fn)),))


def _said(fn: Any) -> str:
    match fn:
        case Task():
            return f"the task `{fn.fit.name}`"
        case FlowFunction():
            return f"`{fn.fit.name}`, which is a flow already"
        case FunctionType():
            return "a lambda"
        case type():
            return f"the class `{fn.__name__}`"
        case staticmethod() | classmethod():
            return f"a {type(fn).__name__}"
        case _ if callable(fn):
            return f"`{getattr(fn, '__name__', type(fn).__name__)}`, which has no Python source"
        case _:
            return f"a value ({type(fn).__name__})"


def _hint(fn: Any) -> str | None:
    match fn:
        case Task():
            return "decorate the plain function once, as a task or as a flow"
        case staticmethod() | classmethod():
            return f"write `@{type(fn).__name__}` above `@cs.flow`"
        case FlowFunction():
            return "decorate it once"
        case type():
            return "let a function that is decorated with `@cs.task` make instances of it"
        case _:
            return None
