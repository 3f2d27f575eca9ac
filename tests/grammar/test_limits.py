"""However a text is made, reading it ends, in time that grows with its size, with a tree or with coded errors."""

from __future__ import annotations

import sys

import pytest
from cascade_grammar import parser, tree
from cascade_grammar.diagnostics import SourceErrors, format_diagnostic
from cascade_grammar.parser import parse_module
from cascade_grammar.printer import format_module
from cascade_grammar.spans import Source
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from support.effort import scaled
from support.trees import modules


def read(text: str) -> tree.Module | SourceErrors:
    """A tree or coded errors: anything else that is raised fails the test."""
    try:
        return parse_module(Source("t.csc", text))
    except SourceErrors as caught:
        errors = caught
    assert errors.diagnostics
    for diagnostic in errors.diagnostics:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end
        assert format_diagnostic(diagnostic)
    return errors


def codes(found: tree.Module | SourceErrors) -> list[str]:
    assert isinstance(found, SourceErrors)
    return [diagnostic.code for diagnostic in found.diagnostics]


def value(text: str) -> str:
    return f"flow main(a):\n    return {text}\n"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "[" * 10_000,
        "{" * 10_000 + "}" * 10_000,
        "not " * 10_000 + "a",
        "- " * 10_000 + "a",
        "a" + ".b" * 10_000,
        "a" + "()" * 10_000,
        "a" + "[0]" * 5_000,
        "a" + " + a" * 5_000,
        "a" + " ** a" * 5_000,
        "a" + " if a else a" * 5_000,
        "wait " * 1 + "(" * 300 + "a" + ")" * 300,
        "f'{" * 300 + "a" + "}'" * 300,
    ],
    ids=lambda text: text[:12],
)
def test_what_is_nested_too_deep_is_said_once(text: str) -> None:
    """Never by a RecursionError, and not once for each level."""
    assert codes(read(value(text))) == ["CS113"]


def test_blocks_nested_too_deep_are_said_once() -> None:
    """A hundred levels are enough for anyone who reads."""
    text = "".join(" " * depth + "loop:\n" for depth in range(1, 300)) + " " * 300 + "pass\n"
    assert codes(read("flow main():\n" + text)) == ["CS113"]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 199 + "a" + ")" * 199,
        "f(" * 198 + "a" + ")" * 198,
        "[" * 198 + "a" + "]" * 198,
        "a" + ".b" * 199,
        "- " * 199 + "a",
        "a" + " + a" * 199,
        "a" + " and a" * 5_000,
        "a" + " < a" * 5_000,
        "f(" + "a, " * 5_000 + "a)",
    ],
    ids=lambda text: text[:12],
)
def test_what_is_allowed_is_read_and_printed(text: str) -> None:
    """Up to the limits, and as wide as one likes, within Python's own limit on recursion."""
    blocks = "".join("    " * depth + "loop:\n" for depth in range(1, 60)) + "    " * 60 + f"return {text}\n"
    for program in (value(text), "flow main(a):\n" + blocks):
        module = read(program)
        assert isinstance(module, tree.Module)
        printed = format_module(module)
        assert format_module(parse_module(Source("t", printed))) == printed


def test_ten_thousand_arms_are_one_statement() -> None:
    """A chain of ``elif`` is wide, not deep."""
    text = "flow main(a):\n    if a:\n        pass\n" + "    elif a:\n        pass\n" * 10_000
    module = read(text)
    assert isinstance(module, tree.Module)
    assert format_module(module) == text


def steps(text: str) -> int:
    """How many calls of functions reading takes: a measure without a clock."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call" or event == "c_call"

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        read(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("unit", "around"),
    [
        ("1, ", "flow main():\n    return [{}]\n"),
        ('"a": [1, 2], ', "flow main():\n    return {{{}}}\n"),
        ("    x = f(a) + 1\n", "flow main(a):\n{}"),
        ("flow f(n: int):\n    # why\n    return n\n", "{}"),
        ("    x = )\n", "flow main():\n{}"),
        ("    x = (\n", "flow main():\n{}"),
        ("\n\n# why\n", "{}"),
        ("{a}", 'flow main(a):\n    return f"{}"\n'),
        ("a ", "flow main(a):\n    return {}\n"),
        ("if a:\n", "{}"),
    ],
)
def test_time_grows_with_the_size(unit: str, around: str) -> None:
    """Four times the text takes at most about four times the steps."""
    read("")
    small, large = (steps(around.format(unit * size)) for size in (300, 1200))
    assert large < 5 * small + 5000


def test_a_megabyte_on_one_line_is_read_or_refused() -> None:
    """A long text is one word; a hundred thousand numbers are data, which is said before anything is made of them."""
    assert isinstance(read(value('"' + "x" * 1_000_000 + '"')), tree.Module)
    assert isinstance(read(value("[" + "1234567, " * 12_000 + "]")), tree.Module)
    assert codes(read(value("[" + "1234567, " * 110_000 + "]"))) == ["CS133"]
    assert codes(read("flow main():\n    if [" + "1, " * 110_000 + "]:\n        pass\n    return 1\n")) == ["CS133"]


def test_the_tables_are_built_once() -> None:
    """Construction costs about as much as a thousand lines."""
    assert parser._lark() is parser._lark()


FUZZ = settings(
    max_examples=scaled(200), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
_snippets = st.sampled_from([
        "flow", "state", "(", ")", "[", "]", "{", "}", ":", ",", ".", "=", "==", 'f"', "'", '"', '"""', "f'''", "{{",
        "}}", "# ", "\n", "\n    ", "\n        ", "\t", "\\", "if", "else", "elif", "loop", "try", "except",
        "finally", "parallel", "limit", "for", "in", "a", "1", "5s", "1h30", "with", "retry", "timeout", "wait",
        "not", "and", "jump", "->", "from", "import", "as", "lambda", ":=", "!", "!r", "*", "**", "-", "const",
        "return", "None", "\r\n", "\x00", "é",
    ])  # fmt: skip


@FUZZ
@given(st.text(max_size=200))
@example("﻿flow main():\r\n    pass\r\n")
@example("\\")
@example("\\\n")
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever characters there are."""
    read(text)


@FUZZ
@given(st.lists(_snippets, max_size=60))
def test_any_row_of_tokens_is_read_or_refused(pieces: list[str]) -> None:
    """Pieces of programs without sense."""
    found = read(" ".join(pieces))
    if isinstance(found, tree.Module):
        assert parse_module(Source("t", format_module(found))) == found


@FUZZ
@given(st.binary(max_size=200).map(lambda data: data.decode("latin-1")))
def test_any_bytes_are_read_or_refused(text: str) -> None:
    """As if a binary file were a program."""
    read(text)


@settings(FUZZ, max_examples=scaled(40), phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(modules(), st.data())
def test_a_damaged_program_is_read_or_refused(module: tree.Module, data: st.DataObject) -> None:
    """A valid program with a piece cut out, doubled, or put in."""
    text = format_module(module)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        size = data.draw(st.integers(0, 8))
        put = data.draw(st.sampled_from(["", text[at : at + size] * 2]) | _snippets)
        text = text[:at] + put + text[at + size :]
    found = read(text)
    if isinstance(found, tree.Module):
        assert parse_module(Source("t", format_module(found))) == found


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_are_the_same_program(end: str) -> None:
    """As is a byte order mark at the start."""
    text = 'flow main():\n    """A\n    b"""\n    return 1\n'
    assert parse_module(Source("t", "\ufeff" + text.replace("\n", end))) == parse_module(Source("t", text))


@pytest.mark.parametrize("text", ["", "\n", "  \n\t\n", "\ufeff", "   "])
def test_an_empty_file_is_an_empty_module(text: str) -> None:
    """Nothing is a program, too."""
    assert read(text) == parse_module(Source("t", ""))
