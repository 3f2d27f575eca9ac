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


def flow(required: int, optional: int) -> Flow:
    names = [f"p{index}" for index in range(required + optional)]
    parameters = tuple(
        Parameter(name, default=None if index < required else Constant(index)) for index, name in enumerate(names)
    )
    return Flow("f", parameters, len(names), (), (), (), ())


def in_python(required: int, optional: int) -> Callable[..., Any]:
    names = [f"p{index}" + ("" if index < required else f"={index}") for index in range(required + optional)]
    scope: dict[str, Any] = {}
    exec(f"def f({', '.join(names)}): return [{', '.join(name.split('=')[0] for name in names)}]", scope)
    return scope["f"]  # type: ignore[no-any-return]


@given(
    st.integers(0, 4),
    st.integers(0, 3),
    st.lists(st.integers(), max_size=6),
    st.dictionaries(st.sampled_from(["p0", "p1", "p2", "p3", "p4", "q"]), st.integers(), max_size=3),
)
def test_arguments_go_where_python_puts_them(
    required: int, optional: int, arguments: list[int], keywords: dict[str, int]
) -> None:
    """The same values, or the same words."""
    try:
        expected: object = in_python(required, optional)(*arguments, **keywords)
    except TypeError as error:
        expected = str(error).partition(". Did you mean")[0]
    try:
        found: object = bind(flow(required, optional), arguments, keywords)
    except TypeError as error:
        found = str(error)
    assert found == expected


def test_computed_defaults_are_left_to_the_flow() -> None:
    """The flow computes them afresh on each call."""
    parameters = (Parameter("a"), Parameter("b", computed=True))
    assert bind(Flow("f", parameters, 2, (), (), (), ()), [1], {}) == [1, UNBOUND]


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
