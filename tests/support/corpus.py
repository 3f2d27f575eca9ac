"""Ordinary Python functions, run by CPython and as flows: accepted, refused with a code, wrong.

A module is loaded once, plainly: that is the oracle. Its functions are then decorated one after the other, as decorators run
when a module is imported, in a second namespace where calls find the flows. Knows no engine (`support.corpus_engines`).
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from support.corpus_inputs import Call
from support.outcomes import Snapshot, snapshot

Run = Callable[..., object]
"""Calls a function, or what was made of one, with arguments."""

CONTAINERS = (ast.ClassDef, ast.Yield, ast.YieldFrom, ast.With, ast.AsyncWith, ast.Import, ast.ImportFrom)
"""What a function is left out for: this is not what flows are for."""


NAMES = {"CS269", "CS270", "CS271", "CS280", "CS281", "CS283", "CS288"}
"""Codes of refusals that are for what a name leads to, outside of the function: a function that was not decorated, a class, a
global that can change. All others are for what the function itself says."""


class TooDeepError(Exception):
    """CPython itself could not run the example."""


class TooLong(BaseException):
    """A call was stopped; no ``except Exception`` of the function catches that."""


@contextlib.contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """Stop after a time. `TooLong` when it is over."""
    if seconds is None:
        yield
        return

    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Seen:
    """How a call ended: the value or the error with its cause, the arguments as they are afterwards, and what was printed."""

    returned: bool
    shown: str = field(compare=False)
    exact: Snapshot
    printed: str

    def __str__(self) -> str:
        return f"{'gave' if self.returned else 'raised'} {self.shown}" + (f", printed {self.printed!r}" if self.printed else "")


def observe(run: Run, call: Call) -> Seen:
    """What a call does, with arguments of its own. `TooDeepError` for a `RecursionError`."""
    arguments, keywords = copy.deepcopy(call)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        try:
            value = run(*arguments, **keywords)
            kind, shown, exact = True, repr(value), _functions_by_name(snapshot((value, arguments, keywords)))
        except RecursionError as error:
            raise TooDeepError from error
        except Exception as error:
            kind, shown = False, _error_text(error)
            exact = (shown, _error_text(error.__cause__), snapshot(error.args), snapshot((arguments, keywords)))
    return Seen(kind, shown, exact, output.getvalue())


def _functions_by_name(exact: Any) -> Any:
    """A function that is given back is not compared further: that of a flow is another, of the same name."""
    match exact:
        case ("function" | "Function", str(shown)):
            return "function", shown.removeprefix("<function ").partition(" at ")[0].rstrip(">").rpartition(".")[2]
        case tuple():
            return tuple(_functions_by_name(part) for part in exact)
    return exact


def _error_text(error: BaseException | None) -> str:
    return "" if error is None else f"{type(error).__module__}.{type(error).__qualname__}: {error}"


@dataclass
class Reach:
    """How often CPython returned from a function and raised out of it, and the errors."""

    returned: int = 0
    raised: int = 0
    errors: set[str] = field(default_factory=set)

    def count(self, seen: Seen) -> None:
        self.returned += seen.returned
        self.raised += not seen.returned
        if not seen.returned:
            self.errors.add(seen.shown)


# --- modules ---


def load_module(path: Path, name: str | None = None) -> ModuleType:
    """A module made from a file, not entered among the imported ones for longer than that takes."""
    name = f"corpus_{path.stem}" if name is None else name
    spec = util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = util.module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
    return module


def functions_of(module: ModuleType, source: str) -> dict[str, FunctionType]:
    """The functions that the corpus is about, in the order of the file: written at the top of it, and without what flows
    are not for. One that is decorated already, or whose name was given to something else, is left out."""
    found = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef) or node.decorator_list or any(_left_out(each) for each in ast.walk(node)):
            continue
        value = vars(module).get(node.name)
        if isinstance(value, FunctionType) and value.__code__.co_firstlineno == node.lineno:
            found[node.name] = value
    return found


def _left_out(node: ast.AST) -> bool:
    return isinstance(node, CONTAINERS)


def decorated(module: ModuleType, functions: Mapping[str, FunctionType], decorate: Callable[[Any], Any]) -> dict[str, Any]:
    """What a decorator makes of each function, or the error that it raises. Functions that come later do not exist yet."""
    scope = {name: value for name, value in vars(module).items() if name not in functions}
    made: dict[str, Any] = {}
    for name, function in functions.items():
        twin = _in_scope(function, scope)
        try:
            made[name] = scope[name] = decorate(twin)
        except Exception as error:
            made[name], scope[name] = error, twin
    return made


def _in_scope(function: FunctionType, scope: dict[str, Any]) -> FunctionType:
    twin = FunctionType(function.__code__, scope, function.__name__, function.__defaults__, function.__closure__)
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__annotations__ = function.__annotations__
    twin.__doc__ = function.__doc__
    twin.__module__ = function.__module__
    twin.__qualname__ = function.__qualname__
    return twin


# --- reports ---


@dataclass
class Report:
    """Three numbers, and what is behind them."""

    accepted: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)
    """Function -> codes."""
    wrong: dict[str, str] = field(default_factory=dict)
    """Function -> the difference, for the smallest arguments that show it."""
    said: dict[str, str] = field(default_factory=dict)
    """Function -> what its refusal says."""
    reached: dict[str, Reach] = field(default_factory=dict)

    def __iadd__(self, other: Report) -> Report:
        self.accepted += other.accepted
        self.refused |= other.refused
        self.wrong |= other.wrong
        self.said |= other.said
        self.reached |= other.reached
        return self

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Accepted, refused, wrong. A wrong function is no accepted one."""
        return len(self.accepted), len(self.refused), len(self.wrong)

    @property
    def share(self) -> float:
        """Of those whose names lead to nothing that flows refuse, how many are accepted: from 0 to 1."""
        own = sum(not NAMES.issuperset(codes) for codes in self.refused.values())
        return len(self.accepted) / max(1, len(self.accepted) + own)

    def lines(self, everything: bool = False) -> Iterator[str]:
        """The report as text; with ``everything``, each refusal with its sentence."""
        accepted, refused, wrong = self.numbers
        yield f"accepted {accepted}, refused {refused}, wrong {wrong}"
        for code, count in Counter(code for codes in self.refused.values() for code in dict.fromkeys(codes)).most_common():
            names = [name for name, codes in self.refused.items() if code in codes]
            yield f"  {code}: {count:4d}  {', '.join(names[:4])}{', …' if count > 4 else ''}"
        if self.refused:
            outside = sum(NAMES.issuperset(codes) for codes in self.refused.values())
            yield f"  {outside} of them only for what names lead to; of the others, {self.share:.1%} are accepted"
        if everything:
            yield from (f"  refused {name}: {said}" for name, said in self.said.items())
        for name, difference in self.wrong.items():
            yield f"  WRONG {name}: {difference}"

    def refuse(self, name: str, problems: Sequence[tuple[str, str]]) -> None:
        """A refusal: (code, sentence) of each complaint."""
        self.refused[name] = [code for code, _ in problems]
        self.said[name] = "; ".join(f"{code} {sentence}" for code, sentence in problems)
