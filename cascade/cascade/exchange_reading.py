"""The reading half of `cascade.exchange`: from the arrays and objects of JSON to calls. Whoever wrote them is not trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NoReturn

from cascade import registry
from cascade.errors import CascadeError, GraphError, Problem
from cascade.inputs import Env, Param
from cascade.lazy import LazyResult
from cascade.parameters import near_miss
from cascade.placeholder import Placeholder
from cascade.policies import CallPolicy, Constraints, Retry, Timeout
from cascade.resources import Inject
from cascade.routing import JumpSelector, Router

__all__ = ["Reader", "refuse"]

_CALL = frozenset(("args", "kwargs", "policies", "if", "otherwise", "after", "jumps"))
_INPUT = frozenset(("default", "type", "description"))
_CONTAINERS: Mapping[str, Callable[[list[Any]], object]] = {"tuple": tuple, "set": set, "frozenset": frozenset}


def refuse(message: str, code: str = "CS437", hint: str | None = None) -> NoReturn:
    """Raise `GraphError`: this is no graph."""
    raise GraphError(Problem(code, message if code != "CS437" else f"this is no graph of calls: {message}", None, hint))


class Reader:
    """Makes the nodes, one after the other."""

    def __init__(self, nodes: list[object]) -> None:
        self._made: list[Placeholder] = []
        for number, one in enumerate(nodes):
            self._made.append(self._sound(one, f"node {number}"))
        for number, one in enumerate(nodes):
            self._bind(number, one)

    def target(self, value: object) -> Any:
        """The target of the graph."""
        return self._value(value, "the target")

    def _sound(self, one: object, said: str) -> Placeholder:
        """A node. What its making complains of is a matter of the text, not of a place in Python code."""
        try:
            return self._node(self._object(one, said), said)
        except CascadeError as error:
            if error.code in ("CS437", "CS438"):
                raise
            refuse(f"{said}: {error.problems[0].message}")

    def _node(self, one: dict[str, Any], said: str) -> Placeholder:
        if "call" in one or "map" in one:
            return self._call(one, said)
        if "router" in one:
            return self._router(one, said)
        if "param" in one or "env" in one:
            return self._input(one, said)
        if set(one) == {"inject"}:
            return Inject(self._text(one["inject"], f"`inject` of {said}"))
        refuse(f"{said} has none of `call`, `map`, `router`, `param`, `env` and `inject`")

    # --- calls ---

    def _call(self, one: dict[str, Any], said: str) -> LazyResult[Any]:
        word = "map" if "map" in one else "call"
        self._only(one, _CALL | {word}, said)
        target = _registered(self._text(one[word], f"`{word}` of {said}"))
        args = [self._value(item, said) for item in self._array(one.get("args", []), f"`args` of {said}")]
        kwargs = {name: self._value(item, said) for name, item in self._object(one.get("kwargs", {}), said).items()}
        if word == "map" and args:
            refuse(f"{said} is a map, which has no `args`")
        made: LazyResult[Any] = target.map(**kwargs) if word == "map" else target(*args, **kwargs)
        policies = [self._policy(item, said) for item in self._array(one.get("policies", []), f"`policies` of {said}")]
        if policies:
            made = made.under(policies)
        if "if" in one:
            made = made.run_if(self._value(one["if"], said))
        if "otherwise" in one:
            made = made.or_else(self._value(one["otherwise"], said))
        return made.after(*(self._at(number, said) for number in self._array(one.get("after", []), f"`after` of {said}")))

    def _policy(self, value: object, said: str) -> CallPolicy:
        match value:
            case {"retry": [attempts, delay, backoff, jitter], **more} if not more:
                settings = [self._value(item, said) for item in (attempts, delay, backoff, jitter)]
                return self._checked(lambda: Retry(*settings), said)
            case {"timeout": duration, **more} if not more:
                return self._checked(lambda: Timeout(self._value(duration, said)), said)
            case {"constraints": dict() as amounts, **more} if not more:
                return Constraints({name: self._value(amount, said) for name, amount in amounts.items()})
            case _:
                refuse(f"a policy of {said} is none of `retry` with 4 settings, `timeout` and `constraints`")

    def _checked(self, make: Callable[[], CallPolicy], said: str) -> CallPolicy:
        try:
            return make()
        except (TypeError, ValueError) as error:
            refuse(f"a policy of {said} makes no sense: {error}")

    def _bind(self, number: int, one: Any) -> None:
        if "jumps" not in one:
            return
        said, node = f"node {number}", self._made[number]
        routes: dict[str, LazyResult[Any] | None] = {}
        for key, route in self._object(one["jumps"], f"`jumps` of {said}").items():
            found = None if route is None else self._at(route, said)
            if not (found is None or isinstance(found, LazyResult)):
                refuse(f"{said} jumps to node {route}, which is no call")
            routes[key] = found
        if not routes or not isinstance(node, LazyResult):
            refuse(f"`jumps` of {said} is empty")
        node.selector = JumpSelector(routes)

    # --- other nodes ---

    def _router(self, one: dict[str, Any], said: str) -> Router[Any]:
        self._only(one, {"router", "routes"}, said)
        routes: dict[Any, Any] = {}
        for pair in self._array(one.get("routes"), f"`routes` of {said}"):
            key, route = self._pair(pair, said)
            self._put(routes, key, route, said)
        return Router(self._value(one["router"], said), routes)

    def _input(self, one: dict[str, Any], said: str) -> Placeholder:
        word = "param" if "param" in one else "env"
        self._only(one, _INPUT | {word}, said)
        options: dict[str, Any] = {name: self._text(one[name], said) for name in ("type", "description") if name in one}
        if "default" in one:
            options["default"] = self._value(one["default"], said)
        return (Param if word == "param" else Env)(self._text(one[word], said), **options)

    # --- values ---

    def _value(self, value: object, said: str) -> Any:
        if isinstance(value, list):
            return [self._value(item, said) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) != 1:
            refuse(f"a value in {said} is an object with {len(value)} keys, not with one")
        ((word, inner),) = value.items()
        match word, inner:
            case "node", _:
                return self._at(inner, said)
            case "dict", list():
                made: dict[Any, Any] = {}
                for pair in inner:
                    self._put(made, *self._pair(pair, said), said)
                return made
            case (("tuple" | "set" | "frozenset"), list()):
                return self._contained(word, [self._value(item, said) for item in inner], said)
            case "duration", int() if not isinstance(inner, bool):
                return self._duration(inner, said)
            case _:
                refuse(f"a value in {said} is an object with the key `{word}`, which means nothing there")

    def _contained(self, word: str, items: list[Any], said: str) -> object:
        try:
            return _CONTAINERS[word](items)
        except TypeError:
            refuse(f"a {word} in {said} holds what no {word} can hold")

    def _duration(self, microseconds: int, said: str) -> timedelta:
        try:
            return timedelta(microseconds=microseconds)
        except OverflowError:
            refuse(f"a duration in {said} is too long")

    def _pair(self, pair: object, said: str) -> tuple[Any, Any]:
        if not isinstance(pair, list) or len(pair) != 2:
            refuse(f"an entry in {said} is no array of a key and a value")
        return self._value(pair[0], said), self._value(pair[1], said)

    def _put(self, made: dict[Any, Any], key: Any, value: Any, said: str) -> None:
        try:
            made[key] = value
        except TypeError:
            refuse(f"a key in {said} is a {type(key).__name__}, which can be none")

    def _at(self, number: object, said: str) -> Placeholder:
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(self._made):
            refuse(f"{said} names node {number!r}, which is not there, or not yet")
        return self._made[number]

    # --- shapes ---

    def _object(self, value: object, said: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            refuse(f"{said} is not an object")
        return value

    def _array(self, value: object, said: str) -> list[Any]:
        if not isinstance(value, list):
            refuse(f"{said} is not an array")
        return value

    def _text(self, value: object, said: str) -> str:
        if not isinstance(value, str) or not value:
            refuse(f"{said} is not a text")
        return value

    def _only(self, one: dict[str, Any], known: set[str] | frozenset[str], said: str) -> None:
        for name in one.keys() - known:
            refuse(f"{said} has `{name}`, which means nothing there", hint=near_miss(name, known))


def _registered(name: str) -> Any:
    target = registry.find(name)
    if target is None or "#" in name:
        hint = near_miss(name, registry.names()) or "import the module that defines it first: reading a graph imports nothing"
        refuse(f"there is no task or flow `{name}`", "CS438", hint)
    return target
