"""LangGraph: a loop of one node, saved to SQLite at each step. Prints seconds."""
# mypy: ignore-errors

from __future__ import annotations

import sqlite3
import sys
import time
from typing import TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph


class Count(TypedDict):
    """The state."""

    n: int


def step(state: Count) -> Count:
    """A step that does next to nothing."""
    return {"n": state["n"] - 1}


def looping(saver):
    graph = StateGraph(Count)
    graph.add_node("step", step)
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: "step" if state["n"] > 0 else END)
    return graph.compile(checkpointer=saver)


def loop(graph, steps: int, thread: str) -> None:
    """One run of so many turns."""
    options = {"recursion_limit": steps + 10, "configurable": {"thread_id": thread}}
    graph.invoke({"n": steps}, options, durability="sync")


if __name__ == "__main__":
    db = sqlite3.connect(sys.argv[2], check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    graph = looping(SqliteSaver(db))
    loop(graph, 10, "first")
    began = time.perf_counter()
    loop(graph, int(sys.argv[1]), "second")
    print(time.perf_counter() - began)
