"""Graphs of calls as JSON: `to_json` and `from_json`.

    {"cascade": 1, "nodes": [{"call": "shop:fetch", "args": ["a"]}, {"call": "shop:count", "args": [{"node": 0}]}],
     "target": {"node": 1}}

A node is named by its number, so one that is used twice is there once, and only nodes before it may be given to a node; jumps
lead anywhere. Numbers, text, true, false, null and arrays are themselves, every other value is an object with one key:
``node``, ``dict`` (pairs), ``tuple``, ``set``, ``frozenset``, ``duration`` (microseconds). Tasks have their names in
`cascade.registry`: reading looks them up there and nowhere else, and imports nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NoReturn

from cascade import registry
from cascade.declared import kind_of
from cascade.errors import GraphError, Problem
from cascade.exchange_reading import Reader, refuse
from cascade.inputs import Input, Param
from cascade.lazy import NOTHING, LazyResult, Mapped, target_name
from cascade.placeholder import Placeholder
from cascade.policies import CallPolicy, Constraints, Retry, Timeout
from cascade.resources import Inject
from cascade.routing import Router
from cascade.structure import nodes_of

__all__ = ["from_json", "to_json"]

VERSION: Final = 1
_DEEPEST = 100
"""Levels of a literal. Readers of JSON recurse, and few go deeper than some hundreds."""


def _not_json(message: str, place: str | None = None, hint: str | None = None) -> NoReturn:
    raise GraphError(Problem("CS436", message, place, hint))


def to_json(target: object) -> str:
    """The graph of ``target`` as JSON. Raises `GraphError` CS436 for what JSON can not say: a literal of another type, a cache
    policy, a task that cannot be found by its name.

    >>> double = cs.task(name="m:double")(lambda number: 2 * number)
    >>> to_json(double(4))
    '{"cascade": 1, "nodes": [{"call": "m:double", "args": [4]}], "target": {"node": 0}}'
    """
    numbers = {node: number for number, node in enumerate(nodes_of(target))}
    writer = _Writer(numbers)
    nodes = [writer.node(node) for node in numbers]
    whole = {"cascade": VERSION, "nodes": nodes, "target": writer.target(target)}
    try:
        return json.dumps(whole, ensure_ascii=True, allow_nan=False)
    except ValueError:
        _not_json("there is an int of more digits than Python writes")


def from_json(text: str | bytes) -> Any:
    """The graph that `to_json` wrote. Raises `GraphError` CS437 for text that is none, CS438 for a task that nobody
    registered.

    >>> double = cs.task(name="m:double")(lambda number: 2 * number)
    >>> from_json(to_json(double(4)))
    <LazyResult double(4)>
    """
    try:
        return _read(text)
    except RecursionError:
        refuse("it nests too deeply")


def _read(text: str | bytes) -> Any:
    try:
        whole = json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        refuse(f"it is not JSON: {error}")
    if not isinstance(whole, dict) or set(whole) != {"cascade", "nodes", "target"}:
        refuse("it is no object of `cascade`, `nodes` and `target`")
    if whole["cascade"] != VERSION or isinstance(whole["cascade"], bool):
        refuse(f"its version is {whole['cascade']!r}, and {VERSION} is what can be read")
    if not isinstance(whole["nodes"], list):
        refuse("`nodes` is no array")
    return Reader(whole["nodes"]).target(whole["target"])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")


class _Writer:
    """Writes nodes whose numbers are known."""

    def __init__(self, numbers: Mapping[Placeholder, int]) -> None:
        self._numbers = numbers
        self._place: str | None = None  # of the node at hand

    def target(self, target: object) -> object:
        """What is run."""
        self._place = None
        return self.value(target, "the target")

    def node(self, node: Placeholder) -> dict[str, object]:
        self._place = node.written_at if isinstance(node, LazyResult | Router) else None
        match node:
            case LazyResult():
                return self._call(node)
            case Router():
                routes = [[self.value(key, "a key"), self.value(route, "a route")] for key, route in node.routes.items()]
                return {"router": self.value(node.selector, "a selector"), "routes": routes}
            case Input():
                return self._input(node)
            case Inject():
                return {"inject": node.name}
            case _:
                _not_json(f"{node._said()} can not be written as JSON")

    def _call(self, node: LazyResult[Any]) -> dict[str, object]:
        mapped = isinstance(node.target, Mapped)
        name = _registered_name(node.target.target if mapped else node.target, node)
        said = f"an argument of `{target_name(node.target)}`"
        made: dict[str, object] = {"map" if mapped else "call": name}
        if node.args:
            made["args"] = [self.value(value, said) for value in node.args]
        if node.kwargs:
            made["kwargs"] = {key: self.value(value, said) for key, value in node.kwargs.items()}
        if node.policies:
            made["policies"] = [self._policy(policy, node) for policy in node.policies]
        if node.condition is not None:
            made["if"] = self.value(node.condition, f"the condition of `{target_name(node.target)}`")
        if node.otherwise is not NOTHING:
            made["otherwise"] = self.value(node.otherwise, said)
        if node.order:
            made["after"] = [self._numbers[other] for other in node.order]
        if node.selector is not None:
            routes = node.selector.routes.items()
            made["jumps"] = {key: None if route is None else self._numbers[route] for key, route in routes}
        return made

    def _policy(self, policy: CallPolicy, node: LazyResult[Any]) -> dict[str, object]:
        said = f"a policy of `{target_name(node.target)}`"
        match policy:
            case Retry(on=(only,)) if only is Exception:
                settings = (policy.attempts, policy.delay, policy.backoff, policy.jitter)
                return {"retry": [self.value(one, said) for one in settings]}
            case Timeout(duration=duration):
                return {"timeout": self.value(duration, said)}
            case Constraints(resources=resources):
                return {"constraints": {name: self.value(amount, said) for name, amount in resources.items()}}
            case Retry():
                _not_json(f"{said} names kinds of errors, which JSON can not", node.written_at)
            case _:
                _not_json(f"{said} is an object of this process: a cache is none for JSON", node.written_at)

    def _input(self, node: Input[Any]) -> dict[str, object]:
        if node.is_class:
            _not_json(f"the type of {node._said()} is a class, which JSON can not name")
        made: dict[str, object] = {"param" if isinstance(node, Param) else "env": node.name}
        if node.default is not NOTHING:
            made["default"] = self.value(node.default, f"the default of {node._said()}")
        if node.type is not None:
            made["type"] = str(node.declared)
        if node.description:
            made["description"] = node.description
        return made

    def value(self, value: object, said: str, depth: int = 0) -> object:
        """A value, written. ``said`` is what it is, for errors."""
        if isinstance(value, Placeholder):
            return {"node": self._numbers[value]}
        if depth > _DEEPEST:
            _not_json(f"{said} nests deeper than {_DEEPEST} levels, or holds itself", self._place)
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if isinstance(value, float) and kind is float and math.isfinite(value):
            return value
        if isinstance(value, timedelta):
            return {"duration": value // timedelta(microseconds=1)}
        if kind is dict:
            pairs = value.items()  # type: ignore[attr-defined]
            return {"dict": [[self.value(key, said, depth + 1), self.value(item, said, depth + 1)] for key, item in pairs]}
        if kind in (list, tuple, set, frozenset):
            items = [self.value(item, said, depth + 1) for item in value]  # type: ignore[attr-defined]
            if kind in (list, tuple):
                return items if kind is list else {"tuple": items}
            return {kind.__name__: sorted(items, key=json.dumps)}  # not in the order of hashes: the same set, the same text
        found = repr(value) if kind is float else kind_of(value)
        _not_json(f"{said} is {found}, which JSON can not say", self._place)


def _registered_name(target: Any, node: LazyResult[Any]) -> str:
    name = getattr(target, "name", None)
    if not isinstance(name, str) or registry.find(name) is None:
        _not_json(f"`{target_name(target)}` is not registered by a name", node.written_at)
    if registry.find(name) is not target:
        hint = "give one of them another name: @cs.task(name=…)"
        _not_json(f"another task has been registered as `{name}` since this one", node.written_at, hint)
    return name
