"""Inlining: small programs before and after, and the places that errors are traced to."""

from __future__ import annotations

import pytest
from cascade_compiler.passes import inline as inlining
from cascade_compiler.passes.inline import inline
from cascade_vm.verifier import find_complaints
from support.assembly import assemble, check_pass, code_of, lines_of

DOUBLE = "flow double x\ncompute r1 + (r0, r0)\nreturn r1\n"


def test_a_small_flow_is_copied_to_its_call() -> None:
    """Its registers are new, its instructions are traced to the call as well."""
    before = "flow main n\ncall_flow r1 double (r0) #None\nreturn r1\n" + DOUBLE
    after = "move (r2) (r0)\ncompute r3 + (r2, r2)\ncopy r1 r3\njump @4\nreturn r1"
    made = check_pass(inline, before, after)
    assert lines_of(made) == [[1], [1, 1], [2, 1], [2, 1], [2]]


def test_a_tail_call_is_inlined_without_a_trace() -> None:
    """The callee's returns leave the caller."""
    before = "flow main n\ntail_call double (r0)\n" + DOUBLE
    made = check_pass(inline, before, "move (r1) (r0)\ncompute r2 + (r1, r1)\nreturn r2")
    assert lines_of(made) == [[1], [1], [2]]


def test_a_tail_call_of_an_inlined_flow_is_a_call_from_the_same_place() -> None:
    """A tail call leaves no trail."""
    before = """
        flow main n
        call_flow r1 middle (r0) #None !2
        return r1
        flow middle x
        compute r1 + (r0, #1) !1
        tail_call large (r1) !2
        flow large x
        protect 0 1 to 1 r1
        call r2 m:a (r0) () #None
        return r0
    """
    after = "move (r2) (r0)\ncompute r3 + (r2, #1)\ncall_flow r1 large (r3) #None\njump @4\nreturn r1"
    made = check_pass(inline, before, after)
    assert lines_of(made) == [[2], [1, 2], [2], [2], [2]]


def test_flows_are_inlined_from_the_leaves_up() -> None:
    """The trail goes through all calls."""
    before = """
        flow main n
        call_flow r1 middle (r0) #None
        return r1
        flow middle x
        copy r1 r0
        call_flow r2 double (r1) #None
        return r2
    """
    made = inline(assemble(before + DOUBLE))
    assert find_complaints(made) == []
    assert "call_flow" not in code_of(made)
    assert [1, 2, 1] in lines_of(made)


def test_recursive_flows_stay_calls() -> None:
    """Alone or by way of others."""
    main = "call_flow r1 ping (r0) #None\nreturn r1"
    check_pass(inline, f"flow main n\n{main}\nflow ping x\ntail_call pong (r0)\nflow pong x\ntail_call ping (r0)", main)


@pytest.mark.parametrize(
    "callee",
    [
        "flow double x\nprotect 0 1 to 2 r1\ncompute r0 // (#1, r0)\nreturn r0\nreturn r1",
        "flow double x\nreraise r0",
        "flow double x\n" + "compute r1 + (r0, #1)\n" * (inlining.HEAVIEST + 1) + "return r1",
        "flow double x\n" + "copy r1 r0\n" * inlining.LONGEST + "return r1",
    ],
    ids=["has a handler", "raises again", "heavy", "long"],
)
def test_what_is_not_inlined(callee: str) -> None:
    """An error that is raised again has a trail of its own; a large flow is worth a call."""
    check_pass(
        inline, "flow main n\ncall_flow r1 double (r0) #None\nreturn r1\n" + callee, "call_flow r1 double (r0) #None\nreturn r1"
    )


def test_a_call_under_policies_stays() -> None:
    """The host starts it, perhaps more than once."""
    before = "flow main n p\ncall_flow r2 double (r0) r1\nreturn r2\n" + DOUBLE
    check_pass(inline, before, "call_flow r2 double (r0) r1\nreturn r2")


def test_variables_of_an_inlined_flow_are_unbound_each_time() -> None:
    """Its clears come along, into the loop."""
    before = """
        flow main n
        call_flow r1 sometimes (r0) #None
        branch r1 @0 @2
        return r1
        flow sometimes x : y
        clear r1
        branch r0 @2 @3
        copy r1 r0
        check r1 y
        return r1
    """
    after = """
        move (r2) (r0)
        clear r3
        branch r2 @3 @4
        copy r3 r2
        check r3 y
        copy r1 r3
        jump @7
        branch r1 @0 @8
        return r1
    """
    check_pass(inline, before, after)


def test_inlined_code_is_protected_as_its_call_was() -> None:
    """A range that holds the call holds the code."""
    before = """
        flow main n : e
        protect 0 1 to 2 r1
        call_flow r2 double (r0) #None
        return r2
        return r1
    """
    after = """
        protect 0 4 to 5 r1
        move (r3) (r0)
        compute r4 + (r3, r3)
        copy r2 r4
        jump @4
        return r2
        return r1
    """
    check_pass(inline, before + DOUBLE, after)


def test_a_flow_grows_only_so_much() -> None:
    """What is beyond stays a call."""
    calls = 2 * inlining.MOST_ADDED // 2
    made = inline(assemble("flow main n\n" + "call_flow r1 double (r0) #None\n" * calls + "return r1\n" + DOUBLE))
    left = code_of(made).count("call_flow")
    assert calls - inlining.MOST_ADDED // 2 == left
