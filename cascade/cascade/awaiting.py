"""`Awaiting`: a coroutine whose errors seem to be raised by the line that awaits it, as `cascade.arun` gives one.

It costs what a coroutine costs: a run that sleeps holds little, and what it waits for comes and goes past us. It knows errors,
not what is run.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from cascade.tracebacks import raising, with_flow_frames

__all__ = ["Awaiting", "Ending"]

R = TypeVar("R")


if TYPE_CHECKING:

    class _Steps:
        """To type checkers only what it is declared to be: a coroutine."""
else:
    _Steps = chain


class _Last:
    """Asking this for its iterator raises something, and adds no frame."""

    __slots__ = ("__iter__",)

    def __init__(self, fail: Callable[[], Any]) -> None:
        self.__iter__ = fail


class Ending:
    """How what an `Awaiting` drives has ended, once it has: with a value, as coroutines end, or with an error.

    ``chain`` goes through it: it gives first what is driven, what that goes on as, and at last what raises how it ended.
    """

    __slots__ = ("_awaiting", "_fail")
    _awaiting: Awaiting[Any] | None  # while it is under way
    _fail: Callable[[], Any]  # when it has ended

    def __iter__(self) -> Ending:
        return self

    def __next__(self) -> Any:
        if self._awaiting is None:
            return _Last(self.taken())
        return self._awaiting._coroutine.__await__()

    def taken(self) -> Callable[[], Any]:
        """What raises it. Nobody else is to hold it, for the error may hold the frames of those that hold us."""
        fail = self._fail
        del self._fail
        return fail

    def give(self, value: object) -> None:
        """It ended with a value."""
        self._end(StopIteration(value))

    def fail(self, error: BaseException) -> None:
        """It ended with an error."""
        self._end(with_flow_frames(error))

    def go_on(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """It has not ended: it goes on as another coroutine."""
        assert self._awaiting is not None
        self._awaiting._coroutine = coroutine

    def _end(self, error: BaseException) -> None:
        self._fail = raising(error)
        if self._awaiting is not None:
            self.let_go()

    def let_go(self) -> None:
        """Forget who waits."""
        if self._awaiting is not None:
            self._awaiting.__class__ = Awaiting
            self._awaiting = None

    def close(self) -> None:
        """It ends without an end."""
        self.let_go()


class _Outcome(Ending):
    """How a coroutine ended."""

    __slots__ = ("_coroutine",)

    def __init__(self, coroutine: Coroutine[Any, Any, object]) -> None:
        self._coroutine = coroutine

    async def come(self) -> None:
        try:
            self.give(await self._coroutine)
        except GeneratorExit:
            raise
        except BaseException as error:
            self.fail(error)

    def close(self) -> None:
        super().close()
        self._coroutine.close()


class Awaiting(_Steps, Coroutine[Any, Any, R]):
    """A coroutine whose errors show their flows, and seem to be raised by the line that awaits it.

        def arun(target):
            return Awaiting(engine.run(target))

    Once it has been begun Python drives it by calling C code only: ``chain`` goes through what the coroutine waits for, then
    asks its `Ending` for an iterator. A step costs nothing above those of the coroutine itself.
    """

    __slots__ = ("_coroutine", "_ending")
    _coroutine: Coroutine[Any, Any, None]
    _ending: Ending

    def __new__(cls, coroutine: Coroutine[Any, Any, R]) -> Awaiting[R]:
        outcome = _Outcome(coroutine)
        return cls.of(outcome.come(), outcome)

    @staticmethod
    def of(coroutine: Coroutine[Any, Any, None], ending: Ending) -> Awaiting[Any]:
        """Of a coroutine that raises nothing and gives nothing: what it comes to it says to ``ending``."""
        ending._awaiting = None
        made: Awaiting[Any] = Awaiting.from_iterable(ending)  # type: ignore[attr-defined]
        made._coroutine, made._ending = coroutine, ending
        return made

    def _step(self) -> Callable[[], Any]:
        """The first step: what gives what is awaited, or raises. One that ends with it is never anything but this, so its
        coroutine says when it is used again."""
        ending = self._ending
        ending._awaiting = self
        try:
            while True:
                try:
                    awaited = self._coroutine.send(None)
                except StopIteration:
                    if ending._awaiting is None:
                        return ending.taken()
                else:
                    self.__class__ = _UnderWay  # from here on C code drives it
                    return [awaited].pop
        except BaseException:
            ending.let_go()
            raise

    __next__ = property(_step)

    def __await__(self) -> Generator[Any, Any, R]:
        return self  # type: ignore[return-value]

    def send(self, value: Any, /) -> Any:
        """Go on; event loops do it by ``next``, which leaves no frame."""
        if value is None:
            return self.__next__()
        try:
            return self._coroutine.send(value)
        except StopIteration:
            return self._following()()

    def _following(self) -> Callable[[], Any]:
        """The next step, after one that ended the coroutine."""
        return self._ending.taken() if self._ending._awaiting is None else self._step()

    @property
    def throw(self) -> Callable[..., Any]:
        """Raise in the coroutine."""
        return partial(_Thrown, self)

    def close(self) -> None:
        """End the coroutine."""
        try:
            self._coroutine.close()
        finally:
            self._ending.close()


class _UnderWay(Awaiting[R]):
    """One that has waited for something."""

    __slots__ = ()
    if not TYPE_CHECKING:
        __next__ = chain.__next__


class _Thrown:
    """To make one is to raise something in the coroutine of an `Awaiting`; as with `raises_at_caller` no frame of ours is left.
    It gives what is waited for next, or raises what comes out."""

    __slots__ = ("_fail",)
    _fail: Callable[[], Any]
    __init__: Any = property(operator.methodcaller("_fail"))

    def __new__(cls, awaiting: Awaiting[Any], *error: Any) -> Any:
        made = object.__new__(cls)
        try:
            return awaiting._coroutine.throw(*error)
        except StopIteration:
            made._fail = awaiting._following()
        except GeneratorExit:
            raise
        except BaseException as raised:  # it had not begun
            awaiting.close()
            made._fail = raising(with_flow_frames(raised))
        return made
