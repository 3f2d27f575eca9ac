"""The flow graph: the one waist between front ends and engines.

Every front end builds it; `cascade_compiler.lowering` turns it into a Blueprint, and the reference interpreter walks it. It is
frozen data (msgspec structs: as dataclasses they took 12 ms to import): flows of basic blocks, blocks of nodes, one terminator
a block.

* A node's value is known by the node's ``id``, unique in its flow, and is set when the node runs. Nodes run in order, so
  order in a block *is* the order dependency. A node may be read wherever it is certain to have run before.
* Variables are named and mutable, and belong to a frame. A variable without a value is unbound.
* A block runs its nodes, then its terminator. An error in either goes to the block's handler, if there is one.
* A jump to a block whose index is not above that of the jumping block counts one *turn*; so does each call of a flow. A loop
  therefore has its head before its body, and a handler block comes after the blocks that it protects.

Names of variables that no program can write (temporaries of a front end) begin with ``$``. Names of flows: ``poll`` for the
user's own of the main file, ``common.cooldown`` for one of the imported file ``common.csc``, ``poll$1`` for a branch of it.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from cascade_vm.blueprint import Parameter, Task
from cascade_vm.constants import Constant
from cascade_vm.host import Place

__all__ = [
    "AttributeOf", "Block", "BranchOn", "CallFlow", "CallTask", "CallValue", "Constantly", "Fail",
    "FlowGraph", "Forget", "Fork", "ForkBranch", "Handler", "Iterate", "Jump", "Load", "MakeFunction", "Map",
    "MatchError", "Method", "Node", "Operate", "PackVariables", "Policy", "Program", "Ref", "Request",
    "Reraise", "Return", "Step", "Store", "SwitchOn", "TailCall", "Terminator", "UnpackInto",
    "UnpackVariables", "IsBound",
]  # fmt: skip

Ref: TypeAlias = int
"""The id of a node whose value is read."""


class Policy(msgspec.Struct, frozen=True):
    """``retry`` or ``timeout`` on a call, with a value for each of its settings, in the order of
    `cascade_vm.host.Host`'s policy tuples."""

    kind: str
    settings: tuple[Ref, ...]


class _Placed(msgspec.Struct, frozen=True, eq=False):
    """What stands in a program is equal to what says the same elsewhere."""

    def __eq__(self, other: object) -> bool:
        return _said_by(self) == _said_by(other) if isinstance(other, _Placed) and type(other) is type(self) else NotImplemented

    def __ne__(self, other: object) -> bool:  # a struct has its own
        return not self == other

    def __hash__(self) -> int:
        return hash(_said_by(self))


def _said_by(one: _Placed) -> tuple[object, ...]:
    return tuple([getattr(one, name) for name in one.__struct_fields__ if name != "place"])


class _Node(_Placed, frozen=True):
    id: int
    place: Place


# --- nodes: values and variables -----------------------------------------------------------------------------------------


class Constantly(_Node, frozen=True):
    """The value of a constant."""

    constant: Constant


class Load(_Node, frozen=True):
    """The value of a variable. Unbound: `UnboundLocalError` if ``checked``, else the marker `UNBOUND` itself, which only
    an argument of a branch, or of a parameter whose default is computed, may be."""

    variable: str
    checked: bool = True


class Store(_Node, frozen=True):
    """Set a variable; the value is None."""

    variable: str
    value: Ref


class Forget(_Node, frozen=True):
    """Make a variable unbound. If ``checked`` it must have been bound, else `UnboundLocalError`."""

    variable: str
    checked: bool = True


class IsBound(_Node, frozen=True):
    """Whether a variable has a value."""

    variable: str


class Operate(_Node, frozen=True):
    """An operation on values, by its name in `cascade_vm.operations`. ``forms`` as in `cascade_vm.opcodes.Forms`."""

    operation: str
    arguments: tuple[Ref, ...]
    forms: tuple[str, ...] = ()


class AttributeOf(_Node, frozen=True):
    """A public attribute of a value.

    With ``ahead_of`` nobody uses the value: a missing attribute is to be missed before one of these variables is, and where
    all of them are certain to have values the node means nothing.
    """

    target: Ref
    name: str
    ahead_of: tuple[str, ...] = ()


class UnpackInto(_Node, frozen=True):
    """Store the items of ``source`` into variables (temporaries of the front end), ``star`` (-1: none) taking the rest."""

    variables: tuple[str, ...]
    star: int
    source: Ref


class PackVariables(_Node, frozen=True):
    """A tuple of the contents of variables, unbound ones included: the result of a branch."""

    variables: tuple[str, ...]


class UnpackVariables(_Node, frozen=True):
    """The inverse of `PackVariables`: set or unbind each variable, from item ``branch`` of the value of a `Fork`, or, when
    ``branch`` is -1, from the packed value itself."""

    variables: tuple[str, ...]
    source: Ref
    branch: int


class Iterate(_Node, frozen=True):
    """A new iteration over a value, at its start. Read by `Step` only."""

    source: Ref


class MakeFunction(_Node, frozen=True):
    """A function as a value: a flow, and what its first parameters get, which may be unbound. What calls it gives the others.

    Built-in functions may call it (the key of a sort), and then it runs to its end at once: it can not wait. ``name`` is what
    errors call it, the flow's own name if empty.
    """

    flow: str
    captured: tuple[Ref, ...] = ()
    name: str = ""


class MatchError(_Node, frozen=True):
    """Whether a value is an error of one of the kinds named: built-in ones by name, others as ``module:Class``."""

    error: Ref
    kinds: tuple[str, ...]


# --- nodes: the world ----------------------------------------------------------------------------------------------------


class CallTask(_Node, frozen=True):
    """Call a task by its name in `Program.tasks`, under policies (outermost first)."""

    task: str
    arguments: tuple[Ref, ...]
    forms: tuple[str, ...] = ()
    policies: tuple[Policy, ...] = ()


class Method(_Node, frozen=True):
    """Call a public method of a value."""

    target: Ref
    name: str
    arguments: tuple[Ref, ...]
    forms: tuple[str, ...] = ()


class CallValue(_Node, frozen=True):
    """Call a value. A function that `MakeFunction` made runs in a frame of its own, as by `CallFlow`; others are the host's."""

    target: Ref
    arguments: tuple[Ref, ...]
    forms: tuple[str, ...] = ()


class Request(_Node, frozen=True):
    """Ask the host for a service: emit, print, sleep, wait."""

    service: str
    arguments: tuple[Ref, ...]
    forms: tuple[str, ...] = ()


class CallFlow(_Node, frozen=True):
    """Call a flow; one argument for each of its parameters, in order.

    ``None`` as an argument leaves the parameter to its default. Policies, outermost first, make it run as a strand.
    """

    flow: str
    arguments: tuple[Ref | None, ...]
    policies: tuple[Policy, ...] = ()


class ForkBranch(msgspec.Struct, frozen=True):
    """One branch of a `Fork`: a call of a flow, as in `CallFlow`.

    The results of the branches ``inputs`` are its further parameters; it begins when these, and those it comes ``after``, have
    ended. Both name branches before this one.
    """

    flow: str
    arguments: tuple[Ref, ...]
    inputs: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


class Fork(_Node, frozen=True):
    """Run branches at the same time, at most ``limit`` (None: all); the value is the list of their results."""

    branches: tuple[ForkBranch, ...]
    limit: Ref | None = None


class Map(_Node, frozen=True):
    """Run a flow for each item at the same time, at most ``limit``; the value is the list of results in the items' order.

    The flow's first parameter is the item; ``arguments`` are the others. The items are read whole before the first starts.
    """

    flow: str
    items: Ref
    arguments: tuple[Ref, ...]
    limit: Ref | None = None


Node: TypeAlias = (
    Constantly | Load | Store | Forget | IsBound | Operate | AttributeOf | UnpackInto | PackVariables | UnpackVariables
    | Iterate | MakeFunction | MatchError | CallTask | CallValue | Method | Request | CallFlow | Fork | Map
)  # fmt: skip


# --- terminators ---------------------------------------------------------------------------------------------------------


class _Terminator(_Placed, frozen=True):
    place: Place


class Jump(_Terminator, frozen=True):
    """Go to a block, setting its parameters: all arguments are read before any is set. None as an argument leaves the
    parameter unbound (its default is computed by the block)."""

    block: int
    arguments: tuple[Ref | None, ...] = ()


class BranchOn(_Terminator, frozen=True):
    """Go to one of two blocks (without parameters) by the truth of a value.

    Its place is that of the expression which gave the condition: an error of the comparison and one of the truth of its
    result are then at one place, and the two can become one instruction.
    """

    condition: Ref
    then: int
    otherwise: int


class SwitchOn(_Terminator, frozen=True):
    """Go to ``cases[value]`` when value is an int in range, else to ``otherwise``. Blocks without parameters."""

    value: Ref
    cases: tuple[int, ...]
    otherwise: int


class Step(_Terminator, frozen=True):
    """Take the next item of an iteration: store it in a variable and go to ``body``, or go to ``done``."""

    iteration: Ref
    variable: str
    body: int
    done: int


class Return(_Terminator, frozen=True):
    """Leave the flow with a value."""

    value: Ref


class Fail(_Terminator, frozen=True):
    """Raise a value, `FlowFailed` of it when it is not an error; ``cause`` as in ``raise … from``."""

    error: Ref
    cause: Ref | None = None


class Reraise(_Terminator, frozen=True):
    """Raise an error again that a handler received, its place unchanged."""

    error: Ref


class TailCall(_Terminator, frozen=True):
    """Become another flow; arguments as in `CallFlow`. Never in a block that has a handler."""

    flow: str
    arguments: tuple[Ref | None, ...]


Terminator: TypeAlias = Jump | BranchOn | SwitchOn | Step | Return | Fail | Reraise | TailCall


# --- blocks, flows, programs ---------------------------------------------------------------------------------------------


class Handler(msgspec.Struct, frozen=True):
    """Where errors of a block go: the error is stored in ``variable``, then ``block`` runs. A ``cleanup`` handler also
    receives what programs can not catch (cancellation, `KeyboardInterrupt`, `SystemExit`; never `BudgetExhausted`)."""

    block: int
    variable: str
    cleanup: bool = False


class Block(msgspec.Struct, frozen=True):
    """A basic block. ``parameters`` are the variables that a `Jump` to it sets."""

    nodes: tuple[Node, ...]
    end: Terminator
    parameters: tuple[str, ...] = ()
    handler: Handler | None = None


class FlowGraph(_Placed, frozen=True):
    """A flow. Block 0 is where it starts. Its parameters are variables of the same names, set on entry; one whose
    ``computed`` is true may be unbound then, and so may any of a ``branch`` (a part of another flow, run beside it)."""

    name: str
    parameters: tuple[Parameter, ...]
    blocks: tuple[Block, ...]
    place: Place
    returns: str = "any"
    doc: str | None = None
    branch: bool = False


class Program(msgspec.Struct, frozen=True):
    """A whole program. ``entry`` names the flow that runs when none is named. ``root`` names the flow (without
    parameters) that calls one with literals, when the program was made for one call: its literals become inputs."""

    flows: tuple[FlowGraph, ...]
    tasks: tuple[Task, ...] = ()
    entry: str | None = None
    root: str | None = None
    strict: bool = False
