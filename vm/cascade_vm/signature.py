"""Arguments to parameters, as Python does it: the call of a flow from outside, and of a function that a program made.

Knows the parameters of a flow, not its code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from cascade_vm.blueprint import Parameter
from cascade_vm.host import UNBOUND

__all__ = ["Signature", "bind", "default_of", "with_marks"]


class Signature(Protocol):
    """What a flow has that matters here."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> tuple[Parameter, ...]: ...


def bind(flow: Signature, arguments: Sequence[object], keywords: Mapping[str, object]) -> list[object]:
    """One value per parameter: constant defaults applied, `UNBOUND` for the ones that the flow computes.

    A parameter of kind "rest" gets a tuple, one of kind "keywords" a dict. Raises `TypeError`, in Python's words, for arguments
    that do not fit: of several faults the one that Python finds first.
    """
    usual = _bind_usual(flow.parameters, arguments, keywords)
    if usual is not None:
        return usual
    positional = [each for each in flow.parameters if each.kind in ("position", "either")]
    given = {parameter.name: value for parameter, value in zip(positional, arguments, strict=False)}
    spare = _bind_keywords(flow, given, keywords)
    rest = arguments[len(positional) :]
    if rest and not any(parameter.kind == "rest" for parameter in flow.parameters):
        raise TypeError(_too_many(flow, positional, len(arguments), given))
    _refuse_missing(flow, positional, given, "positional")
    _refuse_missing(flow, [each for each in flow.parameters if each.kind == "keyword"], given, "keyword-only")
    filled = {"rest": tuple(rest), "keywords": spare}
    return [
        filled[each.kind] if each.kind in filled else given[each.name] if each.name in given else default_of(each)
        for each in flow.parameters
    ]


def _bind_usual(
    parameters: Sequence[Parameter], arguments: Sequence[object], keywords: Mapping[str, object]
) -> list[object] | None:
    """`bind` in one go; None where something does not fit, or has to be looked at."""
    found: list[object] = []
    place, count, spare = 0, len(arguments), dict(keywords)
    for parameter in parameters:
        name, kind = parameter.name, parameter.kind
        if kind == "rest":
            found.append(tuple(arguments[place:]))
            place = count
        elif kind == "keywords":  # the last
            if not all(type(key) is str for key in spare):
                return None
            found.append(spare)
            spare = {}
        elif place < count and kind != "keyword":
            if name in keywords:
                return None
            found.append(arguments[place])
            place += 1
        elif name in spare and kind != "position":
            found.append(spare.pop(name))
        elif parameter.required:
            return None
        else:
            found.append(default_of(parameter))
    return None if spare or place < count else found


def _bind_keywords(flow: Signature, given: dict[str, object], keywords: Mapping[str, object]) -> dict[str, object]:
    """Add what is given by name to ``given``; the rest is for a parameter of kind "keywords"."""
    spare: dict[str, object] = {}
    named = {parameter.name for parameter in flow.parameters if parameter.kind in ("either", "keyword")}
    collects = any(parameter.kind == "keywords" for parameter in flow.parameters)
    for name, value in keywords.items():
        if not isinstance(name, str):
            raise TypeError("keywords must be strings")
        if name in named:
            if name in given:
                raise TypeError(f"{flow.name}() got multiple values for argument '{name}'")
            given[name] = value
        elif collects:
            spare[name] = value
        else:
            raise TypeError(_unexpected(flow, name, keywords))
    return spare


def default_of(parameter: Parameter) -> object:
    """What a parameter holds that nothing was given for; `UNBOUND` when the flow computes it."""
    if parameter.kind in ("rest", "keywords"):
        return () if parameter.kind == "rest" else {}
    return UNBOUND if parameter.default is None else parameter.default.value


def with_marks(parameters: Sequence[Parameter], write: Callable[[Parameter], str]) -> Iterator[str]:
    """The entries of a signature, each as ``write`` has it, with ``/``, ``*`` and ``**`` as in Python."""
    starred = False
    for index, parameter in enumerate(parameters):
        if parameter.kind == "keyword" and not starred:
            yield "*"
        starred = starred or parameter.kind in ("rest", "keyword")
        yield {"rest": "*", "keywords": "**"}.get(parameter.kind, "") + write(parameter)
        if parameter.kind == "position" and all(each.kind != "position" for each in parameters[index + 1 :]):
            yield "/"


def _unexpected(flow: Signature, name: str, keywords: Mapping[str, object]) -> str:
    by_position = [each.name for each in flow.parameters if each.kind == "position" and each.name in keywords]
    if by_position:
        listed = ", ".join(by_position)
        return f"{flow.name}() got some positional-only arguments passed as keyword arguments: '{listed}'"
    return f"{flow.name}() got an unexpected keyword argument '{name}'"


def _too_many(flow: Signature, positional: Sequence[Parameter], count: int, given: Mapping[str, object]) -> str:
    most = len(positional)
    least = sum(parameter.required for parameter in positional)
    takes = f"{most}" if least == most else f"from {least} to {most}"
    by_name = sum(parameter.kind == "keyword" and parameter.name in given for parameter in flow.parameters)
    others = f" positional argument{_s(count)} (and {by_name} keyword-only argument{_s(by_name)})" if by_name else ""
    verb = "was" if count == 1 and not by_name else "were"
    takes += f" positional argument{'' if least == most == 1 else 's'}"
    return f"{flow.name}() takes {takes} but {count}{others} {verb} given"


def _refuse_missing(flow: Signature, wanted: Sequence[Parameter], given: Mapping[str, object], kind: str) -> None:
    quoted = [f"'{each.name}'" for each in wanted if each.required and each.name not in given]
    if not quoted:
        return
    if len(quoted) <= 2:
        listed = " and ".join(quoted)
    else:
        listed = ", ".join(quoted[:-1]) + f", and {quoted[-1]}"
    raise TypeError(f"{flow.name}() missing {len(quoted)} required {kind} argument{_s(len(quoted))}: {listed}")


def _s(count: int) -> str:
    return "" if count == 1 else "s"
