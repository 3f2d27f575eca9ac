"""Expressions are read as Python reads them: its own parser is the oracle."""

from __future__ import annotations

import ast
import warnings

import pytest
from cascade_grammar import tree
from cascade_grammar.diagnostics import SourceErrors
from cascade_grammar.parser import parse_module
from cascade_grammar.spans import Source
from hypothesis import given, settings
from hypothesis import strategies as st
from support.effort import scaled
from support.shapes import shape_of_python, shape_of_tree

_BINARY = [
    "+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>", "&", "|", "^", "and", "or", "<", ">", "<=", ">=", "==", "!=", "in",
    "is", "not in", "is not",
]  # fmt: skip
_atoms = st.sampled_from(["a", "b", "1", "2.5", "'s'", "None", "True", "()", "[]", "{}", "..."])


def _extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(_BINARY), inner),
        st.builds("{}{}".format, st.sampled_from(["not ", "-", "~", "+"]), inner),
        st.builds("{} if {} else {}".format, inner, inner, inner),
        st.builds("({})".format, inner),
        st.builds("f({}, *{}, k={}, **{})".format, inner, inner, inner, inner),
        st.builds("a[{}:{}, ::{}]".format, inner, inner, inner),
        st.builds("b[{}]".format, inner),
        st.builds("[{}, *b]".format, inner),
        st.builds("({},).x.y".format, inner),
        st.builds("{{{}: {}, **c}}".format, inner, inner),
        st.builds("{{{}, {}}}".format, inner, inner),
        st.builds("[{} for x, *y in b if c if {}]".format, inner, inner),
        st.builds("any({} for x in b)".format, inner),
    )


def read(text: str) -> tree.Expression:
    module = parse_module(Source("t", f"const X = {text}\n"))
    (declaration,) = module.declarations
    assert isinstance(declaration, tree.ConstDeclaration)
    return declaration.value


@settings(max_examples=scaled(400), deadline=None)
@given(st.recursive(_atoms, _extend, max_leaves=12))
def test_an_expression_has_the_shape_that_python_gives_it(text: str) -> None:
    """Precedence, association, chained comparison: or both refuse it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            expected = shape_of_python(ast.parse(text, mode="eval").body)
        except SyntaxError:
            with pytest.raises(SourceErrors):
                read(text)
            return
    assert shape_of_tree(read(text)) == expected


_pieces = st.sampled_from(
    [
        "a",
        " ",
        "'",
        '"',
        "\\n",
        "\\x41",
        "\\u00e9",
        "\\N{DASH}",
        "\\N{EN DASH}",
        "\\\\",
        "\\101",
        "{{",
        "}}",
        "é",
        "\\'",
        '\\"',
        "\n",
    ]
)


@settings(max_examples=scaled(400), deadline=None)
@given(
    st.sampled_from(["", "r", "R", "u", "b", "rb", "Br", "f", "rf", "fR"]),
    st.sampled_from(['"', "'", '"""', "'''"]),
    st.lists(_pieces, max_size=8).map("".join),
)
def test_a_string_means_what_python_means(prefix: str, quote: str, text: str) -> None:
    """Prefixes, escapes, triple quotes: the same value, or both refuse it."""
    written = f"{prefix}{quote}{text}{quote}"
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        warnings.simplefilter("error", DeprecationWarning)
        try:
            expected = eval(f"({written})")
        except NameError:
            return  # a replacement, in a raw f-string
        except SyntaxError:
            with pytest.raises(SourceErrors):
                read(f"({written})")
            return
    found = read(f"({written})")
    if isinstance(found, tree.FString):
        assert "".join(str(part) for part in found.parts) == expected
    else:
        assert isinstance(found, tree.Literal)
        assert found.value == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('f"{a}"', "[a]"),
        ('f"{a!r}"', "[a!r]"),
        ('f"x{a:>{width}.{p!s}}y"', "x[a:>[width].[p!s]]y"),
        ('f"{a = }"', "[a = |a]"),
        ('f"{a=!s:>3}"', "[a=|a!s:>3]"),
        ("f\"{d['k']}\"", "[d['k']]"),
        ('f"{d["k"]}"', "[d['k']]"),
        ('f"{f"{f"{1}"}"}"', "[f]"),
        ('f"{ {1: 2}[1] }"', "[{1: 2}[1]]"),
        ('f"{a != b}"', "[a != b]"),
        ('f"{a:=5}"', "[a:=5]"),
        ('f"{a == b}"', "[a == b]"),
        ('f"{x[1:2]}"', "[x[1:2]]"),
        ('f"{a, b}"', "[(a, b)]"),
        ("f'''{\n  a\n}'''", "[a]"),
        ('rf"\\{a}\\d"', "\\[a]\\d"),
        ('"{a}" f"{a}" "}"', "{a}[a]}"),
        ('f"{a:%Y-%m}"', "[a:%Y-%m]"),
    ],
)
def test_an_f_string_is_read_whole(text: str, shown: str) -> None:
    """Nested quotes, conversions, specifications in specifications, ``=``, adjacent strings."""
    found = read(f"({text})")
    assert isinstance(found, tree.FString)
    assert "".join(map(_show, found.parts)) == shown


def _show(part: str | tree.Replacement) -> str:
    from cascade_grammar.printer_expressions import expression
    from cascade_grammar.printer_layout import flat

    if isinstance(part, str):
        return part
    value = "f" if isinstance(part.value, tree.FString) else flat(expression(part.value, quote="'"))
    spec = "" if part.spec is None else ":" + "".join(map(_show, part.spec.parts))
    debug = "" if part.debug is None else part.debug + "|"
    return f"[{debug}{value}{'!' + part.conversion if part.conversion else ''}{spec}]"


def test_spans_are_those_of_the_text() -> None:
    """Each part of an f-string, and an operator's operands with their parentheses, stand where they are written."""
    text = 'const X = (a + b) * f"é{ c[0] :>{w}}"\n'
    (declaration,) = parse_module(Source("t", text)).declarations
    assert isinstance(declaration, tree.ConstDeclaration)
    product = declaration.value
    assert isinstance(product, tree.Binary)
    formatted = product.right
    assert isinstance(formatted, tree.FString)
    replacement = formatted.parts[1]
    assert isinstance(replacement, tree.Replacement)
    assert replacement.spec is not None
    places = [product, product.left, formatted, replacement, replacement.value, replacement.spec]
    assert [text[node.span.start : node.span.end] for node in places] == [
        '(a + b) * f"é{ c[0] :>{w}}"', "a + b", 'f"é{ c[0] :>{w}}"', "{ c[0] :>{w}}", "c[0]", ":>{w}",
    ]  # fmt: skip
