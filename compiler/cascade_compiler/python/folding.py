"""Built-in functions that call a function for each item of a generator expression before they ask for the next.

The generator is a loop (`cascade_compiler.csc.arguments`), and the function is called in it: its effects and those of the
generator alternate. Then the built-in function is called, with what that gave.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_compiler.csc.arguments import Generator, Reader, in_lists
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.frame import Frame
from cascade_compiler.graph import Ref
from cascade_compiler.python import nodes
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["reader"]

_WITH_KEY = {"max": 1, "min": 1, "heapq.nlargest": 2, "heapq.nsmallest": 2}
"""Functions with a key, and how many arguments come before that where it may be given by position."""


def reader(call: tree.Call, name: str) -> Reader:
    """How a built-in function reads generators among its arguments."""
    if name == "functools.reduce":
        return lambda frame, refs, forms: _fold(frame, refs, forms, call.span)
    if name in _WITH_KEY:
        key = _place_of_key(call, name)
        if key is not None:
            return lambda frame, refs, forms: _with_keys(frame, refs, forms, key, call.span)
    return in_lists


def _fold(frame: Frame, refs: Sequence[Ref | Generator], forms: Sequence[str], span: Span) -> Sequence[Ref]:
    """``reduce(function, (… for …), initial)``: what it has so far is one item that is left to read."""
    match refs:
        case (int() as function, Generator() as generator, *initial) if not any(forms):
            so_far = [ref for ref in initial if not isinstance(ref, Generator)]
            items = frame.operate("build_list", generator.expression.span, *so_far)

            def take(item: Ref, _: Label) -> None:
                with generator.outside(frame):
                    frame.operate("fold_on", span, function, items, item)

            return [function, generator.read(frame, items, take)]
        case _:
            return in_lists(frame, refs, forms)


def _place_of_key(call: tree.Call, name: str) -> int | None:
    """The argument that is the key, if it may do more than give a value, and a generator is read."""
    forms = [argument.form for argument in call.arguments]
    if "*" in forms or "**" in forms:
        return None
    place = forms.index("key") if "key" in forms else _WITH_KEY[name] if name.startswith("heapq.") else len(forms)
    if place >= len(forms):
        return None
    key: object = call.arguments[place].value
    return None if isinstance(key, nodes.BuiltIn | tree.Literal) else place


def _with_keys(frame: Frame, refs: Sequence[Ref | Generator], forms: Sequence[str], place: int, span: Span) -> Sequence[Ref]:
    """The keys are asked for in the loop; the function is given another one, which gives the same once more."""
    key, generators = refs[place], [ref for ref in refs if isinstance(ref, Generator)]
    if len(generators) != 1 or isinstance(key, Generator):
        return in_lists(frame, refs, forms)
    (generator,) = generators
    items, answers = (frame.operate("build_list", generator.expression.span) for _ in range(2))

    def take(item: Ref, _: Label) -> None:
        with generator.outside(frame):
            frame.operate("ask", span, key, answers, item)
        frame.operate("append", span, items, item)

    what = generator.read(frame, items, take)
    asked = frame.operate("asked", span, key, answers)
    return [what if isinstance(ref, Generator) else asked if at == place else ref for at, ref in enumerate(refs)]
