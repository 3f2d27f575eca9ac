"""Versions: questions whose answers are known are not asked, and nothing else changes."""

from __future__ import annotations

import asyncio

from cascade.host import LocalHost
from cascade.tasks import task
from cascade_compiler.passes.dead import remove_dead
from cascade_compiler.passes.fold import fold
from cascade_compiler.passes.rotate import rotate
from cascade_compiler.passes.thread import thread
from cascade_compiler.passes.versions import make_versions
from cascade_vm.blueprint import Blueprint
from cascade_vm.errors import BudgetExhausted
from cascade_vm.host import Meter
from cascade_vm.machine import Machine
from cascade_vm.verifier import find_complaints
from hypothesis import given, settings
from hypothesis import strategies as st
from support.assembly import assemble, check_pass, code_of
from support.effort import scaled


def cleaned(text: str) -> str:
    """What is left of a flow once all is cleaned up."""
    return code_of(remove_dead(thread(fold(make_versions(assemble(text))))))


def code(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


QUESTION = """
    compute r3 are_plain (r1)
    branch r3 @{} @{}
    compute r1 + (r1, #1)
    jump @{}
    call r1 m:a (r1) () #None
"""


def question(start: int) -> str:
    """``r1 = a(r1)``, for plain values ``r1 + 1``: five instructions from ``start`` on."""
    return QUESTION.format(start + 2, start + 4, start + 5)


def test_what_comes_of_plain_values_is_plain() -> None:
    """Once a number was plain, or is a constant, what is calculated with it is not asked about, in later turns neither."""
    loop = f"flow main n : x _ _\ncopy r1 #0\ntest < r1 r0 @2 @13\n{question(2)}{question(7)}jump @1\nreturn r1"
    after = """
        copy r1 #0
        test < r1 r0 @2 @5
        compute r1 + (r1, #1)
        compute r1 + (r1, #1)
        jump @1
        return r1
    """
    assert cleaned(loop) == code(after)


def test_a_value_that_is_not_plain_goes_where_all_is_asked() -> None:
    """The code as it was. A call gives anything."""
    text = f"flow main n : x _ _\ncopy r1 r0\n{question(1)}{question(6)}return r1"
    after = """
        compute r3 are_plain (r0)
        branch r3 @2 @4
        compute r1 + (r0, #1)
        jump @7
        call r1 m:a (r0) () #None
        compute r3 are_plain (r1)
        branch r3 @7 @9
        compute r1 + (r1, #1)
        return r1
        call r1 m:a (r1) () #None
        return r1
    """
    assert cleaned(text) == code(after)


INVARIANT = """
    flow main n k : x _ _
    copy r2 #0
    test < r2 r0 @2 @9
    compute r3 are_plain (r1)
    branch r3 @4 @6
    compute r4 + (r1, #1)
    jump @7
    call r4 m:a (r1) () #None
    compute r2 += (r2, r4)
    jump @1
    return r2
"""


def test_what_a_loop_does_not_change_is_asked_for_in_its_first_turn() -> None:
    """Whether it is simple: that stays so, whoever else has a turn. What is computed of it is computed once. A list is asked
    for in each turn, as it was."""
    after = """
        copy r2 #0
        test < #0 r0 @2 @16
        compute r5 build_tuple (r1)
        compute r6 are_plain (r5)
        branch r6 @5 @9
        compute r4 + (r1, #1)
        compute r2 += (r2, r4)
        test < r2 r0 @8 @16
        jump @6
        compute r3 are_plain (r1)
        branch r3 @11 @13
        compute r4 + (r1, #1)
        jump @14
        call r4 m:a (r1) () #None
        compute r2 += (r2, r4)
        test < r2 r0 @9 @16
        return r2
    """
    made = remove_dead(thread(rotate(fold(make_versions(assemble(INVARIANT))))))
    assert code_of(made) == code(after)


def twice(between: str) -> str:
    """A flow that asks about a parameter twice."""
    return f"""
        flow main xs y : _ _
        compute r2 are_plain (r0)
        branch r2 @2 @5
        {between}
        compute r3 are_plain (r0)
        return r3
        return r2
    """


def test_a_container_is_plain_until_somebody_may_have_changed_it() -> None:
    """A call, a method, an operation that puts something into a container."""
    for between in ("call r1 m:a () () #None", "method r1 r1 sort ()", "compute r2 append (r1, r1)"):
        check_pass(make_versions, twice(between), code(twice(between)).partition("\n")[2])
    known = cleaned(twice("compute r1 == (r1, r0)"))
    assert known.count("are_plain") == 1


def test_what_is_asked_about_a_tuple_is_asked_once() -> None:
    """A question about a tuple that was made for it, or for something else, is no place to ask another before."""
    loop = """
        flow main a
        compute r0 build_tuple (r0, #1)
        compute r0 are_plain (r0, #1)
        call r0 m:a (r0) () #None
        branch r0 @0 @4
        return r0
    """
    after = code(loop).replace("are_plain (r0, #1)", "are_plain (r0)")
    check_pass(make_versions, loop, after.partition("\n")[2])


def test_flows_with_handlers_are_left_alone() -> None:
    """An error of a question's own has no handler to look for in other versions."""
    text = "compute r1 are_plain (#1)\nbranch r1 @2 @3\nreturn r0\nreturn r1"
    made = assemble(f"flow main n\nprotect 0 2 to 3 r1\n{text}")
    assert make_versions(made) is made


# --- programs drawn at random --------------------------------------------------------------------------------------------

REGISTERS = st.sampled_from(["r0", "r1", "r2", "r3"])
CONSTANTS = st.sampled_from(["#1", "#0", "#'a'", "#None"])
OPERATORS = st.sampled_from(["+", "-", "==", "<", "in", "+=", "build_list", "build_tuple", "append", "[]"])


@st.composite
def flows(draw: st.DrawFn) -> str:
    """Code that asks, calls, changes, goes back and forth."""
    size = draw(st.integers(6, 24))
    lines = []
    for pc in range(size):
        labels = st.integers(0, size)
        kind = draw(st.sampled_from(["ask", "ask", "compute", "compute", "copy", "call", "branch", "jump"]))
        if kind == "ask":
            lines.append(f"compute {draw(REGISTERS)} are_plain ({draw(REGISTERS)}, {draw(REGISTERS | CONSTANTS)})")
        elif kind == "compute":  # with a constant: what doubles in each turn of a loop grows beyond all bounds
            lines.append(f"compute {draw(REGISTERS)} {draw(OPERATORS)} ({draw(REGISTERS)}, {draw(CONSTANTS)})")
        elif kind == "copy":
            lines.append(f"copy {draw(REGISTERS)} {draw(REGISTERS | CONSTANTS)}")
        elif kind == "call":
            lines.append(f"call {draw(REGISTERS)} m:a ({draw(REGISTERS)}) () #None")
        elif kind == "branch":
            lines.append(f"branch {draw(REGISTERS)} @{draw(labels)} @{min(pc + 1, size)}")
        else:
            lines.append(f"branch #1 @{draw(labels)} @{draw(labels)}")
    return "\n".join(["flow main a b c d", *lines, "return r0"])


class Odd:
    """A value that is not plain."""

    def __repr__(self) -> str:
        return "Odd()"


def story(blueprint: Blueprint, turns: int) -> tuple[list[str], str]:
    """What a run does: the calls, and how it ends."""
    log: list[str] = []
    values: list[object] = [5, [1, 2], Odd(), "x", [Odd()], (1, 2)]

    @task(name="m:a", mode="inline")
    def a(value: object) -> object:
        log.append(repr(value))
        if isinstance(value, list) and len(value) < 4:
            value.append(Odd())
        return values[len(log) % len(values)]

    @task(name="m:b", mode="inline")
    def b() -> None:
        pass

    host = LocalHost({"m:a": a, "m:b": b}, meter=Meter(turns=turns, calls=40))
    try:
        end = repr(asyncio.run(Machine(blueprint, host).run(0, [3, [1], Odd(), "text"])))
    except BudgetExhausted as spent:
        end = f"spent {spent.what}"
    except Exception as error:
        end = repr(error)
    return log, end


@settings(max_examples=scaled(300))
@given(flows())
def test_programs_mean_what_they_meant(text: str) -> None:
    """The same calls in the same order, the same end; nothing to do for a second time; nothing for the verifier to say."""
    before = assemble(text)
    after = make_versions(before)
    assert find_complaints(after) == []
    assert make_versions(after) == after
    (was, end), (now, end_now) = story(before, 30), story(after, 1_000)
    if end == "spent turns":  # how many turns a program spends may change
        assert now[: len(was)] == was
    else:
        assert (was, end) == (now, end_now)
