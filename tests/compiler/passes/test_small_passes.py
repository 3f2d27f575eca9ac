"""Threading, dead code, self tail calls, fusing and rotation: small programs before and after."""

from __future__ import annotations

from cascade_compiler.passes.begin import begin
from cascade_compiler.passes.dead import remove_dead
from cascade_compiler.passes.fuse import fuse
from cascade_compiler.passes.rotate import rotate
from cascade_compiler.passes.self_tail import loop_self_tail_calls
from cascade_compiler.passes.thread import thread
from support.assembly import check_pass, lines_of


def test_a_jump_to_a_jump_goes_all_the_way() -> None:
    """A chain of jumps is one jump; labels of branches as well."""
    before = """
        flow main n
        branch r0 @1 @2
        jump @3
        jump @4
        jump @0
        jump @1
    """
    check_pass(thread, before, "branch r0 @0 @0\njump @0\njump @0\njump @0\njump @0")


def test_a_jump_to_a_return_returns_from_where_the_return_is() -> None:
    """The return keeps its own line."""
    made = check_pass(thread, "flow main n\njump @2\nreturn #1\nreturn r0", "return r0\nreturn #1\nreturn r0")
    assert lines_of(made) == [[3], [2], [3]]


def test_an_empty_endless_loop_stays() -> None:
    """It spends turns, so a budget ends it."""
    check_pass(thread, "flow main\njump @1\njump @0", "jump @1\njump @0")


def test_code_that_control_never_comes_to_goes() -> None:
    """So does a handler in whose range nothing can go wrong."""
    before = """
        flow main n : e
        protect 0 1 to 3 r1
        copy r1 #1
        return r0
        copy r1 #2
        return r1
    """
    check_pass(remove_dead, before, "return r0")


def test_a_handler_that_only_a_backward_jump_can_reach_stays() -> None:
    """A cancellation arrives at a turn."""
    before = """
        flow main n : e
        protect 0 1 to 1 r1 cleanup
        jump @0
        reraise r1
    """
    check_pass(remove_dead, before, "protect 0 1 to 1 r1 cleanup\njump @0\nreraise r1")


def test_what_nobody_reads_goes_with_what_it_alone_read() -> None:
    """Chains, and circles of copies, are dead as a whole."""
    before = """
        flow main n : a b
        copy r1 #1
        copy r2 #2
        branch r0 @3 @6
        move (r1, r2) (r2, r1)
        compute r3 build_list (r1)
        jump @2
        return r0
    """
    check_pass(remove_dead, before, "branch r0 @1 @2\njump @0\nreturn r0")


def test_what_may_raise_stays() -> None:
    """A division whose result nobody reads still divides; so does an update of a list."""
    before = """
        flow main n
        compute r1 // (#1, r0)
        compute r1 append (r0, #1)
        compute r1 is (r0, #1)
        return #1
    """
    check_pass(remove_dead, before, "compute r1 // (#1, r0)\ncompute r1 append (r0, #1)\nreturn #1")


def test_a_move_keeps_the_targets_that_are_read() -> None:
    """And loses the others."""
    before = "flow main a b : x y\nmove (r2, r3) (r0, r1)\nreturn r3"
    check_pass(remove_dead, before, "move (r3) (r1)\nreturn r3")


def test_a_check_of_a_bound_variable_goes() -> None:
    """The first check of a path proves the variable for the rest of it."""
    before = """
        flow main n? : x
        check r0 n
        check r0 n
        clear r1
        branch r0 @4 @5
        copy r1 r0
        check r1 x
        return r1
    """
    after = "check r0 n\nclear r1\nbranch r0 @3 @4\ncopy r1 r0\ncheck r1 x\nreturn r1"
    check_pass(remove_dead, before, after)


def test_a_variable_is_live_where_its_handler_reads_it() -> None:
    """The write of an instruction that raises does not happen."""
    before = """
        flow main n : x e
        protect 1 2 to 4 r2
        copy r1 #1
        compute r1 // (#1, r0)
        copy r1 #2
        return r0
        return r1
    """
    after = "protect 1 2 to 3 r2\ncopy r1 #1\ncompute r1 // (#1, r0)\nreturn r0\nreturn r1"
    check_pass(remove_dead, before, after)


def test_jumps_to_what_comes_next_go() -> None:
    """Also one after another."""
    before = "flow main n\nbranch r0 @1 @3\njump @2\njump @3\nreturn r0"
    check_pass(remove_dead, before, "branch r0 @1 @1\nreturn r0")


def test_a_self_tail_call_is_a_parallel_copy_and_a_jump_to_the_start() -> None:
    """The start clears the flow's variables again; an unbound argument asks for a computed default."""
    before = """
        flow main a b c? : x
        clear r3
        clear r4
        tail_call main (r1, r0, r4)
    """
    after = "clear r3\nclear r4\nmove (r0, r1, r2) (r1, r0, r4)\njump @0"
    made = check_pass(loop_self_tail_calls, before, after)
    assert lines_of(made) == [[1], [2], [3], [3]]


def test_a_tail_call_of_another_flow_stays() -> None:
    """Mutual recursion runs in constant memory as it is."""
    before = "flow main n\ntail_call other (r0)\nflow other n\ntail_call main (r0)"
    check_pass(loop_self_tail_calls, before, "tail_call other (r0)")


def test_a_comparison_and_its_branch_are_one_test() -> None:
    """When they are at one place and nothing else reads the result."""
    before = "flow main n\ncompute r1 < (r0, #9) !1\nbranch r1 @2 @3 !1\nreturn #1\nreturn #2"
    check_pass(fuse, before, "test < r0 #9 @1 @2\nreturn #1\nreturn #2")


def test_a_comparison_at_another_place_stays() -> None:
    """The truth of what it gives may raise, and the trail would name the wrong place; `in` gives a bool for certain."""
    other = "flow main n\ncompute r1 < (r0, #9)\nbranch r1 @2 @3\nreturn #1\nreturn #2"
    check_pass(fuse, other, "compute r1 < (r0, #9)\nbranch r1 @2 @3\nreturn #1\nreturn #2")
    made = check_pass(fuse, other.replace("<", "in"), "test in r0 #9 @1 @2\nreturn #1\nreturn #2")
    assert lines_of(made) == [[1], [3], [4]]


def test_a_comparison_that_is_read_later_stays() -> None:
    """On either way."""
    before = "flow main n\ncompute r1 < (r0, #9) !1\nbranch r1 @2 @3 !1\nreturn #1\nreturn r1"
    check_pass(fuse, before, "compute r1 < (r0, #9)\nbranch r1 @2 @3\nreturn #1\nreturn r1")


def test_a_branch_on_a_negated_comparison_is_one_test() -> None:
    """Negations turn the branch round, one after another."""
    before = """
        flow main n
        compute r1 == (r0, #9) !1
        compute r2 not (r1) !1
        branch r2 @3 @4 !2
        return #1
        return #2
    """
    check_pass(fuse, before, "test == r0 #9 @2 @1\nreturn #1\nreturn #2")


def test_a_loop_tests_at_its_bottom() -> None:
    """The jump back is the test, and stays a backward jump."""
    before = """
        flow main n
        test > r0 #0 @1 @3
        compute r0 -= (r0, #1)
        jump @0
        return r0
    """
    made = check_pass(rotate, before, "test > r0 #0 @1 @3\ncompute r0 -= (r0, #1)\ntest > r0 #0 @1 @3\nreturn r0")
    assert lines_of(made) == [[1], [2], [1], [4]]


def test_a_head_under_another_handler_is_not_repeated() -> None:
    """Its error would go elsewhere."""
    before = """
        flow main n : e
        protect 1 3 to 4 r1
        test > r0 #0 @1 @3
        compute r0 -= (r0, #1)
        jump @0
        return r0
        return r1
    """
    after = """
        protect 1 3 to 4 r1
        test > r0 #0 @1 @3
        compute r0 -= (r0, #1)
        jump @0
        return r0
        return r1
    """
    check_pass(rotate, before, after)


def test_a_head_that_a_test_leads_back_to_is_not_repeated() -> None:
    """All ways back make the test, or none: a loop with two heads is two loops in generated code."""
    code = "test > r0 #0 @1 @4\ncompute r0 -= (r0, #1)\ntest > r0 #2 @3 @0\njump @0\nreturn r0"
    check_pass(rotate, f"flow main n\n{code}", code)


def test_every_jump_back_makes_the_test() -> None:
    """Also when there are several, as `continue` makes them."""
    before = """
        flow main n
        test > r0 #0 @1 @5
        compute r0 -= (r0, #1)
        test > r0 #2 @3 @4
        jump @0
        jump @0
        return r0
    """
    after = """
        test > r0 #0 @1 @5
        compute r0 -= (r0, #1)
        test > r0 #2 @3 @4
        test > r0 #0 @1 @5
        test > r0 #0 @1 @5
        return r0
    """
    check_pass(rotate, before, after)


# --- begin ---------------------------------------------------------------------------------------------------------------


def test_a_loop_begins_in_the_branch_that_made_its_iterator() -> None:
    """The copy keeps the line of the loop; a branch with another value stays as it is."""
    before = """
        flow main n items : pairs cursor item made
        branch r0 @1 @3
        compute r2 enumerate (r1)
        jump @10
        branch r1 @4 @7
        compute r5 zip (r1, r1)
        copy r2 r5
        jump @10
        branch r0 @8 @8
        compute r2 list (r1)
        jump @10
        iterate r3 r2
        next r4 r3 @12
        return r0
    """
    after = """
        branch r0 @1 @4
        compute r2 enumerate (r1)
        iterate r3 r2
        jump @13
        branch r1 @5 @9
        compute r5 zip (r1, r1)
        copy r2 r5
        iterate r3 r2
        jump @13
        branch r0 @10 @10
        compute r2 list (r1)
        jump @12
        iterate r3 r2
        next r4 r3 @14
        return r0
    """
    made = check_pass(begin, before, after)
    assert lines_of(made)[2] == lines_of(made)[7] == lines_of(made)[12]


def test_a_loop_does_not_begin_under_another_handler() -> None:
    """There its error would be caught."""
    before = """
        flow main n : pairs cursor item
        protect 0 2 to 5 r3
        compute r1 enumerate (r0)
        jump @2
        iterate r2 r1
        next r3 r2 @4
        return r0
        return r3
    """
    after = before.partition("item")[2]
    check_pass(begin, before, after)
