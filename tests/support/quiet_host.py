"""Runs any verified program a little: on a host that answers at once, with few turns, and with operations that refuse
what would take long. Tells errors of the program from errors of the machine's own."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

from cascade_vm import dispatch, linker, machine
from cascade_vm.blueprint import Blueprint
from cascade_vm.errors import BudgetExhausted, trail_of
from cascade_vm.host import UNBOUND, Begin, Meter, Pending, Place, Site, Start
from cascade_vm.machine import Machine
from cascade_vm.operations import OPERATIONS, Operation

_MACHINE_FILES = {Path(str(module.__file__)).name for module in (dispatch, linker, machine)}
_OWN_ERRORS = (IndexError, KeyError, AttributeError, NameError, AssertionError, ValueError)


class QuietHost:
    """Every call gives a small value; every other one has to be awaited."""

    directs = None

    def __init__(self, turns: int) -> None:
        self.meter = Meter(turns=turns)
        self._asked = 0

    def _answer(self, *_arguments: object, **_keywords: object) -> object:
        self._asked += 1
        value = (1, "a", [1, 2], None)[self._asked % 4]
        return Pending(_later(value)) if self._asked % 2 else value

    call = method = apply = emit = print = skip = sleep = wait = _answer

    def attempt(self, site: Site, start: Start, policies: object) -> Pending:
        return Pending(start())

    def gather(self, site: Site, starts: Iterable[Start], limit: object) -> Pending:
        async def run() -> list[object]:
            return [await start() for start in starts]

        return Pending(run())

    def weave(self, site: Site, begins: Sequence[Begin], needs: Sequence[tuple[int, ...]], limit: object) -> Pending:
        async def run() -> list[object]:
            results: list[object] = []
            for begin in begins:
                results.append(await begin(results))
            return results

        return Pending(run())

    async def spent(self, what: str) -> None:
        raise BudgetExhausted(what, self.meter.turns_spent)

    async def pause(self, place: Place) -> None:
        return None

    def now(self) -> float:
        return 0.0


async def _later(value: object) -> object:
    return value


def careful(operation: Operation) -> Operation:
    """The operation, refusing large values, and marking its errors as the program's."""

    def function(*arguments: object, **keywords: object) -> object:
        try:
            if any(map(_is_large, (*arguments, *keywords.values()))):
                raise ValueError("too large for a test")
            return operation.function(*arguments, **keywords)
        except Exception as error:
            error.__dict__["of the program"] = True
            raise

    return operation._replace(function=function)


def _is_large(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) > 100
    if isinstance(value, str | bytes | list | tuple | dict | set | frozenset | range):
        return len(value) > 100 or repr(value).count("9") > 3
    return False


CAREFUL = {name: careful(operation) for name, operation in OPERATIONS.items()}
"""To be put in the place of `cascade_vm.operations.OPERATIONS` where the linker looks."""


def run_a_little(blueprint: Blueprint, turns: int = 200) -> None:
    """Run each flow of a verified program. `AssertionError` when the machine makes an error of its own."""
    image = linker.link(blueprint)
    for index, flow in enumerate(blueprint.flows):
        arguments = [UNBOUND if parameter.computed else 1 for parameter in flow.parameters]
        _drive(Machine(image, QuietHost(turns)).run(index, arguments))


def _drive(run: Coroutine[Any, Any, object]) -> None:
    try:
        run.send(None)
    except StopIteration:
        return
    except BudgetExhausted:
        return
    except Exception as error:
        if _is_of_the_machine(error):
            raise AssertionError(f"the machine made a {type(error).__name__}: {error}") from error
        return
    raise AssertionError("nothing on this host waits")


def _is_of_the_machine(error: Exception) -> bool:
    """An error that no operation, host call or cursor raised, or that has no place in the program."""
    if not trail_of(error):
        return True
    if not isinstance(error, _OWN_ERRORS) or "of the program" in error.__dict__:
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and Path(trace.tb_frame.f_code.co_filename).name in _MACHINE_FILES
