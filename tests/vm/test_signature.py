"""Arguments to parameters, against CPython."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cascade_vm.blueprint import Flow, Parameter
from cascade_vm.constants import Constant
from cascade_vm.host import UNBOUND
from cascade_vm.names import INSPECTION_NAMES, is_public
from cascade_vm.signature import bind
from hypothesis import given
from hypothesis import strategies as st


def flow(*parameters: Parameter) -> Flow:
    return Flow("f", parameters, len(parameters), (), (), (), ())


@st.composite
def signatures(draw: st.DrawFn) -> tuple[Parameter, ...]:
    """Parameters of all kinds, in an order that Python has for them."""
    positional = draw(st.lists(st.sampled_from(["position", "either"]), max_size=4).map(lambda kinds: sorted(kinds)[::-1]))
    required = draw(st.integers(0, len(positional)))
    found = [
        Parameter(f"p{number}", default=None if number < required else Constant(number), kind=kind)
        for number, kind in enumerate(positional)
    ]
    if draw(st.booleans()):
        found.append(Parameter("rest", kind="rest"))
    by_name = draw(st.lists(st.sampled_from([None, Constant(9)]), max_size=3))
    found += [Parameter(f"k{number}", default=default, kind="keyword") for number, default in enumerate(by_name)]
    if draw(st.booleans()):
        found.append(Parameter("others", kind="keywords"))
    return tuple(found)


def in_python(parameters: tuple[Parameter, ...]) -> Callable[..., Any]:
    """A Python function with these parameters, which gives what each of them got."""
    words, starred = [], False
    for parameter in parameters:
        default = "" if parameter.default is None else f"={parameter.default.value}"
        if parameter.kind == "keyword" and not starred:
            words.append("*")
        starred = starred or parameter.kind in ("keyword", "rest")
        words.append({"rest": "*", "keywords": "**"}.get(parameter.kind, "") + parameter.name + default)
        if parameter.kind == "position" and all(each.kind != "position" for each in parameters[len(words) :]):
            words.append("/")
    scope: dict[str, Any] = {}
    exec(f"def f({', '.join(words)}): return [{', '.join(each.name for each in parameters)}]", scope)
    return scope["f"]  # type: ignore[no-any-return]


NAMES = ["p0", "p1", "p2", "p3", "k0", "k1", "k2", "q", "rest", "others"]


@given(
    signatures(),
    st.lists(st.integers(), max_size=6),
    st.dictionaries(st.sampled_from(NAMES), st.integers(), max_size=4),
)
def test_arguments_go_where_python_puts_them(
    parameters: tuple[Parameter, ...], arguments: list[int], keywords: dict[str, int]
) -> None:
    """The same values, or the same words."""
    try:
        expected: object = in_python(parameters)(*arguments, **keywords)
    except TypeError as error:
        expected = str(error).partition(". Did you mean")[0]
    try:
        found: object = bind(flow(*parameters), arguments, keywords)
    except TypeError as error:
        found = str(error)
    assert found == expected


def test_computed_defaults_are_left_to_the_flow() -> None:
    """The flow computes them afresh on each call."""
    assert bind(flow(Parameter("a"), Parameter("b", computed=True)), [1], {}) == [1, UNBOUND]


def test_inspection_names_cover_this_python() -> None:
    """Whatever this version of Python calls the insides of frames and code is refused."""
    import types

    kinds = {
        types.FrameType: "f_",
        types.CodeType: "co_",
        types.GeneratorType: "gi_",
        types.CoroutineType: "cr_",
        types.AsyncGeneratorType: "ag_",
        types.TracebackType: "tb_",
    }
    for kind, prefix in kinds.items():
        assert {name for name in dir(kind) if name.startswith(prefix)} <= INSPECTION_NAMES


def test_public_names() -> None:
    """Identifiers without a leading underscore."""
    assert is_public("status")
    assert not any(map(is_public, ["", "_x", "__class__", "a b", "gi_frame", "1x", "a.b"]))
