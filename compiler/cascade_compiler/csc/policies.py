"""``with retry(…), timeout(…)`` on a call: every setting of a policy gets a value, in the order that hosts expect."""

from __future__ import annotations

from cascade_compiler.csc.frame import Frame
from cascade_compiler.graph import Policy, Ref
from cascade_grammar import tree

__all__ = ["SETTINGS", "errors_named", "policies"]

SETTINGS: dict[str, dict[str, object]] = {
    "retry": {"attempts": None, "delay": None, "backoff": 1.0, "jitter": 0.0, "on": ("Exception",)},
    "timeout": {"duration": None},
}
"""The settings of each policy with their defaults, in the order of `cascade_vm.host.Host`. The first one must be given,
and is the only one that may be given by position."""


def policies(frame: Frame, written: tuple[tree.Policy, ...]) -> tuple[Policy, ...]:
    """The policies of a call, outermost first."""
    return tuple(_policy(frame, policy) for policy in written)


def _policy(frame: Frame, policy: tree.Policy) -> Policy:
    settings = SETTINGS[policy.name.text]
    first = next(iter(settings))
    given: dict[str, Ref] = {}
    for argument in policy.arguments:
        name = argument.form or first
        if name == "on":
            kinds = tuple(kind.id for kind in errors_named(argument.value) if isinstance(kind, tree.Name))
            given[name] = frame.constant(kinds, argument.span)
        else:
            given[name] = frame.value(argument.value)
    refs = (given[name] if name in given else frame.constant(settings[name], policy.span) for name in settings)
    return Policy(policy.name.text, tuple(refs))


def errors_named(setting: tree.Expression) -> tuple[tree.Expression, ...]:
    """The parts of ``on=A`` and ``on=(A, B)``."""
    return setting.items if isinstance(setting, tree.TupleDisplay) else (setting,)
