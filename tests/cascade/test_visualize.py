"""Pictures of graphs: every kind of edge, and labels that can not break out."""

from __future__ import annotations

import re

import pytest
from cascade.errors import GraphError
from hypothesis import given
from hypothesis import strategies as st

import cascade as cs


def _never(*_: object, **__: object) -> object:
    raise AssertionError("a picture runs nothing")


fetch = cs.task(name="pictures:fetch")(_never)
count = cs.task(name="pictures:count")(_never)

DOT = """\
digraph cascade {
    rankdir=TB;
    n0 [label="Param('wanted')", shape=ellipse];
    n1 [label="fetch\\nretry 3", shape=box];
    n2 [label="fetch", shape=box];
    n3 [label="count", shape=box];
    n4 [label="Router", shape=diamond];
    n5 [label="count.map", shape=box, peripheries=2];
    n1 -> n3 [label="0"];
    n0 -> n3 [label="run_if", style=dashed];
    n2 -> n3 [label="after", style=dashed];
    n0 -> n4 [label="selector"];
    n3 -> n4 [label="route 'a'"];
    n1 -> n4 [label="route 'b'"];
    n4 -> n5 [label="x"];
    n5 -> n1 [label="jump again", style=bold, color="firebrick"];
    end [label="end", shape=doublecircle];
    n5 -> end [label="jump done", style=bold, color="firebrick"];
}
"""
MERMAID = """\
flowchart TD
    n0(["Param(#39;wanted#39;)"])
    n1["fetch<br/>retry 3"]
    n2["fetch"]
    n3["count"]
    n4{"Router"}
    n5[["count.map"]]
    n1 -->|"0"| n3
    n0 -.->|"run_if"| n3
    n2 -.->|"after"| n3
    n0 -->|"selector"| n4
    n3 -->|"route #39;a#39;"| n4
    n1 -->|"route #39;b#39;"| n4
    n4 -->|"x"| n5
    n5 ==>|"jump again"| n1
    finish(["end"])
    n5 ==>|"jump done"| finish
"""


def test_every_edge_is_drawn() -> None:
    """Arguments, order, conditions, routes and jumps, in both notations; a node that is used twice is drawn once."""
    page = fetch("a").with_retry(3)
    wanted = cs.Param("wanted")
    counted = count([page]).run_if(wanted).after(fetch("b"))
    graph = count.map(x=cs.Router(wanted, {"a": counted, "b": page}))
    cs.bind(graph, cs.select_jump({"again": page, "done": None}))
    assert cs.visualize(graph) == DOT
    assert cs.visualize(graph, format="mermaid") == MERMAID


@given(st.text(), st.text())
def test_labels_can_not_break_out(name: str, key: str) -> None:
    """Whatever a task is called: each line is a node or an edge with one string, and nothing in it ends the string."""
    task = cs.task(name=f"pictures:{name}")(_never)
    graph = cs.bind(task(fetch()), cs.select_jump({key: None}))
    for row in cs.visualize(graph).splitlines()[2:-1]:
        assert re.fullmatch(r' {4}\w+( -> \w+)? \[label="([^"\\]|\\["\\n])*"(, \w+=("\w+"|\w+))*\];', row), row
    for row in cs.visualize(graph, "mermaid").splitlines()[1:]:
        text = re.search(r'"(.*)"', row)
        assert text is not None
        assert re.fullmatch(r"([\w _.,=()-]|#\d+;|<br/>)*", text[1]), row


@pytest.mark.parametrize("notation", ["dot", "mermaid"])
def test_large_graphs_are_drawn(notation: str) -> None:
    """10,000 nodes in a row and side by side, without recursion."""
    node = count(0)
    for _ in range(10_000):
        node = count(node)
    assert cs.visualize(node, notation).count("\n") > 20_000  # type: ignore[arg-type]
    assert cs.visualize([count(n) for n in range(10_000)], notation).count("\n") > 10_000  # type: ignore[arg-type]


def test_what_can_not_be_drawn_is_refused() -> None:
    """A notation that is not known, and a target without calls."""
    with pytest.raises(GraphError, match="drawn as `dot` or `mermaid`, not as 'png'"):
        cs.visualize(fetch(), "png")  # type: ignore[arg-type]
    with pytest.raises(GraphError, match="there is nothing to draw in int"):
        cs.visualize(3)
