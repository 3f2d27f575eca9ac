"""Programs made for one call: the root, its inputs, and the template that all calls of a shape share."""

from __future__ import annotations

import pytest
from cascade_compiler import graph
from cascade_compiler.lowering import ROOT, lower
from cascade_compiler.optimise import optimise
from cascade_compiler.passes.promote import MOST_INPUTS, promote_root
from cascade_compiler.root import call_root, template_of
from cascade_vm.blueprint import Blueprint, Parameter
from cascade_vm.constants import Constant
from cascade_vm.verifier import find_complaints
from msgspec.structs import replace
from support.assembly import assemble, check_pass, code_of
from support.graphs import FlowBuilder, program


def _program() -> graph.Program:
    flow = FlowBuilder("main", "a", Parameter("b", default=Constant(2)), Parameter("c", computed=True))
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, nodes.op("+", nodes.load("a"), nodes.load("b")))
    made = program(flow)
    return replace(made, flows=tuple(replace(flow, place=flow.place._replace(line=1, end_line=1)) for flow in made.flows))


def _root(blueprint: Blueprint) -> str:
    assert blueprint.entry is not None
    assert blueprint.flows[blueprint.entry].name == ROOT
    return code_of(blueprint, blueprint.entry)


def test_literals_become_inputs() -> None:
    """Each use is one; registers move up, policies stay."""
    before = """
        flow $root
        call r0 m:a (#3, #'x') () #None
        compute r1 build_list (#3, r0)
        compute r2 build_tuple (#'timeout', #5)
        compute r2 build_tuple (r2)
        call r3 m:b (r1, #True) () r2
        return r3
    """
    after = """
        call r4 m:a (r0, r1) () #None
        compute r5 build_list (r2, r4)
        compute r6 build_tuple (#'timeout', #5)
        compute r6 build_tuple (r6)
        call r7 m:b (r5, r3) () r6
        return r7
    """
    made = check_pass(promote_root, before, after)
    defaults = [(parameter.name, parameter.default) for parameter in made.flows[0].parameters]
    values = (3, "x", 3, True)
    assert defaults == [(f"$in{i}", Constant(value)) for i, value in enumerate(values)]


def test_a_program_without_a_root_stays() -> None:
    """Literals of a user's flow are its own."""
    before = "flow main\ncall r0 m:a (#3) () #None\nreturn r0"
    check_pass(promote_root, before, before.partition("\n")[2])


def test_literals_beyond_the_most_stay_constants() -> None:
    """An instruction reads some of both."""
    items = ", ".join(f"#{number}" for number in range(MOST_INPUTS + 1))
    made = promote_root(assemble(f"flow $root\ncompute r0 build_list ({items})\nreturn r0"))
    assert find_complaints(made) == []
    assert len(made.flows[0].parameters) == MOST_INPUTS
    assert f"#{MOST_INPUTS})" in code_of(made)


def test_calls_of_one_shape_share_a_template() -> None:
    """Whatever their literals are; another shape has another."""
    called = _program()
    one, inputs = template_of(optimise(lower(call_root(called, "main", [1, [5, 6]]))))
    two, others = template_of(optimise(lower(call_root(called, "main", ["x", [None, 2.5]]))))
    longer, _ = template_of(optimise(lower(call_root(called, "main", [1, [5]]))))
    assert one == two
    assert one != longer
    assert [constant.value for constant in inputs] == [5, 6, 1]
    assert [constant.value for constant in others] == [None, 2.5, "x"]
    assert all(parameter.required for parameter in one.flows[1].parameters)


def test_a_root_gives_what_the_call_gives() -> None:
    """Keywords, constant defaults (as literals) and computed ones (unbound)."""
    made = lower(call_root(_program(), "main", keywords={"a": {"k": (1, [2])}}))
    assert find_complaints(made) == []
    assert _root(made) == (
        "compute r0 build_list (#2)\ncompute r1 build_tuple (#1, r0)\ncompute r2 build_dict (#'k', r1)\nclear r3\n"
        "tail_call main (r2, #2, r3)"
    )


def test_a_value_that_occurs_twice_is_made_once() -> None:
    """The flow sees one list, as the caller did."""
    shared: list[object] = []
    made = lower(call_root(_program(), "main", [shared, shared]))
    assert _root(made) == "compute r0 build_list ()\nclear r1\ntail_call main (r0, r0, r1)"


def test_a_root_takes_the_place_of_another() -> None:
    """A program has one."""
    twice = call_root(call_root(_program(), "main", [1]), "main", [2])
    assert [flow.name for flow in twice.flows] == ["main", ROOT]


def test_what_a_root_does_not_take() -> None:
    """Values without a literal, values that contain themselves, and wrong arguments."""
    endless: list[object] = []
    endless.append(endless)
    for arguments in ([object()], [endless], [], [1, 2, 3, 4]):
        with pytest.raises(TypeError):
            call_root(_program(), "main", arguments)
    with pytest.raises(KeyError):
        call_root(_program(), "nowhere")
