"""Ways through a graph that are chosen while it runs: `Router` takes one of several values, `bind` lets a node jump.

These are descriptions. What they mean is built in `cascade.planning`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import CodeType
from typing import Any, Generic, NoReturn, TypeVar

from cascade_vm.control import Jump, TailCall
from cascade_vm.host import Place

from cascade.lazy import LazyResult
from cascade.placeholder import Placeholder, check_available, refused_pickle
from cascade.places import format_place, place_in, written_at

__all__ = ["Jump", "JumpSelector", "Router", "TailCall", "bind", "select_jump"]

R = TypeVar("R")


class Router(Placeholder, Generic[R]):
    """The value of the route whose key the ``selector`` gives. Nodes that only other routes need do not run.

    The selector, and each route, is a placeholder or a value. A key that no route has is an error of the run.

        cs.run(greet(cs.Router(cs.Param("tongue"), {"en": english(), "fr": french()})))

    >>> word = cs.task(str.upper)
    >>> cs.run(Router(cs.Param("tongue"), {"en": word("hello"), "fr": word("bonjour")}), params={"tongue": "fr"})
    'BONJOUR'
    """

    __slots__ = ("_at", "_code", "routes", "selector")

    def __init__(self, selector: Any, routes: Mapping[Any, Any]) -> None:
        frame = sys._getframe(1)
        self._code: CodeType | None = frame.f_code
        self._at = frame.f_lasti
        if not isinstance(routes, Mapping):
            _refuse("CS433", f"the routes of a router are a dict, not {type(routes).__name__}", self.written_at)
        if not routes:
            _refuse("CS433", "a router without routes leads nowhere", self.written_at)
        check_available(selector, "a selector")
        self.selector = selector
        self.routes: dict[Any, Any] = dict(routes)

    @property
    def site(self) -> tuple[CodeType | None, int]:
        """The code in which it is written, and the instruction: what `place` is read from."""
        return self._code, self._at

    @property
    def place(self) -> Place:
        """Where the router is written."""
        return place_in(self._code, self._at, "Router")

    def __copy__(self) -> Router[R]:
        return self.rebuilt(self.selector, self.routes)

    def __reduce__(self) -> NoReturn:
        raise refused_pickle(self)

    @property
    def written_at(self) -> str:
        """The place, as it is printed: ``file:line:column``."""
        return format_place(self.place)

    def rebuilt(self, selector: Any, routes: dict[Any, Any]) -> Router[R]:
        """The same router between other nodes."""
        made: Router[R] = Router.__new__(Router)
        made._code, made._at, made.selector, made.routes = self._code, self._at, selector, routes
        return made

    def _said(self) -> str:
        return "the value of a router"

    def __repr__(self) -> str:
        return f"<Router {', '.join(map(repr, self.routes))}>"


class JumpSelector:
    """Where jumps lead: for each key a call, or None where the run ends.

    >>> JumpSelector({"done": None})
    <JumpSelector 'done'>
    """

    __slots__ = ("routes",)

    def __init__(self, routes: Mapping[str, LazyResult[Any] | None]) -> None:
        self.routes = dict(routes)

    def __repr__(self) -> str:
        return f"<JumpSelector {', '.join(map(repr, self.routes))}>"


def select_jump(routes: Mapping[str, LazyResult[Any] | None]) -> JumpSelector:
    """Say where jumps lead: `Jump("loop")` to ``routes["loop"]``. Under None the run ends, with the jump's data.

    Raises `GraphError`: CS433 without routes, CS439 for a key that is no text, CS432 for what is no call.

    >>> select_jump({"done": None})
    <JumpSelector 'done'>
    """
    if not isinstance(routes, Mapping):
        _refuse("CS433", f"the routes of a selector are a dict, not {type(routes).__name__}", _caller())
    if not routes:
        _refuse("CS433", "a selector without routes leads nowhere", _caller())
    for key, route in routes.items():
        if not isinstance(key, str):
            _refuse("CS439", f"the key of a jump is a str, not {type(key).__name__}", _caller())
        if route is not None and not isinstance(route, LazyResult):
            hint = "None ends the run" if not isinstance(route, Placeholder) else None
            _refuse("CS432", f"a jump leads to a call or to None, not to {type(route).__name__}", _caller(), hint)
    return JumpSelector(routes)


def bind(node: LazyResult[R], selector: JumpSelector) -> LazyResult[R]:
    """Let ``node`` jump: when its value is a `Jump`, the run goes on where ``selector`` says.

    This attaches the selector to that very node, which is given back; nothing else changes a node. A route may lead to the node
    itself, or to one that leads back: such graphs are loops.

    >>> @cs.task
    ... def countdown(n: int) -> object:
    ...     return cs.Jump("again", n - 1) if n else cs.Jump("done", "lift off")
    >>> start = countdown(1000)
    >>> _ = bind(start, select_jump({"again": start, "done": None}))
    >>> cs.run(start)
    'lift off'
    """
    if not isinstance(node, LazyResult):
        hint = "bind takes a call, such as `step = work(1)`, and what `cs.select_jump` gives"
        _refuse("CS432", f"only the result of a call can jump, not {type(node).__name__}", _caller(), hint)
    if not isinstance(selector, JumpSelector):
        message = f"jumps are said with `cs.select_jump(…)`, not with {type(selector).__name__}"
        _refuse("CS432", message, _caller())
    if node.selector is not None and node.selector is not selector:
        _refuse("CS439", f"{node._said()} has its jumps already", _caller(), "say all of them in one `cs.select_jump(…)`")
    node.selector = selector
    return node


def _caller() -> str:
    """Where the function that calls this was called."""
    return written_at(sys._getframe(2))


def _refuse(code: str, message: str, place: str, hint: str | None = None) -> NoReturn:
    from cascade.errors import GraphError, Problem

    raise GraphError(Problem(code, message, place, hint))
