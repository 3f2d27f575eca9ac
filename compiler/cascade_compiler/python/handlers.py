"""``try``: which classes an ``except`` names, and where a bare ``raise`` has an error to raise."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cascade_compiler.python.meanings import ErrorClass, Pending, Refused, meaning_of
from cascade_compiler.python.translation import Translation
from cascade_grammar import tree

__all__ = ["try_statement"]


def try_statement(translation: Translation, node: ast.Try) -> tree.Try:
    """The whole statement."""
    body = translation.suite(node.body)
    clauses = tuple([_clause(translation, handler) for handler in node.handlers])
    otherwise = _otherwise(translation, node.orelse)
    before, translation.excepts = translation.excepts, False  # in `finally` it depends on the way there
    final = _otherwise(translation, node.finalbody)
    translation.excepts = before
    return tree.Try(translation.span(node), body, clauses, otherwise, final)


def _otherwise(translation: Translation, written: Sequence[ast.stmt]) -> tree.Otherwise | None:
    if not written:
        return None
    body = translation.suite(written)
    return tree.Otherwise(body.span, body)


def _clause(translation: Translation, handler: ast.ExceptHandler) -> tree.Except:
    kinds: tuple[tree.Identifier, ...] = ()
    start = translation.span(handler).start
    if handler.type is not None:
        parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        kinds = tuple([kind for part in parts for kind in _kinds(translation, part)])
        start = translation.span(handler.type).end
        if not parts:
            translation.refuse("CS284", handler.type, "this `except` names no error, and so catches none")
    name = None
    if handler.name is not None:
        name = translation.positions.name_after("as", start, translation.mangled(handler.name))
    before, translation.excepts = translation.excepts, True
    body = translation.suite(handler.body)
    translation.excepts = before
    return tree.Except(translation.span(handler), kinds, name, body)


def _kinds(translation: Translation, written: ast.expr) -> list[tree.Identifier]:
    """The classes that a part of an ``except`` names: one, or those of a global tuple."""
    span = translation.span(written)
    found = translation.global_meaning(written)
    if found is None:
        if translation.is_pending(written):
            return []
        message = "an `except` in a flow names classes of errors, and this is a value"
        translation.refuse("CS284", written, message, "as in `except ValueError:`, or `except (KeyError, IndexError):`")
        return []
    path, meaning = found
    members = translation.names.members(path)
    if members is not None:
        meanings = [meaning_of(member, translation.names.resolve) for member in members]
    else:
        meanings = [meaning]
    kinds: list[tree.Identifier] = []
    for each in meanings:
        match each:
            case ErrorClass(kind=kind, value=value):
                if each.task is not None:
                    translation.names.errors[kind] = value
                kinds.append(tree.Identifier(span, kind))
            case Pending():
                kinds.append(tree.Identifier(span, ".".join(path)))
            case Refused(code="CS285"):
                message = "`{name}` ends a run, and flows can not catch it"
                hint = "clean up in `finally`, which runs then, too; `except Exception` catches all errors"
                translation.refuse_value(Refused("CS285", message, hint), written)
            case Refused(code="CS280"):
                translation.refuse_value(each, written)
            case _:
                message = f"`{ast.unparse(written)}` is no class of errors"
                translation.refuse("CS284", written, message, "as in `except ValueError:`")
    return kinds
