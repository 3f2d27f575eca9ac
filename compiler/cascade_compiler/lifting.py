"""From a Blueprint back to a flow graph, so that the reference interpreter runs built programs too.

A register becomes a variable, a run of instructions a block; nothing is made simpler. Example::

    0  compute r1 - r0 #1        block 0: #1 = load $r0; #2 = 1; #3 = operate "-" #1 #2; #4 = store $r1 #3;
    1  test > r1 #0 @0 @2                 #5 = load $r1; #6 = 0; #7 = operate ">" #5 #6; branch #7 0 1

It takes verified Blueprints. What a graph can not say is refused with `Unliftable`: policies that were not made right before
their call, and an instruction under an ``except`` handler and a different ``finally`` handler at once (lowering makes
neither). Frames of flows that were inlined are not in the trail of an error any more: a node has one place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, NoReturn

from cascade_compiler import graph
from cascade_compiler.graph import Ref
from cascade_vm import opcodes as op
from cascade_vm.blueprint import Blueprint, Flow
from cascade_vm.constants import Constant
from cascade_vm.host import Place
from cascade_vm.roles import labels, writes
from msgspec.structs import replace

__all__ = ["Unliftable", "lift"]


class Unliftable(Exception):  # noqa: N818 - says what the Blueprint is
    """A Blueprint that has no flow graph; the argument says why."""


def lift(blueprint: Blueprint) -> graph.Program:
    """The program as a flow graph."""
    entry = None if blueprint.entry is None else blueprint.flows[blueprint.entry].name
    flows = tuple([_Lifting(blueprint, flow).run() for flow in blueprint.flows])
    return graph.Program(flows, blueprint.tasks, entry, None, blueprint.strict)


class _Lifting:
    """The work on one flow. Blocks begin where control can come to, and where the protection changes."""

    def __init__(self, blueprint: Blueprint, flow: Flow) -> None:
        self.blueprint = blueprint
        self.flow = flow
        self.starts = sorted(_starts(flow))
        self.block_at = {pc: index for index, pc in enumerate(self.starts)}
        self.unbound: list[graph.Block] = []  # what a `Check` does when it fails, behind all other blocks
        self.nodes: list[graph.Node] = []
        self.ids = 0
        self.pc = 0

    def run(self) -> graph.FlowGraph:
        flow = self.flow
        blocks = [self.block(start, end) for start, end in zip(self.starts, [*self.starts[1:], len(flow.code)], strict=True)]
        where = self.place_of(flow.places[0])
        blocks += self.unbound
        return graph.FlowGraph(flow.name, flow.parameters, tuple(blocks), where, flow.returns, flow.doc, flow.branch)

    def block(self, start: int, end: int) -> graph.Block:
        self.nodes = []
        terminator: graph.Terminator | None = None
        for pc in range(start, end):
            self.pc = pc
            terminator = self.instruction(self.flow.code[pc])
        if terminator is None:
            terminator = graph.Jump(self.place, self.block_at[end])
        return graph.Block(tuple(self.nodes), terminator, (), self.handler(start))

    # --- operands ---

    @property
    def place(self) -> Place:
        return self.place_of(self.flow.places[self.pc])

    def place_of(self, index: int) -> Place:
        location = self.flow.locations[index]
        return Place(location.flow, self.blueprint.files[location.file], *location[1:5])

    def name(self, register: int) -> str:
        parameters = self.flow.parameters
        return parameters[register].name if register < len(parameters) else f"$r{register}"

    def add(self, kind: Callable[..., Any], *fields: object) -> Ref:
        self.ids += 1
        self.nodes.append(kind(self.ids, self.place, *fields))
        return self.ids

    def read(self, operand: int) -> Ref:
        if operand < 0:
            return self.add(graph.Constantly, self.flow.constants[-1 - operand])
        return self.add(graph.Load, self.name(operand), False)

    def read_all(self, operands: tuple[int, ...]) -> tuple[Ref, ...]:
        return tuple([self.read(operand) for operand in operands])

    def write(self, register: int, value: Ref) -> None:
        self.add(graph.Store, self.name(register), value)

    def constant(self, value: object) -> Ref:
        return self.add(graph.Constantly, Constant(value))

    def handler(self, pc: int) -> graph.Handler | None:
        """The one handler of an instruction: the first that covers it."""
        covering = [handler for handler in self.flow.handlers if handler.start <= pc < handler.end]
        if not covering:
            return None
        first = covering[0]
        if not first.cleanup and any(handler.cleanup for handler in covering):
            raise Unliftable(f"instruction {pc} of flow {self.flow.name} has handlers of both kinds")
        return graph.Handler(self.block_at[first.target], self.name(first.error), first.cleanup)

    # --- instructions ---

    def instruction(self, i: op.Instruction) -> graph.Terminator | None:
        """Add what an instruction does; the terminator if it ends the block."""
        if i.ends_block or isinstance(i, op.Next | op.Check):
            return self.end(i)
        if i.suspends:
            self.call(i)
        else:
            self.compute(i)
        return None

    def compute(self, i: op.Instruction) -> None:
        match i:
            case op.Copy():
                self.write(i.dst, self.read(i.source))
            case op.Move():
                for target, value in zip(i.targets, self.read_all(i.sources), strict=True):
                    self.write(target, value)
            case op.Compute():
                self.write(i.dst, self.add(graph.Operate, i.operation, self.read_all(i.arguments), i.forms))
            case op.Pack():
                self.write(i.dst, self.add(graph.PackVariables, tuple([self.variable(source) for source in i.sources])))
            case op.Unpack():
                self.add(graph.UnpackInto, tuple(map(self.name, i.targets)), i.star, self.read(i.source))
            case op.Restore():
                names = tuple(map(self.name, i.targets))
                self.add(graph.UnpackVariables, names, self.read(i.source), i.branch)
            case op.Attribute():
                self.write(i.dst, self.add(graph.AttributeOf, self.read(i.target), i.name))
            case op.Clear():
                self.add(graph.Forget, self.name(i.dst), False)
            case op.Bound():
                self.write(i.dst, self.add(graph.IsBound, self.variable(i.variable)))
            case op.Iterate():
                self.write(i.dst, self.add(graph.Iterate, self.read(i.source)))
            case op.Close():
                captured = self.read_all(i.captured)
                self.write(i.dst, self.add(graph.MakeFunction, self.flow_name(i.flow), captured, i.name))
            case op.Match():
                self.write(i.dst, self.add(graph.MatchError, self.read(i.error), i.kinds))
            case _:
                raise AssertionError(f"{type(i).__name__} is not lifted")

    def variable(self, operand: int) -> str:
        """An operand as a variable, also when it is a constant."""
        if operand >= 0:
            return self.name(operand)
        name = f"$c{-1 - operand}"
        self.add(graph.Store, name, self.read(operand))
        return name

    def call(self, i: op.Instruction) -> None:
        match i:
            case op.Call():
                task = self.blueprint.tasks[i.task].name
                arguments = self.read_all(i.arguments)
                value = self.add(graph.CallTask, task, arguments, i.forms, self.policies(i.policies))
            case op.Method():
                target = self.read(i.target)
                value = self.add(graph.Method, target, i.name, self.read_all(i.arguments), i.forms)
            case op.Invoke():
                value = self.add(graph.CallValue, self.read(i.target), self.read_all(i.arguments), i.forms)
            case op.Request():
                value = self.add(graph.Request, i.service, self.read_all(i.arguments), i.forms)
            case op.CallFlow():
                arguments = self.read_all(i.arguments)
                value = self.add(graph.CallFlow, self.flow_name(i.flow), arguments, self.policies(i.policies))
            case op.Fork():
                none = ((),) * len(i.flows)
                rows = zip(i.flows, i.arguments, i.inputs or none, i.after or none, strict=True)
                branches = [
                    graph.ForkBranch(self.flow_name(flow), self.read_all(group), *needs) for flow, group, *needs in rows
                ]
                value = self.add(graph.Fork, tuple(branches), self.read(i.limit))
            case op.Map():
                items = self.read(i.items)
                value = self.add(graph.Map, self.flow_name(i.flow), items, self.read_all(i.arguments), self.read(i.limit))
            case _:
                raise AssertionError(f"{type(i).__name__} is not lifted")
        self.write(i.dst, value)

    def flow_name(self, index: int) -> str:
        return self.blueprint.flows[index].name

    def end(self, i: op.Instruction) -> graph.Terminator:
        blocks, place = self.block_at, self.place
        match i:
            case op.Jump():
                return graph.Jump(place, blocks[i.target])
            case op.Branch():
                return graph.BranchOn(place, self.read(i.condition), blocks[i.then], blocks[i.otherwise])
            case op.Test():
                condition = self.add(graph.Operate, i.operation, (self.read(i.left), self.read(i.right)))
                return graph.BranchOn(place, condition, blocks[i.then], blocks[i.otherwise])
            case op.Switch():
                cases = tuple([blocks[case] for case in i.cases])
                return graph.SwitchOn(place, self.read(i.value), cases, blocks[i.otherwise])
            case op.Next():
                return graph.Step(place, self.read(i.cursor), self.name(i.dst), blocks[self.pc + 1], blocks[i.done])
            case op.Check():
                bound = self.add(graph.IsBound, self.variable(i.variable))
                return graph.BranchOn(place, bound, blocks[self.pc + 1], self.when_unbound(i.name))
            case op.Return():
                return graph.Return(place, self.read(i.value))
            case op.Fail():
                return graph.Fail(place, self.read(i.error), self.read(i.cause))
            case op.Reraise():
                return graph.Reraise(place, self.read(i.error))
            case op.TailCall():
                return graph.TailCall(place, self.flow_name(i.flow), self.read_all(i.arguments))
            case _:
                raise AssertionError(f"{type(i).__name__} is not lifted")

    def when_unbound(self, name: str) -> int:
        """The block that raises what a `Check` raises."""
        kept, self.nodes = self.nodes, []
        message = f"cannot access local variable '{name}' where it is not associated with a value"
        error = self.add(graph.Operate, "error", (self.constant("UnboundLocalError"), self.constant(message)), ())
        block = graph.Block(tuple(self.nodes), graph.Fail(self.place, error), (), self.handler(self.pc))
        self.nodes = kept
        self.unbound.append(block)
        return len(self.starts) + len(self.unbound) - 1

    # --- policies ---

    def policies(self, operand: int) -> tuple[graph.Policy, ...]:
        """The policies of a call, from the tuples that were built for it right before."""
        found = self.parts(operand, self.pc)
        if found is None:
            return ()
        policies = []
        for policy, pc in found:
            kind, *settings = self.parts(policy, pc) or self.refuse_policies()
            if kind[0] >= 0:
                self.refuse_policies()
            name = self.flow.constants[-1 - kind[0]].value
            policies.append(graph.Policy(str(name), tuple([self.setting(*setting) for setting in settings])))
        return tuple(policies)

    def parts(self, operand: int, before: int) -> list[tuple[int, int]] | None:
        """The items of a tuple: operands, each with the instruction before which it is read. None for the constant None."""
        if operand < 0:
            value = self.flow.constants[-1 - operand].value
            if value is None:
                return None
            if not isinstance(value, tuple):
                self.refuse_policies()
            return [(self.constant_operand(item), before) for item in value]
        for pc in range(before - 1, self.starts[self.block_of(before)] - 1, -1):
            made = self.flow.code[pc]
            if operand in writes(made):
                if isinstance(made, op.Compute) and made.operation == "build_tuple" and not any(made.forms):
                    return [(argument, pc) for argument in made.arguments]
                if isinstance(made, op.Copy):
                    return self.parts(made.source, pc)
                break
        return self.refuse_policies()

    def constant_operand(self, value: object) -> int:
        """A constant that the flow may not have had: a part of one that it has."""
        constant = Constant(value)
        if constant not in self.flow.constants:
            self.flow = replace(self.flow, constants=(*self.flow.constants, constant))
        return -1 - self.flow.constants.index(constant)

    def setting(self, operand: int, pc: int) -> Ref:
        """A setting, provided that it is still there when the call reads it."""
        if operand >= 0 and any(operand in writes(self.flow.code[between]) for between in range(pc, self.pc)):
            self.refuse_policies()
        return self.read(operand)

    def block_of(self, pc: int) -> int:
        return bisect_right(self.starts, pc) - 1

    def refuse_policies(self) -> NoReturn:
        raise Unliftable(f"the policies of the call at instruction {self.pc} of flow {self.flow.name} are made elsewhere")


def _starts(flow: Flow) -> set[int]:
    """Where blocks begin."""
    found = {0}
    for pc, instruction in enumerate(flow.code):
        found.update(labels(instruction))
        if instruction.ends_block or isinstance(instruction, op.Next | op.Check):
            found.add(pc + 1)
    for handler in flow.handlers:
        found.update((handler.start, handler.end, handler.target))
    return {pc for pc in found if pc < len(flow.code)}
