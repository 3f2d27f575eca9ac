"""LangGraph: a loop of one node, and chains of 21."""
# mypy: ignore-errors

from __future__ import annotations

import sys
import time
from typing import TypedDict

from langgraph.graph import END, START, StateGraph

NODES = 21


class Count(TypedDict):
    """The state."""

    n: int


def step(state: Count) -> Count:
    """A step that does next to nothing."""
    return {"n": state["n"] - 1}


def _looping():
    graph = StateGraph(Count)
    graph.add_node("step", step)
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: "step" if state["n"] > 0 else END)
    return graph.compile()


def _chained():
    graph = StateGraph(Count)
    names = [f"step{number}" for number in range(NODES)]
    for name in names:
        graph.add_node(name, step)
    for one, other in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(one, other)
    return graph.compile()


looping, chained = _looping(), _chained()


def loop(steps: int) -> None:
    """One run of so many turns."""
    looping.invoke({"n": steps}, {"recursion_limit": steps + 10})


def chain(steps: int) -> None:
    """A run for each chain."""
    for _ in range(steps // NODES):
        chained.invoke({"n": 0})


if __name__ == "__main__":
    work = {"loop": loop, "chain": chain}[sys.argv[1]]
    work(NODES)
    began = time.perf_counter()
    work(int(sys.argv[2]))
    print(time.perf_counter() - began)
