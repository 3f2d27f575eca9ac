"""Parameters that are given by position only, by keyword only, and that take the rest: from Python and from a command line."""

from __future__ import annotations

import pytest
from cascade.errors import ArgumentError
from cascade.parameters import bind_call, bind_command_line, format_signature
from cascade_vm.blueprint import Flow, Parameter
from cascade_vm.constants import Constant
from cascade_vm.host import UNBOUND

FLOW = Flow(
    "f",
    (
        Parameter("a", "int", kind="position"),
        Parameter("b", "float", Constant(2.0)),
        Parameter("rest", "int", kind="rest"),
        Parameter("k", "str", kind="keyword", computed=True),
        Parameter("others", "int", kind="keywords"),
    ),
    5,
    *[()] * 4,  # type: ignore[arg-type]
)


def test_the_signature_is_written_as_in_python() -> None:
    """With its marks."""
    assert format_signature(FLOW) == "flow f(a: int, /, b: float = 2.0, *rest: int, k: str = …, **others: int)"
    only = Flow("g", (Parameter("k", kind="keyword"),), 1, *[()] * 4)  # type: ignore[arg-type]
    assert format_signature(only) == "flow g(*, k)"


def test_a_command_line_gives_each_by_its_name() -> None:
    """What takes the rest takes a list, or an object; nothing when it is not named."""
    assert bind_command_line(FLOW, {"a": "1"}, {}) == [1, 2.0, (), UNBOUND, {}]
    found = bind_command_line(FLOW, {"a": "1", "rest": "[2, 3]", "others": '{"x": 4}'}, {"k": "word"})
    assert found == [1, 2.0, (2, 3), "word", {"x": 4}]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"b": "1"}, "needs parameter `a`"),
        ({"a": "1", "rest": '["x"]'}, 'takes `tuple[int, ...]`, but the text "x" at [0] is not `int`'),
        ({"a": "1", "others": '{"x": "y"}'}, "takes `dict[str, int]`"),
        ({"a": "1", "more": "1"}, "has no parameter `more`"),
    ],
)
def test_what_does_not_fit_is_named(texts: dict[str, str], said: str) -> None:
    """With the type that is wanted."""
    with pytest.raises(ArgumentError, match="f") as caught:
        bind_command_line(FLOW, texts, {})
    assert said in str(caught.value)


def test_a_call_in_python_is_bound_as_python_does() -> None:
    """And each value is checked, those of the rest too."""
    assert bind_call(FLOW, (1, 2.5, 3, 4), {"a": 5, "k": "x"}) == [1, 2.5, (3, 4), "x", {"a": 5}]
    assert bind_call(FLOW, (1, 2.5, 3, 4), {}) == [1, 2.5, (3, 4), UNBOUND, {}]
    for arguments, keywords in (((1, 2.5, "x"), {}), ((1,), {"z": "x"})):
        with pytest.raises(ArgumentError) as caught:
            bind_call(FLOW, arguments, keywords)  # type: ignore[arg-type]
        assert "CS407" in str(caught.value) or "is not `int`" in str(caught.value)
