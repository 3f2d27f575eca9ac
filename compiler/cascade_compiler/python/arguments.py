"""Arguments to parameters: what a call of a flow or helper passes. Known when it is compiled, unless there are stars.

A call that does not fit is an error of the run, in Python's words, once its arguments are evaluated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from cascade_compiler import graph
from cascade_compiler.csc.arguments import arguments_of
from cascade_compiler.csc.frame import Frame
from cascade_compiler.graph import Ref
from cascade_grammar import tree
from cascade_grammar.spans import Span
from cascade_vm.blueprint import Parameter

__all__ = ["Passed", "Signature", "pass_arguments", "pass_values"]

Passed: TypeAlias = "tuple[Ref | None, ...]"
"""One for each parameter; None leaves it to its default."""


class Signature(NamedTuple):
    """What a flow takes; ``name`` is what errors call it, ``flow`` its name in the program."""

    name: str
    parameters: tuple[Parameter, ...]
    flow: str

    @property
    def shown(self) -> str:
        """What errors of arguments with stars call it: they say the module too."""
        module, colon, _ = self.flow.partition(":")
        return f"{module}.{self.name}()" if colon else f"{self.name}()"


def pass_arguments(frame: Frame, called: Signature, arguments: tuple[tree.Argument, ...], span: Span) -> Passed:
    """The arguments of a call of a flow."""
    return pass_values(frame, called, *arguments_of(frame, arguments, lambda: frame.constant(called.shown, span)), span)


def pass_values(frame: Frame, called: Signature, refs: Sequence[Ref], forms: Sequence[str], span: Span) -> Passed:
    """The same, when they are evaluated already."""
    forms = forms or ("",) * len(refs)
    fit = None if "*" in forms or "**" in forms else _fit(called.parameters, refs, forms)
    return _bind(frame, called, refs, forms, span) if fit is None else fit.passed(frame, called.parameters, span)


@dataclass
class _Fit:
    named: dict[str, Ref]
    rest: list[Ref]
    keywords: list[tuple[str, Ref]] = field(default_factory=list)

    def passed(self, frame: Frame, parameters: tuple[Parameter, ...], span: Span) -> Passed:
        return tuple(self._one(frame, parameter, span) for parameter in parameters)

    def _one(self, frame: Frame, parameter: Parameter, span: Span) -> Ref | None:
        if parameter.kind == "rest":
            return frame.operate("build_tuple", span, *self.rest)
        if parameter.kind == "keywords":
            pairs = [part for name, ref in self.keywords for part in (frame.constant(name, span), ref)]
            return frame.operate("build_dict", span, *pairs)
        return self.named.get(parameter.name)


def _fit(parameters: tuple[Parameter, ...], refs: Sequence[Ref], forms: Sequence[str]) -> _Fit | None:
    """Which argument goes where; None when the call is wrong."""
    kinds = {parameter.kind for parameter in parameters}
    by_position = [parameter.name for parameter in parameters if parameter.kind in ("position", "either")]
    by_name = {parameter.name for parameter in parameters if parameter.kind in ("keyword", "either")}
    plain = [ref for ref, form in zip(refs, forms, strict=True) if not form]
    found = _Fit(dict(zip(by_position, plain, strict=False)), plain[len(by_position) :])
    if found.rest and "rest" not in kinds:
        return None
    for ref, form in zip(refs, forms, strict=True):
        if not form:
            continue
        if form in by_name and form not in found.named:
            found.named[form] = ref
        elif form not in by_name and "keywords" in kinds:
            found.keywords.append((form, ref))
        else:
            return None
    return found if all(_is_given(parameter, found) for parameter in parameters) else None


def _is_given(parameter: Parameter, fit: _Fit) -> bool:
    return not parameter.required or parameter.kind in ("rest", "keywords") or parameter.name in fit.named


def _bind(frame: Frame, called: Signature, refs: Sequence[Ref], forms: Sequence[str], span: Span) -> Passed:
    """Leave it to the run."""
    described = (called.name, tuple(map(_described, called.parameters)))
    whole = frame.constant((described, called.shown), span)
    packed = frame.add(graph.Operate, span, "bind_call", (whole, *refs), ("", *forms))
    variables = tuple(frame.temporary("a") for _ in called.parameters)
    frame.add(graph.UnpackVariables, span, variables, packed, -1)
    return tuple(
        frame.add(graph.Load, span, variable, not parameter.computed)
        for variable, parameter in zip(variables, called.parameters, strict=True)
    )


def _described(parameter: Parameter) -> tuple[Any, ...]:
    """A parameter as operation ``bind`` wants it."""
    default = () if parameter.default is None else (parameter.default.value,)
    return (parameter.name, parameter.kind, parameter.required, *default)
