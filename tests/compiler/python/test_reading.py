"""A function is found in its source, however it is written there; what has no source is refused."""

from __future__ import annotations

import ast
import linecache
import symtable
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from cascade_compiler.python.bindings import changing_names, local_names
from cascade_compiler.python.positions import Positions
from cascade_compiler.python.reading import read_function
from cascade_grammar.diagnostics import SourceErrors
from cascade_grammar.spans import Source, Span
from support.python_flows import check_same


def load(text: str, path: Path | None = None) -> dict[str, Any]:
    """The globals of a text: of a file, or of a cell as notebooks and doctest register it."""
    file = "<cell 1>" if path is None else str(path)
    if path is None:
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    else:
        path.write_text(text, encoding="utf-8", newline="")
    names: dict[str, Any] = {"keep": lambda fn: fn, "keep_as": lambda *_: lambda fn: fn}
    exec(compile(text.removeprefix("\ufeff"), file, "exec"), names)
    return names


def body_of(fn: FunctionType) -> str:
    """The text of what a function does."""
    reading = read_function(fn)
    node = reading.node
    parts = [node.body] if isinstance(node, ast.Lambda) else node.body
    places = reading.module.positions
    span = Span(places.span(parts[0]).start, places.span(parts[-1]).end)
    return reading.module.source.text[span.start : span.end]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_function_in_a_file(tmp_path: Path, ends: str, mark: str) -> None:
    text = mark + ends.join(["x = 'é'", "\x0c", "def f(a):", "\treturn 'ü', a  # é", ""])
    assert body_of(load(text, tmp_path / "some.py")["f"]) == "return 'ü', a"


def test_decorators_over_several_lines() -> None:
    names = load(
        "@keep\n@keep_as(\n    1,\n    lambda x: x,\n)\nasync def f(a):\n    return a\n\n@keep\ndef g(a):\n    return -a\n"
    )
    assert body_of(names["f"]) == "return a"
    assert body_of(names["g"]) == "return -a"


def test_functions_in_functions_and_classes() -> None:
    names = load(
        "def outer(n):\n    def f():\n        return n\n    return f\n"
        "class A:\n    class B:\n        @keep\n        def f(self):\n            return 'm'\n"
    )
    assert body_of(names["outer"](1)) == "return n"
    assert body_of(names["A"].B.f) == "return 'm'"
    assert read_function(names["A"].B.f).owner == "B"


def test_several_lambdas_on_one_line() -> None:
    names = load("a, b, c = lambda x: x + 1, lambda x: x + 2, lambda x: lambda x: x\n")
    assert [body_of(names[name]) for name in "abc"] == ["x + 1", "x + 2", "lambda x: x"]
    assert body_of(names["c"](0)) == "x"


def test_functions_of_one_name() -> None:
    names = load("def f():\n    return 1\ng = f\ndef f():\n    return 2\n")
    assert (body_of(names["g"]), body_of(names["f"])) == ("return 1", "return 2")


def test_the_source_is_read_once() -> None:
    names = load("def f():\n    return 1\ndef g():\n    return 2\n")
    assert read_function(names["f"]).module is read_function(names["g"]).module


def refused(fn: FunctionType) -> str:
    with pytest.raises(SourceErrors) as caught:
        read_function(fn)
    (found,) = caught.value.diagnostics
    assert found.code == "CS263"
    return found.message


def test_a_function_without_source_is_refused() -> None:
    names: dict[str, Any] = {}
    exec(compile("def f(): pass", "<nowhere>", "exec"), names)  # "<string>" may be known: it is where `python -c` comes from
    assert "there is no source of it" in refused(names["f"])


def test_a_source_that_has_changed_is_refused() -> None:
    fn = load("def f(a):\n    return 1\n")["f"]
    for other in ("def g(a):\n    return 1\n", "def f(b):\n    return 1\n", "\ndef f(a):\n    return 1\n"):
        load(other)
        assert "has changed since" in refused(fn)
    linecache.cache["<cell 1>"] = (3, None, ["def\n"], "<cell 1>")
    assert "no Python any more" in refused(fn)


def test_two_functions_that_can_not_be_told_apart_are_refused() -> None:
    fn = load("a = lambda x: x\n")["a"]
    fn.__code__ = fn.__code__.replace(co_linetable=b"")  # as without debug ranges
    linecache.cache["<cell 1>"] = (3, None, ["a, b = lambda x: x, lambda x: -x\n"], "<cell 1>")
    assert refused(fn)


def test_columns_are_characters() -> None:
    source = Source("x.py", "x = 'ä𝄞' + y\n\tz = 'é'; w\n".replace("\n\t", "\n"))
    places = Positions(source)
    names = {node.id: places.span(node) for node in ast.walk(ast.parse(source.text)) if isinstance(node, ast.Name)}
    assert {name: source.text[span.start : span.end] for name, span in names.items()} == {n: n for n in "xyzw"}


def test_identifiers_are_what_python_makes_of_them() -> None:
    check_same("@cs.flow\ndef f(ﬁ, a):\n    ª = fi\n    return ª + a, {'ﬁ': ﬁ}\n", (1, 2), ("x", 1))


def test_names_are_mangled_in_classes() -> None:
    text = """
    class _K:
        @cs.flow
        def m(self, __x, *, __y=2):
            def __g(__z):
                return __z + __x
            for __i in range(3):
                pass
            return __g(__y), __i, [__x for __x in 'ab'], (__w := 5), __w

    f = _K.m
    """
    check_same(text.replace("\n    ", "\n"), (0, 1), (0, "x"), name="f")


SCOPES = """
def f(a, b=(w0 := 1), *c, d=lambda k: k, **e):
    x = y = 1
    for (i, [j, *k]) in a: pass
    with a as m, b as (n, o): pass
    try: pass
    except E as err: pass
    import p.q, r as s
    from t import u as v, w
    def g(h): z = 1
    class C: inside = 1
    async def gg(): zz = 1
    [q1 for q1 in a if (q2 := q1)]
    {q3: (q4 := q3) for q3 in a if (lambda q5: (q6 := q5))}
    l: int
    mm: int = 2
    nn.attribute = 1
    oo[0] = 1
    pp += 1
    del qq, rr[0]
    match a:
        case {'k': k1, **k2} | [k1, *k2] | C(k1, x=k2): pass
        case str() as k3: pass
        case _: pass
    (lambda: (ss := 1))
    return tt
def g():
    global x
    x = 1
    y = x
    def h():
        nonlocal y
        y = 2
        z = 3
    return h
"""


def _tables(table: symtable.SymbolTable) -> list[symtable.Function]:
    own = [table] if isinstance(table, symtable.Function) else []
    return own + [found for child in table.get_children() for found in _tables(child)]


def test_local_names_are_those_of_the_compiler() -> None:
    functions = [node for node in ast.walk(ast.parse(SCOPES)) if isinstance(node, ast.FunctionDef)]
    tables = {(each.get_name(), each.get_lineno()): each for each in _tables(symtable.symtable(SCOPES, "x", "exec"))}
    for node in functions:
        table = tables[node.name, node.lineno]
        inlined = {"q1", "q3"}  # Python 3.12 has them here
        wanted = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_local()} - inlined
        assert local_names(node) == wanted, node.name


def test_globals_that_change() -> None:
    text = """
a = 1
b = 1
b = 2
c = 1
c += 1
if a: d = 1
else: d = 2
try: e = 1
except ImportError: e = 2
for f in range(3): g = 1
def h(): global i, a2
i = 1
@overload
def j(): pass
def j(): pass
k: int
k = 1
import m
m = 2
while (n := a): pass
del a3
"""
    assert changing_names(ast.parse(text)) == {"b", "c", "f", "g", "i", "a2", "m", "n"}
