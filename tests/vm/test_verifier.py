"""What the verifier refuses, each with the least program that has it; and what it accepts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from cascade_vm import limits, opcodes, roles
from cascade_vm.blueprint import Blueprint, Flow, Handler, Location, Parameter, Task, TaskParameter
from cascade_vm.constants import Constant
from cascade_vm.errors import CODES, BlueprintError
from cascade_vm.opcode_checks import CALLS_FLOWS
from cascade_vm.opcodes import (
    Attribute,
    Bound,
    Branch,
    Call,
    CallFlow,
    Check,
    Clear,
    Close,
    Compute,
    Copy,
    Fork,
    Instruction,
    Invoke,
    Jump,
    Map,
    Match,
    Method,
    Move,
    Next,
    Pack,
    Request,
    Reraise,
    Restore,
    Return,
    Switch,
    TailCall,
    Unpack,
)  # fmt: skip
from cascade_vm.verifier import MOST, find_complaints, verify
from hypothesis import given
from msgspec.structs import replace
from support.blueprints import verified_blueprints


def flow(*code: Instruction, handlers: Sequence[Handler] = (), parameters: Sequence[Parameter] = (), **more: object) -> Flow:
    """A flow of four registers and the constants None and 1."""
    places = (0,) * len(code)
    constants = (Constant(None), Constant(1))
    location = Location(0, 1, 0, 1, 1, "f")
    made = Flow("f", tuple(parameters), 4, constants, code, places, (location,), tuple(handlers))
    return replace(made, **more)  # type: ignore[arg-type]


def program(*flows: Flow) -> Blueprint:
    """Flows called f, f1, f2, …"""
    named = tuple(replace(flow, name=f"f{index or ''}") if flow.name == "f" else flow for index, flow in enumerate(flows))
    return Blueprint(named, (Task("m:t"),), ("a.csc",), 0)


PLAIN = flow(Return(0), parameters=[Parameter("a")])
COMPUTED = flow(Return(-1), parameters=[Parameter("a", computed=True)])
BRANCH = flow(Return(-1), parameters=[Parameter("a")], branch=True)
A = [Parameter("a")]


def codes(blueprint: Blueprint) -> list[tuple[str, int | None]]:
    return [(complaint.code, complaint.pc) for complaint in find_complaints(blueprint)]


REFUSED_CODE: list[tuple[str, int | None, Flow]] = [
    # indices
    ("CS320", 0, flow(Copy(4, -1), Return(-1))),
    ("CS320", 0, flow(Copy(-1, -1), Return(-1))),
    ("CS320", 0, flow(Return(4))),
    ("CS320", 0, flow(Return(-3))),
    ("CS320", 0, flow(Jump(1))),
    ("CS320", 0, flow(Jump(-1))),
    ("CS320", 0, flow(Switch(-1, (0, 9), 0))),
    ("CS320", 0, flow(Call(0, 1, (), (), -1), Return(-1))),
    ("CS320", 0, flow(TailCall(9, ()))),
    ("CS320", 0, flow(TailCall(-1, ()))),
    ("CS320", 0, flow(Fork(0, (5,), ((),), -1), Return(-1))),
    ("CS320", 0, flow(Fork(0, (1,), ((9,),), -1), Return(-1))),
    ("CS320", 0, flow(Unpack((0, 1), 2, -1), Return(-1))),
    ("CS320", 0, flow(Unpack((0, 1), -2, -1), Return(-1))),
    ("CS320", 0, flow(Move((0, 0), (-1, -1)), Return(-1))),
    # written before read
    ("CS321", 0, flow(Return(0))),
    ("CS321", 0, flow(Copy(1, 0), Return(-1))),
    ("CS321", 2, flow(Branch(-1, 1, 2), Copy(0, -1), Return(0))),
    ("CS321", 2, flow(Switch(-1, (2,), 1), Copy(0, -1), Return(0))),
    ("CS321", 3, flow(Copy(1, -1), Next(0, 1, 3), Return(0), Return(0))),
    ("CS321", 2, flow(Call(0, 0, (), (), -1), Return(0), Return(0), handlers=[Handler(0, 1, 2, 1, False)])),
    # unbound
    ("CS322", 1, flow(Clear(0), Return(0))),
    ("CS322", 2, flow(Clear(0), Copy(1, 0), Return(1))),
    ("CS322", 2, flow(Clear(0), Move((1, 2), (-1, 0)), Return(2))),
    ("CS322", 1, flow(Restore((0,), -1, 0), Return(0))),
    ("CS322", 0, flow(Return(0), parameters=[Parameter("a", computed=True)])),
    ("CS322", 0, flow(Return(0), parameters=A, branch=True)),
    ("CS322", 4, flow(Branch(0, 1, 2), Copy(1, -1), Clear(1), Jump(4), Return(1), parameters=A, registers=4)),
    ("CS322", 1, flow(Clear(0), CallFlow(1, 1, (0,), -1), Return(-1))),
    ("CS322", 1, flow(Clear(0), Fork(1, (1,), ((0,),), -1), Return(-1))),
    ("CS322", 1, flow(Clear(0), TailCall(1, (0,)))),
    ("CS322", 1, flow(Clear(0), Close(1, 1, (0,), "f"), Return(-1))),
    ("CS322", 1, flow(Clear(0), Invoke(1, -1, (0,)), Return(-1))),
    # calls
    ("CS323", 0, flow(CallFlow(0, 1, (), -1), Return(-1))),
    ("CS323", 0, flow(CallFlow(0, 1, (-1, -1), -1), Return(-1))),
    ("CS323", 0, flow(TailCall(1, ()))),
    ("CS323", 0, flow(Map(0, 1, -1, (-1,), -1), Return(-1))),
    ("CS323", 0, flow(Fork(0, (1,), (), -1), Return(-1))),
    ("CS323", 0, flow(Fork(0, (1,), ((),), -1), Return(-1))),
    ("CS323", 0, flow(Compute(0, "+", (-1,)), Return(-1))),
    ("CS323", 0, flow(Compute(0, "len", (-1, -1)), Return(-1))),
    ("CS323", 0, flow(Compute(0, "len", (-1, -1, -1), ("", "", "*")), Return(-1))),
    ("CS323", 0, flow(Call(0, 0, (-1,), ("", ""), -1), Return(-1))),
    ("CS323", 0, flow(Call(0, 0, (-1, -1), ("a", ""), -1), Return(-1))),
    ("CS323", 0, flow(Call(0, 0, (-1, -1), ("**", "*"), -1), Return(-1))),
    ("CS323", 0, flow(Call(0, 0, (-1, -1), ("a", "a"), -1), Return(-1))),
    ("CS323", 0, flow(Call(0, 0, (-1,), ("a b",), -1), Return(-1))),
    ("CS323", 0, flow(Move((0, 1), (-1,)), Return(-1))),
    ("CS323", 0, flow(Close(0, 1, (-1, -1), "f"), Return(-1))),
    ("CS323", 0, flow(Invoke(0, -1, (-1,), ("", "")), Return(-1))),
    # the end of code, tail calls
    ("CS324", 0, flow(Copy(0, -1))),
    ("CS324", None, flow()),
    ("CS324", 0, flow(TailCall(0, ()), Return(-1), handlers=[Handler(0, 1, 1, 0, False)])),
    # handlers
    ("CS325", None, flow(Copy(0, -1), Return(-1), handlers=[Handler(0, 0, 1, 0, False)])),
    ("CS325", None, flow(Copy(0, -1), Return(-1), handlers=[Handler(1, 2, 1, 0, False)])),
    ("CS325", None, flow(Copy(0, -1), Return(-1), handlers=[Handler(0, 1, 2, 0, False)])),
    ("CS325", None, flow(Copy(0, -1), Return(-1), handlers=[Handler(-1, 1, 1, 0, False)])),
    ("CS320", None, flow(Copy(0, -1), Return(-1), handlers=[Handler(0, 1, 1, 9, False)])),
    # names
    ("CS326", 0, flow(Compute(0, "exec", (-1,)), Return(-1))),
    ("CS326", 0, flow(opcodes.Test("+", -1, -1, 1, 1), Return(-1))),
    ("CS326", 0, flow(Request(0, "open", ()), Return(-1))),
    ("CS326", 0, flow(Close(0, 1, (), "two\nlines"), Return(-1))),
    ("CS326", 0, flow(Attribute(0, -1, "__class__"), Return(-1))),
    ("CS326", 0, flow(Attribute(0, -1, "gi_frame"), Return(-1))),
    ("CS326", 0, flow(Method(0, -1, "_x", ()), Return(-1))),
    ("CS326", 0, flow(Match(0, -1, ("KeyboardInterrupt",)), Return(-1))),
    ("CS326", 1, flow(Clear(0), Check(0, "a b"), Return(-1))),
    # parameters
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a"), Parameter("a")])),
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a b")])),
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a", default=Constant(1)), Parameter("b")])),
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a", default=Constant(1), computed=True)])),
    ("CS327", None, flow(Return(-1), parameters=A, registers=0)),
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a", kind="many")])),
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a"), Parameter("b", kind="position")])),
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a", kind="keyword"), Parameter("b", kind="rest")])),
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a", kind="rest"), Parameter("b", kind="rest")])),
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a", default=Constant(1), kind="keywords")])),
    ("CS327", None, flow(Return(-1), parameters=[Parameter("a"), Parameter("b", computed=True), Parameter("c")])),
    # names of flows and variables
    ("CS328", None, flow(Return(-1), name="a b")),
    ("CS328", None, flow(Return(-1), name="")),
    ("CS328", None, flow(Return(-1), name="a..b")),
    ("CS328", None, flow(Return(-1), name="a.<locals>.b")),
    ("CS328", None, flow(Return(-1), name="a b:c")),
    ("CS328", None, flow(Return(-1), name="m:a..b")),
    ("CS328", None, flow(Return(-1), variables=("a b",))),
    # tables
    ("CS320", None, flow(Return(-1), variables=("a",) * 5)),
    ("CS320", None, flow(Return(-1), places=())),
    ("CS320", None, flow(Return(-1), places=(1,))),
    ("CS320", None, flow(Return(-1), places=(-1,))),
    ("CS320", None, flow(Return(-1), locations=(Location(1, 1, 0, 1, 1, "f"),))),
    ("CS320", None, flow(Return(-1), locations=(Location(0, 0, 0, 1, 1, "f"),))),
    ("CS320", None, flow(Return(-1), locations=(Location(0, 1, 0, 1, 1, "f", 1),))),
    ("CS320", None, flow(Return(-1), locations=(Location(0, 1, 0, 1, 1, "f", 0),))),
    # limits
    ("CS329", None, flow(Return(-1), registers=limits.REGISTERS + 1)),
    ("CS329", 0, flow(Pack(0, (-1,) * (limits.OPERANDS + 1)), Return(-1))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "pc", "bad"), REFUSED_CODE)
def test_what_is_refused(code: str, pc: int | None, bad: Flow) -> None:
    """The code of the first complaint, and the instruction that it is about."""
    assert codes(program(bad, PLAIN, COMPUTED, BRANCH))[:1] == [(code, pc)]


GOOD: list[Flow] = [
    flow(Clear(0), Check(0, "a"), Return(0)),
    flow(Clear(0), Bound(1, 0), Pack(2, (0, 1)), Return(1)),
    flow(Clear(0), CallFlow(1, 2, (0,), -1), Return(1)),
    flow(Clear(0), Fork(1, (3, 2), ((0,), (0,)), -1), Return(1)),
    flow(Map(0, 1, -1, (), -1), Return(0)),
    flow(Branch(-1, 1, 3), Copy(0, -1), Jump(4), Copy(0, -2), Return(0)),
    flow(Clear(0), Branch(-1, 2, 3), Copy(0, -1), Check(0, "a"), Return(0)),
    flow(Copy(0, -2), Compute(0, "+", (0, -2)), Branch(0, 1, 3), Return(0)),
    flow(Call(0, 0, (), (), -1), Return(0), Reraise(1), handlers=[Handler(0, 1, 2, 1, True)]),
    flow(Copy(0, -1), Call(1, 0, (), (), -1), Return(1), Return(0), handlers=[Handler(0, 2, 3, 2, False)]),
    flow(Restore((0, 1), -1, -1), Check(0, "a"), Return(0)),
    flow(Compute(0, "sorted", (-1, -1), ("", "key")), Return(0)),
    flow(Compute(0, "max", (-1,), ("*",)), Return(0)),
    flow(Call(0, 0, (-1,) * 5, ("", "*", "k", "*", "**"), -1), Return(0)),
    flow(Clear(0), Close(1, 2, (0,), "f.<locals>.<lambda>"), Invoke(1, 1, (-1,), ("k",)), Return(1)),
    flow(Close(0, 1, (), ""), Return(0)),
    flow(
        Return(1),
        parameters=[
            Parameter("captured", computed=True),
            Parameter("a", kind="position"),
            Parameter("b", default=Constant(1)),
            Parameter("c", kind="rest"),
            Parameter("d", kind="keyword", computed=True),
            Parameter("e", kind="keyword"),
            Parameter("f", kind="keywords"),
        ],
        registers=7,
    ),
    flow(Return(-1), Return(3)),  # control never gets to the second
]


@pytest.mark.parametrize("good", GOOD)
def test_what_is_accepted(good: Flow) -> None:
    """Sound programs, some of them closely so."""
    verify(program(good, PLAIN, COMPUTED, BRANCH))


@given(verified_blueprints())
def test_made_programs_are_accepted(blueprint: Blueprint) -> None:
    """The strategy that the attack on the machine starts from keeps its promise."""
    assert find_complaints(blueprint) == []


def test_a_handler_sees_registers_as_they_were_before_the_error() -> None:
    """A call that fails has not written its result; one before it has."""
    good = flow(Call(0, 0, (), (), -1), Call(1, 0, (), (), -1), Return(1), Return(0), handlers=[Handler(1, 2, 3, 2, False)])
    assert codes(program(good)) == []
    assert codes(program(replace(good, handlers=(Handler(0, 2, 3, 2, False),)))) == [("CS321", 3)]


def test_cancellation_may_come_where_a_turn_is_counted() -> None:
    """A backward jump in a protected range leads to its handler too."""
    body = (Copy(1, -1), Clear(1), Jump(1), Return(1))
    assert codes(program(flow(*body, handlers=[Handler(1, 3, 3, 0, True)]))) == [("CS322", 3)]


def test_whole_programs() -> None:
    """The entry, names of flows and of tasks."""
    good = program(PLAIN)
    for code, bad in (
        ("CS320", replace(good, entry=1)),
        ("CS328", replace(good, flows=(PLAIN, PLAIN))),
        ("CS328", replace(good, tasks=(Task("m:t"), Task("m:t")))),
        ("CS328", replace(good, tasks=(Task("os.system"),))),
        ("CS328", replace(good, tasks=(Task("..:x"),))),
        ("CS328", replace(good, tasks=(Task("a b:x"),))),
        ("CS327", replace(good, tasks=(Task("m:t", (TaskParameter("a", "odd", True),)),))),
        ("CS327", replace(good, tasks=(Task("m:t", (TaskParameter("a b", "either", True),)),))),
        ("CS329", replace(good, tasks=(Task("m:t"),) * (limits.FLOWS + 1))),
    ):
        assert [complaint.code for complaint in find_complaints(bad)] == [code]


def test_every_opcode_that_calls_flows_is_checked() -> None:
    """A new one needs a rule for its arguments in `opcode_checks`."""
    by_role = {
        kind for kind, operands in roles.OPERANDS.items() if any(role in (opcodes.FLOW, opcodes.FLOWS) for _, role in operands)
    }
    assert by_role == CALLS_FLOWS


def test_every_code_of_the_verifier_is_tested_here() -> None:
    """A code without an example has no reason."""
    assert {code for code in CODES if "CS320" <= code < "CS330"} == {code for code, _, _ in REFUSED_CODE}


def test_the_error_shows_the_listing() -> None:
    """One sentence for each complaint, and the instructions around them in a note."""
    bad = program(flow(Copy(0, -1), Copy(1, 0), Compute(2, "+", (1, 3)), Return(2)))
    with pytest.raises(BlueprintError) as caught:
        verify(bad)
    assert str(caught.value) == ("CS321: flow f @2: register 3 is read here, and not written on every way here")
    assert caught.value.__notes__ == [
        "flow 'f'\n"
        "        @0  copy        r0 #None\n"
        "        @1  copy        r1 r0\n"
        "        @2  compute     r2 + (r1, r3)\n"
        "            ^ CS321 register 3 is read here, and not written on every way here\n"
        "        @3  return      r2"
    ]


def test_complaints_and_their_text_are_bounded() -> None:
    """However much is wrong."""
    bad = program(flow(*[Copy(99, 77)] * 5000, places=(0,) * 5000))
    assert len(find_complaints(bad)) == MOST
    with pytest.raises(BlueprintError) as caught:
        verify(bad)
    assert len(caught.value.__notes__[0]) < 10_000


def _large(size: int) -> Blueprint:
    """Loops within loops, calls, and temporaries as plain lowering leaves them."""
    code: list[Instruction] = [Clear(r) for r in range(50)]
    while len(code) < size:
        head = len(code)
        new = 50 + head
        code += [
            Check(head % 50, "x"), Copy(new, head % 50), Compute(new + 1, "+", (new, -2)),
            Call(new + 2, 0, (new + 1,), (), -1), Copy(head % 50, new + 2),
            Branch(new + 2, head if head % 3 else 50, head + 6),
        ]  # fmt: skip
    code.append(Return(-1))
    handlers = [Handler(start, start + 600, len(code) - 1, 1, start % 7 == 0) for start in range(50, size - 600, 600)]
    return program(flow(*code, registers=size + 100, handlers=handlers))


def test_blocks_are_looked_at_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the flow: the time grows with its size. (100,000 instructions take about a second.)"""
    monkeypatch.setattr(limits, "VISITS", 4)
    for size in (300, 30_000):
        assert find_complaints(_large(size)) == []


def test_tangles_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jumps drawn so that each round of the walk changes little are refused or checked, not walked for ever."""
    count = 400
    tangle = [
        Switch(-1, tuple(1 + (index * step) % count for step in (3, 7, 11)), 1 + (index + 1) % count) for index in range(count)
    ]
    bad = program(flow(Clear(0), *tangle, Return(0)))
    assert codes(bad) == []
    monkeypatch.setattr(limits, "VISITS", 0)
    assert codes(bad) == [("CS329", None)]
    monkeypatch.undo()
    monkeypatch.setattr(limits, "STATE_BITS", 1)
    assert codes(program(flow(Copy(0, -1), Copy(1, -1), Jump(3), Compute(2, "+", (0, 1)), Return(2)))) == [("CS329", None)]


def test_handlers_within_handlers() -> None:
    """Up to the limit; beyond it the flow is refused without looking at every pair."""
    size = 3 * limits.HANDLERS_DEEP
    code = [*[Call(0, 0, (), (), -1)] * size, Return(-1)]
    for depth, expected in ((limits.HANDLERS_DEEP, []), (limits.HANDLERS_DEEP + 1, [("CS329", None)])):
        handlers = [Handler(index, size, size, 1, False) for index in range(depth)]
        assert codes(program(flow(*code, handlers=handlers))) == expected
