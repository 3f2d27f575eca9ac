"""``cascade run``: from the command line to an exit status."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cascade_vm.errors import trail_of
from cascade_vm.host import Meter, Place
from cascade_vm.machine import PATIENCE

from cascade.cli.output import Out, complain, results_only, show_error
from cascade.cli.supervisor import Outcome, busy_threads, leave, supervise
from cascade.cli.watching import Watch, WatchedHost
from cascade.conversion import from_text, parse_json
from cascade.declared import ANY
from cascade.durations import format_duration, parse_duration
from cascade.errors import BudgetExhausted, Problem, ResultError, UsageError, format_problem
from cascade.files import read_bytes
from cascade.flow_calls import checked_result, reported, start
from cascade.json_result import NotJson, to_json
from cascade.loading import load_target
from cascade.parameters import bind_command_line
from cascade.program import Flow, FlowCall, Program
from cascade.signals import Signals

__all__ = ["run_target"]

FAILED = 1


@dataclass(frozen=True, slots=True)
class Options:
    """How to run, as the command line says it."""

    use_vm: bool
    max_turns: int | None
    max_calls: int | None
    timeout: timedelta | None
    json_events: str | None
    codegen: bool
    store: str | None = None
    run_id: str | None = None


def run_target(
    target: str,
    flow: str | None,
    *,
    parameters: Sequence[str],
    params: str | None,
    signals: Sequence[str],
    level: str | None,
    timeout: str | None,
    use_vm: bool,
    max_turns: int | None,
    max_calls: int | None,
    json_events: str | None,
    codegen: bool = True,
    store: str | None = None,
    run_id: str | None = None,
) -> int:
    """Load, bind, run, and write the result. Gives the exit status."""
    options = Options(use_vm, max_turns, max_calls, parse_timeout(timeout), json_events, codegen, store or None, run_id)
    texts, received = parse_pairs(parameters), parse_signals(signals)
    _check_kept(options)
    if flow is not None and "=" in flow:
        raise UsageError(Problem("CS400", f"`{flow}` is not the name of a flow", None, f"parameters are given as `-p {flow}`"))
    if level is not None and not target.endswith(".csc"):
        raise UsageError(Problem("CS400", f"-O is for sources (.csc), not for `{target}`"))
    with results_only() as out:
        values = read_params(params)
        call = bound_call(load_target(target, optimise=2 if level is None else int(level)), flow, texts, values)
        if options.store is None:
            return run_call(call, sent(received), options, out)
        from cascade.cli.kept import run_kept

        return run_kept(call, received, options, out)


# --- the command line ----------------------------------------------------------------------------------------------------


def parse_timeout(text: str | None) -> timedelta | None:
    """The duration of ``--timeout``."""
    if text is None:
        return None
    try:
        duration = parse_duration(text)
    except ValueError:
        duration = timedelta()
    if duration <= timedelta():
        raise UsageError(Problem("CS400", f"--timeout takes a duration such as 30s or 1h30m, not `{text}`"))
    return duration


def parse_pairs(pairs: Sequence[str], option: str = "-p", what: str = "parameter") -> dict[str, str]:
    """``name=value`` of each ``-p``."""
    texts: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(Problem("CS400", f"{option} takes name=value, not `{pair}`"))
        if name in texts:
            raise UsageError(Problem("CS400", f"{what} `{name}` is given twice"))
        texts[name] = value
    return texts


def parse_value(text: str) -> object:
    """JSON, or a bare word, which is text. `UsageError` CS400 for what begins as JSON does that is no word, and is not JSON."""
    if text.lstrip()[:1] in tuple('{["'):
        try:
            return parse_json(text)
        except ValueError as error:
            import json
            import shlex  # only here: a run begins without them

            hint = f"as text it is {shlex.quote(json.dumps(text, ensure_ascii=False))}"
            raise UsageError(Problem("CS400", f"`{text:.60}` begins as JSON does, and is none: {error}", None, hint)) from None
    return from_text(ANY, text)


def parse_signals(pairs: Sequence[str]) -> list[tuple[str, object]]:
    """The signals that have come; a value that is not JSON is text."""
    received: list[tuple[str, object]] = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name:
            raise UsageError(Problem("CS400", f"--signal takes NAME or NAME=JSON, not `{pair}`"))
        received.append((name, parse_value(value) if equals else None))
    return received


def sent(received: Sequence[tuple[str, object]]) -> Signals:
    """Signals in memory."""
    signals = Signals()
    for name, value in received:
        signals.send(name, value)
    return signals


def _check_kept(options: Options) -> None:
    """What goes with a store, and what needs one."""
    if options.store is None and options.run_id is not None:
        hint = "`--store runs.db` keeps the run in a file; CASCADE_STORE names a store, too"
        raise UsageError(Problem("CS530", "`--run-id` names a run in a store, and no store is named", None, hint))
    if options.store is not None and not options.use_vm:
        hint = "leave --interpret out, or the store (`--store ''` where CASCADE_STORE names one)"
        raise UsageError(Problem("CS522", "the reference interpreter can not keep a run in a store", None, hint))


def read_params(name: str | None) -> dict[str, object]:
    """The JSON object in the file of ``--params``."""
    if name is None:
        return {}
    data = sys.stdin.buffer.read() if name == "-" else read_bytes(Path(name))
    try:
        value = parse_json(data.decode("utf-8-sig"))
    except ValueError as error:
        said = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise UsageError(Problem("CS417", f"`{name}` is not JSON: {said}")) from None
    if not isinstance(value, dict):
        raise UsageError(Problem("CS417", f"`{name}` holds no JSON object with a value for each parameter"))
    return value


def bound_call(
    found: Program | Flow | FlowCall, name: str | None, texts: dict[str, str], values: dict[str, object]
) -> FlowCall:
    """The call that the command line asks for."""
    if isinstance(found, Program):
        flow = found[name] if name is not None else found.entry()
    elif name is not None:
        raise UsageError(Problem("CS400", f"the target is a flow already: `{name}` can not be chosen"))
    elif isinstance(found, FlowCall):
        if texts or values:
            raise UsageError(Problem("CS400", "the target is a call with its arguments: it takes no parameters"))
        return found
    else:
        flow = found
    return FlowCall(flow, tuple(bind_command_line(flow.code, texts, values)))


# --- the run -------------------------------------------------------------------------------------------------------------


def run_call(call: FlowCall, signals: Signals, options: Options, out: Out) -> int:
    """Run, with progress and events as asked for; write the result, or say what went wrong."""
    before = frozenset(threading.enumerate())
    with ExitStack() as stack:
        watch = Watch(call, options.json_events, stack)
        listener = watch.listener()
        meter = Meter(options.max_turns, options.max_calls)
        host = watch.host = WatchedHost(call.flow.program.material.tasks, meter, signals, listener)
        stack.callback(host.close)
        running = start(call, host, options.use_vm, patience=PATIENCE if options.codegen else None)
        seconds = None if options.timeout is None else options.timeout.total_seconds()
        outcome = supervise(reported(call.flow.name, running, listener), seconds, host.close)
        place = place_of(outcome.error) or host.place
    status = conclude(call, outcome, options, place, out)
    if outcome.signal is not None and busy_threads(before):
        leave(status)
    return status


def place_of(error: BaseException | None) -> Place | None:
    return next(iter(trail_of(error)), None) if error is not None else None


def conclude(call: FlowCall, outcome: Outcome, options: Options, place: Place | None, out: Out) -> int:
    """Write the result or what went wrong; the exit status."""
    error = outcome.error
    at = f"{place.file}:{place.line}:{place.column + 1}" if place else None
    match error:
        case None:
            return write_result(call, outcome.value, out)
        case asyncio.CancelledError() | KeyboardInterrupt() if outcome.signal is not None:
            complain(f"interrupted in flow `{place.flow}` at {place.file}:{place.line}" if place else "interrupted")
            return 128 + outcome.signal
        case asyncio.CancelledError() if outcome.late and options.timeout is not None:
            limit = format_duration(options.timeout)
            complain(format_problem(Problem("CS415", f"the run took longer than {limit} and was stopped", at)))
        case BudgetExhausted():
            complain(format_problem(Problem("CS414", f"{error} and was stopped", at)))
        case _:
            from cascade.trace import format_failure

            complain(format_failure(error, call.flow.program.material.line))
            what = ": ".join(filter(None, (type(error).__name__, _first_line(error))))
            complain(format_problem(Problem("CS419", f"flow `{place.flow if place else call.flow.name}` failed: {what}", at)))
    return FAILED


def _first_line(error: BaseException) -> str:
    try:
        return str(error).partition("\n")[0]
    except Exception:  # the error's class is the user's
        return ""


def write_result(call: FlowCall, value: object, out: Out) -> int:
    try:
        text = to_json(checked_result(call, value))
    except NotJson as found:
        message = f"the result of flow `{call.flow.name}` is not JSON: result{found.path} is {found.found}"
        complain(format_problem(Problem("CS412", message)))
        return FAILED
    except ResultError as error:
        show_error(error)
        return FAILED
    try:
        out.line(text)
    except UsageError as error:  # the flow did its work, and nobody has the result
        show_error(error)
        return FAILED
    return 0
