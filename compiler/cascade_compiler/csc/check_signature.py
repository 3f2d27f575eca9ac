"""Checks the parameters of flows and states, and the types that they declare."""

from __future__ import annotations

from collections.abc import Iterable

from cascade_compiler.csc.check_expressions import check_expressions
from cascade_compiler.csc.check_names import Names, check_new_name
from cascade_compiler.csc.constants import ConstantFails, NotConstant, evaluate
from cascade_compiler.csc.signatures import type_text
from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol, Unit
from cascade_compiler.csc.types import check_type, contradicts
from cascade_compiler.csc.walk import children
from cascade_grammar import tree
from cascade_grammar.nodes import Spanned

__all__ = ["check_parameters"]


def check_parameters(unit: Unit, parameters: tuple[tree.Parameter, ...], variables: Iterable[str] = ()) -> None:
    """Complain about names, types and defaults. A default sees the parameters before its own, and ``variables``."""
    seen = {*variables}
    own: set[str] = set()
    for parameter in parameters:
        name = parameter.name
        if name.text in own:
            unit.complaints.add("CS202", name.span, f"the parameter `{name.text}` is declared twice")
        check_new_name(unit, name.text, name.span)
        written = parameter.type if check_type(unit, parameter.type) else None
        if parameter.default is not None:
            _check_default(Names(unit, frozenset(seen)), name.text, written, parameter.default)
        seen.add(name.text)
        own.add(name.text)


def _check_default(names: Names, parameter: str, declared: tree.TypeName | None, default: tree.Expression) -> None:
    unit = names.unit
    check_expressions(names, default)
    worker = _what_works(unit, default)
    if worker is not None:
        message = "a default only computes: it calls no task and no flow, and assigns nothing"
        hint = f"let the default be `None`, and set `{parameter}` in the flow"
        unit.complaints.add("CS234", worker.span, message, hint)
    try:
        evaluate(default, unit.names)
    except ConstantFails as error:
        unit.complaints.add("CS211", error.span, error.reason)
    except NotConstant:
        pass
    kind = contradicts(default, declared, unit.names)
    if kind is not None:
        written = type_text(declared)
        message = f"parameter `{parameter}` is declared `{written}`, and its default is {kind}"
        unit.complaints.add("CS233", default.span, message, f"write `{written} | None`" if kind == "`None`" else None)


def _what_works(unit: Unit, default: tree.Expression) -> Spanned | None:
    """The first part of a default that does more than compute."""
    pending: list[Spanned] = [default]
    while pending:
        node = pending.pop()
        match node:
            case tree.Wait() | tree.ParallelMap() | tree.Walrus():
                return node
            case tree.Call(function=tree.Name(id=name)):
                if name == "print" or isinstance(unit.names.get(name), TaskSymbol | FlowSymbol):
                    return node
            case _:
                pass
        pending.extend(children(node))
    return None
