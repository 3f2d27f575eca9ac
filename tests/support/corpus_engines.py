"""Makes a flow of a Python function and runs it on each engine.

The only file of the corpus that knows what a flow is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from typing import Any

from cascade.errors import CompileError
from cascade.flows import FlowFunction, flow
from cascade.reference import Interpreter
from cascade_compiler.lowering import lower
from cascade_compiler.optimise import optimise
from cascade_vm.blueprint import Blueprint
from cascade_vm.host import Host, Meter
from cascade_vm.linker import link
from cascade_vm.machine import Machine
from cascade_vm.verifier import find_complaints

MOST_TURNS = 1_000_000
"""More than any example spends: an engine that goes on for ever stops here."""

make_flow = flow


class RefusalError(Exception):
    """The function was refused: (code, sentence) of each complaint."""

    def __init__(self, error: CompileError) -> None:
        self.problems = [(each.code, each.message) for each in error.diagnostics]
        super().__init__(self.problems)


def engines_of(made: FlowFunction[..., Any] | Exception) -> Mapping[str, Callable[..., object]]:
    """Each engine as a function. `RefusalError` when the function was refused, when it was decorated or now, as its names
    lead to what flows can not use. ``made`` is the flow, or the error that decorating gave."""
    try:
        if isinstance(made, Exception):
            raise made
        program = made.program()
    except CompileError as error:
        raise RefusalError(error) from None
    plain = lower(program)
    host = made.material.host

    def interpret(*arguments: object, **keywords: object) -> object:
        given = made.bind(*arguments, **keywords)
        return _finish(Interpreter(program, _metered(host)).run(made.name, given))

    return {
        "reference": interpret,
        "machine, plain Blueprint": _machine(made, plain, host),
        "machine, optimised Blueprint": _machine(made, optimise(plain), host),
    }


def _machine(made: FlowFunction[..., Any], blueprint: Blueprint, host: Any) -> Callable[..., object]:
    complaints = find_complaints(blueprint)
    assert not complaints, complaints
    image, index = link(blueprint), blueprint.flow_named(made.name)

    def run(*arguments: object, **keywords: object) -> object:
        given = made.bind(*arguments, **keywords)
        return _finish(Machine(image, _metered(host)).run(index, given))

    return run


def _metered(host: Any) -> Host:
    metered: Host = host.for_run(Meter(turns=MOST_TURNS))
    return metered


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def _finish(running: Coroutine[Any, Any, object]) -> object:
    """The result. A `StopIteration` can not leave a coroutine: Python makes a `RuntimeError` of it, which is undone here."""
    try:
        return _loop().run_until_complete(running)
    except RuntimeError as error:
        if isinstance(error.__cause__, StopIteration) and str(error) == "coroutine raised StopIteration":
            raise error.__cause__ from None
        raise
