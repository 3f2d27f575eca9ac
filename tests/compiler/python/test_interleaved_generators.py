"""Generator expressions that see what the call they are given to has done with the items before."""

from __future__ import annotations

import pytest
from support.python_flows import check_same

HEAD = """
import functools
import heapq
import math
import operator

@cs.flow
def f(xs, b):
"""
VALUES = (
    ([3, 1, 3, 2, 1], {}), ([1, 2, 0, 1, 3], {7}), ([], [5]), (["a", "b", "a"], (1, 2)), ([1, [2], 1], [[2]]), (None, None),
    ([(1, 2), (1, 3), [4, 5], "67", (8,), 9], {1: 0}),
)  # fmt: skip
GROWING = (
    "out.extend(x for x in xs if x not in out)",
    "out.extend((x for x in xs if x not in same))",
    "out.extend(len(out) for x in xs)",
    "out.extend(i for i, x in zip(out, [1, 2, 3]))",
    "out.extend(x for i, x in zip(range(9), out))",
    "out.extend(10 // (len(out) - 4) for x in xs)",
    "out.extend(out.pop() for x in xs)",
    "out.extend(out.pop(0) if x == 1 else x for x in xs)",
    "out.extend(out.clear() for x in xs)",
    "out.extend(y for x in xs for y in [x, len(out)] if len(out) < 9)",
    "out.extend(x for x in (y for y in xs if y not in out))",
    "out.extend(print(out) or x for x in xs)",
    "list.extend(out, (len(out) for x in xs))",
    "list.extend(b, (len(b) for x in xs))",
    "list.extend(xs, (x for x in [1, 2] if x in xs))",
    "list.extend(seen, (len(seen) for x in xs))",
    "out.extend((len(out) for x in xs), 1)",
    "b.extend(len(b) for x in xs)",
    "xs.extend(len(xs) for x in [1, 2, 3])",
    "seen.update(x for x in xs if len(seen) < 3)",
    "seen.update(len(seen) for x in xs)",
    "seen.update((len(seen) for x in xs), (len(seen) for x in xs))",
    "seen.update([4, 5], (len(seen) for x in xs), xs, (len(seen) for x in xs))",
    "seen.update((len(seen) for x in xs), *(xs, [8], (len(seen),)))",
    "seen.update(*[[8], xs], (len(seen) for x in xs))",
    "seen.update((1 // (len(seen) - 4) for x in xs), (print(x) for x in xs))",
    "seen.update((1 // x for x in xs), (seen.clear() for x in xs))",
    "seen.update((len(seen) for x in xs), 5, (print(x) for x in xs))",
    "seen.update(([x] if len(seen) > 3 else len(seen) for x in xs))",
    "set.update(seen, (len(seen) for x in xs), (len(seen) for x in xs))",
    "set.update(b, (len(b) for x in xs))",
    "set.update(table, (len(table) for x in xs))",
    "seen.difference_update(len(seen) for x in range(9))",
    "seen.difference_update((len(seen) for x in range(9)), (len(seen) - 1 for x in xs))",
    "set.difference_update(seen, (len(seen) for x in range(9)))",
    "seen.difference_update([x] if len(seen) < 3 else len(seen) for x in range(9))",
    "b.update(len(b) for x in xs)",
    "b.update((len(b), x) for x in xs)",
    "b.difference_update(len(b) for x in xs)",
    "table.update((len(table), x) for x in xs)",
    "table.update(((x, len(table)) for x in xs), a=1)",
    "table.update(((len(table), x) for x in xs), **{'b': 2, 'c': len(table)})",
    "table.update(x for x in xs if print(len(table)) is None)",
    "table.update((1 // (len(table) - 3), x) for x in range(5))",
    "table.update(((len(table), 1) for x in xs), [])",
    "table.update(table.popitem() for x in xs)",
    "dict.update(table, ((len(table), x) for x in xs))",
    "dict.update(b, ((len(b), x) for x in xs))",
    "dict.update(table, ((len(table), x) for x in xs), z=len(table))",
    "table.update(([x, len(table)] if x != 2 else [x]) for x in xs)",
    "table.update((seen if len(table) < 2 else 7) for x in xs)",
    "table.update(({1, 2} if len(table) == 1 else iter('xy')) for x in xs)",
    "table.update(((([], 1)) if len(table) > 2 else (len(table), 0)) for x in xs)",
)  # fmt: skip
STOPPING = (
    "seen.isdisjoint(print(x) or x for x in xs)",
    "seen.issuperset(print(x) or x for x in xs)",
    "seen.isdisjoint((seen.add(3) or x) for x in xs)",
    "seen.issuperset((seen.add(x) or x) for x in xs)",
    "frozenset(seen).isdisjoint(print(x) or x for x in xs)",
    "frozenset(seen).issuperset(out.append(x) or x for x in xs)",
    "seen.issuperset(1 // (2 - x) for x in xs)",
    "table.keys().isdisjoint(print(x) or x for x in xs)",
    "b.isdisjoint(print(x) or x for x in xs)",
    "set.isdisjoint(seen, (print(x) or x for x in xs))",
    "table.items().isdisjoint(print(x) or (x, 2) for x in xs)",
)  # fmt: skip
COMMON = (
    "seen.union((seen.add(9) or x) for x in xs)",
    "seen.union([8], ((seen.add(9) or x) for x in xs))",
    "seen.difference((seen.add(9) or seen.discard(x) or 9) for x in xs)",
    "seen.intersection((seen.discard(x) or x) for x in xs)",
    "seen.intersection((seen.add(x) or x) for x in xs)",
    "seen.intersection((seen.discard(x - 1) or x) for x in xs)",
    "seen.intersection_update((seen.discard(x - 1) or x) for x in xs)",
    "seen.intersection_update((seen.add(x) or x) for x in xs)",
    "seen.issubset((seen.discard(x - 1) or x) for x in xs)",
    "seen.intersection(((seen.discard(x - 1) or x) for x in xs), [1], (seen.add(1) or x for x in xs))",
    "set.intersection(seen, ((seen.discard(x - 1) or x) for x in xs))",
    "set.union(seen, ((seen.add(9) or x) for x in xs))",
    "seen.issubset((seen.add(x) or x) for x in [1, 2, 5, 7])",
    "seen.issubset((seen.discard(1) or x) for x in (1, 2, 5))",
    "frozenset(seen).intersection((out.append(x) or x) for x in xs)",
    "frozenset(seen).issubset((out.append(x) or x) for x in [1, 2, 5, 7])",
    "b.intersection((out.append(x) or x) for x in xs)",
    "seen.intersection_update(((seen.discard(x - 1) or 1 // (2 - x)) for x in xs))",
    "seen.symmetric_difference((seen.add(x) or x) for x in xs)",
    "seen.symmetric_difference_update((seen.add(x) or x) for x in xs)",
    "seen.intersection((seen.discard(x - 1) or x) for x in xs if [print(x)])",
)  # fmt: skip
FOLDING = (
    "functools.reduce(lambda a, x: out.append(x) or a + len(out), (x + len(out) for x in xs), 0)",
    "functools.reduce(lambda a, x: print(a, x) or x, (print(x) or x for x in xs))",
    "functools.reduce(operator.iadd, ([x] for x in xs if x not in out), out)",
    "functools.reduce(lambda a, x: 1 // x, (print(x) or x for x in xs), b)",
    "functools.reduce(b, (print(x) or x for x in xs), b)",
    "functools.reduce(lambda a, x: (a, x), (1 // x for x in xs))",
    "functools.reduce(*[max], (x for x in xs))",
    "max((x + len(out) for x in xs), key=lambda x: out.append(x) or x)",
    "min((print(x) or x for x in xs), key=lambda x: print('key', x) or -x, default=b)",
    "min((print(x) or x for x in xs), default=b, key=lambda x: 1 // x)",
    "max((print(x) or x for x in xs), key=b)",
    "max((x for x in xs), key=None)",
    "max((x for x in xs), key=lambda x: [x] if x == 1 else x)",
    "sorted((print(x) or x for x in xs), key=lambda x: print('key', x) or -x)",
    "heapq.nlargest(2, (print(x) or x for x in xs), key=lambda x: print('key', x) or -x)",
    "heapq.nsmallest(2, (len(out) for x in xs), lambda x: out.append(x) or x)",
    "heapq.nsmallest(1, (len(out) for x in xs), key=lambda x: out.append(x) or x)",
    "heapq.nlargest(9, (len(out) for x in xs), key=lambda x: 1 // (x - 4))",
)  # fmt: skip
STOPPED = (
    "functools.reduce(lambda a, x: next(iter(())), (x for x in xs), b)",
    "max((x for x in xs), key=lambda x: next(iter(())))",
    "sum(next(iter(())) for x in xs)",
    "out.extend(next(iter(())) for x in xs)",
    "seen.isdisjoint(next(iter(())) for x in xs)",
)
PREPARED = "out, seen, table = [1, 2], {1, 2, 5}, {1: 2, 3: 4}\nsame = out\nr = None\n"
SHOWN = "\nreturn r, out, sorted(map(str, seen)), list(table.items()), xs, b"


def check(body: str) -> None:
    """The body as a flow of two parameters."""
    check_same(HEAD + "".join(f"    {row}\n" for row in body.splitlines()), *VALUES)


@pytest.mark.parametrize("expression", GROWING + STOPPING + COMMON + FOLDING)
def test_a_call_and_its_generator_take_turns(expression: str) -> None:
    """Where what the call does shows, or where it calls a function."""
    check(f"{PREPARED}r = {expression}{SHOWN}")


@pytest.mark.parametrize("expression", GROWING + STOPPING + COMMON + FOLDING + STOPPED)
def test_when_the_call_fails_what_was_done_before_is_done(expression: str) -> None:
    """A `StopIteration` is another error where the generator raises it, and the same where the call does."""
    check(f"{PREPARED}try:\n    r = {expression}\nexcept Exception as e:\n    r = repr(e){SHOWN}")
