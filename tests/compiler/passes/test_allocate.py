"""Register allocation: small programs before and after."""

from __future__ import annotations

from cascade_compiler.passes.allocate import allocate
from cascade_compiler.passes.dead import remove_dead
from cascade_compiler.passes.inline import inline
from cascade_compiler.passes.sequence import in_sequence
from cascade_vm.opcodes import Copy, Instruction, Move
from hypothesis import given
from hypothesis import strategies as st
from support.assembly import assemble, check_pass, lines_of


def test_a_temporary_that_becomes_a_variable_is_the_variable() -> None:
    """``n = n - 1`` is one instruction."""
    check_pass(allocate, "flow main n\ncompute r1 - (r0, #1)\ncopy r0 r1\nreturn r0", "compute r0 - (r0, #1)\nreturn r0")


def test_a_variable_that_is_still_needed_keeps_its_content() -> None:
    """``n - 1`` is computed while n is read later."""
    before = "flow main n : m\ncompute r2 - (r0, #1)\ncompute r1 * (r2, r0)\ncopy r0 r2\ncompute r1 + (r1, r0)\nreturn r1"
    after = "compute r2 - (r0, #1)\ncompute r1 * (r2, r0)\ncopy r0 r2\ncompute r1 + (r1, r0)\nreturn r1"
    check_pass(allocate, before, after)


def test_temporaries_share_registers() -> None:
    """One that is read for the last time gives its register to what is written there."""
    before = """
        flow main n
        compute r1 + (r0, #1)
        compute r2 * (r1, r1)
        compute r3 - (r2, #1)
        compute r4 + (r2, r3)
        return r4
    """
    after = """
        compute r1 + (r0, #1)
        compute r1 * (r1, r1)
        compute r2 - (r1, #1)
        compute r1 + (r1, r2)
        return r1
    """
    assert check_pass(allocate, before, after).flows[0].registers == 3


def test_variables_keep_registers_of_their_own() -> None:
    """Even where one is dead before the next is written; one that is never mentioned has none."""
    before = "flow main n : x y z\ncopy r1 r0\ncompute r0 + (r1, #1)\ncopy r3 r0\nreturn r3"
    made = check_pass(allocate, before, "copy r1 r0\ncompute r0 + (r1, #1)\ncopy r2 r0\nreturn r2")
    assert made.flows[0].variables == ("n", "x", "z")


def test_a_variable_that_a_handler_reads_is_not_overwritten() -> None:
    """The call may fail after the temporary is made."""
    before = """
        flow main n : x e
        protect 1 4 to 5 r2
        copy r1 #1
        compute r3 + (r0, #1)
        call r4 m:a (r3) () #None
        copy r1 r3
        return r1
        return r1
    """
    after = """
        protect 1 4 to 5 r2
        copy r1 #1
        compute r3 + (r0, #1)
        call r4 m:a (r3) () #None
        copy r1 r3
        return r1
        return r1
    """
    check_pass(allocate, before, after)


def test_the_error_of_a_handler_does_not_overwrite_what_the_handler_reads() -> None:
    """Its register is written where the handler starts."""
    before = """
        flow main n
        protect 1 2 to 3 r2
        compute r1 + (r0, #1)
        compute r3 // (r1, r0)
        return r3
        compute r4 build_tuple (r1, r2)
        return r4
    """
    made = check_pass(
        allocate,
        before,
        """
        protect 1 2 to 3 r1
        compute r2 + (r0, #1)
        compute r1 // (r2, r0)
        return r1
        compute r1 build_tuple (r2, r1)
        return r1
        """,
    )
    assert made.flows[0].registers == 3


def test_a_move_is_copies_where_an_order_exists() -> None:
    """A swap has none."""
    rotating = "flow main a b : x\nmove (r0, r2) (r1, r0)\ncompute r0 build_list (r0, r2, r1)\nreturn r0"
    check_pass(allocate, rotating, "copy r2 r0\ncopy r0 r1\ncompute r0 build_list (r0, r2, r1)\nreturn r0")
    swapping = "flow main a b\nmove (r0, r1) (r1, r0)\ncompute r0 - (r0, r1)\nreturn r0"
    check_pass(allocate, swapping, "move (r0, r1) (r1, r0)\ncompute r0 - (r0, r1)\nreturn r0")


def test_constants_that_nothing_reads_go() -> None:
    """The others are in the order in which they are read."""
    blueprint = assemble("flow main n\ncompute r1 + (#2, r0)\ncopy r2 #3\nreturn r1")
    (flow,) = allocate(blueprint).flows
    assert [constant.value for constant in flow.constants] == [2]


def test_locations_that_nothing_comes_from_go() -> None:
    """But for the calls that code was inlined into."""
    text = "flow main n\ncall_flow r1 same (r0) #None\nreturn r1\nflow same x\ncopy r1 r0\ncompute r1 + (r0, r1)\nreturn r1"
    made = allocate(remove_dead(inline(assemble(text))))
    assert lines_of(made) == [[2, 1], [2]]
    assert [(location.flow, location.line, location.caller) for location in made.flows[0].locations] == [
        ("main", 1, -1),
        ("main", 2, -1),
        ("same", 2, 0),
    ]


def test_a_cursor_is_not_overwritten_in_its_loop() -> None:
    """It lives across the blocks of the loop."""
    before = """
        flow main xs : total x
        copy r1 #0
        iterate r3 r0
        next r2 r3 @7
        compute r4 * (r2, r2)
        compute r5 += (r1, r4)
        copy r1 r5
        jump @2
        return r1
    """
    after = """
        copy r1 #0
        iterate r3 r0
        next r2 r3 @6
        compute r4 * (r2, r2)
        compute r1 += (r1, r4)
        jump @2
        return r1
    """
    check_pass(allocate, before, after)


@given(st.dictionaries(st.integers(0, 5), st.integers(-2, 5)))
def test_copies_in_sequence_do_what_the_move_does(move: dict[int, int]) -> None:
    """Whatever is copied where."""
    registers = {number: f"old {number}" for number in range(-2, 6)}
    expected = registers | {target: registers[source] for target, source in move.items()}
    for instruction in in_sequence(list(move), list(move.values())):
        registers = _run(instruction, registers)
    assert registers == expected


def _run(instruction: Instruction, registers: dict[int, str]) -> dict[int, str]:
    if isinstance(instruction, Copy):
        return registers | {instruction.dst: registers[instruction.source]}
    assert isinstance(instruction, Move)
    return registers | {t: registers[s] for t, s in zip(instruction.targets, instruction.sources, strict=True)}
