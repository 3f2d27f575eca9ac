"""`LazyResult`: a call that has been written down and not run. Its arguments may hold others, so calls form a graph.

Nodes are values: each method gives a new one, and only `cascade.bind` changes one. Nothing here runs anything, and nothing is
read of arguments before a graph is planned, so making a node costs about a microsecond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import CodeType
from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, TypeVar

from cascade_vm.host import Place

from cascade.placeholder import Placeholder, check_available, refused_pickle
from cascade.places import format_place, place_in
from cascade.policies import Cache, CallPolicy, Constraints, Retry, Timeout

if TYPE_CHECKING:
    from datetime import timedelta

    from cascade.routing import JumpSelector

__all__ = ["NOTHING", "LazyResult", "Mapped", "given_by", "policy_values", "target_name"]

R = TypeVar("R")


class Nothing:
    """The type of `NOTHING`, which stands where there is no value, not even None."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = Nothing()


@dataclass(frozen=True, slots=True)
class Mapped:
    """A target that is called once for each item: the node's keyword arguments are iterables of one length, and its value the
    list of results. The node's policies are those of each call."""

    target: Any


class LazyResult(Placeholder, Generic[R]):
    """A call of ``target``: a task, a flow, or `Mapped`.

    ``args`` and ``kwargs`` may hold placeholders (`LazyResult`, `Router`, `Param`, `Env`, `Inject`), also inside lists, tuples,
    dicts and sets; so may the settings of ``policies`` (outermost first) and ``condition``. A node whose condition is false is
    skipped, and so is one that is given a skipped node; when there is an ``otherwise``, a value or a placeholder, that takes
    the place of the skipped node's value. It begins after those of ``order``, whose results it does not get. ``selector``
    says where it goes on when its value is a `Jump`.

    >>> double = cs.task(name="m:double")(lambda number: 2 * number)
    >>> once = double(4)
    >>> once, once.with_retry(3).with_timeout(10).policies[0]
    (<LazyResult double(4)>, Timeout(duration=10))
    >>> cs.run(double(once))
    16
    """

    __slots__ = ("_code", "_at", "args", "condition", "kwargs", "order", "otherwise", "policies", "selector", "target")  # noqa: RUF023

    def __init__(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], code: CodeType | None, at: int) -> None:
        """``code`` and ``at`` are ``f_code`` and ``f_lasti`` of the calling frame: the place is read when asked for."""
        self.target = target
        self.args = args
        self.kwargs = kwargs
        self.policies: tuple[CallPolicy, ...] = ()
        self.condition: object | None = None
        self.order: tuple[Placeholder, ...] = ()
        self.otherwise: object = NOTHING
        self.selector: JumpSelector | None = None
        self._code = code
        self._at = at

    @property
    def site(self) -> tuple[CodeType | None, int]:
        """The code in which it is written, and the instruction: what `place` is read from."""
        return self._code, self._at

    @property
    def place(self) -> Place:
        """Where the call is written."""
        return place_in(self._code, self._at, target_name(self.target))

    # --- new nodes from this one ---

    def with_retry(
        self,
        max_attempts: int = 3,
        delay: timedelta | float | None = 0.0,
        backoff: float = 1.0,
        jitter: float = 0.0,
        on: type[Exception] | tuple[type[Exception], ...] = (Exception,),
    ) -> LazyResult[R]:
        """Call again after an error: at most ``max_attempts`` calls in all, the first pause of ``delay`` seconds, each further
        one ``backoff`` times as long. Policies that are added later are outside of this one.

        ``jitter`` is the fraction, 0 to 1, by which a pause varies at random; only errors of the classes ``on`` count. Raises
        `ValueError` and `TypeError` for settings that make no sense.

        >>> cs.run(cs.task(len)("abc").with_retry(3, delay=0.5, backoff=2))
        3
        """
        for setting in (max_attempts, delay, backoff, jitter):
            check_available(setting, "a setting of a retry")
        return self.under((Retry(max_attempts, delay, backoff, jitter, on if isinstance(on, tuple) else (on,)),))

    def with_timeout(self, duration: timedelta | float) -> LazyResult[R]:
        """Give up after ``duration`` (seconds, or a `timedelta`) with a `TimeoutError`.

        >>> cs.run(cs.task(len)("abc").with_timeout(10))
        3
        """
        check_available(duration, "a duration")
        return self.under((Timeout(duration),))

    def with_cache(self, policy: Any) -> LazyResult[R]:
        """Ask ``policy`` (`cascade.caches.CachePolicy`) for the result before calling, and tell it the result after.

        Raises `TypeError` for an object without the methods ``check`` and ``save``.

        >>> class Known:
        ...     async def check(self, task_id, inputs):
        ...         return cs.Hit(inputs["obj"])
        ...     async def save(self, task_id, inputs, output): ...
        >>> cs.run(cs.task(len)("abc").with_cache(Known()))
        'abc'
        """
        return self.under((Cache(policy),))

    def with_constraints(self, **resources: Any) -> LazyResult[R]:
        """Run only while so much of each of the system's resources is free, and hold it meanwhile. Amounts of several calls of
        this method are taken together.

        A run raises `EngineError`: CS445 for more than there is in all, CS446 for a resource that the system does not have,
        CS447 for an amount that is no number.

        >>> cs.run(cs.task(len)("abc").with_constraints(gpu=0.5))  # the engine of `cs.run` limits nothing
        3
        """
        for amount in resources.values():
            check_available(amount, "an amount")
        for index, policy in enumerate(self.policies):
            if isinstance(policy, Constraints):
                merged = Constraints({**policy.resources, **resources})
                return self._copy(policies=(*self.policies[:index], merged, *self.policies[index + 1 :]))
        return self.under((Constraints(resources),))

    def run_if(self, condition: Any) -> LazyResult[R]:
        """Skip this call unless ``condition`` is true; nodes that are given its result are skipped with it.

        Raises `GraphError` CS439 when it has a condition already.

        >>> cs.run(cs.task(len)("abc").run_if(cs.Param("wanted", type=bool)).or_else(0), params={"wanted": False})
        0
        """
        check_available(condition, "a condition")
        if self.condition is not None:
            from cascade.errors import GraphError, Problem

            hint = "make both conditions one, in a @cs.task that gets them as arguments"
            raise GraphError(Problem("CS439", f"{self._said()} has a condition already", self.written_at, hint))
        return self._copy(condition=False if condition is None else condition)

    def after(self, *others: Any) -> LazyResult[R]:
        """Begin only when ``others`` have ended (or were skipped); their results are not used.

        Raises `GraphError` CS432 for what is no result of a call.

        >>> tell = cs.task(print)
        >>> cs.run(tell("second").after(tell("first")))
        first
        second
        """
        for other in others:
            check_available(other, "something to come after")
            if not isinstance(other, Placeholder):
                from cascade.errors import GraphError, Problem

                message = f"`.after(…)` takes results of calls, not {type(other).__name__}"
                raise GraphError(Problem("CS432", message, self.written_at))
        return self._copy(order=(*self.order, *others))

    def or_else(self, value: Any) -> LazyResult[R]:
        """Have ``value`` (a value, or the result of another call) where this call is skipped.

        >>> cs.run(cs.task(len)("abc").run_if(False).or_else("nothing"))
        'nothing'
        """
        return self._copy(otherwise=value)

    def rebuilt(self, change: Callable[[Any], Any]) -> LazyResult[R]:
        """The same call with ``change`` applied to all that it is given: arguments, settings of policies, condition, order."""
        return self._copy(
            args=tuple(map(change, self.args)),
            kwargs={name: change(value) for name, value in self.kwargs.items()},
            policies=tuple(_changed(policy, change) for policy in self.policies),
            condition=change(self.condition),
            otherwise=change(self.otherwise),
            order=tuple(map(change, self.order)),
        )

    def under(self, policies: Iterable[CallPolicy]) -> LazyResult[R]:
        """With these policies, outermost first, around those that it has."""
        return self._copy(policies=(*policies, *self.policies))

    def at_site(self, site: tuple[CodeType | None, int]) -> LazyResult[R]:
        """The same call, as if it were written there."""
        return self._copy(_code=site[0], _at=site[1])

    # --- inside ---

    def _copy(self, **changed: Any) -> LazyResult[R]:
        made: LazyResult[R] = LazyResult.__new__(LazyResult)
        for name in LazyResult.__slots__:
            setattr(made, name, changed[name] if name in changed else getattr(self, name))
        return made

    def _said(self) -> str:
        return f"the result of `{target_name(self.target)}`"

    def __copy__(self) -> LazyResult[R]:
        return self._copy()

    def __reduce__(self) -> NoReturn:
        raise refused_pickle(self)

    @property
    def written_at(self) -> str:
        """The place, as it is printed: ``file:line:column``."""
        return format_place(self.place)

    def __repr__(self) -> str:
        given = [_shown(value) for value in self.args] + [f"{name}={_shown(value)}" for name, value in self.kwargs.items()]
        return f"<LazyResult {target_name(self.target)}({', '.join(given)})>"


def _shown(value: object) -> str:
    """A literal as it is, shortened; of a node its name only, or a graph would show itself as a tree."""
    if isinstance(value, LazyResult):
        return f"<{target_name(value.target)}>"
    if isinstance(value, list | tuple | dict | set | frozenset):
        return f"<{type(value).__name__} of {len(value)}>" if value else repr(value)
    try:
        text = repr(value)
    except Exception:  # the class is the user's
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 40 else text[:37] + "…"


def target_name(target: Any) -> str:
    """The short name of what a node calls, for people: ``fetch``, ``fetch.map``."""
    if isinstance(target, Mapped):
        return f"{target_name(target.target)}.map"
    name: object = getattr(target, "name", None)
    return name.rpartition(":")[2].rpartition("<locals>.")[2] if isinstance(name, str) else type(target).__name__


def _changed(policy: CallPolicy, change: Callable[[Any], Any]) -> CallPolicy:
    match policy:
        case Constraints(resources=resources):
            return Constraints({name: change(amount) for name, amount in resources.items()})
        case Retry() | Timeout():
            return replace(policy, **{name: change(value) for name, value in policy_values(policy).items()})
        case _:
            return policy


def given_by(node: LazyResult[Any]) -> Iterator[tuple[str, object]]:
    """The arguments of a node with what to call them: ``0``, ``1``, ``url``."""
    yield from ((str(index), value) for index, value in enumerate(node.args))
    yield from node.kwargs.items()


def policy_values(policy: CallPolicy) -> Mapping[str, object]:
    """The settings of a policy that may be placeholders, by name."""
    match policy:
        case Retry():
            return {name: getattr(policy, name) for name in ("attempts", "delay", "backoff", "jitter")}
        case Timeout():
            return {"duration": policy.duration}
        case Constraints():
            return policy.resources
        case _:
            return {}
