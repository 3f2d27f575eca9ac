"""An `Outline`: calls and what they need of each other, as data.

Nodes are numbered in an order in which they can run: each comes after those that it needs. What a node is given is a `Slot` (an
input of the run) or the `Result` of a node before it.

* A node with a ``condition`` runs only if that is true. A node that does not run is *skipped*, and so is one that is given the
  result of a skipped node; one that only comes ``after`` it runs.
* Of a `Route` only the nodes of the chosen route run, those aside that something else needs.
* The value of a node with ``states`` may be a jump: then the state that it names runs again with other arguments, and after
  it what depends on it and is needed for the *goal*. The goal is the target at first; a state that the goal does not need
  becomes the goal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, assert_never

import msgspec
from cascade_compiler.graph import FlowGraph
from cascade_vm.blueprint import Parameter, Task, TaskParameter
from cascade_vm.host import Place

__all__ = [
    "Call", "CallEach", "Choose", "Collect", "Enter", "Gate", "Item", "Operand", "Outline", "Pick", "Result", "Route",
    "Setting", "Slot", "States", "Work", "arguments_of", "operands_of", "results_of",
]  # fmt: skip


class Slot(msgspec.Struct, frozen=True):
    """An input of the run, by its number."""

    index: int


class Result(msgspec.Struct, frozen=True):
    """The result of a node, by its number."""

    node: int


Operand: TypeAlias = Slot | Result


class Setting(msgspec.Struct, frozen=True):
    """A policy of a call; ``settings`` in the order of `cascade_vm.host.Host`."""

    kind: str
    settings: tuple[Operand, ...]


class Call(msgspec.Struct, frozen=True):
    """A call of a task, with arguments in ``forms``: "" by position, else the keyword. ``names`` are those of the parameters
    that can be given by position, "" for one that can not be given by name; jumps override arguments by them. ``parameters``
    are all of them, None when they are not known; those of a tail call have to fit them."""

    task: str
    arguments: tuple[Operand, ...]
    forms: tuple[str, ...]
    names: tuple[str, ...] = ()
    parameters: tuple[TaskParameter, ...] | None = None


class Enter(msgspec.Struct, frozen=True):
    """A call of a flow that belongs to the outline, with arguments that fit its ``parameters``; ``forms`` as in `Call`."""

    flow: str
    parameters: tuple[Parameter, ...]
    arguments: tuple[Operand, ...]
    forms: tuple[str, ...]


class CallEach(msgspec.Struct, frozen=True):
    """A call for each of the items of iterables of one length, side by side; the value is the list of results.

    ``call`` is given the items by their names: its operands are the numbers of iterables, as slots.
    """

    names: tuple[str, ...]
    iterables: tuple[Operand, ...]
    call: Call | Enter


class Collect(msgspec.Struct, frozen=True):
    """A new list, tuple, set, frozenset or dict (keys and values in turn)."""

    kind: str
    items: tuple[Operand, ...]


class Route(msgspec.Struct, frozen=True):
    """The value of one of the ``routes``: that whose key (``keys`` is a tuple of them) the selector gives."""

    selector: Operand
    keys: Operand
    routes: tuple[Operand, ...]


class Choose(msgspec.Struct, frozen=True):
    """Made of a `Route` (`demand`): the number of its route; -1 when the route is not needed."""

    selector: Operand
    keys: Operand


class Pick(msgspec.Struct, frozen=True):
    """Made of a `Route`: the value of the route that was chosen."""

    choice: Result
    routes: tuple[Operand, ...]


class Gate(msgspec.Struct, frozen=True):
    """Whether nodes are needed: one of ``choices`` (a `Choose` and the number of a route) was made, or one of ``gates`` is
    true."""

    choices: tuple[tuple[Result, int], ...]
    gates: tuple[Result, ...]


Work: TypeAlias = Call | Enter | CallEach | Collect | Route | Choose | Pick | Gate


class States(msgspec.Struct, frozen=True):
    """Where a node may jump: ``nodes`` has a node for each of ``keys``, None where the run ends."""

    keys: tuple[str, ...]
    nodes: tuple[int | None, ...]


class Item(msgspec.Struct, frozen=True):
    """One node. ``otherwise`` is its value when its condition is false (without: it is skipped then)."""

    name: str
    place: Place
    work: Work
    settings: tuple[Setting, ...] = ()
    condition: Operand | None = None
    after: tuple[int, ...] = ()
    states: States | None = None
    otherwise: Operand | None = None
    gate: Result | None = None


class Outline(msgspec.Struct, frozen=True):
    """A graph of calls, ``slots`` inputs, and the node whose value is the result. ``flows`` are those that nodes enter, and
    those that these need."""

    nodes: tuple[Item, ...]
    target: int
    slots: int
    tasks: tuple[Task, ...] = ()
    flows: tuple[FlowGraph, ...] = ()
    strict: bool = False


def arguments_of(item: Item) -> Iterator[Operand]:
    """What the work of a node is given: arguments, and settings of its policies."""
    yield from _given(item.work)
    for setting in item.settings:
        yield from setting.settings


def operands_of(item: Item) -> Iterator[Operand]:
    """Everything that a node is given: `arguments_of`, and what says whether it runs and how it goes on."""
    yield from arguments_of(item)
    for operand in (item.condition, item.otherwise, item.gate):
        if operand is not None:
            yield operand


def _given(work: Work) -> Iterator[Operand]:
    match work:
        case Call(arguments=arguments) | Enter(arguments=arguments):
            yield from arguments
        case CallEach(iterables=iterables):
            yield from iterables
        case Collect(items=items):
            yield from items
        case Route(selector=selector, keys=keys, routes=routes):
            yield from (selector, keys, *routes)
        case Choose(selector=selector, keys=keys):
            yield from (selector, keys)
        case Pick(choice=choice, routes=routes):
            yield from (choice, *routes)
        case Gate(choices=choices, gates=gates):
            yield from (choice for choice, _ in choices)
            yield from gates
        case _:
            assert_never(work)


def results_of(item: Item) -> Iterator[int]:
    """The nodes that have to end before this one begins; some may occur more than once."""
    for operand in operands_of(item):
        if isinstance(operand, Result):
            yield operand.node
    yield from item.after
