"""Arguments to parameters, as Python does it: the call of a flow from outside.

Knows the parameters of a flow, not its code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cascade_vm.blueprint import Parameter
from cascade_vm.host import UNBOUND

__all__ = ["Signature", "bind"]


class Signature(Protocol):
    """What a flow has that matters here."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> tuple[Parameter, ...]: ...


def bind(flow: Signature, arguments: Sequence[object], keywords: Mapping[str, object]) -> list[object]:
    """One value per parameter: constant defaults applied, `UNBOUND` for the ones that the flow computes.

    Raises `TypeError`, in Python's words, for arguments that do not fit.
    """
    parameters = flow.parameters
    given: dict[str, object] = {parameter.name: value for parameter, value in zip(parameters, arguments, strict=False)}
    known = {parameter.name for parameter in parameters}
    for name, value in keywords.items():
        if name not in known:
            raise TypeError(f"{flow.name}() got an unexpected keyword argument '{name}'")
        if name in given:
            raise TypeError(f"{flow.name}() got multiple values for argument '{name}'")
        given[name] = value
    if len(arguments) > len(parameters):
        raise TypeError(_too_many(flow, len(arguments)))
    missing = [parameter.name for parameter in parameters if parameter.required and parameter.name not in given]
    if missing:
        raise TypeError(_missing(flow, missing))
    return [given[parameter.name] if parameter.name in given else _default(parameter) for parameter in parameters]


def _default(parameter: Parameter) -> object:
    return UNBOUND if parameter.default is None else parameter.default.value


def _too_many(flow: Signature, given: int) -> str:
    most = len(flow.parameters)
    least = sum(parameter.required for parameter in flow.parameters)
    takes = f"{most}" if least == most else f"from {least} to {most}"
    plural = "" if least == most == 1 else "s"
    verb = "was" if given == 1 else "were"
    return f"{flow.name}() takes {takes} positional argument{plural} but {given} {verb} given"


def _missing(flow: Signature, names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    if len(quoted) <= 2:
        listed = " and ".join(quoted)
    else:
        listed = ", ".join(quoted[:-1]) + f", and {quoted[-1]}"
    plural = "" if len(names) == 1 else "s"
    return f"{flow.name}() missing {len(names)} required positional argument{plural}: {listed}"
