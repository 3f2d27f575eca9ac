"""Values of control that are made and looked at in one go: small programs before and after."""

from __future__ import annotations

from cascade_compiler.passes.control import follow_control
from cascade_compiler.passes.dead import remove_dead
from support.assembly import check_pass

MADE = """compute r1 - (r0, #1)
    compute r2 build_tuple (r1)
    compute r3 make_tail_call (r2)"""
SEEN = """call r3 m:a () () #None
    compute r4 tail_call_case (r3)
    branch r4 @{} @{}
    compute r5 tail_arguments (r3)
    return r5
    return r3"""


def test_a_tail_call_that_is_made_here_is_not_asked_what_it_is() -> None:
    """Where it was known, control goes on behind the question; what is read there is written."""
    after = f"{MADE}\ncompute r5 build_tuple (r1)\njump @9\n{SEEN.format(8, 10)}"
    check_pass(follow_control, f"flow main n\n{MADE}\njump @5\n{SEEN.format(7, 9)}", after)


def test_what_nobody_looks_at_any_more_is_not_made() -> None:
    """Jumps, tail calls and dicts with constant keys can not fail to be made."""
    before = (
        f"flow main n\n{MADE}\ncompute r4 build_dict (#'a', r1)\ncompute r5 make_jump (#'a', r4) (target_key, data)\nreturn r1"
    )
    check_pass(remove_dead, before, "compute r1 - (r0, #1)\nreturn r1")


def test_what_could_fail_to_be_made_is_made() -> None:
    """A key of a dict that has no hash, a jump that has no key."""
    after = "compute r1 build_dict (r0, r0)\ncompute r2 make_jump (r0) (data)\nreturn r0"
    check_pass(remove_dead, f"flow main n\n{after}", after)


def test_values_that_come_from_elsewhere_are_asked() -> None:
    """A task may give anything."""
    after = SEEN.format(3, 5)
    check_pass(follow_control, f"flow main\n{after}", after)


def test_a_dict_that_somebody_may_have_changed_is_not_known() -> None:
    """It went to a task after the tail call had got it."""
    after = """
        compute r1 build_dict (#'n', r0)
        compute r2 make_tail_call (r1) (kwargs)
        call r3 m:a (r1) () #None
        jump @5
        copy r2 r0
        compute r4 tail_call_case (r2)
        branch r4 @7 @9
        compute r5 tail_keywords (r2)
        return r5
        return r2
    """
    check_pass(follow_control, f"flow main n\n{after}", after)
