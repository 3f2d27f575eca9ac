"""``match``: patterns on values, sequences, mappings and built-in types."""

from __future__ import annotations

import ast

from cascade_compiler.python import nodes
from cascade_compiler.python.meanings import BuiltInFunction, Refused
from cascade_compiler.python.translation import Translation, as_statement
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["match_statement"]

_WITH_ONE_PART = frozenset(("bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"))
"""The built-in types whose one positional pattern sees the value itself."""
_WITHOUT_PARTS = frozenset(("complex", "object", "range", "slice"))


def match_statement(translation: Translation, node: ast.Match) -> tree.Statement:
    """The whole statement."""
    subject = translation.expression(node.subject)
    cases = tuple([_case(translation, case) for case in node.cases])
    return as_statement(nodes.Match(translation.span(node), subject, cases))


def _case(translation: Translation, case: ast.match_case) -> nodes.Case:
    pattern = _pattern(translation, case.pattern)
    guard = None if case.guard is None else translation.expression(case.guard)
    body = translation.suite(case.body)
    return nodes.Case(pattern.span.to(body.span), pattern, guard, body)


def _pattern(translation: Translation, node: ast.pattern) -> nodes.Pattern:
    span = translation.span(node)
    match node:
        case ast.MatchValue(value=value):
            return nodes.ValuePattern(span, translation.expression(value))
        case ast.MatchSingleton(value=value):
            return nodes.ValuePattern(span, tree.Literal(span, value), by_identity=True)
        case ast.MatchAs(pattern=inner, name=name):
            pattern = None if inner is None else _pattern(translation, inner)
            return nodes.Capture(span, pattern, _name(translation, node, name))
        case ast.MatchOr(patterns=alternatives):
            return nodes.OrPattern(span, tuple([_pattern(translation, each) for each in alternatives]))
        case ast.MatchSequence(patterns=items):
            return nodes.SequencePattern(span, tuple([_pattern(translation, item) for item in items]))
        case ast.MatchStar(name=name):
            return nodes.Rest(span, _name(translation, node, name))
        case ast.MatchMapping(keys=keys, patterns=values, rest=rest):
            found = tuple([_pattern(translation, value) for value in values])
            return nodes.MappingPattern(span, translation.expressions(keys), found, _rest(translation, node, rest))
        case ast.MatchClass():
            return _class_pattern(translation, node)
        case _:
            raise AssertionError(f"Python has a pattern that we do not know: {type(node).__name__}")


def _name(translation: Translation, node: ast.pattern, name: str | None) -> tree.Identifier | None:
    if name is None:
        return None
    found = translation.positions.last_name(node, name)
    return tree.Identifier(found.span, translation.mangled(name))


def _rest(translation: Translation, node: ast.MatchMapping, rest: str | None) -> tree.Identifier | None:
    if rest is None:
        return None
    span = translation.span(node)
    start = translation.positions.source.text.rfind(rest, span.start, span.end)
    place = span if start < 0 else Span(start, start + len(rest))
    return tree.Identifier(place, translation.mangled(rest))


def _class_pattern(translation: Translation, node: ast.MatchClass) -> nodes.Pattern:
    span, where = translation.span(node), translation.span(node.cls)
    found = translation.global_meaning(node.cls)
    meaning = None if found is None else found[1]
    name = meaning.name if isinstance(meaning, BuiltInFunction) else ""
    if isinstance(meaning, Refused) and meaning.code != "CS281":
        translation.refuse_value(meaning, node.cls)
    parts = [_pattern(translation, part) for part in node.patterns]
    most = 1 if name in _WITH_ONE_PART else 0
    known = name in _WITH_ONE_PART or name in _WITHOUT_PARTS
    if not (known and len(parts) <= most and not node.kwd_patterns) and not translation.is_pending(node.cls):
        message = "a flow can match values, sequences, mappings and the built-in types only"
        hint = "as in `case int():` or `case str(text):`; let a task look at other values"
        translation.refuse("CS292", node, message, hint)
    return nodes.ClassPattern(span, nodes.BuiltIn(where, name or "object"), parts[0] if parts else None)
