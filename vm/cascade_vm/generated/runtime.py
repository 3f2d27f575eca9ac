"""What generated code calls besides tasks and operations, by the names that it has for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from cascade_vm import functions
from cascade_vm.attributes import CLOSED
from cascade_vm.calls import ENTERS, as_error
from cascade_vm.choices import PLAIN
from cascade_vm.control import Jump, TailCall
from cascade_vm.cursors import DONE, cursor_over, reversed_
from cascade_vm.dispatch import Strand
from cascade_vm.errors import CATCHABLE
from cascade_vm.generated import leaving
from cascade_vm.generated.cursors import ITERABLE, REVERSIBLE, SEQUENCES, iterator_at, iterator_over, iterators_at, step
from cascade_vm.generated.leaving import TURN, Carried, Leave
from cascade_vm.host import UNBOUND, Later, Pending, Site
from cascade_vm.tiers import more_turns

__all__ = ["GLOBALS"]

# --- what generated code calls -------------------------------------------------------------------------------------------


def _host_call(strand: Strand, site: Site, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> object:
    return strand.machine.call(site, arguments, keywords, None)


def _answered(strand: Strand, site: Site, value: object) -> object:
    """What a task called outright gave: a value that is not plain, or that it may not be called so any more."""
    if type(value) is TailCall and _is_plain(value):
        return value
    if type(value) is Later:
        return strand.machine.call(site, value.arguments, value.keywords, None)
    directs = strand.machine.directs
    return value if directs is None else directs.answered(site.target, value)


def _is_plain(value: TailCall) -> bool:
    """Whether nothing can be wrong with a tail call."""
    keywords = value.kwargs
    if value.args or type(keywords) is not dict:
        return False
    for each in keywords.values():  # noqa: SIM110 - a generator would take three times as long
        if type(each) not in PLAIN:
            return False
    return True


def _finished(strand: Strand, site: Site, value: object) -> object:
    directs = strand.machine.directs
    return value if directs is None else directs.finished(site.target, value)


def _out_of_turns(strand: Strand, edge: int) -> None:
    raise Leave(TURN, None, edge)


def _function_of(strand: Strand, target: object, count: int) -> Callable[..., Any] | None:
    """The code of a function of the program that can be called outright with ``count`` arguments; None for all else."""
    if type(target) is not functions.Function or target._machine is not strand.machine:
        return None
    template, machine = target._template, strand.machine
    code = machine.starts.get(template.number)
    if code is None and machine.instance is not None:  # what calls it is hot
        machine.instance.entry(template.number, 0)
        code = machine.starts.get(template.number)
    if code is None:
        return None
    target._code = code
    return code if count == template.plain else None


def _called_aside(strand: Strand, code: Callable[..., Any], *captured: object) -> Callable[..., object]:
    """A function as a built-in function may call it for as long as it runs itself: what `functions.Function.__call__` does."""
    machine = strand.machine
    aside = machine.aside()
    run = partial(code, aside, 0, *captured)

    def called(*arguments: object) -> object:
        try:
            value: object = run(*arguments)
        except BaseException as error:
            left = error
        else:
            if aside.doomed is None:
                return value
            left = aside.doomed
        try:
            return machine.left_aside(aside, left)
        finally:
            del left  # it holds this frame

    return called


GLOBALS: dict[str, Any] = {
    "__builtins__": {},
    "BUILT_IN": functions.BUILT_IN,
    "BaseException": BaseException,
    "CLOSED": CLOSED,
    "Carried": Carried,
    "DONE": DONE,
    "ENTERS": ENTERS,
    "Pending": Pending,
    "PATTERNED": frozenset({list, tuple}),
    "PLAIN": PLAIN,
    "REVERSIBLE": frozenset(REVERSIBLE),
    "ITERABLE": frozenset(ITERABLE),
    "SEQUENCES": frozenset(SEQUENCES),
    "SIZED": frozenset({list, tuple, str, bytes, dict, set, type({}.keys()), type({}.values()), type({}.items())}),
    "StopIteration": StopIteration,
    "UNSEEN": {kind: kind.__new__(kind) for kind in CATCHABLE.values()},
    "UNBOUND": UNBOUND,
    "Function": functions.Function,
    "Jump": Jump,
    "TailCall": TailCall,
    "TypeError": TypeError,
    "answered": _answered,
    "as_error": as_error,
    "backwards": reversed_,
    "called_aside": _called_aside,
    "caught": leaving.caught,
    "cursor_over": cursor_over,
    "dict": dict,
    "enumerate": enumerate,
    "filter": filter,
    "finished": _finished,
    "function_of": _function_of,
    "host_call": _host_call,
    "id": id,
    "int": int,
    "isinstance": isinstance,
    "iter": iter,
    "iterator_at": iterator_at,
    "iterator_over": iterator_over,
    "iterators_at": iterators_at,
    "leave_deep": leaving.leave_deep,
    "leave_entering": leaving.leave_entering,
    "leave_waiting": leaving.leave_waiting,
    "len": len,
    "list": list,
    "map": map,
    "more": more_turns,
    "next": next,
    "out_of_turns": _out_of_turns,
    "partial": partial,
    "range": range,
    "reversed": reversed,
    "set": set,
    "str": str,
    "tuple": tuple,
    "slice": slice,
    "step": step,
    "type": type,
    "zip": zip,
}
"""The globals of all generated code; built-in functions that are not here it does not have."""
