"""Every operation means the same in the machine's table and in the reference's, which share nothing."""

from __future__ import annotations

import copy
import itertools
import random
from typing import Any

import pytest
from cascade.reference_values import OPERATIONS as REFERENCE
from cascade.reference_values import is_error, method_of
from cascade_vm.control import Jump, TailCall
from cascade_vm.host import UNBOUND
from cascade_vm.operations import METHODS, OPERATIONS
from cascade_vm.plain import Packed, errors_named, match

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -3, 7, 0.0, -0.0, 2.5, float("inf"), 1j, "", "a", "key", "12", b"", b"xy", bytearray(b"ab"),
    (), (1,), (2, 1, 3), ("a", "b"), [], [3, 1, 2], ["b", "a"], {}, {"a": 1}, {1: 2}, set(), {1, 2}, frozenset({1}), range(3),
    slice(1, 2),
    Jump("a", 5), Jump("b", {"x": 1}), Jump("c"), TailCall((1,), {"y": 2}), TailCall(target="other"),
    int, str,
    len, ValueError,
    ("a", "b"),
)  # fmt: skip
SLOW = {
    "**",
    "**=",
    "<<",
    "<<=",
    "pow",
    "operator.pow",
    "operator.ipow",
    "operator.lshift",
    "operator.ilshift",
    "math.factorial",
}
SIGNATURE = ("f", (("x", "either", True), ("y", "keyword", False), ("z", "either", False, 4)))
TYPED: dict[str, tuple[type, ...]] = {
    "add": (set,), "update_set": (set,), "append": (list,), "extend": (list,), "put": (dict,), "update_dict": (dict,),
    "format_value": (object, str, str), "jump_case": (object, tuple), "route_case": (object, tuple),
    "bind": (tuple, list, dict), "zip_equal": (tuple,), "jump_keywords": (Jump, dict, tuple),
    "jump_arguments": (Jump, tuple, tuple), "merge_keywords": (dict,), "ended_by": (list,),
    "goal": (object, list), "give": (list | set,), "stops": (object, object, list), "fold_on": (object, list),
    "ask": (object, list), "asked": (object, list), "keep_common": (object, object, set, list),
    "with_common": (object, object, list),
}  # fmt: skip
"""What front ends hand to operations that no program can name."""
TOLD = [((), ""), (("a",), ""), (("", "b"), ""), ((), "a")]
FITS = [
    None,
    (1, 2, ("a", "b"), ("a",), ("f", (("a", "either", True), ("b", "either", False)))),
    (0, 2**31 - 1, (), (), ("f", (("rest", "rest", False),))),
    (1, 1, (), ("",), ("f", (("a", "position", True), ("more", "keywords", False)))),
    (2**31, 1, ("n", "k"), ("n", "k"), ("f", (("n", "either", True), ("k", "keyword", True)))),
]
METHODS_OF = [
    "extend", "list.extend", "update", "set.update", "dict.update", "difference_update", "set.difference_update", "isdisjoint",
    "issuperset", "intersection", "intersection_update", "issubset",
]  # fmt: skip
FIXED = {
    ("tail_call_case", 1): FITS,
    ("jump_arguments", 2): TOLD,
    ("jump_keywords", 2): TOLD,
    ("bind", 0): [SIGNATURE],
    ("ended_by", 1): [KeyError(1), StopIteration(2)],
    ("goal", 2): METHODS_OF,
    ("give_all", 1): METHODS_OF,
    ("give_all", 3): [True, False],
    ("stops", 1): METHODS_OF,
    ("keep_common", 1): METHODS_OF,
    ("with_common", 1): METHODS_OF,
    ("with_common", 2): [[], [1, 2]],
    ("fold_on", 0): [max, len, None],
    ("ask", 0): [None, len, 5],
    ("bind_call", 0): [(SIGNATURE, "module.f()")],
    ("format_value", 1): ["", "r", "s", "a"],
    ("jump_case", 1): [("a", "b"), ()],
}
OPAQUE = ("_Pairs", "_Less", "_Answers", "Pairs", "Less", "Answers", "function")
HOLDS_STATE = {"iter", "map", "filter", "zip", "enumerate", "reversed"}


def seen(value: Any) -> object:
    """What a program can see of a value: iterators are read, the contents of a pack are taken out."""
    if isinstance(value, Packed):
        value = tuple(value.contents)
    if isinstance(value, tuple) and UNBOUND in value:
        return [repr(item) for item in value]
    if hasattr(type(value), "__next__"):
        return outcome(list, value)
    if type(value).__name__ in OPAQUE:
        return "opaque"
    return (type(value).__name__, repr(value))


def outcome(function: Any, *arguments: Any) -> object:
    try:
        return seen(function(*arguments))
    except Exception as error:
        return (type(error).__name__, str(error))


def choices(name: str, position: int) -> list[Any]:
    """Values for an argument of an operation."""
    if (name, position) in FIXED:
        return FIXED[name, position]
    kinds = TYPED.get(name, ())
    kind = kinds[position] if position < len(kinds) else object
    found = [value for value in VALUES if isinstance(value, kind)]
    return [value for value in found if not (name in SLOW and isinstance(value, int) and value > 3)]


def test_both_tables_have_the_same_operations() -> None:
    """None is missing in either."""
    assert OPERATIONS.keys() == REFERENCE.keys()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_is_the_same_in_both_tables(name: str) -> None:
    """Value or error, and what it does to its arguments."""
    operation = OPERATIONS[name]
    chance = random.Random(name)
    most = operation.least + 2 if operation.most is None else operation.most
    columns = [choices(name, position) for position in range(min(most, 4))]
    for count in range(operation.least, min(most, 4) + 1):
        whole = count < 2
        rows = itertools.product(*columns[:count]) if whole else ([*map(chance.choice, columns[:count])] for _ in range(300))
        for row in rows:
            mine, theirs = copy.deepcopy(row), copy.deepcopy(row)
            assert outcome(operation.function, *mine) == outcome(REFERENCE[name], *theirs), row
            if name not in HOLDS_STATE:
                assert repr(mine) == repr(theirs), row


@pytest.mark.parametrize("kind", sorted(METHODS, key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_the_same_methods_run_in_both_engines(kind: type) -> None:
    """And no other name."""
    value = kind(*{range: (3,), slice: (1,)}.get(kind, ()))  # type: ignore[call-overload]
    names = [name for name in dir(kind) if not name.startswith("_")]
    assert sorted(METHODS[kind]) == names
    assert all(method_of(value, name) is not None or name in ("start", "stop", "step") for name in names)


class ParentError(Exception):
    pass


class ChildError(ParentError):
    pass


@pytest.mark.parametrize(
    "kinds", [("ValueError",), (f"{__name__}:ParentError",), (f"{__name__}:ChildError", "KeyError"), ("a:B",)]
)
@pytest.mark.parametrize("error", [ValueError(), UnicodeError(), ParentError(), ChildError(), KeyError(), 5])
def test_errors_match_by_their_class_and_its_ancestors(error: object, kinds: tuple[str, ...]) -> None:
    """Those that a Blueprint can not hold go by name."""
    registers = [error, None]
    match(registers, 0, errors_named(kinds), 1)
    classes = {"ValueError": ValueError, "KeyError": KeyError, f"{__name__}:ParentError": ParentError}
    expected = any(isinstance(error, classes.get(kind, ChildError if "Child" in kind else ())) for kind in kinds)
    assert registers[1] is expected is is_error(error, kinds)
