"""Values that the world checks when it is asked for something: settings of policies, durations, limits, names of signals.

A literal that would be refused then is refused now.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from cascade_compiler.csc.constants import NotConstant, evaluate
from cascade_compiler.csc.functions import FUNCTIONS
from cascade_compiler.csc.policies import SETTINGS, errors_named
from cascade_compiler.csc.symbols import ConstSymbol, Unit
from cascade_grammar import tree
from cascade_grammar.diagnostics import near_miss
from cascade_grammar.spans import Span
from cascade_vm.errors import CATCHABLE

__all__ = ["check_duration", "check_error_name", "check_limit", "check_policies", "check_text"]

_Test = Callable[[object], bool]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) != float("inf")


def _is_duration(value: object) -> bool:
    if isinstance(value, timedelta):
        return value >= timedelta()
    return isinstance(value, int | float) and _is_number(value) and value >= 0


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_backoff(value: object) -> bool:
    return isinstance(value, int | float) and _is_number(value) and value > 0


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and _is_number(value) and 0 <= value <= 1


_WANTED: dict[str, tuple[_Test, str]] = {
    "attempts": (_is_count, "a whole number from 1 up"),
    "delay": (lambda value: value is None or _is_duration(value), "a duration, or a number of seconds, not below 0"),
    "backoff": (_is_backoff, "a number above 0"),
    "jitter": (_is_share, "a number from 0 to 1"),
    "duration": (_is_duration, "a duration, or a number of seconds, not below 0"),
}


def _refuse(unit: Unit, code: str, expression: tree.Expression, test: _Test, sentence: str) -> None:
    """Complain if the expression is a constant that fails the test."""
    try:
        value = evaluate(expression, unit.names)
    except NotConstant:
        return
    if not test(value):
        unit.complaints.add(code, expression.span, sentence)


def check_duration(unit: Unit, expression: tree.Expression, what: str) -> None:
    """Of a ``sleep``, or how long to ``wait``."""
    _refuse(unit, "CS262", expression, _is_duration, f"{what} a duration, or a number of seconds, not below 0")


def check_limit(unit: Unit, expression: tree.Expression) -> None:
    """How many branches run at a time."""
    _refuse(unit, "CS262", expression, lambda value: value is None or _is_count(value), "a `limit` is a whole number from 1 up")


def check_text(unit: Unit, expression: tree.Expression, what: str) -> None:
    """The name of a signal or an event."""
    _refuse(unit, "CS262", expression, lambda value: isinstance(value, str), f"{what} is text")


def check_error_name(unit: Unit, name: str, span: Span) -> None:
    """A kind of error in ``except`` and ``retry(on=…)``."""
    if name not in CATCHABLE:
        hint = near_miss(name, CATCHABLE) or "errors are called as in Python; `FlowFailed` is what `fail` raises"
        unit.complaints.add("CS251", span, f"there is no error called `{name}`", hint)


def check_policies(unit: Unit, call: tree.Call) -> None:
    """``call with retry(…), timeout(…)``"""
    if not call.policies:
        return
    if _takes_no_policies(unit, call.function):
        message = "only calls of tasks and flows take policies"
        unit.complaints.add("CS225", call.policies[0].span, message, "put the call into a flow, and call that")
    for policy in call.policies:
        _check_policy(unit, policy)


def _takes_no_policies(unit: Unit, function: tree.Expression) -> bool:
    """Methods and built-in functions; of a name that is nothing at all something else has been said."""
    if not isinstance(function, tree.Name):
        return True
    symbol = unit.names.get(function.id)
    return isinstance(symbol, ConstSymbol) or (symbol is None and function.id in FUNCTIONS)


def _check_policy(unit: Unit, policy: tree.Policy) -> None:
    name = policy.name.text
    settings = SETTINGS[name]
    first = next(iter(settings))
    given: set[str] = set()
    for position, argument in enumerate(policy.arguments):
        setting = argument.form or first
        if setting not in settings or setting in given or (position and not argument.form):
            _complain_of_setting(unit, name, argument, list(settings))
            continue
        given.add(setting)
        if setting == "on":
            _check_errors(unit, argument.value)
        else:
            test, wanted = _WANTED[setting]
            _refuse(unit, "CS228", argument.value, test, f"`{setting}` of `{name}` is {wanted}")
    if first not in given:
        unit.complaints.add("CS227", policy.span, f"`{name}` needs `{first}`", f"as in `{_EXAMPLES[name]}`")


_EXAMPLES = {"retry": "retry(3)", "timeout": "timeout(10s)"}


def _complain_of_setting(unit: Unit, name: str, argument: tree.Argument, settings: list[str]) -> None:
    shown = ", ".join(f"`{setting}`" for setting in settings)
    if argument.form in ("", "*", "**"):
        message = f"of the settings of `{name}` only `{settings[0]}` goes by position"
    elif argument.form in settings:
        message = f"`{name}` is given `{argument.form}` twice"
    else:
        message = f"`{name}` has no setting `{argument.form}`"
    unit.complaints.add("CS226", argument.span, message, near_miss(argument.form, settings) or f"it has {shown}")


def _check_errors(unit: Unit, setting: tree.Expression) -> None:
    for kind in errors_named(setting):
        if isinstance(kind, tree.Name):
            check_error_name(unit, kind.id, kind.span)
        else:
            hint = "as in `on=TimeoutError`, or `on=(ValueError, KeyError)`"
            unit.complaints.add("CS251", kind.span, "`on` takes names of errors", hint)
