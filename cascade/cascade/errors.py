"""What Cascade refuses, as its users see it.

    Exception
    ├── CascadeError            everything below: ``problems``, each with a code, a sentence and, where there is one, a place
    │   ├── CompileError        CS1xx, CS2xx, CS420: a source is wrong; ``diagnostics`` has all that was found
    │   ├── LoadError           CS3xx: a built program is damaged, altered or of another version
    │   ├── TargetError         CS401-404: no such file, not a program, no such flow
    │   ├── ArgumentError       CS405-407, CS430, CS451-452: arguments do not fit, or what is run (a `TypeError` too)
    │   ├── TaskError           CS408-410, CS418: a task can not be bound to a function
    │   ├── ResultError         CS411-412: a result is not what was declared, or no JSON
    │   ├── LazyValueError      CS425-428, CS456: the result of a call was used before it is there (a `TypeError` too)
    │   ├── LazyAttributeError  CS429: so was an attribute of it (an `AttributeError` too)
    │   ├── GraphError          CS431-443: calls, routes, resources or JSON that make no graph, or none that can run
    │   ├── EngineError         CS445-459: an engine can not run what it was given
    │   ├── StoreError          CS502-507, CS521: what is stored can not be read here
    │   │   ├── NotStorable     CS501: a value can not be stored (a `TypeError` too)
    │   │   ├── NoSuchRun, RunExists, RunIsOwned, LeaseLost    CS510-513, CS524-525: that is not possible with a run now
    │   │   ├── RunPaused       CS520: a run in a store has used up a budget
    │   │   └── NotAStore, StoreIsNewer, StoreNotWritable, StoreIsLocked, DamagedStore, StoreUnreachable    CS514-519
    │   └── UsageError          CS400, CS413-417, CS421, CS508, CS522-534: what was asked for can not be done
    ├── DependencyMissingError  what a graph of calls is run for was skipped
    └── FlowFailed              a program said `fail`; programs catch it, and so can callers
    BaseException
    └── BudgetExhausted         a run spent its budget

What a program or a task raises comes out as it is, with its trail (`cascade.trace` prints it). The errors of the inner rooms
are mapped to these in one place: `public_errors`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from cascade_compiler.codes import CODES as COMPILE_CODES
from cascade_grammar.codes import CODES as SYNTAX_CODES
from cascade_vm.errors import CODES as LOAD_CODES
from cascade_vm.errors import BlueprintError, BudgetExhausted, DependencyMissingError, FlowFailed

if TYPE_CHECKING:
    from cascade_grammar.diagnostics import Diagnostic

__all__ = [
    "CODES", "ArgumentError", "BudgetExhausted", "CascadeError", "CompileError", "DependencyMissingError", "EngineError",
    "DamagedStore", "FlowFailed", "GraphError", "LazyAttributeError", "LazyValueError", "LeaseLost", "LoadError", "NoSuchRun",
    "NotAStore", "NotStorable", "Problem", "ResultError", "RunExists", "RunIsOwned", "RunPaused", "StoreError",
    "StoreIsLocked", "StoreIsNewer", "StoreNotWritable", "StoreUnreachable", "TargetError", "TaskError", "UsageError",
    "format_problem", "public_errors",
]  # fmt: skip

RUN_CODES: dict[str, str] = {
    "CS400": "an option has a value that it does not take",
    "CS401": "a file can not be read",
    "CS402": "a file is not a program",
    "CS403": "it is not clear which flow to run",
    "CS404": "there is no flow of that name",
    "CS405": "a parameter is missing",
    "CS406": "a flow has no parameter of that name",
    "CS407": "an argument is not of the declared type",
    "CS408": "a task is missing",
    "CS409": "a task is not as it was when the program was built",
    "CS410": "a task module fails to import",
    "CS411": "a result is not of the declared type",
    "CS412": "a result is not JSON",
    "CS413": "a file can not be written",
    "CS414": "a run spent its budget",
    "CS415": "a run took longer than it may",
    "CS416": "a built program has no flow graph to interpret",
    "CS417": "a file of parameters is not a JSON object",
    "CS418": "two task modules have one name",
    "CS419": "a flow failed, with an error that the program did not catch",
    "CS420": "something that is no function is made a flow",
    "CS421": "a word of flows is called outside of a flow",
    "CS425": "the result of a call is used as a condition",
    "CS426": "the result of a call is compared",
    "CS427": "the items of the result of a call are read",
    "CS428": "the result of a call is used before it is there",
    "CS429": "an attribute of the result of a call is read",
    "CS430": "a call has arguments that do not fit",
    "CS431": "a map has nothing to go through",
    "CS432": "something is no result of a call, where one is needed",
    "CS433": "a router or selector has no routes",
    "CS434": "two resources have one name",
    "CS435": "there is no resource of that name",
    "CS436": "a graph can not be written as JSON",
    "CS437": "JSON holds no graph",
    "CS438": "a graph in JSON names a task that is not known",
    "CS439": "a declaration of a graph makes no sense",
    "CS440": "a graph needs its own result",
    "CS441": "routers of a graph wait for each other",
    "CS442": "a node of a graph can not do what it is told to",
    "CS443": "a solver gave an order in which a graph can not run",
    "CS445": "a call needs more of a resource than the system has",
    "CS446": "a call needs a resource that the system does not have",
    "CS447": "an amount of a resource is not a number",
    "CS448": "a resource that is injected is not known",
    "CS449": "a run ended with a jump that nothing is bound to",
    "CS450": "a tail call names a task or flow that is not known",
    "CS451": "a tail call has arguments that do not fit",
    "CS452": "what is to be run is nothing that can be run",
    "CS453": "a value can not be written into a Blueprint",
    "CS454": "a resource did not give exactly one value",
    "CS455": "nodes of a graph need each other",
    "CS456": "a task gave a call that did not run",
}
"""The codes of this room, each with its title."""

STORE_CODES: dict[str, str] = {
    "CS501": "a value can not be stored",
    "CS502": "a stored value is damaged",
    "CS503": "a stored value is of another version",
    "CS504": "the class of a stored value is not there",
    "CS505": "the class of a stored value has changed",
    "CS506": "a stored value needs a codec that is not registered",
    "CS507": "a stored value can not be made again here",
    "CS508": "a codec can not be registered",
    "CS510": "there is no run of that name",
    "CS511": "there is a run of that name already",
    "CS512": "a run is owned by another process",
    "CS513": "a run was taken by another process",
    "CS514": "there is no store at a place",
    "CS515": "a store is of a newer version",
    "CS516": "a store can not be written",
    "CS517": "a store is locked by another process",
    "CS518": "something in a store is damaged",
    "CS519": "a store can not be reached",
    "CS520": "a run is paused",
    "CS521": "a run does not go the way that was recorded",
    "CS522": "something can not be run from a store",
    "CS523": "the name of a run can not be used",
    "CS524": "a run of that name is one of another program",
    "CS525": "a run of that name has other arguments",
    "CS526": "there is no current call",
    "CS527": "a call has no connection of its own",
    "CS528": "a task ended the transaction of its call",
    "CS530": "no store is named",
    "CS531": "a run has ended",
    "CS532": "a run has no variable of that name",
    "CS533": "the log of a run has no such record",
    "CS534": "a run that is killed comes to something else",
}
"""The codes of durable runs."""

CODES: Mapping[str, str] = {**SYNTAX_CODES, **COMPILE_CODES, **LOAD_CODES, **RUN_CODES, **STORE_CODES}
"""The codes of all rooms, in order."""


class Problem(NamedTuple):
    """One thing that is wrong: ``place`` is ``file:line:column`` or a file, ``hint`` what to do about it."""

    code: str
    message: str
    place: str | None = None
    hint: str | None = None


def format_problem(problem: Problem) -> str:
    """The problem as text, in the form that diagnostics have."""
    rows = [f"error[{problem.code}]: {problem.message}"]
    if problem.place:
        rows.append(f" --> {problem.place}")
    rows += [f"  = hint: {line}" for line in (problem.hint or "").splitlines()]
    return "\n".join(rows)


class CascadeError(Exception):
    """Something that Cascade refuses. ``problems`` holds everything that was found at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    @property
    def code(self) -> str:
        """The code of the first problem."""
        return self.problems[0].code

    def __str__(self) -> str:
        return "\n".join(map(format_problem, self.problems))


class CompileError(CascadeError):
    """A source that is wrong: raised by `load` and by the commands that compile. Mend the places that it names."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(*(Problem(one.code, one.message, one.place, one.hint) for one in diagnostics))
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[type[CompileError], tuple[tuple[Diagnostic, ...]]]:
        return (CompileError, (self.diagnostics,))

    def __str__(self) -> str:
        from cascade_grammar.diagnostics import format_diagnostic

        return "\n\n".join(map(format_diagnostic, self.diagnostics))


class LoadError(CascadeError):
    """A built program that is refused before anything runs: build it again from its source."""


class TargetError(CascadeError):
    """What was to be loaded or run is not there: raised by `load`, and by looking up a flow."""


class ArgumentError(CascadeError, TypeError):
    """Arguments that do not fit a flow: raised when a flow is called, before anything runs."""


class TaskError(CascadeError):
    """A task that the program names can not be had: raised when a program is loaded.

    When its module failed to import, the error that it raised is the ``__cause__``.
    """


class ResultError(CascadeError):
    """A flow ended with a value that is not what it declares, or that JSON can not say."""


class LazyValueError(CascadeError, TypeError):
    """Python code needs a value that is there only when the program runs: the hint says what to write instead."""


class LazyAttributeError(CascadeError, AttributeError):
    """Python code reads an attribute of a value that is there only when the program runs."""


class GraphError(CascadeError):
    """A graph of calls that can not be made: raised where it is written."""


class EngineError(CascadeError):
    """An engine can not run what it was given, or not go on with it."""


class StoreError(CascadeError):
    """Something stored that can not be read here: nothing of it has been made. The hint says what to mend, if it can be."""


class NotStorable(StoreError, TypeError):  # noqa: N818 - says what is the matter
    """A value that can not be stored, raised before anything is lost. `register_codec` says how values of its type are."""

    def __init__(self, path: str, kind: str, why: str = "", place: str | None = None) -> None:
        said = f"`{path}` is {_a(kind)}, which can not be stored" + (f": {why}" if why else "")
        super().__init__(Problem("CS501", said, place, None if why else "tell how, with `register_codec`"))
        self.path = path
        """Where it is in the value: ``orders[3].customer``."""
        self.kind = kind
        self.why = why

    def at(self, variable: str, place: str) -> NotStorable:
        """The same error, where its first name is ``variable`` and the line is known."""
        name = re.match(r"\w*", self.path)
        assert name is not None
        return NotStorable(variable + self.path[name.end() :], self.kind, self.why, place)

    def __reduce__(self) -> tuple[type[NotStorable], tuple[str, str, str, str | None]]:
        return (NotStorable, (self.path, self.kind, self.why, self.problems[0].place))


def _a(word: str) -> str:
    return f"an {word}" if word[:1].lower() in "aeiou" and word else f"a {word}"


class NoSuchRun(StoreError):  # noqa: N818 - these say what is the matter
    """There is no run of that name in the store. The hint has names that are near."""


class RunExists(StoreError):  # noqa: N818
    """A run is to be made, and there is one of that name: take another, or go on with that one."""


class RunIsOwned(StoreError):  # noqa: N818
    """A run is owned by a process that lives, or may live on another machine: end that, or wait until its lease is over."""


class LeaseLost(StoreError):  # noqa: N818
    """This process is not the owner of the run any more, for it was taken by another. Nothing of the commit is written."""


class NotAStore(StoreError):  # noqa: N818
    """There is no store at the place that was named, or something else is there. Nothing of that has been touched."""


class StoreIsNewer(StoreError):  # noqa: N818
    """The store was written by a newer version of Cascade. It has not been touched: use that version."""


class StoreNotWritable(StoreError):  # noqa: N818
    """A store can not be written: a full disk, a read-only file. The store is whole; the same works when there is room."""


class StoreIsLocked(StoreError):  # noqa: N818
    """Another process has kept the store locked for too long. Nothing is written; the same works when that has ended."""


class DamagedStore(StoreError):  # noqa: N818
    """What the store has is not what was written: the sentence names the run and the record."""


class StoreUnreachable(StoreError):  # noqa: N818
    """The server of a store does not answer, or what connects to it is not installed."""


class RunPaused(StoreError):  # noqa: N818
    """A run in a store has used up a budget. It is kept as it is, and goes on when it is resumed with more."""


class UsageError(CascadeError):
    """What was asked for can not be done: an option, or a file to write."""


@contextmanager
def public_errors(name: str) -> Iterator[None]:
    """Errors of the inner rooms leave as public ones. ``name`` is the file that is being read."""
    try:
        yield
    except BlueprintError as error:
        raise LoadError(*(Problem(error.code, message, name) for message in error.complaints)) from None
    except Exception as error:
        if type(error).__name__ != "SourceErrors":  # named, so that a run of a built program does not load the grammar
            raise
        raise _compile_error(error) from None


def _compile_error(error: Exception) -> CompileError:
    from cascade_grammar.diagnostics import SourceErrors

    assert isinstance(error, SourceErrors)
    return CompileError(error.diagnostics)
