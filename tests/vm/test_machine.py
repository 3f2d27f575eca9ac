"""The machine on programs made by hand: frames, errors and trails, turns, strands."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

import pytest
from cascade_vm import cells, dispatch
from cascade_vm.blueprint import Blueprint, Flow, Handler, Location, Parameter, Task
from cascade_vm.constants import Constant
from cascade_vm.errors import BudgetExhausted, FlowFailed, trail_of
from cascade_vm.host import Meter, Pending, Place, Site, Start
from cascade_vm.linker import link
from cascade_vm.machine import Machine
from cascade_vm.opcodes import (
    Attribute,
    Branch,
    Call,
    CallFlow,
    Check,
    Clear,
    Compute,
    Copy,
    Fail,
    Fork,
    Instruction,
    Iterate,
    Jump,
    Map,
    Method,
    Move,
    Next,
    Pack,
    Reraise,
    Restore,
    Return,
    Switch,
    TailCall,
    Test,
    Unpack,
)  # fmt: skip
from cascade_vm.verifier import verify

Test.__test__ = False  # type: ignore[attr-defined] - an opcode, not a test


class StubHost:
    """Calls functions by name; strands of a gather run one after the other, unless `side_by_side`."""

    directs = None

    def __init__(self, tasks: dict[str, Callable[..., object]] | None = None, meter: Meter | None = None) -> None:
        self.tasks = tasks or {}
        self.meter = meter or Meter()
        self.pauses: list[Place] = []
        self.clock = 0.0

    def call(self, site: Site, arguments: Sequence[object], keywords: Any, policies: object) -> object:
        value = self.tasks[site.target](*arguments, **keywords)
        return Pending(value) if asyncio.iscoroutine(value) else value

    def method(self, site: Site, target: object, arguments: Sequence[object], keywords: Any) -> object:
        return ("method", site.target, type(target).__name__, *arguments)

    def apply(self, site: Site, target: Any, arguments: Sequence[object], keywords: Any) -> object:
        value = target(*arguments, **keywords)
        return Pending(value) if asyncio.iscoroutine(value) else value

    def attempt(self, site: Site, start: Start, policies: object) -> Pending:
        return Pending(start())

    def emit(self, site: Site, *arguments: object, **keywords: object) -> object:
        return None

    print = skip = sleep = wait = emit

    def gather(self, site: Site, starts: Iterable[Start], limit: object) -> Pending:
        async def run() -> list[object]:
            return [await start() for start in starts]

        return Pending(run())

    async def spent(self, what: str) -> None:
        raise BudgetExhausted(what, self.meter.turns_spent)

    async def pause(self, place: Place) -> None:
        self.pauses.append(place)
        await asyncio.sleep(0)

    def now(self) -> float:
        self.clock += 1.0
        return self.clock


def flow(
    name: str, parameters: Sequence[str], registers: int, constants: Sequence[object], code: Sequence[Instruction],
    handlers: Sequence[Handler] = (), branch: bool = False,
) -> Flow:  # fmt: skip
    """A flow whose instruction ``pc`` is on line ``pc + 1``."""
    places = tuple(range(len(code)))
    locations = tuple(Location(0, pc + 1, 0, pc + 1, 1, name) for pc in places)
    named = tuple(Parameter(parameter) for parameter in parameters)
    constant = tuple(map(Constant, constants))
    variables = (*parameters, *[None] * (registers - len(parameters)))
    return Flow(name, named, registers, constant, tuple(code), places, locations, tuple(handlers), variables, branch=branch)


def program(*flows: Flow, tasks: Sequence[str] = ()) -> Blueprint:
    blueprint = Blueprint(flows, tuple(Task(task) for task in tasks), ("made.csc",), 0)
    verify(blueprint)
    return blueprint


def run(blueprint: Blueprint, *arguments: object, host: StubHost | None = None) -> Any:
    return asyncio.run(Machine(blueprint, host or StubHost()).run(0, arguments))


def trail(error: BaseException) -> list[tuple[str, int]]:
    """Flow and instruction of each place."""
    return [(place.flow, place.line - 1) for place in trail_of(error)]


SWAP = flow(
    "swap", ["a", "b", "n"], 4, [0, 1],
    [
        Test("==", 2, -1, 3, 1),
        Compute(2, "-", (2, -2)),
        TailCall(0, (1, 0, 2)),
        Compute(3, "build_tuple", (0, 1)),
        Return(3),
    ],
)  # fmt: skip


@pytest.mark.parametrize("turns", [0, 1, 2, 7])
def test_a_tail_call_reads_all_arguments_before_it_writes_any(turns: int) -> None:
    """`f(b, a)` swaps."""
    assert run(program(SWAP), "a", "b", turns) == (("a", "b") if turns % 2 == 0 else ("b", "a"))


def test_a_move_is_parallel() -> None:
    """A cycle of three."""
    code = [Move((0, 1, 2), (1, 2, 0)), Compute(3, "build_tuple", (0, 1, 2)), Return(3)]
    assert run(program(flow("f", ["a", "b", "c"], 4, [], code)), 1, 2, 3) == (2, 3, 1)


def test_constants_are_operands_like_registers() -> None:
    """Negative operands read the constant pool, however many registers there are."""
    code = [Compute(1, "+", (0, -2)), Compute(0, "*", (1, -1)), Return(0)]
    assert run(program(flow("f", ["n"], 2, [10, 5], code)), 1) == 60


def deep() -> Blueprint:
    down = flow(
        "down", ["n"], 2, [0, 1, None],
        [Test("<=", 0, -1, 4, 1), Compute(1, "-", (0, -2)), CallFlow(1, 0, (1,), -3), Return(1), Return(0)],
    )  # fmt: skip
    return program(down)


def test_flow_calls_do_not_use_pythons_stack() -> None:
    """100,000 frames deep; and one more than the limit is an error that the program could catch."""
    assert run(deep(), 100_000) == 0
    with pytest.raises(RecursionError, match="250000"):
        run(deep(), 250_001)


def test_an_error_carries_the_places_it_passed() -> None:
    """Innermost first; a tail call leaves no trace; a handled error does not disturb the next one."""
    inner = flow("inner", ["n"], 2, [0], [Compute(1, "/", (-1, 0)), Return(1)])
    middle = flow("middle", ["n"], 1, [], [TailCall(2, (0,))])
    outer = flow("outer", ["n"], 2, [None], [Copy(1, 0), CallFlow(1, 1, (0,), -1), Return(1)])
    with pytest.raises(ZeroDivisionError) as caught:
        run(program(outer, middle, inner), 0)
    assert trail(caught.value) == [("inner", 0), ("outer", 1)]


def test_a_reraise_keeps_the_place_and_a_fail_sets_it() -> None:
    """The end of a `finally` is not where the error happened; a new `fail` is."""
    for last, line in ((Reraise(1), 0), (Fail(1, -2), 2)):
        code = [Compute(0, "/", (-1, -1)), Return(0), last]
        with pytest.raises(ZeroDivisionError) as caught:
            run(program(flow("f", [], 2, [0, None], code, [Handler(0, 1, 2, 1, False)])))
        assert trail(caught.value) == [("f", line)]


def test_fail_with_a_value_that_is_no_error_is_flow_failed() -> None:
    """And a bad cause is a `TypeError`, as in Python."""
    code = [Fail(0, 1)]
    with pytest.raises(FlowFailed) as failed:
        run(program(flow("f", ["error", "cause"], 2, [], code)), "why", None)
    assert failed.value.args == ("why",)
    with pytest.raises(TypeError, match="exception causes must derive from BaseException"):
        run(program(flow("f", ["error", "cause"], 2, [], code)), "why", 3)


def test_the_first_handler_that_covers_the_instruction_receives_the_error() -> None:
    """The end of a range is not in it."""
    code = [Compute(0, "/", (-1, -1)), Compute(0, "/", (-1, -1)), Return(-2), Return(-3)]
    handlers = [Handler(0, 1, 2, 1, False), Handler(0, 2, 3, 1, False)]
    assert run(program(flow("f", [], 2, [0, "first", "second"], code, handlers))) == "first"
    assert (
        run(program(flow("f", [], 2, [0, "first", "second"], code, [Handler(0, 1, 3, 1, False)] if False else handlers)))
        == "first"
    )
    with pytest.raises(ZeroDivisionError):
        run(program(flow("f", [], 2, [0, "first"], [*code[1:3], Return(-2)], [Handler(1, 2, 2, 1, False)])))


def interrupted(kind: BaseException, cleanup: bool, swallow: bool) -> tuple[BaseException | object, list[str]]:
    """A flow whose task raises, under one handler that calls another task and then returns or raises again."""
    log: list[str] = []

    def bad() -> None:
        raise kind

    host = StubHost({"m:bad": bad, "m:note": lambda: log.append("cleaned up")})
    code = [Call(0, 0, (), (), -1), Return(0), Call(0, 1, (), (), -1), Return(-2) if swallow else Reraise(1)]
    blueprint = program(flow("f", [], 2, [None, "swallowed"], code, [Handler(0, 1, 2, 1, cleanup)]), tasks=["m:bad", "m:note"])
    try:
        return run(blueprint, host=host), log
    except BaseException as error:
        return error, log


@pytest.mark.parametrize("kind", [asyncio.CancelledError("stop"), KeyboardInterrupt(), SystemExit(3)])
@pytest.mark.parametrize("swallow", [False, True])
def test_programs_can_not_catch_cancellation(kind: BaseException, swallow: bool) -> None:
    """A `finally` runs for it, and can not swallow it; an `except` does not see it."""
    outcome, log = interrupted(kind, cleanup=True, swallow=swallow)
    assert type(outcome) is type(kind)
    assert log == ["cleaned up"]
    outcome, log = interrupted(kind, cleanup=False, swallow=swallow)
    assert type(outcome) is type(kind)
    assert log == []


@pytest.mark.parametrize("kind", [BudgetExhausted("calls", 3), GeneratorExit()])
def test_no_handler_runs_for_a_spent_budget_or_a_closed_coroutine(kind: BaseException) -> None:
    """Not even a `finally`: the run could be given more and go on, or can not await any more."""
    outcome, log = interrupted(kind, cleanup=True, swallow=True)
    assert type(outcome) is type(kind)
    assert log == []


LOOP = flow(
    "loop", ["n"], 2, [0, 1], [Copy(1, -1), Compute(1, "+", (1, -2)), Test("<", 1, 0, 1, 3), Return(1)]
)  # fmt: skip


@pytest.mark.parametrize("turns", [0, 1, 5, 127, 128, 129, 1000])
def test_a_run_spends_exactly_its_turns(turns: int) -> None:
    """A loop of n turns jumps back n - 1 times; one turn less than that is not enough, and the place is the jump's."""
    meter = Meter(turns=turns)
    host = StubHost(meter=meter)
    assert run(program(LOOP), turns + 1, host=host) == turns + 1
    assert (meter.turns_left, meter.turns_spent) == (0, turns)
    with pytest.raises(BudgetExhausted) as caught:
        run(program(LOOP), turns + 2, host=StubHost(meter=Meter(turns=turns)))
    assert trail(caught.value) == [("loop", 2)]
    assert str(caught.value) == f"the run used up its budget of {turns} turns"


def test_calls_of_flows_count_turns_and_share_the_meter() -> None:
    """A call, a tail call, each branch and each item count one."""
    leaf = flow("leaf", ["x"], 1, [], [Return(0)])
    tail = flow("tail", ["x"], 1, [], [TailCall(1, (0,))])
    main = flow(
        "main", ["xs"], 2, [None],
        [CallFlow(1, 2, (0,), -1), Fork(1, (1, 1), ((0,), (0,)), -1), Map(1, 1, 0, (), -1), Return(1)],
    )  # fmt: skip
    meter = Meter(turns=100)
    assert run(program(main, leaf, tail), [1, 2, 3], host=StubHost(meter=meter)) == [1, 2, 3]
    assert meter.turns_spent == 2 + 2 + 3


def test_a_busy_strand_gives_others_a_turn() -> None:
    """On a clock that runs a second a look, each look at it is the end of a slice."""
    host = StubHost()
    assert run(program(LOOP), 10_000, host=host) == 10_000
    assert len(host.pauses) > 5
    assert {place.flow for place in host.pauses} == {"loop"}


def test_a_busy_strand_can_be_cancelled() -> None:
    """An endless loop ends at its next pause."""
    endless = program(flow("endless", [], 1, [], [Jump(0)]))

    async def main() -> None:
        task = asyncio.create_task(Machine(endless, StubHost()).run(0, ()))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())


def test_a_loop_of_calls_that_do_not_suspend_gives_others_a_turn() -> None:
    """Awaiting what is ready costs no turn of the event loop, so the machine has to think of the others itself."""

    async def ready() -> int:
        return 1

    code = [Call(0, 0, (), (), -1), Jump(0)]
    blueprint = program(flow("f", [], 1, [None], code), tasks=["m:ready"])

    async def main() -> None:
        task = asyncio.create_task(Machine(blueprint, StubHost({"m:ready": ready})).run(0, ()))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())


def test_branches_hand_back_their_variables_unbound_ones_too() -> None:
    """Pack in the branch, Restore in the parent, Check before use."""
    leaf = flow("main$1", ["x", "y"], 3, [], [Pack(2, (0, 1)), Return(2)], branch=True)
    code = [Clear(1), Fork(2, (1,), ((0, 1),), -1), Restore((0, 1), 2, 0), Check(1, "y"), Return(1)]
    blueprint = program(flow("main", ["x"], 3, [None], code), leaf)
    with pytest.raises(UnboundLocalError, match="cannot access local variable 'y' where it is not associated with a value"):
        run(blueprint, 1)


def test_an_error_of_a_branch_goes_on_at_the_fork() -> None:
    """The trail runs through the strands."""
    leaf = flow("leaf", ["x"], 2, [0], [Compute(1, "/", (0, -1)), Return(1)])
    main = flow("main", ["xs"], 2, [None], [Copy(1, 0), Map(1, 1, 0, (), -1), Return(1)])
    with pytest.raises(ZeroDivisionError) as caught:
        run(program(main, leaf), [1])
    assert trail(caught.value) == [("leaf", 0), ("main", 1)]


def test_iteration_unpacking_and_switch() -> None:
    """for a, b in pairs: … and the dispatch of a `finally`."""
    code = [
        Iterate(1, 0),
        Next(2, 1, 4),
        Unpack((3, 4), -1, 2),
        Branch(3, 1, 5),
        Return(-1),
        Switch(4, (6, 7), 8),
        Return(-2),
        Return(-3),
        Return(-4),
    ]
    blueprint = program(flow("f", ["pairs"], 5, ["none", "zero", "one", "other"], code))
    assert run(blueprint, []) == "none"
    assert run(blueprint, [(1, 0), (0, 0)]) == "zero"
    assert run(blueprint, [(0, 1)]) == "one"
    assert run(blueprint, [(0, 2)]) == "other"
    assert run(blueprint, [(0, True)]) == "other"
    with pytest.raises(ValueError, match=r"not enough values to unpack \(expected 2, got 1\)"):
        run(blueprint, [(0,)])


def test_methods_of_built_in_values_run_here_and_others_at_the_host() -> None:
    """By exact type and a closed list of names."""

    def call(name: str) -> Blueprint:
        return program(flow("f", ["x"], 2, [], [Method(1, 0, name, ()), Return(1)]))

    assert run(call("upper"), "abc") == "ABC"
    assert run(call("upper"), object()) == ("method", ".upper", "object")
    assert run(call("format"), "{{}}") == "{}"
    with pytest.raises(AttributeError, match="'str' object has no attribute 'shout'"):
        run(call("shout"), "abc")


@pytest.mark.parametrize("template", ["{0.__class__}", "{0:{0.__doc__}}", "{0[0].gi_frame}", "{0.real._x}", "{0.__class__} {"])
def test_a_format_reaches_public_attributes_only(template: str) -> None:
    """`str.format` reads attributes by a computed name: as a method, and as a value that is called later."""
    method = program(flow("f", ["x", "y"], 3, [], [Method(2, 0, "format", (1,)), Return(2)]))
    value = program(
        flow(
            "f", ["x", "y"], 4, [], [Attribute(2, 0, "format"), Compute(3, "map", (2, 1)), Compute(3, "list", (3,)), Return(3)]
        )
    )
    for blueprint, argument in ((method, 1), (value, [1])):
        with pytest.raises(AttributeError, match="private attribute"):
            run(blueprint, template, argument)
    assert run(method, "{0.real:>4}|{0!r}", 7) == "   7|7"
    assert run(value, "<{}>", [1, 2]) == ["<1>", "<2>"]


def test_an_image_serves_many_machines() -> None:
    """Linking is done once; runs share nothing."""
    image = link(program(SWAP))

    async def main() -> list[object]:
        return await asyncio.gather(*[Machine(image, StubHost()).run(0, ("a", "b", n)) for n in range(4)])

    assert asyncio.run(main()) == [("a", "b"), ("b", "a"), ("a", "b"), ("b", "a")]


def test_a_strand_that_is_closed_lets_go() -> None:
    """Closing the coroutine of a waiting run does not run anything more."""

    async def forever() -> None:
        await asyncio.Event().wait()

    code = [Call(0, 0, (), (), -1), Return(0), Call(0, 0, (), (), -1), Reraise(1)]
    blueprint = program(flow("f", [], 2, [None], code, [Handler(0, 1, 2, 1, True)]), tasks=["m:forever"])

    async def main() -> None:
        running: Coroutine[Any, Any, object] = Machine(blueprint, StubHost({"m:forever": forever})).run(0, ())
        running.send(None)
        running.close()

    asyncio.run(main())


@pytest.mark.parametrize("length", range(1, 10))
@pytest.mark.parametrize("tail", ["return", "latch", "latch not"])
def test_an_error_in_cells_that_are_done_at_once_has_its_own_place(length: int, tail: str) -> None:
    """However operations in a row are joined, the one that fails is named, and those before it are done."""
    for failing in range(length):
        rows = [Compute(0, "/" if row == failing else "+", (0, -1 if row == failing else -2)) for row in range(length)]
        test = Test("<" if tail == "latch" else ">=", 0, -3, 0, length + 1)
        if tail == "latch not":
            test = Test(">=", 0, -3, length + 1, 0)
        code = [*rows, *([] if tail == "return" else [test]), Return(0), Return(0)]
        if tail == "return":
            code.pop()
        handlers = [Handler(0, len(code) - 1, len(code) - 1, 1, False)]
        with pytest.raises(ZeroDivisionError) as caught:
            run(program(flow("f", ["n"], 1, [0, 1, 50], code)), 10)
        assert trail(caught.value) == [("f", failing)]
        assert run(program(flow("f", ["n"], 2, [0, 1, 50], code, handlers)), 10) == 10 + failing


@pytest.mark.parametrize("entry", range(7))
def test_control_may_come_into_the_middle_of_joined_cells(entry: int) -> None:
    """A jump to any operation of a row does that one and those behind it."""
    rows = [Compute(0, "+", (0, -1)) for _ in range(7)]
    jump = Test("==", 0, -2, 2 + entry, 1)
    code = [jump, Return(0), *rows, Return(0)]
    assert run(program(flow("f", ["n"], 1, [1, 100], code)), 100) == 107 - entry


def test_the_loop_and_the_linker_agree_on_the_kinds_of_cells() -> None:
    """The loop writes them as numbers with their names beside them; an `else` has a name only."""
    source = inspect.getsource(dispatch.execute)
    declared = {name: value for name, value in vars(cells).items() if name.isupper() and name[0] != "_"}
    assert sorted(declared.values()) == list(range(len(declared)))
    for number, name in re.findall(r"kind == (\d+):  # (\w+)", source):
        assert declared[name] == int(number)
    named = re.findall(r":  # ([A-Z_]+(?:, [A-Z_]+)*)$", source, re.MULTILINE)
    assert {name for names in named for name in names.split(", ")} == set(declared)
    assert re.findall(r"kind < (\d+)", source) == [
        str(declared[name]) for name in ("LOOP", "COPY", "LATCH_NOT", "PUSH", "RETURN")
    ]
