"""When parts of a flow graph are equal."""

from __future__ import annotations

from cascade_compiler import graph
from cascade_vm.constants import Constant
from cascade_vm.host import Place

HERE, THERE = Place("a.csc", 1, 0, 1, 1, "main"), Place("b.csc", 7, 0, 7, 1, "main")


def test_the_place_of_a_node_does_not_count() -> None:
    """All else does, its kind included; for terminators and flows as well."""
    one, same = graph.Constantly(0, HERE, Constant(1)), graph.Constantly(0, THERE, Constant(1))
    assert (one == same, one != same, hash(one) == hash(same)) == (True, False, True)
    for other in (graph.Constantly(0, HERE, Constant(True)), graph.Constantly(1, HERE, Constant(1)), graph.Load(0, HERE, "a")):
        assert (one == other, one != other) == (False, True)
    assert graph.Iterate(0, HERE, 1) != graph.PackVariables(0, HERE, ("a",))
    assert graph.Return(HERE, 0) == graph.Return(THERE, 0) != graph.Reraise(HERE, 0)
    flows = [graph.FlowGraph("main", (), (graph.Block((one,), graph.Return(place, 0)),), place) for place in (HERE, THERE)]
    assert flows[0] == flows[1]
    assert graph.Program((flows[0],)) == graph.Program((flows[1],))
