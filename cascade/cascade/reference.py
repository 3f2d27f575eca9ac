"""The reference: what a program means, said as plainly as we can.

It walks the flow graph, one node at a time. A strand (the run itself, a branch of a `parallel`, an attempt at a flow) is a
list of frames; a frame is a flow, the block it is in, and two dicts: the values of its nodes and of its variables.
Operations are Python's own (`cascade.reference_values`). Nothing here is shared with lowering, passes or machine: when the two
engines agree, they agree for different reasons. It knows no policies, tasks, clocks or events: those are the host's.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, assert_never

from cascade_compiler import graph
from cascade_vm.errors import BudgetExhausted, FlowFailed, append_trail, start_trail, trail_of
from cascade_vm.host import UNBOUND, Host, Pending, Place, Site, Start

from cascade.reference_values import LAZY, OPERATIONS, is_error, method_of, pass_as, read_attribute, unpack

__all__ = ["Interpreter"]

DEEPEST = 250_000
"""Frames that may be open at once, those of the strands that wait for this one included."""
_SLICE_SECONDS = 0.005
_TURNS_BETWEEN_LOOKS = 1_000  # at the clock: a turn costs some microseconds here


@dataclass(slots=True)
class _Frame:
    """One flow under way: it is about to do step ``step`` of block ``block`` (its nodes, then its terminator)."""

    flow: graph.FlowGraph
    variables: dict[str, Any]
    values: dict[graph.Ref, Any] = field(default_factory=dict)
    block: int = 0
    step: int = 0

    def current(self) -> graph.Node | graph.Terminator:
        """The node or terminator that this frame is about to run, or is waiting in."""
        block = self.flow.blocks[self.block]
        return block.nodes[self.step] if self.step < len(block.nodes) else block.end

    def read(self, refs: Iterable[graph.Ref]) -> list[Any]:
        return [self.values[ref] for ref in refs]

    def load(self, name: str) -> Any:
        if name not in self.variables:
            raise UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")
        return self.variables[name]

    def set(self, name: str, value: object) -> None:
        """Set a variable; `UNBOUND` unbinds it."""
        if value is UNBOUND:
            self.variables.pop(name, None)
        else:
            self.variables[name] = value

    def finish(self, node: graph.Node, value: object) -> None:
        """The current node is done."""
        self.values[node.id] = value
        self.step += 1

    def go(self, block: int) -> None:
        self.block, self.step = block, 0


class Interpreter:
    """Runs the flows of a program."""

    def __init__(self, program: graph.Program, host: Host) -> None:
        self.program = program
        self.host = host
        self.flows = {flow.name: flow for flow in program.flows}

    async def run(self, flow_name: str, arguments: Sequence[object]) -> object:
        """Run a flow to its end. One argument a parameter; `UNBOUND` where the flow computes the default."""
        return await _Strand(self, 0).run(self.enter(flow_name, arguments))

    async def run_strand(self, flow_name: str, arguments: Sequence[object], depth: int) -> object:
        """Run a flow beside others, or under policies. It counts one turn, as any call of a flow."""
        self.check_depth(depth)
        self.spend_turn()
        return await _Strand(self, depth).run(self.enter(flow_name, arguments))

    def enter(self, flow_name: str, arguments: Sequence[object]) -> _Frame:
        flow = self.flows[flow_name]
        frame = _Frame(flow, {})
        for parameter, value in zip(flow.parameters, arguments, strict=True):
            frame.set(parameter.name, value)
        return frame

    def check_depth(self, open_frames: int) -> None:
        if open_frames >= DEEPEST:
            raise RecursionError(f"flow calls are nested deeper than {DEEPEST}")

    def spend_turn(self) -> None:
        meter = self.host.meter
        if meter.turns_left is not None:
            if meter.turns_left <= 0:
                raise BudgetExhausted("turns", meter.turns_spent)
            meter.turns_left -= 1
        meter.turns_spent += 1


class _Strand:
    """Frames that call each other. ``depth`` counts the frames that wait for this strand."""

    def __init__(self, interpreter: Interpreter, depth: int) -> None:
        self.interpreter = interpreter
        self.host = interpreter.host
        self.depth = depth
        self.frames: list[_Frame] = []
        self.doom: BaseException | None = None  # received by a cleanup handler; how this strand will end
        self.failure: BaseException | None = None  # how it has ended
        self.turns = 0
        self.slice_ends = self.host.now() + _SLICE_SECONDS

    async def run(self, first: _Frame) -> object:
        """Run until the first frame has returned or failed."""
        self.frames.append(first)
        result: object = None
        while self.frames:
            frame = self.frames[-1]
            block = frame.flow.blocks[frame.block]
            error: BaseException | None = None
            try:
                if frame.step < len(block.nodes):
                    await self.run_node(block.nodes[frame.step])
                elif isinstance(block.end, graph.Fail | graph.Reraise):
                    error = _error_of(block.end, frame)  # not raised: a `StopIteration` would not get through a coroutine
                else:
                    result = await self.end_block(block.end)
            except BaseException as raised:
                error = raised
            if error is not None:
                self.note_place(error, frame.current())
                self.unwind(error)
        if self.doom is not None:
            self.failure, self.doom = self.doom, None
        if self.failure is not None:
            try:
                raise self.failure
            finally:
                self.failure = None
                del error, frame  # the error holds this frame of Python now, and would hold itself
        return result

    # --- errors ---

    def note_place(self, error: BaseException, step: graph.Node | graph.Terminator) -> None:
        """Begin the error's trail here; continue it when it comes from a strand or is only passed on."""
        match step:
            case graph.Reraise() if trail_of(error):
                pass
            case graph.Fork() | graph.Map() | graph.CallFlow(policies=(_, *_)):
                append_trail(error, step.place)
            case _:
                start_trail(error, step.place)

    def unwind(self, error: BaseException) -> None:
        """Hand the error to the nearest handler that receives it; the strand ends with it when there is none."""
        while self.frames:
            frame = self.frames[-1]
            handler = frame.flow.blocks[frame.block].handler
            if handler is not None and _receives(handler, error):
                if self.doom is None and not isinstance(error, Exception):
                    self.doom = error
                frame.variables[handler.variable] = error
                frame.go(handler.block)
                return
            self.frames.pop()
            if self.frames:
                append_trail(error, self.frames[-1].current().place)
        if self.doom is None or not isinstance(error, Exception):
            self.failure, self.doom = error, None

    # --- nodes ---

    async def run_node(self, node: graph.Node) -> None:
        """Run the current node; a plain call of a flow only enters it."""
        frame = self.frames[-1]
        match node:
            case graph.CallFlow() if not node.policies:
                await self.turn(node.place)
                self.call(node)
            case graph.CallTask() | graph.Method() | graph.Request() | graph.CallFlow() | graph.Fork() | graph.Map():
                frame.finish(node, await self.ask(node))
            case _:
                frame.finish(node, self.compute(node))

    def compute(
        self,
        node: graph.Constantly | graph.Load | graph.Store | graph.Forget | graph.IsBound | graph.Operate
        | graph.AttributeOf | graph.UnpackInto | graph.PackVariables | graph.UnpackVariables | graph.Iterate
        | graph.MatchError,
    ) -> object:  # fmt: skip
        """The value of a node that needs nothing but values."""
        frame = self.frames[-1]
        match node:
            case graph.Constantly(constant=constant):
                return constant.value
            case graph.Load(variable=name, checked=checked):
                return frame.load(name) if checked else frame.variables.get(name, UNBOUND)
            case graph.Store(variable=name, value=ref):
                frame.set(name, frame.values[ref])
            case graph.Forget(variable=name, checked=checked):
                if checked:
                    frame.load(name)
                frame.set(name, UNBOUND)
            case graph.IsBound(variable=name):
                return name in frame.variables
            case graph.Operate(operation=name):
                arguments, keywords = pass_as(node.forms, frame.read(node.arguments))
                return OPERATIONS[name](*arguments, **keywords)
            case graph.AttributeOf(target=ref, name=name):
                return read_attribute(frame.values[ref], name)
            case graph.UnpackInto(variables=names, star=star, source=ref):
                for name, item in zip(names, unpack(frame.values[ref], len(names), star), strict=True):
                    frame.set(name, item)
            case graph.PackVariables(variables=names):
                return tuple(frame.variables.get(name, UNBOUND) for name in names)
            case graph.UnpackVariables(variables=names, source=ref, branch=branch):
                packed = frame.values[ref] if branch < 0 else frame.values[ref][branch]
                for name, item in zip(names, packed, strict=True):
                    frame.set(name, item)
            case graph.Iterate(source=ref):
                source = frame.values[ref]
                return iter(source if type(source) in LAZY else list(source))
            case graph.MatchError(error=ref, kinds=kinds):
                return is_error(frame.values[ref], kinds)
            case _:
                assert_never(node)
        return None

    async def ask(
        self, node: graph.CallTask | graph.Method | graph.Request | graph.CallFlow | graph.Fork | graph.Map
    ) -> object:
        """The value of a node that needs the host."""
        frame, host = self.frames[-1], self.host
        match node:
            case graph.CallTask(task=name):
                arguments, keywords = pass_as(node.forms, frame.read(node.arguments))
                site = Site(name, node.place)
                return await _answer(host.call(site, arguments, keywords, self.policies(node.policies)))
            case graph.Method():
                return await _answer(self.call_method(node))
            case graph.Request(service=service):
                arguments, keywords = pass_as(node.forms, frame.read(node.arguments))
                return await _answer(getattr(host, service)(Site(service, node.place), *arguments, **keywords))
            case graph.CallFlow(flow=name):
                start = self.starter(name, self.flow_arguments(name, node.arguments))
                return await _answer(host.attempt(Site(name, node.place), start, self.policies(node.policies)))
            case graph.Fork(branches=branches):
                return await self.fork(node, branches)
            case graph.Map(flow=name):
                items, others = list(frame.values[node.items]), frame.read(node.arguments)
                return await self.gather(node, (self.starter(name, [item, *others]) for item in items))
            case _:
                assert_never(node)

    def call_method(self, node: graph.Method) -> object:
        frame = self.frames[-1]
        target = frame.values[node.target]
        arguments, keywords = pass_as(node.forms, frame.read(node.arguments))
        method = method_of(target, node.name)
        if method is not None:
            return method(*arguments, **keywords)
        kind = type(target)
        if self.interpreter.program.strict:
            raise TypeError(f"a strict program may not call methods of '{kind.__name__}' values")
        return self.host.method(Site(f".{node.name}", node.place), target, arguments, keywords)

    async def gather(self, node: graph.Fork | graph.Map, starts: Iterable[Start]) -> list[object]:
        limit = None if node.limit is None else self.frames[-1].values[node.limit]
        results: Any = await _answer(self.host.gather(Site("parallel", node.place), starts, limit))
        return list(results)

    async def fork(self, node: graph.Fork, branches: Sequence[graph.ForkBranch]) -> list[object]:
        frame = self.frames[-1]
        needs = [(*branch.inputs, *branch.after) for branch in branches]
        if not any(needs):
            return await self.gather(node, [self.starter(b.flow, frame.read(b.arguments)) for b in branches])
        begins = [partial(self.begin, branch, frame.read(branch.arguments)) for branch in branches]
        limit = None if node.limit is None else frame.values[node.limit]
        results: Any = await _answer(self.host.weave(Site("parallel", node.place), begins, needs, limit))
        return list(results)

    def begin(self, branch: graph.ForkBranch, values: list[Any], results: Sequence[object]) -> Coroutine[Any, Any, object]:
        """Start a branch, once the results that it gets are there."""
        return self.starter(branch.flow, [*values, *(results[number] for number in branch.inputs)])()

    def starter(self, flow_name: str, arguments: Sequence[object]) -> Start:
        return partial(self.interpreter.run_strand, flow_name, arguments, self.depth + len(self.frames))

    def policies(self, policies: tuple[graph.Policy, ...]) -> object:
        frame = self.frames[-1]
        return tuple((policy.kind, *frame.read(policy.settings)) for policy in policies) or None

    # --- calls of flows, and terminators ---

    def flow_arguments(self, flow_name: str, refs: Sequence[graph.Ref | None]) -> list[object]:
        """Arguments for a flow; where there is none, the default, or `UNBOUND` when the flow computes it."""
        values: list[object] = []
        for parameter, ref in zip(self.interpreter.flows[flow_name].parameters, refs, strict=True):
            if ref is not None:
                values.append(self.frames[-1].values[ref])
            else:
                values.append(UNBOUND if parameter.default is None else parameter.default.value)
        return values

    def call(self, node: graph.CallFlow) -> None:
        self.interpreter.check_depth(self.depth + len(self.frames))
        self.frames.append(self.interpreter.enter(node.flow, self.flow_arguments(node.flow, node.arguments)))

    async def turn(self, place: Place) -> None:
        """Spend a turn, and let others run when this strand has run for long."""
        self.interpreter.spend_turn()
        self.turns += 1
        if self.turns % _TURNS_BETWEEN_LOOKS == 0 and self.host.now() >= self.slice_ends:
            await self.host.pause(place)
            self.slice_ends = self.host.now() + _SLICE_SECONDS

    async def go(self, end: graph.Terminator, block: int) -> None:
        """Jump to a block; a turn when it does not come after this one."""
        if block <= self.frames[-1].block:
            await self.turn(end.place)
        self.frames[-1].go(block)

    async def end_block(
        self, end: graph.Jump | graph.BranchOn | graph.SwitchOn | graph.Step | graph.Return | graph.TailCall
    ) -> object:
        """Do what ends a block. What a `Return` gives is the result of its flow."""
        frame = self.frames[-1]
        match end:
            case graph.Jump(block=block, arguments=refs):
                values = [UNBOUND if ref is None else frame.values[ref] for ref in refs]
                await self.go(end, block)
                for name, value in zip(frame.flow.blocks[block].parameters, values, strict=True):
                    frame.set(name, value)
            case graph.BranchOn(condition=ref):
                await self.go(end, end.then if frame.values[ref] else end.otherwise)
            case graph.SwitchOn(value=ref, cases=cases):
                value = frame.values[ref]
                known = isinstance(value, int) and 0 <= value < len(cases)
                await self.go(end, cases[value] if known else end.otherwise)
            case graph.Step(iteration=ref, variable=name):
                item = next(frame.values[ref], _END)
                if item is _END:
                    await self.go(end, end.done)
                else:
                    frame.set(name, item)
                    await self.go(end, end.body)
            case graph.Return(value=ref):
                return self.leave(frame.values[ref])
            case graph.TailCall(flow=name, arguments=arguments):
                values = self.flow_arguments(name, arguments)
                await self.turn(end.place)
                self.frames[-1] = self.interpreter.enter(name, values)
            case _:
                assert_never(end)
        return None

    def leave(self, value: object) -> object:
        """Return from the current frame to the one that called it."""
        self.frames.pop()
        if self.frames:
            node = self.frames[-1].current()
            assert isinstance(node, graph.CallFlow)
            self.frames[-1].finish(node, value)
        return value


_END = object()


def _receives(handler: graph.Handler, error: BaseException) -> bool:
    """A cleanup handler receives all but what ends the run itself: a spent budget, or the closing of its coroutine."""
    if handler.cleanup:
        return not isinstance(error, BudgetExhausted | GeneratorExit)
    return isinstance(error, Exception)


def _error_of(end: graph.Fail | graph.Reraise, frame: _Frame) -> BaseException:
    value = frame.values[end.error]
    error = value if isinstance(value, BaseException) else FlowFailed(value)
    cause = None if isinstance(end, graph.Reraise) or end.cause is None else frame.values[end.cause]
    if cause is not None:
        if not isinstance(cause, BaseException):
            return TypeError("exception causes must derive from BaseException")
        error.__cause__ = cause
    return error


async def _answer(reply: object) -> Any:
    """What the host gave, or what it gives later."""
    return await reply.awaitable if isinstance(reply, Pending) else reply
