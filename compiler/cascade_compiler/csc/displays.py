"""Displays and f-strings: ``(a, *b)``, ``[a, *b]``, ``{a, *b}``, ``{a: b, **c}``, ``f"{a!r:{b}}"``."""

from __future__ import annotations

from typing import assert_never

from cascade_compiler.csc.frame import Frame
from cascade_compiler.graph import Ref
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["display", "fstring"]


def display(frame: Frame, expression: tree.TupleDisplay | tree.ListDisplay | tree.SetDisplay | tree.DictDisplay) -> Ref:
    """The value of a display."""
    match expression:
        case tree.TupleDisplay(items=items):
            if len(items) > _AT_ONCE["tuple"] or any(isinstance(item, tree.Starred) for item in items):
                return frame.operate("tuple", expression.span, _collect(frame, items, "list", expression.span))
            return _collect(frame, items, "tuple", expression.span)
        case tree.ListDisplay(items=items):
            return _collect(frame, items, "list", expression.span)
        case tree.SetDisplay(items=items):
            return _collect(frame, items, "set", expression.span)
        case tree.DictDisplay(items=entries):
            return _dict(frame, entries, expression.span)
        case _:
            assert_never(expression)


_GROW = {"list": ("append", "extend"), "set": ("add", "update_set")}
_AT_ONCE = {"list": 500, "tuple": 500, "set": 30, "dict": 15}
"""How many items stand in registers at the same time. For sets and dicts it is CPython's own number, because it shows in when
a value that can not be hashed is an error."""


def _collect(frame: Frame, items: tuple[tree.Expression, ...], kind: str, span: Span) -> Ref:
    """What stands before the first star at once, if it is not too much; after it, one by one."""
    plain = next((i for i, item in enumerate(items) if isinstance(item, tree.Starred)), len(items))
    if plain > _AT_ONCE[kind]:
        plain = 0
    whole = frame.operate(f"build_{kind}", span, *[frame.value(item) for item in items[:plain]])
    for item in items[plain:]:
        one, many = _GROW[kind]
        if isinstance(item, tree.Starred):
            frame.operate(many, span, whole, frame.value(item.value))
        else:
            frame.operate(one, span, whole, frame.value(item))
    return whole


def _dict(frame: Frame, entries: tuple[tree.DictItem, ...], span: Span) -> Ref:
    """Runs of ``key: value`` at once, as CPython does: keys are hashed when a whole run is evaluated. Long ones one by one."""
    whole: Ref | None = None
    long = len(entries) > _AT_ONCE["dict"]
    run: list[Ref] = []

    def close_run() -> Ref:
        if whole is not None and not run:
            return whole
        built = frame.operate("build_dict", span, *run)
        run.clear()
        if whole is None:
            return built
        frame.operate("update_dict", span, whole, built)
        return whole

    for entry in entries:
        if entry.key is None:
            whole = close_run()
            frame.operate("update_dict", span, whole, frame.value(entry.value))
        elif long:
            whole = close_run()
            frame.operate("put", span, whole, frame.value(entry.key), frame.value(entry.value))
        else:
            run += [frame.value(entry.key), frame.value(entry.value)]
    return close_run()


def fstring(frame: Frame, expression: tree.FString) -> Ref:
    """Each field is formatted as soon as it is evaluated."""
    parts: list[Ref] = []
    text = ""
    for part in expression.parts:
        if isinstance(part, str):
            text += part
            continue
        text += part.debug or ""
        if text:
            parts.append(frame.constant(text, expression.span))
            text = ""
        parts.append(_replacement(frame, part))
    if text:
        parts.append(frame.constant(text, expression.span))
    if not parts:
        return frame.constant("", expression.span)
    if len(parts) == 1:
        return parts[0]
    return frame.operate("concat", expression.span, *parts)


def _replacement(frame: Frame, part: tree.Replacement) -> Ref:
    value = frame.value(part.value)
    as_repr = part.debug is not None and part.spec is None and not part.conversion
    conversion = frame.constant("r" if as_repr else part.conversion, part.span)
    spec = frame.constant("", part.span) if part.spec is None else fstring(frame, part.spec)
    return frame.operate("format_value", part.span, value, conversion, spec)
