"""The reference: what a program means, said as plainly as we can.

It walks the flow graph, one node at a time. A strand (the run itself, a branch of a `parallel`, an attempt at a flow) is a
list of frames; a frame is a flow, the block it is in, and two dicts: the values of its nodes and of its variables. What needs
no more than a frame is done by the frame (`cascade.reference_steps`), with operations that are Python's own
(`cascade.reference_values`); what calls a flow or needs the host is done here. Nothing is shared with lowering, passes or
machine: when the two engines agree, they agree for different reasons. It knows no policies, tasks, clocks or events: those are
the host's.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any

from cascade_compiler import graph
from cascade_vm.errors import BudgetExhausted, append_trail, begin_trail, leave_function, trail_of
from cascade_vm.host import Host, Pending, Place, Site, Start
from cascade_vm.signature import default_of

from cascade.reference_arguments import named, pass_as
from cascade.reference_frames import Frame, as_raised, enter, error_of, receives
from cascade.reference_functions import Function, built_in, frame_of, is_of
from cascade.reference_steps import Flow
from cascade.reference_values import method_of

__all__ = ["Interpreter"]

DEEPEST = 250_000
"""Frames that may be open at once, those of the strands that wait for this one included."""
_SLICE_SECONDS = 0.005
_TURNS_BETWEEN_LOOKS = 1_000  # at the clock: a turn costs some microseconds here


class Interpreter:
    """Runs the flows of a program."""

    def __init__(self, program: graph.Program, host: Host) -> None:
        self.program = program
        self.host = host
        self.flows = {flow.name: Flow(flow) for flow in program.flows}

    async def run(self, flow_name: str, arguments: Sequence[object]) -> object:
        """Run a flow to its end. One argument a parameter; `UNBOUND` where the flow computes the default."""
        return await _Strand(self, 0).run(self.enter(flow_name, arguments))

    async def run_strand(self, flow_name: str, arguments: Sequence[object], depth: int) -> object:
        """Run a flow beside others, or under policies. It counts one turn, as any call of a flow."""
        self.check_depth(depth)
        self.spend_turn()
        return await _Strand(self, depth).run(self.enter(flow_name, arguments))

    def enter(self, flow_name: str, arguments: Sequence[object]) -> Frame:
        return enter(self.flows[flow_name], arguments)

    def run_now(self, begin: Callable[[], Frame]) -> object:
        """Run a function that Python code calls, a built-in function perhaps. It counts one turn, and can not wait."""
        self.spend_turn()
        return _Strand(self, 0).run_now(begin())

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
        self.frames: list[Frame] = []
        self.doom: BaseException | None = None  # received by a cleanup handler; how this strand will end
        self.failure: BaseException | None = None  # how it has ended
        self.at_once = False
        self.turns = 0
        self.slice_ends = self.host.now() + _SLICE_SECONDS

    async def run(self, first: Frame) -> object:
        """Run until the first frame has returned or failed."""
        result = await self.run_frames(first)
        self.raise_failure()
        return result

    def run_now(self, first: Frame) -> object:
        """The same at once: where it would wait it gets an error, and it lets nobody have a turn."""
        self.at_once = True
        running, result = self.run_frames(first), None
        try:
            running.send(None)
        except StopIteration as ended:
            result = ended.value
        finally:
            running.close()
        if self.failure is not None:
            leave_function(self.failure)
        self.raise_failure()
        return result

    async def run_frames(self, first: Frame) -> object:
        """What the first frame gives; ``failure`` is set if it has failed."""
        self.frames.append(first)
        result: object = None
        while self.frames:
            frame = self.frames[-1]
            error: BaseException | None = None
            try:
                node, block = frame.compute(), frame.block
                if node is not None:
                    await self.run_node(node)
                elif block.way is not None:
                    target = block.way(frame)
                    if target <= frame.number:
                        await self.turn(block.end.place)
                    frame.go(target, block.given)
                elif isinstance(block.end, graph.Fail | graph.Reraise):
                    error = error_of(block.end, frame)  # not raised: a `StopIteration` would not get through a coroutine
                else:
                    assert isinstance(block.end, graph.Return | graph.TailCall)
                    result = await self.leave(block.end)
            except BaseException as raised:
                error = as_raised(raised)
            if error is not None:
                self.note_place(error, frame.now)
                self.unwind(error)
        del error, frame  # an error holds this frame of Python, and would hold itself
        if self.doom is not None:
            self.failure, self.doom = self.doom, None
        return result

    def raise_failure(self) -> None:
        if self.failure is not None:
            try:
                raise self.failure
            finally:
                self.failure = None

    async def answer(self, reply: object) -> Any:
        """What the host gave, or what it gives later."""
        if not isinstance(reply, Pending):
            return reply
        if self.at_once:
            reply.drop()
            raise RuntimeError("a function that a built-in calls can not wait")
        return await reply.awaitable

    # --- errors ---

    def note_place(self, error: BaseException, step: graph.Node | graph.Terminator) -> None:
        """Begin the error's trail here; continue it when it comes from a strand or is only passed on."""
        match step:
            case graph.Reraise() if trail_of(error):
                pass
            case graph.Fork() | graph.Map() | graph.CallFlow(policies=(_, *_)):
                append_trail(error, step.place)
            case _:
                begin_trail(error, step.place)

    def unwind(self, error: BaseException) -> None:
        """Hand the error to the nearest handler that receives it; the strand ends with it when there is none."""
        while self.frames:
            frame = self.frames[-1]
            handler = frame.block.handler
            if handler is not None and receives(handler, error):
                if self.doom is None and not isinstance(error, Exception):
                    self.doom = error
                frame.variables[handler.variable] = error
                frame.go(handler.block)
                return
            self.frames.pop()
            if self.frames:
                append_trail(error, self.frames[-1].now.place)
        if self.doom is None or not isinstance(error, Exception):
            self.failure, self.doom = error, None

    # --- nodes ---

    async def run_node(self, node: graph.Node) -> None:
        """Run the current node, which is no step of the frame alone; a plain call of a flow only enters it."""
        frame = self.frames[-1]
        match node:
            case graph.CallTask():
                frame.values[node.id] = await self.answer(self.call_task(node))
            case graph.CallFlow() if not node.policies:
                await self.turn(node.place)
                self.call(node)
            case graph.CallValue() if is_of(self.interpreter, frame.values[node.target]):
                await self.turn(node.place)
                self.call_function(node)
            case graph.MakeFunction():
                owner, captured = self.interpreter, frame.read(node.captured)
                frame.values[node.id] = Function(owner, owner.run_now, owner.flows[node.flow], node, captured)
            case _:
                frame.values[node.id] = await self.ask(node)

    async def ask(self, node: graph.Node) -> object:
        """The value of a node that needs the host."""
        frame, host = self.frames[-1], self.host
        match node:
            case graph.CallValue():
                return await self.answer(self.call_value(node))
            case graph.Method():
                return await self.answer(self.call_method(node))
            case graph.Request(service=service):
                arguments, keywords = pass_as(node.forms, frame.read(node.arguments), lambda: f"{service}()")
                return await self.answer(getattr(host, service)(Site(service, node.place), *arguments, **keywords))
            case graph.CallFlow(flow=name):
                start = self.starter(name, self.flow_arguments(name, node.arguments))
                return await self.answer(host.attempt(Site(name, node.place), start, self.policies(node.policies)))
            case graph.Fork(branches=branches):
                return await self.fork(node, branches)
            case graph.Map(flow=name):
                items, others = list(frame.values[node.items]), frame.read(node.arguments)
                return await self.gather(node, (self.starter(name, [item, *others]) for item in items))
            case _:
                raise AssertionError(f"no step for {type(node).__name__}")

    def call_task(self, node: graph.CallTask) -> object:
        values, told = self.frames[-1].read(node.arguments), lambda: f"{node.task.replace(':', '.')}()"
        arguments, keywords = pass_as(node.forms, values, told)
        return self.host.call(Site(node.task, node.place), arguments, named(keywords), self.policies(node.policies))

    def call_value(self, node: graph.CallValue) -> object:
        target = self.frames[-1].values[node.target]
        arguments, keywords = pass_as(node.forms, self.frames[-1].read(node.arguments), lambda: target)
        function = built_in(target)
        if function is not None:
            return function(*arguments, **keywords)
        if self.interpreter.program.strict:
            raise TypeError(f"a strict program may not call '{type(target).__name__}' values")
        return self.host.apply(Site("()", node.place), target, arguments, keywords)

    def call_method(self, node: graph.Method) -> object:
        frame = self.frames[-1]
        target = frame.values[node.target]
        arguments, keywords = pass_as(node.forms, frame.read(node.arguments), lambda: getattr(target, node.name))
        method = method_of(target, node.name)
        if method is not None:
            return method(*arguments, **keywords)
        kind = type(target)
        if self.interpreter.program.strict:
            raise TypeError(f"a strict program may not call methods of '{kind.__name__}' values")
        return self.host.method(Site(f".{node.name}", node.place), target, arguments, keywords)

    async def gather(self, node: graph.Fork | graph.Map, starts: Iterable[Start]) -> list[object]:
        limit = None if node.limit is None else self.frames[-1].values[node.limit]
        results: Any = await self.answer(self.host.gather(Site("parallel", node.place), starts, limit))
        return list(results)

    async def fork(self, node: graph.Fork, branches: Sequence[graph.ForkBranch]) -> list[object]:
        frame = self.frames[-1]
        needs = [(*branch.inputs, *branch.after) for branch in branches]
        if not any(needs):
            return await self.gather(node, [self.starter(b.flow, frame.read(b.arguments)) for b in branches])
        begins = [partial(self.begin, branch, frame.read(branch.arguments)) for branch in branches]
        limit = None if node.limit is None else frame.values[node.limit]
        results: Any = await self.answer(self.host.weave(Site("parallel", node.place), begins, needs, limit))
        return list(results)

    def begin(self, branch: graph.ForkBranch, values: list[Any], results: Sequence[object]) -> Coroutine[Any, Any, object]:
        """Start a branch, once the results that it gets are there."""
        return self.starter(branch.flow, [*values, *(results[number] for number in branch.inputs)])()

    def starter(self, flow_name: str, arguments: Sequence[object]) -> Start:
        return partial(self.interpreter.run_strand, flow_name, arguments, self.depth + len(self.frames))

    def policies(self, policies: tuple[graph.Policy, ...]) -> object:
        frame = self.frames[-1]
        return tuple([(policy.kind, *frame.read(policy.settings)) for policy in policies]) or None

    # --- calls of flows, and terminators ---

    def flow_arguments(self, flow_name: str, refs: Sequence[graph.Ref | None]) -> list[object]:
        """Arguments for a flow; where there is none, the default, or `UNBOUND` when the flow computes it."""
        values: list[object] = []
        for parameter, ref in zip(self.interpreter.flows[flow_name].parameters, refs, strict=True):
            if ref is not None:
                values.append(self.frames[-1].values[ref])
            else:
                values.append(default_of(parameter))
        return values

    def call(self, node: graph.CallFlow) -> None:
        self.interpreter.check_depth(self.depth + len(self.frames))
        self.frames.append(self.interpreter.enter(node.flow, self.flow_arguments(node.flow, node.arguments)))

    def call_function(self, node: graph.CallValue) -> None:
        frame = self.frames[-1]
        self.interpreter.check_depth(self.depth + len(self.frames))
        target = frame.values[node.target]
        self.frames.append(frame_of(target, *pass_as(node.forms, frame.read(node.arguments), lambda: target)))

    async def turn(self, place: Place) -> None:
        """Spend a turn, and let others run when this strand has run for long."""
        self.interpreter.spend_turn()
        self.turns += 1
        if not self.at_once and self.turns % _TURNS_BETWEEN_LOOKS == 0 and self.host.now() >= self.slice_ends:
            await self.host.pause(place)
            self.slice_ends = self.host.now() + _SLICE_SECONDS

    async def leave(self, end: graph.Return | graph.TailCall) -> object:
        """Leave the current frame. What a `Return` gives is the result of its flow, and the value of the call in the frame
        below."""
        frame = self.frames[-1]
        if isinstance(end, graph.TailCall):
            values = self.flow_arguments(end.flow, end.arguments)
            await self.turn(end.place)
            self.frames[-1] = self.interpreter.enter(end.flow, values)
            return None
        self.frames.pop()
        value = frame.values[end.value]
        if self.frames:
            node = self.frames[-1].now
            assert isinstance(node, graph.CallFlow | graph.CallValue)
            self.frames[-1].values[node.id] = value
        return value
