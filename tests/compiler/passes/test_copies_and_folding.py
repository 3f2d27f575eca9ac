"""Copy propagation and constant folding: small programs before and after."""

from __future__ import annotations

import pytest
from cascade_compiler.passes.copies import propagate_copies
from cascade_compiler.passes.fold import fold
from cascade_compiler.passes.foldable import LARGEST, fold_operation
from cascade_vm.constants import Constant
from support.assembly import check_pass


def test_a_copy_is_read_at_its_source() -> None:
    """Within a block, through copies of copies."""
    before = "flow main n\ncopy r1 r0\ncopy r2 r1\ncopy r3 #5\ncompute r4 + (r2, r3)\nreturn r4"
    after = "copy r1 r0\ncopy r2 r0\ncopy r3 #5\ncompute r4 + (r0, #5)\nreturn r4"
    check_pass(propagate_copies, before, after)


def test_a_copy_does_not_follow_its_source() -> None:
    """Once either side is written, the other is on its own."""
    before = "flow main n\ncopy r1 r0\ncompute r0 + (r0, #1)\ncompute r2 * (r1, r0)\nreturn r2"
    check_pass(propagate_copies, before, "copy r1 r0\ncompute r0 + (r0, #1)\ncompute r2 * (r1, r0)\nreturn r2")


def test_all_sources_of_a_move_are_read_before_a_target_is_written() -> None:
    """After a swap neither side is a copy of the other."""
    before = "flow main a b\nmove (r0, r1) (r1, r0)\ncompute r2 - (r0, r1)\nreturn r2"
    check_pass(propagate_copies, before, "move (r0, r1) (r1, r0)\ncompute r2 - (r0, r1)\nreturn r2")


def test_a_copy_counts_along_all_paths_or_not_at_all() -> None:
    """x is 1 on both ways, y on one only, z is changed in the loop."""
    before = """
        flow main n : x y z
        copy r1 #1
        copy r2 #1
        copy r3 #1
        branch r0 @4 @5
        copy r2 #2
        compute r4 build_list (r1, r2, r3)
        compute r3 += (r3, #1)
        branch r0 @5 @8
        return r4
    """
    after = """
        copy r1 #1
        copy r2 #1
        copy r3 #1
        branch r0 @4 @5
        copy r2 #2
        compute r4 build_list (#1, r2, r3)
        compute r3 += (r3, #1)
        branch r0 @5 @8
        return r4
    """
    check_pass(propagate_copies, before, after)


def test_a_variable_is_not_replaced_by_a_temporary() -> None:
    """Or the two could not share a register."""
    before = "flow main n : x\ncompute r2 + (r0, #1)\ncopy r1 r2\nreturn r1"
    check_pass(propagate_copies, before, "compute r2 + (r0, #1)\ncopy r1 r2\nreturn r1")


def test_what_may_be_unbound_is_not_propagated() -> None:
    """What a check has proved of one register it has not proved of the other."""
    before = "flow main n? : x\ncopy r1 r0\ncheck r1 x\ncopy r0 #1\nreturn r1"
    check_pass(propagate_copies, before, "copy r1 r0\ncheck r1 x\ncopy r0 #1\nreturn r1")


def test_a_handler_sees_only_copies_that_nothing_in_its_range_undoes() -> None:
    """The error may have come before or after the change."""
    before = """
        flow main n : x y e
        protect 2 5 to 6 r3
        copy r1 #1
        copy r2 #1
        compute r4 // (#1, r0)
        copy r1 #2
        compute r4 // (#1, r0)
        return r1
        compute r4 build_list (r1, r2)
        return r4
    """
    after = """
        protect 2 5 to 6 r3
        copy r1 #1
        copy r2 #1
        compute r4 // (#1, r0)
        copy r1 #2
        compute r4 // (#1, r0)
        return #2
        compute r4 build_list (r1, #1)
        return r4
    """
    check_pass(propagate_copies, before, after)


def test_constants_are_folded_through_registers() -> None:
    """What folds is a constant for what follows, in other blocks too."""
    before = """
        flow main n : x
        compute r1 * (#2, #3)
        branch r0 @2 @3
        compute r0 + (r0, r1)
        compute r2 += (r1, #1)
        compute r3 - (r2, r0)
        return r3
    """
    after = """
        copy r1 #6
        branch r0 @2 @3
        compute r0 + (r0, #6)
        copy r2 #7
        compute r3 - (#7, r0)
        return r3
    """
    check_pass(fold, before, after)


def test_branches_on_constants_are_jumps() -> None:
    """A test, a branch, and a switch inside and outside its range."""
    before = """
        flow main
        test < #1 #2 @1 @5
        branch #'' @5 @2
        switch #1 (@5, @3) @5
        switch #2 (@5, @5) @4
        return #1
        return #2
    """
    check_pass(fold, before, "jump @1\njump @2\njump @3\njump @4\nreturn #1\nreturn #2")


def test_an_error_is_not_folded_away() -> None:
    """It is raised when the program gets there, if it does."""
    before = "flow main\ncompute r0 // (#1, #0)\ntest < #1 #'a' @2 @2\nreturn r0"
    check_pass(fold, before, "compute r0 // (#1, #0)\ntest < #1 #'a' @2 @2\nreturn r0")


def test_whether_a_variable_is_bound_is_folded_where_it_is_certain() -> None:
    """Certainly not after a clear in the same block, certainly so after a check."""
    before = """
        flow main n?
        bound r1 r0
        check r0 n
        bound r2 r0
        clear r3
        bound r4 r3
        compute r5 build_list (r1, r2, r4)
        return r5
    """
    after = """
        bound r1 r0
        check r0 n
        copy r2 #True
        clear r3
        copy r4 #False
        compute r5 build_list (r1, #True, #False)
        return r5
    """
    check_pass(fold, before, after)


@pytest.mark.parametrize(
    ("operation", "arguments", "result"),
    [
        ("+", (1, 2), 3),
        ("+", (True, 1), 2),
        ("*", (-0.0, 1), -0.0),
        ("-", (0.0, 0.0), 0.0),
        ("//", (7, -2), -4),
        ("%", ("%s-%d", ("a", 3)), "a-3"),
        ("[]", ((1, "b"), 1), "b"),
        ("build_tuple", (1, (2.0,)), (1, (2.0,))),
        ("==", (1, 1.0), True),
        ("in", (2, frozenset((1, 2))), True),
        ("not", ("",), True),
        ("format_value", (1.5, "", ".2f"), "1.50"),
        ("concat", ("a", "b"), "ab"),
        ("pow", (2, 10), 1024),
        ("**", (2, -1), 0.5),
        ("<<", (1, 4000), 1 << 4000),
        ("+=", (1, 2), 3),
        ("len", ("abc",), 3),
        ("int", ("12",), 12),
        ("int", (), 0),
        ("bytes", (), b""),
        ("bytes", (2,), b"\0\0"),
    ],
)
def test_what_is_folded(operation: str, arguments: tuple[object, ...], result: object) -> None:
    """The exact value, of the exact type."""
    assert fold_operation(operation, [Constant(value) for value in arguments]) == Constant(result)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("/", (1, 0)),  # raises
        ("+", (1, "a")),
        ("int", ("x",)),
        ("chr", (-1,)),
        ("<<", (1, 10**9)),  # large
        ("**", (10, 10**9)),
        ("*", ("ab", 10**9)),
        ("*", (10**9, (1, 2))),
        ("*", (1 << 3000, 1 << 3000)),
        ("pow", (3, 10**9, 7)),
        ("bytes", (10**9,)),
        ("format", (1, "1000000d")),
        ("format_value", ("x", "", ">10000")),
        ("%", ("%1000000d", 1)),
        ("%", ("%*d", (10**6, 1))),
        ("+", ("a" * LARGEST, "b")),
        ("str", (frozenset(("a", "b")),)),  # in another order in another process
        ("float", ("nan",)),  # found in a tuple by identity
        ("-", (float("inf"), float("inf"))),
        ("invert", (True,)),  # warns
        ("==", ("a", b"a")),
        ("build_list", (1,)),  # not a constant
        ("divmod", (1, 0)),
        ("is", (1, 1)),
        ("range", (3,)),
        ("append", (1, 2)),
        ("[]=", ((1,), 0, 2)),
    ],
)
def test_what_is_left_to_the_run(operation: str, arguments: tuple[object, ...]) -> None:
    """Each for the reason beside it, or because it is not a constant's."""
    assert fold_operation(operation, [Constant(value) for value in arguments]) is None
