"""The instruction set: every opcode, declared once.

An instruction is a frozen record (a msgspec struct: 26 dataclasses cost 20 ms of every start, these cost one). The annotation
of each field is its *role* (which registers it reads or writes, where it jumps, what it names), the class flags are its
*effects*, and the first line of the docstring is its meaning in one line of notation. The listing, the bytes, the JSON twin,
the verifier, the register renamer, liveness and the reference table in the docs are derived from these three things by
`cascade_vm.roles`; nothing else lists opcodes, save the table of handlers in the machine.

Notation: ``R[a]`` is register ``a`` when ``a >= 0`` and constant ``-1 - a`` of the flow when ``a < 0``. A jump counts a
*turn* when its target is not after it; running out of turns is checked nowhere else.

This file knows no values, no machine and no file format.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec


class Role:
    """What an operand is for. One instance per role, used as `Annotated` metadata."""

    def __init__(self, name: str) -> None:
        self.name = name


WRITES = Role("writes")  # a register, written
WRITES_MANY = Role("writes_many")
READS = Role("reads")  # a register, or a constant when negative
READS_MANY = Role("reads_many")
READS_RAW = Role("reads_raw")  # as `READS`, and the register may hold `UNBOUND`
READS_RAW_MANY = Role("reads_raw_many")
LABEL = Role("label")  # index of an instruction of the same flow
LABELS = Role("labels")
OPERATION = Role("operation")  # a name in `cascade_vm.operations`
COMPARISON = Role("comparison")  # a name in `cascade_vm.operations.COMPARISONS`
SERVICE = Role("service")  # a name in `SERVICES`
NAME = Role("name")  # a variable of the program
TITLE = Role("title")  # what messages call something
PUBLIC = Role("public")  # an attribute or a method, public as `cascade_vm.names` has it
ERRORS = Role("errors")  # names in `cascade_vm.errors.CATCHABLE`, or ``module:Class``
FORMS = Role("forms")  # how each argument is passed, see below
TASK = Role("task")  # index into the Blueprint's tasks
FLOW = Role("flow")  # index into the Blueprint's flows
FLOWS = Role("flows")
GROUPS = Role("groups")  # a tuple of groups of `reads_raw`, one group a branch
BRANCHES = Role("branches")  # a tuple of groups of branches, one group a branch, each of branches before it
INDEX = Role("index")  # a plain integer, -1 for "none"

Writes = Annotated[int, WRITES]
WritesMany = Annotated[tuple[int, ...], WRITES_MANY]
Reads = Annotated[int, READS]
ReadsMany = Annotated[tuple[int, ...], READS_MANY]
ReadsRaw = Annotated[int, READS_RAW]
ReadsRawMany = Annotated[tuple[int, ...], READS_RAW_MANY]
Label = Annotated[int, LABEL]
Labels = Annotated[tuple[int, ...], LABELS]
Operation = Annotated[str, OPERATION]
Comparison = Annotated[str, COMPARISON]
Service = Annotated[str, SERVICE]
Name = Annotated[str, NAME]
Title = Annotated[str, TITLE]
Public = Annotated[str, PUBLIC]
Errors = Annotated[tuple[str, ...], ERRORS]
Forms = Annotated[tuple[str, ...], FORMS]
"""One entry an argument: ``""`` by position, ``"*"`` spread, ``"**"`` spread by name, otherwise the keyword.
The empty tuple says that all are passed by position."""
Task = Annotated[int, TASK]
Flow = Annotated[int, FLOW]
Flows = Annotated[tuple[int, ...], FLOWS]
Groups = Annotated[tuple[tuple[int, ...], ...], GROUPS]
Branches = Annotated[tuple[tuple[int, ...], ...], BRANCHES]
Index = Annotated[int, INDEX]

SERVICES = ("emit", "print", "skip", "sleep", "wait")
"""What a program may ask of the host besides task calls; each is a method of `cascade_vm.host.Host`."""


class Instruction(msgspec.Struct, frozen=True):
    """Base of all opcodes; the flags are the defaults."""

    ends_block: ClassVar[bool] = False
    """Control never falls through to the next instruction."""
    may_raise: ClassVar[bool] = True
    """An error may leave it, to the handler of its range."""
    suspends: ClassVar[bool] = False
    """The run may be away from the machine for any time here."""
    pure: ClassVar[bool] = False
    """No effect but its writes: may be removed when they are not read (and it can not raise)."""
    copies: ClassVar[bool] = False
    """What it writes is what it reads raw, one for one, `UNBOUND` included."""
    unbinds: ClassVar[bool] = False
    """What it writes may be `UNBOUND`."""
    binds: ClassVar[bool] = False
    """What it reads raw is not `UNBOUND` when control falls through."""


# --- data --------------------------------------------------------------------------------------------------------------


class Copy(Instruction, frozen=True):
    """R[dst] := R[source]"""

    copies: ClassVar[bool] = True
    may_raise: ClassVar[bool] = False
    pure: ClassVar[bool] = True
    dst: Writes
    source: ReadsRaw


class Move(Instruction, frozen=True):
    """R[targets] := R[sources], all read before any is written

    The block arguments of a jump. Targets are distinct.
    """

    copies: ClassVar[bool] = True
    may_raise: ClassVar[bool] = False
    pure: ClassVar[bool] = True
    targets: WritesMany
    sources: ReadsRawMany


class Compute(Instruction, frozen=True):
    """R[dst] := operation(*R[arguments])

    Whether it can raise, and whether it has an effect, is said by the operation (`cascade_vm.operations`).
    """

    dst: Writes
    operation: Operation
    arguments: ReadsMany
    forms: Forms = ()


class Pack(Instruction, frozen=True):
    """R[dst] := an opaque value that holds R[sources], unbound variables included

    What a branch of a `parallel` hands back to its parent; `Restore` is its inverse.
    """

    may_raise: ClassVar[bool] = False
    pure: ClassVar[bool] = True
    dst: Writes
    sources: ReadsRawMany


class Restore(Instruction, frozen=True):
    """R[targets] := the items of R[source][branch], unbound ones included; as many as there are targets

    The inverse of `Pack`: ``source`` holds the result of a `Fork`, ``branch`` says of which branch; -1 when ``source``
    holds what `Pack` made itself. Every target may be unbound afterwards. All are written, or on an error none.
    """

    unbinds: ClassVar[bool] = True
    targets: WritesMany
    source: Reads
    branch: Index


class Close(Instruction, frozen=True):
    """R[dst] := a function, which calls flow(*R[captured], *what it is called with)

    What goes to a computed parameter may be `UNBOUND`. ``name`` is what errors call the function.
    """

    may_raise: ClassVar[bool] = False
    pure: ClassVar[bool] = True
    dst: Writes
    flow: Flow
    captured: ReadsRawMany
    name: Title


class Unpack(Instruction, frozen=True):
    """R[targets] := the items of R[source]; R[targets[star]] takes the surplus as a list

    ``star`` is -1 for none. Raises what the assignment ``a, *b, c = source`` raises in Python. An item that is
    `UNBOUND` is refused: only `Restore` takes those out.
    """

    targets: WritesMany
    star: Index
    source: Reads


class Attribute(Instruction, frozen=True):
    """R[dst] := R[target].name

    Public names only; names that open up frames and code objects are refused by the verifier.
    """

    dst: Writes
    target: Reads
    name: Public


class Clear(Instruction, frozen=True):
    """R[dst] := UNBOUND"""

    unbinds: ClassVar[bool] = True
    may_raise: ClassVar[bool] = False
    pure: ClassVar[bool] = True
    dst: Writes


class Bound(Instruction, frozen=True):
    """R[dst] := R[variable] is not UNBOUND"""

    may_raise: ClassVar[bool] = False
    pure: ClassVar[bool] = True
    dst: Writes
    variable: ReadsRaw


class Check(Instruction, frozen=True):
    """if R[variable] is UNBOUND: raise UnboundLocalError(name)"""

    binds: ClassVar[bool] = True
    variable: ReadsRaw
    name: Name


# --- loops over values ---------------------------------------------------------------------------------------------------


class Iterate(Instruction, frozen=True):
    """R[dst] := a cursor over R[source], at its start

    A cursor is data, ``(sequence, index)``: it can be saved at any turn.
    """

    dst: Writes
    source: Reads


class Next(Instruction, frozen=True):
    """R[dst] := the next item of cursor R[cursor], or go to ``done`` when there is none

    Falls through while there are items.
    """

    dst: Writes
    cursor: Reads
    done: Label


# --- control -------------------------------------------------------------------------------------------------------------


class Jump(Instruction, frozen=True):
    """go to target"""

    ends_block: ClassVar[bool] = True
    may_raise: ClassVar[bool] = False
    target: Label


class Branch(Instruction, frozen=True):
    """go to then if R[condition] is true, else to otherwise"""

    ends_block: ClassVar[bool] = True
    condition: Reads
    then: Label
    otherwise: Label


class Test(Instruction, frozen=True):
    """go to then if operation(R[left], R[right]) is true, else to otherwise

    `Compute` of a comparison and `Branch` in one; ``benchmarks/tier0.py`` has the loop that pays for it.
    """

    ends_block: ClassVar[bool] = True
    operation: Comparison
    left: Reads
    right: Reads
    then: Label
    otherwise: Label


class Switch(Instruction, frozen=True):
    """go to cases[R[value]] if R[value] is an int in range, else to otherwise

    Dispatches what a ``finally`` was entered for.
    """

    ends_block: ClassVar[bool] = True
    may_raise: ClassVar[bool] = False
    value: Reads
    cases: Labels
    otherwise: Label


class Return(Instruction, frozen=True):
    """leave the flow with R[value]"""

    ends_block: ClassVar[bool] = True
    may_raise: ClassVar[bool] = False
    value: Reads


class Fail(Instruction, frozen=True):
    """raise R[error] from R[cause]; FlowFailed(R[error]) when it is not an error

    ``cause`` is the constant ``None`` where the program names none.
    """

    ends_block: ClassVar[bool] = True
    error: Reads
    cause: Reads


class Reraise(Instruction, frozen=True):
    """raise R[error] again, as if it had never been caught

    The end of a handler that does not match, and of a ``finally``: the place of the error stays where it was first raised.
    """

    ends_block: ClassVar[bool] = True
    error: Reads


class Match(Instruction, frozen=True):
    """R[dst] := R[error] is an instance of one of the errors named"""

    may_raise: ClassVar[bool] = False
    pure: ClassVar[bool] = True
    dst: Writes
    error: Reads
    kinds: Errors


# --- calls ---------------------------------------------------------------------------------------------------------------


class Call(Instruction, frozen=True):
    """R[dst] := task(*R[arguments]) under the policies R[policies]

    ``policies`` reads ``None`` or a tuple of policy tuples, outermost first (`cascade_vm.host.Host.call` has their form).
    """

    suspends: ClassVar[bool] = True
    dst: Writes
    task: Task
    arguments: ReadsMany
    forms: Forms
    policies: Reads


class Method(Instruction, frozen=True):
    """R[dst] := R[target].name(*R[arguments])

    Methods of the built-in types run here; those of other values are the host's to call, as task calls are.
    """

    suspends: ClassVar[bool] = True
    dst: Writes
    target: Reads
    name: Public
    arguments: ReadsMany
    forms: Forms = ()


class Invoke(Instruction, frozen=True):
    """R[dst] := R[target](*R[arguments])

    A function of the program gets a frame of its own, and counts a turn; built-in functions run here, others at the host.
    """

    suspends: ClassVar[bool] = True
    dst: Writes
    target: Reads
    arguments: ReadsMany
    forms: Forms = ()


class Request(Instruction, frozen=True):
    """R[dst] := host.service(*R[arguments])"""

    suspends: ClassVar[bool] = True
    dst: Writes
    service: Service
    arguments: ReadsMany
    forms: Forms = ()


class CallFlow(Instruction, frozen=True):
    """R[dst] := flow(*R[arguments]), in a frame of its own

    One argument a parameter, in order; `UNBOUND` leaves it to a default that the flow computes. Counts a turn. With policies
    other than ``None`` the flow runs as a strand that the host may time, stop and start again.
    """

    suspends: ClassVar[bool] = True
    dst: Writes
    flow: Flow
    arguments: ReadsRawMany
    policies: Reads


class TailCall(Instruction, frozen=True):
    """become flow(*R[arguments]), in this frame

    Counts a turn. Not allowed in a protected range.
    """

    ends_block: ClassVar[bool] = True
    may_raise: ClassVar[bool] = False
    flow: Flow
    arguments: ReadsRawMany


class Fork(Instruction, frozen=True):
    """R[dst] := the results of the branches, run at the same time, at most R[limit] of them

    Branch ``i`` is ``flows[i](*R[arguments[i]], *the results of the branches inputs[i])``. It begins when these, and the
    branches ``after[i]``, have ended. The first error cancels the other branches and is raised here.
    """

    suspends: ClassVar[bool] = True
    dst: Writes
    flows: Flows
    arguments: Groups
    limit: Reads
    inputs: Branches = ()
    after: Branches = ()


class Map(Instruction, frozen=True):
    """R[dst] := [flow(item, *R[arguments]) for item in R[items]], at the same time, at most R[limit] of them

    The items are read whole first; the results come in their order. The first error cancels the rest and is raised here.
    """

    suspends: ClassVar[bool] = True
    dst: Writes
    flow: Flow
    items: Reads
    arguments: ReadsRawMany
    limit: Reads


OPCODES: tuple[type[Instruction], ...] = (
    Copy, Move, Compute, Pack, Unpack, Attribute, Clear, Bound, Check, Iterate, Next, Jump, Branch, Test,
    Switch, Return, Fail, Reraise, Match, Call, Method, Request, CallFlow, TailCall, Fork, Map, Restore, Close, Invoke,
)  # fmt: skip
"""Every opcode, in the order of their numbers. A new one goes to the end: numbers are part of the file format."""
