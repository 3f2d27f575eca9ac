"""Whether a program may see the order of a set: what it asks of its sets decides, and a mistake is only on the safe side."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest
from cascade.durable.order import sees_orders
from cascade.targets import direct_call

import cascade as cs

BLIND = {
    "membership": "seen = set()\nfor x in xs:\n    if x not in seen:\n        seen.add(x)\nreturn len(seen)",
    "a literal": "return [x for x in xs if x in {'a', 'b'}]",
    "a comprehension": "seen = {x for x in xs}\nreturn 'a' in seen",
    "algebra": "a = set(xs)\nb = {1, 2}\na |= b\na -= b\nreturn len(a & b) + len(a ^ b)",
    "methods": "a = set(xs)\nb = a.union([1]).difference([2])\nb.discard(3)\nb.update(xs)\nreturn b.issubset(a)",
    "comparison": "return set(xs) == {1, 2} or bool(set(xs)) or any(set(xs))",
    "a set that is returned": "return {x for x in xs}",
    "a set that is left": "s = {1}\ns = [1, 2]\nfor x in s:\n    pass\nreturn x - 1",
    "views": "d = {x: 1 for x in xs}\nn = 0\nfor k, v in d.items():\n    n -= v\nreturn n + len(d.keys() & {1})",
    "views that are read": "d = {x: 1 for x in xs}\nn = 5 - 3\nreturn sorted(d.keys()), list(d.items()), ','.join(d.keys())",
    "no sets": "return [x - 1 for x in xs]",
    "a handler": "s = set()\ntry:\n    s.remove(1)\nexcept KeyError:\n    s.add(2)\nreturn 2 in s",
}
SEEING = {
    "a loop": "n = 0\nfor x in set(xs):\n    n = x\nreturn n",
    "a loop over what it was before": "s = [1]\nfor i in xs:\n    for x in s:\n        pass\n    s = {1, 2}\nreturn 1",
    "a list": "return list({x for x in xs})",
    "sorting, which may leave ties": "return sorted(set(xs))",
    "pop": "s = set(xs)\nreturn s.pop()",
    "text": "return f'{set(xs)}'",
    "unpacking": "a, b = {1, 2}\nreturn a",
    "a call": "return show(set(xs))",
    "in a list": "a = [set(xs)]\nreturn a",
    "in a dict": "a = {}\na['x'] = {1, *xs}\nreturn a",
    "joined": "return ','.join(set(xs))",
    "extended": "a = []\na.extend({x for x in xs})\nreturn a",
    "a frozen set": "return [*frozenset(xs)]",
    "a literal that is gone through": "return [x for x in {1, 2, len(xs)}]",
    "views by algebra": "d = {x: 1 for x in xs}\nreturn [k for k in d.keys() & d.keys()]",
    "a view that is kept": "d = {x: 1 for x in xs}\nviews = [d.keys()]\nreturn [k for k in views[0] - {1}]",
    "a method as a value": "s = set(xs)\npop = s.pop\nreturn pop()",
    "set as a function": "make = set\nreturn list(make(xs))",
    "in a handler": "s = set(xs)\ntry:\n    len(xs[7])\nexcept Exception:\n    return list(s)\nreturn 1",
    "of a helper": "return [x for x in helper(xs)]",
    "an error": "raise ValueError({x for x in xs})",
    "a closure": "s = set(xs)\nreturn sorted(xs, key=lambda x, s=s: [*s].index(x))",
    "iterated by hand": "it = iter({x for x in xs})\nreturn next(it)",
    "minimum": "return min({x for x in xs})",
    "algebra of what lies in a list": "a = [set(xs), set(xs)]\nreturn list(a[0] - a[1])",
}
HEAD = """
import cascade as cs

@cs.task
def show(s: object) -> str:
    return repr(s)

@cs.flow
def helper(xs: list) -> object:
    if len(xs) > 100:
        return helper(xs[1:])
    return {x for x in xs}

@cs.flow
def main(xs: list) -> object:
"""


def program(folder: Path, body: str) -> object:
    """The Blueprint of a flow with this body."""
    path = folder / "flows.py"
    path.write_text(HEAD + indent(body, "    ") + "\n", encoding="utf-8")
    names: dict[str, object] = {"__name__": "flows"}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    call = direct_call(names["main"](["a"]))  # type: ignore[operator]
    assert call is not None
    return call.flow.program.material.blueprint


@pytest.mark.parametrize("name", BLIND)
def test_a_program_that_asks_for_no_order_is_told_from_others(tmp_path: Path, name: str) -> None:
    """Its log can be gone over in any process."""
    assert not sees_orders(program(tmp_path, BLIND[name]))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SEEING)
def test_a_program_that_may_see_an_order_is_found(tmp_path: Path, name: str) -> None:
    """Whatever it does with it."""
    assert sees_orders(program(tmp_path, SEEING[name]))  # type: ignore[arg-type]


CRAWL = """
import os, sys
import cascade as cs

@cs.task(mode="inline")
def links(page: str, turn: int) -> list[str]:
    if turn == int(sys.argv[1]):
        os._exit(9)
    return [f"{page}/{n}" for n in range(2)] if len(page) < 60 else [page]

@cs.flow
def crawl(pages: int) -> int:
    seen = {"start"}
    frontier = ["start"]
    turn = 0
    while turn < pages:
        page = frontier.pop(0)
        turn += 1
        for found in links(page, turn):
            if found not in seen and found not in {"never", "at all"}:
                seen.add(found)
                frontier.append(found)
    return len(seen)

if __name__ == "__main__":
    print(cs.run(crawl(600), store="runs.db", run_id="crawl"))
    print(cs.Store("runs.db").runs()[0].written)
"""


def test_a_growing_set_is_written_once(tmp_path: Path) -> None:
    """Each process has another order of the same set, and the run goes on in all; what is written stays in proportion."""
    (tmp_path / "crawler.py").write_text(CRAWL, encoding="utf-8")
    outcomes = []
    for seed, stop in enumerate((50, 51, 300, 599, 0)):
        done = subprocess.run(
            [sys.executable, "crawler.py", str(stop)], cwd=tmp_path, env={**os.environ, "PYTHONHASHSEED": str(seed + 1)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        outcomes.append((done.returncode, done.stderr))
    assert outcomes == [(9, "")] * 4 + [(0, "")]
    size, written = map(int, done.stdout.split())
    assert size == 1_201
    state = 1_200 * 40  # bytes, about
    assert written < 20 * state


def test_a_run_that_had_a_set_from_a_task_keeps_a_log_again(tmp_path: Path) -> None:
    """When a snapshot has no set any more."""
    store = cs.Store(str(tmp_path / "runs.db"))
    cs.run(forgets(300), store=store, run_id="forgets")
    cs.run(holds(300), store=store, run_id="holds")
    written = {row.run: row.written for row in store.runs()}
    assert written["forgets"] * 3 < written["holds"]


@cs.task(mode="inline")
def some() -> set[str]:
    return {"a", "b"}


@cs.task(mode="inline")
def step(number: int) -> int:
    return number + 1


@cs.flow
def forgets(count: int) -> int:
    found = some()
    number = len(found)
    found = None
    while number < count:
        number = step(number)
    return number


@cs.flow
def holds(count: int) -> int:
    found = some()
    number = 0
    while number < count:
        number = step(number)
    return number + len(found)
