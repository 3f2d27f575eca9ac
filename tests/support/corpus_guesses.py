"""Arguments for functions that come without any: guessed from annotations, then from names, and of all kinds else.

Most guesses make most functions raise, which is worth comparing too. Knows no engine.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import UnionType
from typing import Any, Union, get_args, get_origin

from hypothesis import strategies as st
from support.corpus_inputs import INT_LISTS, MIXED_LISTS, NUMBER_LISTS, POINTS, SENTENCES, SMALL, WORD_LISTS, Call, matrices

TEXTS = st.text("abAB 01.,-(", max_size=8) | SENTENCES
ANYTHING = st.one_of(
    SMALL, TEXTS, INT_LISTS, NUMBER_LISTS, WORD_LISTS, matrices(), POINTS, st.booleans(), st.none(), st.binary(max_size=4)
)
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    int: SMALL | st.integers(0, 300),
    float: st.floats(-50, 50, width=16) | SMALL,
    str: TEXTS,
    bool: st.booleans(),
    bytes: st.binary(max_size=6),
    list: MIXED_LISTS,
    dict: st.dictionaries(TEXTS, SMALL, max_size=3),
    set: st.sets(SMALL, max_size=4),
    tuple: MIXED_LISTS.map(tuple),
    None: st.none(),
    type(None): st.none(),
}
_NAMED = {
    int: "n k m i j a b c x y z num number size width length count limit base start end low high left right digits year month",
    str: "s t text string word sentence line name char pattern sep msg message key prefix suffix c1",
    list: "arr array nums numbers items lst list list1 list2 values data seq sequence xs ys collection points elements",
}
_BY_NAME = {name: kind for kind, names in _NAMED.items() for name in names.split()}


def guessed(function: Callable[..., object]) -> st.SearchStrategy[Call]:
    """Calls that bind; optional parameters are left out half of the time."""
    positional: list[tuple[st.SearchStrategy[Any], bool]] = []
    named: dict[str, st.SearchStrategy[Any]] = {}
    for parameter in inspect.signature(function).parameters.values():
        required = parameter.default is parameter.empty
        values = _values(parameter.name, parameter.annotation, parameter.default)
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            positional.append((values, required))
        elif parameter.kind is parameter.VAR_POSITIONAL:
            positional += [(values, False)] * 2
        elif parameter.kind is parameter.KEYWORD_ONLY and required:
            named[parameter.name] = values

    @st.composite
    def draw_call(draw: st.DrawFn) -> Call:
        least = sum(required for _, required in positional)
        number = draw(st.integers(least, len(positional)))
        return [draw(values) for values, _ in positional[:number]], {name: draw(values) for name, values in named.items()}

    return draw_call()


def _values(name: str, annotation: Any, default: Any) -> st.SearchStrategy[Any]:
    known = _of_type(annotation)
    if known is not None:
        return known
    if default is not inspect.Parameter.empty and type(default) in _SIMPLE:
        return _SIMPLE[type(default)] | st.just(default)
    kind = _BY_NAME.get(name.lower().strip("_0123456789"))
    return ANYTHING if kind is None else _SIMPLE[kind] | _SIMPLE[kind] | ANYTHING


def _of_type(annotation: Any) -> st.SearchStrategy[Any] | None:
    if isinstance(annotation, str):
        annotation = {kind.__name__: kind for kind in (int, float, str, bool, bytes, list, dict)}.get(annotation.split("[")[0])
        return None if annotation is None else _SIMPLE[annotation]
    if (isinstance(annotation, type) or annotation is None) and annotation in _SIMPLE:
        return _SIMPLE[annotation]
    origin, inner = get_origin(annotation), [_of_type(each) for each in get_args(annotation) if each is not ...]
    if None in inner:
        return None
    match origin:
        case None:
            return None
        case _ if origin in (Union, UnionType):
            return st.one_of(inner)
        case _ if origin is tuple:
            return st.tuples(*inner)
        case _ if origin is dict and len(inner) == 2:
            return _SIMPLE[dict]
        case _ if origin in (list, set) and inner:
            return st.lists(inner[0], max_size=5).map(origin)
    return None
