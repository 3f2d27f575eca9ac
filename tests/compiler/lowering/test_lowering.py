"""What lowering makes of each kind of node, by the code that comes out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cascade_compiler import graph
from cascade_compiler.lowering import ROOT, lower
from cascade_vm.blueprint import Parameter
from cascade_vm.constants import Constant
from cascade_vm.verifier import find_complaints
from msgspec.structs import replace
from support.assembly import code_of
from support.graphs import FlowBuilder, Nodes
from support.graphs import program as program_of


def program(*flows: FlowBuilder, tasks: tuple[str, ...] = ()) -> graph.Program:
    """The flows at line 1."""
    made = program_of(*flows, tasks=tasks)
    return replace(made, flows=tuple(replace(flow, place=flow.place._replace(line=1, end_line=1)) for flow in made.flows))


def _code(*flows: FlowBuilder, tasks: tuple[str, ...] = ()) -> str:
    blueprint = lower(program(*flows, tasks=tasks))
    assert find_complaints(blueprint) == []
    return code_of(blueprint)


def _flow(fill: Callable[[Nodes], int], *parameters: str | Parameter) -> FlowBuilder:
    """A flow of one block that returns the value of a node."""
    flow = FlowBuilder("main", *parameters)
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, fill(nodes))
    return flow


def test_a_load_is_a_copy_because_the_variable_may_change() -> None:
    """``n + (n := 2)`` adds what n was."""

    def fill(nodes: Nodes) -> int:
        old = nodes.load("n")
        nodes.store("n", nodes.const(2))
        return nodes.op("+", old, nodes.load("n"))

    assert _code(_flow(fill, "n")) == "copy r1 r0\ncopy r0 #2\ncopy r2 r0\ncompute r3 + (r1, r2)\nreturn r3"


def test_a_variable_that_may_be_unbound_is_cleared_and_checked() -> None:
    """The second load is after a check, and needs none."""

    def fill(nodes: Nodes) -> int:
        nodes.load("x")
        return nodes.load("x")

    assert _code(_flow(fill)) == "clear r0\ncheck r0 x\ncopy r1 r0\ncopy r2 r0\nreturn r2"


def test_a_parameter_with_a_computed_default_is_checked_but_not_cleared() -> None:
    """The caller may have given it."""
    parameter = Parameter("xs", computed=True)

    def fill(nodes: Nodes) -> int:
        nodes.add(graph.IsBound, "xs")
        return nodes.load("xs")

    assert _code(_flow(fill, parameter)) == "bound r1 r0\ncheck r0 xs\ncopy r2 r0\nreturn r2"


def test_deleting_a_variable_unbinds_it() -> None:
    """What comes after has to check."""

    def fill(nodes: Nodes) -> int:
        nodes.store("x", nodes.const(1))
        nodes.add(graph.Forget, "x")
        return nodes.load("x")

    assert _code(_flow(fill)) == "clear r0\ncopy r0 #1\nclear r0\ncheck r0 x\ncopy r1 r0\nreturn r1"


def test_equal_numbers_of_other_types_are_other_constants() -> None:
    """And the same one is there once."""

    def fill(nodes: Nodes) -> int:
        return nodes.op("build_list", *map(nodes.const, (1, True, 1.0, 1, 0.0, -0.0)))

    assert _code(_flow(fill)) == "compute r0 build_list (#1, #True, #1.0, #1, #0.0, #-0.0)\nreturn r0"


def test_block_arguments_are_one_move_and_missing_ones_are_cleared() -> None:
    """``jump act(b, a)`` swaps; the block computes the default of the third."""
    flow = FlowBuilder("main", "a", "b")
    nodes = flow.nodes()
    a, b = nodes.load("a"), nodes.load("b")
    flow.block(nodes, graph.Jump, 1, (b, a, None))
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, nodes.load("c"), parameters=("a", "b", "c"))
    expected = """
        clear r2
        copy r3 r0
        copy r4 r1
        move (r0, r1) (r4, r3)
        clear r2
        jump @6
        check r2 c
        copy r5 r2
        return r5
    """
    assert _code(flow) == "\n".join(line.strip() for line in expected.strip().splitlines())


def test_a_step_is_a_next_and_a_jump() -> None:
    """The loop variable is bound in the body, and may be unbound when the loop is over."""
    flow = FlowBuilder("main", "xs")
    nodes = flow.nodes()
    cursor = nodes.add(graph.Iterate, nodes.load("xs"))
    flow.block(nodes, graph.Jump, 1)
    flow.block(None, graph.Step, cursor, "x", 2, 3)
    nodes = flow.nodes()
    nodes.load("x")
    flow.block(nodes, graph.Jump, 1)
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, nodes.load("x"))
    expected = """
        clear r1
        copy r2 r0
        iterate r3 r2
        jump @4
        next r1 r3 @8
        jump @6
        copy r4 r1
        jump @4
        check r1 x
        copy r5 r1
        return r5
    """
    assert _code(flow) == "\n".join(line.strip() for line in expected.strip().splitlines())


def test_neighbouring_blocks_of_one_handler_are_one_range() -> None:
    """What was bound before the range is bound in the handler; what is bound within may be unbound there."""
    handler = graph.Handler(3, "e")
    flow = FlowBuilder("main", "n")
    nodes = flow.nodes()
    nodes.store("x", nodes.const(1))
    flow.block(nodes, graph.Jump, 1)
    nodes = flow.nodes()
    nodes.store("y", nodes.op("/", nodes.const(1), nodes.load("n")))
    flow.block(nodes, graph.Jump, 2, handler=handler)
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, nodes.load("y"), handler=handler)
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, nodes.op("build_tuple", nodes.load("x"), nodes.load("y"), nodes.load("e")))
    expected = """
        protect 3 9 to 9 r3
        clear r2
        copy r1 #1
        jump @3
        copy r4 r0
        compute r5 / (#1, r4)
        copy r2 r5
        jump @7
        copy r6 r2
        return r6
        copy r7 r1
        check r2 y
        copy r8 r2
        copy r9 r3
        compute r10 build_tuple (r7, r8, r9)
        return r10
    """
    assert _code(flow) == "\n".join(line.strip() for line in expected.strip().splitlines())


def test_policies_are_a_tuple_of_tuples() -> None:
    """Outermost first; built where the call is."""

    def fill(nodes: Nodes) -> int:
        retry = graph.Policy("retry", tuple(map(nodes.const, (3, None, 2.0, 0.0, ("ValueError",)))))
        timeout = graph.Policy("timeout", (nodes.const(10),))
        return nodes.task("m:t", policies=(retry, timeout))

    assert _code(_flow(fill), tasks=("m:t",)).splitlines() == [
        "compute r0 build_tuple (#'retry', #3, #None, #2.0, #0.0, #('ValueError',))",
        "compute r1 build_tuple (#'timeout', #10)",
        "compute r2 build_tuple (r0, r1)",
        "call r3 m:t () () r2",
        "return r3",
    ]


def test_the_caller_fills_in_constant_defaults_and_leaves_computed_ones_unbound() -> None:
    """In calls and in tail calls."""
    parameters = ("a", Parameter("b", default=Constant(2)), Parameter("c", computed=True))
    called = FlowBuilder("called", *parameters)
    nodes = called.nodes()
    one = nodes.const(1)
    called.block(nodes, graph.TailCall, "called", (one, None, None))
    flow = _flow(lambda nodes: nodes.add(graph.CallFlow, "called", (nodes.const(1), None, None)))
    blueprint = lower(program(flow, called))
    assert find_complaints(blueprint) == []
    assert code_of(blueprint) == "clear r0\ncall_flow r1 called (#1, #2, r0) #None\nreturn r1"
    assert code_of(blueprint, 1) == "clear r3\ntail_call called (#1, #2, r3)"


def test_what_takes_the_rest_gets_nothing_where_nothing_is_given() -> None:
    """An empty tuple, and a dict of its own."""
    called = FlowBuilder("called", Parameter("xs", kind="rest"), Parameter("more", kind="keywords"))
    nodes = called.nodes()
    called.block(nodes, graph.Return, nodes.load("xs"))
    blueprint = lower(program(_flow(lambda nodes: nodes.add(graph.CallFlow, "called", (None, None))), called))
    assert find_complaints(blueprint) == []
    assert code_of(blueprint) == "compute r0 build_dict ()\ncall_flow r1 called (#(), r0) #None\nreturn r1"


def test_functions_and_calls_of_values_are_one_instruction_each() -> None:
    """What is captured may be unbound; the function has a name to show."""
    flow = FlowBuilder("main", "x")
    nodes = flow.nodes()
    made = nodes.add(graph.MakeFunction, "inner", (nodes.load("y", checked=False),), "main.<locals>.inner")
    flow.block(nodes, graph.Return, nodes.add(graph.CallValue, made, (nodes.load("x"),), ("k",)))
    inner = FlowBuilder("inner", Parameter("y", computed=True), Parameter("k", kind="keyword"))
    nodes = inner.nodes()
    inner.block(nodes, graph.Return, nodes.load("k"))
    blueprint = lower(program(flow, inner))
    expected = """
        clear r1
        copy r2 r1
        close r3 inner (r2) main.<locals>.inner
        copy r4 r0
        invoke r5 r3 (r4) (k)
        return r5"""
    assert code_of(blueprint).split("\n") == [line.strip() for line in expected.strip().split("\n")]


def test_a_required_parameter_has_to_be_given() -> None:
    """A front end that does not is wrong."""
    called = FlowBuilder("main", "a")
    called.block(None, graph.TailCall, "main", (None,))
    with pytest.raises(ValueError, match="'a' has no default"):
        lower(program(called))


def test_branches_hand_their_variables_back() -> None:
    """Unbound ones included; a branch may be given unbound ones."""
    branch = FlowBuilder("main$1", "x", branch=True)
    nodes = branch.nodes()
    branch.block(nodes, graph.Return, nodes.add(graph.PackVariables, ("x", "y")))
    flow = FlowBuilder("main")
    nodes = flow.nodes()
    given = nodes.load("x", checked=False)
    fork = nodes.add(graph.Fork, (graph.ForkBranch("main$1", (given,)),))
    nodes.add(graph.UnpackVariables, ("x", "y"), fork, 0)
    flow.block(nodes, graph.Return, nodes.load("y"))
    blueprint = lower(program(flow, branch))
    assert find_complaints(blueprint) == []
    expected = """
        clear r0
        clear r1
        copy r2 r0
        fork r3 (main$1) ((r2)) #None
        restore (r0, r1) r3 0
        check r1 y
        copy r4 r1
        return r4
    """
    assert code_of(blueprint) == "\n".join(line.strip() for line in expected.strip().splitlines())
    assert code_of(blueprint, 1) == "clear r1\npack r2 (r0, r1)\nreturn r2"


def test_the_value_of_a_store_is_none() -> None:
    """So is that of what unbinds."""
    assert _code(_flow(lambda nodes: nodes.store("x", nodes.const(1)))) == "copy r0 #1\nreturn #None"


def test_every_instruction_has_the_place_of_its_node() -> None:
    """The clears at the start have that of the flow."""
    flow = FlowBuilder("main")
    nodes = flow.nodes()
    value = nodes.add(graph.Load, "x", line=7)
    flow.block(nodes, graph.Return, value, line=8)
    (lowered,) = lower(program(flow)).flows
    assert [lowered.locations[place].line for place in lowered.places] == [1, 7, 7, 8]
    assert {location.flow for location in lowered.locations} == {"main"}


def test_temporaries_of_a_front_end_have_no_name() -> None:
    """A debugger shows what the user wrote."""

    def fill(nodes: Nodes) -> int:
        nodes.store("$t", nodes.const(1))
        nodes.store("x", nodes.load("$t"))
        return nodes.load("x")

    (lowered,) = lower(program(_flow(fill, "n"))).flows
    assert lowered.variables == ("n", None, "x", None, None)


def test_the_entry_is_the_root_where_there_is_one() -> None:
    """And is called so."""
    flows = (_flow(lambda nodes: nodes.const(1)).build(), FlowBuilder("call").build())
    root = graph.FlowGraph("call", (), flows[0].blocks, flows[0].place)
    made = lower(graph.Program((flows[0], root), entry="main", root="call"))
    assert made.entry == 1
    assert [flow.name for flow in made.flows] == ["main", ROOT]
    assert lower(graph.Program(flows[:1], entry="main")).entry == 0
    assert lower(graph.Program(flows[:1])).entry is None
