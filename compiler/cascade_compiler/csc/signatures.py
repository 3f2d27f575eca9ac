"""Signatures of flows and states: the text of their types, and their parameters as callers see them."""

from __future__ import annotations

from collections.abc import Mapping

from cascade_compiler.csc.constants import NotConstant, evaluate
from cascade_compiler.csc.symbols import Symbol
from cascade_grammar import tree
from cascade_vm.blueprint import Parameter
from cascade_vm.constants import Constant, is_constant

__all__ = ["parameters_of", "type_text"]


def type_text(written: tree.TypeName | None) -> str:
    """The canonical text of a type; "any" where none is written."""
    if written is None:
        return "any"
    arguments = [type_text(argument) for argument in written.arguments]
    if written.name == "|":
        return " | ".join(arguments)
    return f"{written.name}[{', '.join(arguments)}]" if arguments else written.name


def parameters_of(declared: tuple[tree.Parameter, ...], names: Mapping[str, Symbol]) -> tuple[Parameter, ...]:
    """The parameters: a default is a constant, or computed by the flow on each call."""
    return tuple(_parameter(parameter, names) for parameter in declared)


def _parameter(declared: tree.Parameter, names: Mapping[str, Symbol]) -> Parameter:
    name, kind = declared.name.text, type_text(declared.type)
    if declared.default is None:
        return Parameter(name, kind)
    try:
        value = evaluate(declared.default, names)
    except NotConstant:
        return Parameter(name, kind, computed=True)
    if is_constant(value):
        return Parameter(name, kind, Constant(value))
    return Parameter(name, kind, computed=True)
