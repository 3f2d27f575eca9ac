"""The passes together: what the loops that matter become, and that time grows in proportion."""

from __future__ import annotations

from cascade_compiler import graph
from cascade_compiler.lowering import lower
from cascade_compiler.optimise import PASSES, optimise
from cascade_vm.verifier import find_complaints
from support.assembly import assemble, code_of
from support.graphs import FlowBuilder, program


def _counting() -> graph.Program:
    """``loop: total += i * i % 7; i += 1; if i >= n: return total``"""
    flow = FlowBuilder("main", "n")
    nodes = flow.nodes()
    nodes.store("total", nodes.const(0))
    nodes.store("i", nodes.const(0))
    flow.block(nodes, graph.Jump, 1)
    nodes = flow.nodes()
    total = nodes.load("total")
    square = nodes.op("*", nodes.load("i"), nodes.load("i"))
    nodes.store("total", nodes.op("+=", total, nodes.op("%", square, nodes.const(7))))
    nodes.store("i", nodes.op("+=", nodes.load("i"), nodes.const(1)))
    done = nodes.op(">=", nodes.load("i"), nodes.load("n"), line=77)
    flow.block(nodes, graph.BranchOn, done, 2, 3, line=77)
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, nodes.load("total"))
    flow.block(None, graph.Jump, 1)
    return program(flow)


def test_a_counting_loop_takes_five_instructions_a_turn() -> None:
    """The last of them is its test and its jump back."""
    assert code_of(optimise(lower(_counting()))).splitlines() == [
        "copy r1 #0",
        "copy r2 #0",
        "compute r3 * (r2, r2)",
        "compute r3 % (r3, #7)",
        "compute r1 += (r1, r3)",
        "compute r2 += (r2, #1)",
        "test >= r2 r0 @7 @2",
        "return r1",
    ]


def test_a_self_tail_call_is_a_loop_on_its_parameters() -> None:
    """``if n <= 1: return acc``, then ``return main(n - 1, acc * n)``."""
    text = """
        flow main n acc=1
        compute r2 <= (r0, #1) !1
        branch r2 @2 @3 !1
        return r1
        compute r3 - (r0, #1)
        compute r4 * (r1, r0)
        tail_call main (r3, r4)
    """
    assert code_of(optimise(assemble(text))).splitlines() == [
        "test <= r0 #1 @1 @2",
        "return r1",
        "compute r2 - (r0, #1)",
        "compute r1 * (r1, r0)",
        "copy r0 r2",
        "test <= r0 #1 @1 @2",
    ]


def test_a_flow_of_constants_is_a_return() -> None:
    """Computed defaults that are not given are computed by the caller, once inlined."""
    text = """
        flow main
        clear r0
        call_flow r1 add (#2, r0) #None
        return r1
        flow add a b?
        bound r2 r1
        branch r2 @3 @2
        copy r1 #3
        check r1 b
        compute r3 + (r0, r1)
        return r3
    """
    made = optimise(assemble(text))
    assert code_of(made) == "return #5"
    assert find_complaints(made) == []


def test_passes_are_in_levels() -> None:
    """Level 1 keeps flows apart; level 0 runs none."""
    assert [each.name for each in PASSES if each.level == 2] == [
        "inline", "settle", "control", "copies", "versions", "fold", "fuse", "rotate", "settle", "thread", "begin",
        "dead",
    ]  # fmt: skip
    plain = lower(_counting())
    assert optimise(plain, 0) is plain
    assert "branch" in code_of(optimise(plain, 1))
