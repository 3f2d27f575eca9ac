"""Questions whether a variable is set, where that is known: small programs before and after."""

from __future__ import annotations

import pytest
from cascade_compiler.analysis.blocks import blocks_of
from cascade_compiler.analysis.entries import loops_are_entered_once
from cascade_compiler.optimise import optimise
from cascade_compiler.passes.settle import MOST_COPIED, settle
from support.assembly import assemble, check_pass, code_of, lines_of

STATE = """
    flow main n : left
    clear r1
    bound r2 r1
    branch r2 @4 @3
    copy r1 r0
    check r1 left
    test <= r1 #0 @6 @7
    return #'done'
    compute r1 - (r1, #1)
    jump @1
"""


def test_a_jump_that_sets_a_parameter_passes_its_default_by() -> None:
    """So does the first entry, which is known to want the default; the jump that counts the turn stays where it was."""
    after = """
        clear r1
        jump @4
        bound r2 r1
        branch r2 @5 @4
        copy r1 r0
        check r1 left
        test <= r1 #0 @7 @8
        return #'done'
        compute r1 - (r1, #1)
        jump @6
    """
    made = check_pass(settle, STATE, after)
    assert lines_of(made)[-1] == [9]


def test_a_state_with_a_default_becomes_the_loop_that_it_is() -> None:
    """All passes together leave nothing of the question."""
    code = code_of(optimise(assemble(STATE)))
    assert code == "copy r1 r0\ntest <= r1 #0 @2 @3\nreturn #'done'\ncompute r1 - (r1, #1)\ntest <= r1 #0 @2 @3"


def test_a_few_instructions_before_the_question_are_copied() -> None:
    """And those of them that nobody reads there are not; the answer is written where it is read."""
    before = """
        flow main n : x y z
        clear r1
        branch r0 @2 @4
        copy r1 #1
        jump @4
        copy r2 r0
        copy r3 r0
        bound r4 r1
        branch r4 @8 @9
        compute r2 build_tuple (r2, r4)
        return r2
    """
    after = """
        clear r1
        branch r0 @2 @6
        copy r1 #1
        copy r2 r0
        copy r4 #True
        jump @10
        copy r2 r0
        copy r3 r0
        bound r4 r1
        branch r4 @10 @11
        compute r2 build_tuple (r2, r4)
        return r2
    """
    check_pass(settle, before, after)


def test_many_instructions_are_not_copied() -> None:
    """They would be there twice for the sake of one question."""
    copies = "\n".join(["copy r2 r0"] * (MOST_COPIED + 1))
    after = f"clear r1\nbranch r0 @2 @4\ncopy r1 #1\njump @4\n{copies}\nbound r3 r1\nbranch r3 @11 @12\nreturn r2\nreturn r0"
    check_pass(settle, f"flow main n : x y\n{after}", after)


def test_what_can_fail_is_not_copied() -> None:
    """A division before the question fails at its own place, once."""
    after = """
        clear r1
        branch r0 @2 @4
        copy r1 #1
        jump @4
        compute r2 // (r0, r0)
        bound r3 r1
        branch r3 @7 @8
        return r2
        return r0
    """
    check_pass(settle, f"flow main n : x y\n{after}", after)


def test_a_turn_is_not_lost() -> None:
    """The jump back counts a turn, and its way forward from there would count none."""
    after = """
        clear r1
        branch r0 @4 @7
        bound r2 r1
        branch r2 @6 @7
        copy r1 #1
        jump @2
        return #1
        return r0
    """
    check_pass(settle, f"flow main n : x\n{after}", after)


def test_a_turn_is_not_gained_nor_counted_elsewhere() -> None:
    """The branch on the answer counts it; the jump before would, at another place. The way ahead counts none and is free."""
    before = """
        branch r0 @4 @1
        clear r1
        jump @6
        return r0
        copy r1 #1
        jump @6
        bound r2 r1
        branch r2 @3 @8
        return #1
    """
    check_pass(settle, f"flow main n : x\n{before}", before.replace("jump @6", "jump @8", 1).replace("@4 @1", "@4 @8"))


@pytest.mark.parametrize("kind", ["", " cleanup"])
def test_a_handler_that_hears_of_a_turn_hears_it_as_before(kind: str) -> None:
    """The question is protected and what follows is not: a cancellation at the turn finds the same handler."""
    after = f"""
        protect 2 4 to 7 r3{kind}
        clear r1
        jump @4
        bound r2 r1
        branch r2 @5 @4
        copy r1 #1
        compute r1 + (r1, r0)
        jump @2
        return r3
    """
    check_pass(settle, f"flow main n : x _ e\n{after}", after)


def test_a_check_that_was_passed_is_not_passed_again() -> None:
    """The loop begins behind it from the second turn on."""
    before = """
        flow main n : x
        clear r1
        branch r0 @2 @3
        copy r1 #1
        check r1 x
        compute r0 - (r0, r1)
        jump @3
    """
    after = "clear r1\nbranch r0 @2 @3\ncopy r1 #1\ncheck r1 x\ncompute r0 - (r0, r1)\njump @4"
    check_pass(settle, before, after)


def test_what_was_found_set_is_said_to_be_set() -> None:
    """One check after the default, and none in the loop."""
    before = """
        flow main n step?
        bound r2 r1
        branch r2 @3 @2
        compute r1 // (r0, #10)
        test > r0 #0 @4 @7
        check r1 step
        compute r0 - (r0, r1)
        jump @3
        return r0
    """
    after = """
        bound r2 r1
        branch r2 @3 @2
        compute r1 // (r0, #10)
        check r1 step
        test > r0 #0 @5 @7
        compute r0 - (r0, r1)
        test > r0 #0 @5 @7
        return r0
    """
    assert code_of(optimise(assemble(before))).splitlines() == [line.strip() for line in after.strip().splitlines()]


def test_nothing_is_said_where_it_may_be_wrong() -> None:
    """Another way leads to the same place without the question."""
    after = """
        branch r0 @1 @3
        bound r2 r1
        branch r2 @3 @4
        check r1 step
        return r0
    """
    check_pass(settle, f"flow main n step?\n{after}", after)


def test_a_loop_keeps_its_one_entry() -> None:
    """From outside the default is wanted or not, and two jumps back are of both kinds: only what is set is led past it."""
    flow = """
        flow main n m?
        bound r2 r1
        branch r2 @3 @2
        compute r1 + (r0, #1)
        check r1 m
        compute r0 - (r0, #1)
        branch r0 @8 @6
        clear r1
        jump @0
        jump @0
    """
    before, made = assemble(flow), settle(assemble(flow))
    assert loops_are_entered_once(blocks_of(before.flows[0]))
    assert loops_are_entered_once(blocks_of(made.flows[0]))
    assert code_of(made).splitlines()[6:] == ["clear r1", "jump @0", "jump @4"]


def test_a_loop_with_two_entries_is_noticed() -> None:
    """And one with a single entry is none, wherever it is in the code."""
    two = "flow main n\nbranch r0 @1 @2\nbranch r0 @2 @3\nbranch r0 @1 @3\nreturn r0"
    one = "flow main n\njump @3\nbranch r0 @2 @4\njump @3\nbranch r0 @1 @2\nreturn r0"
    assert not loops_are_entered_once(blocks_of(assemble(two).flows[0]))
    assert loops_are_entered_once(blocks_of(assemble(one).flows[0]))
