"""What `.csc` and Python can both say becomes the same Blueprint, up to locations. Generated programs: `test_two_languages`."""

from __future__ import annotations

import pytest
from cascade_compiler import graph
from cascade_compiler.lowering import lower
from cascade_compiler.optimise import optimise
from cascade_vm.blueprint import Blueprint, Location
from cascade_vm.listing import format_listing
from msgspec.structs import replace
from support import engines
from support.python_flows import module

HEAD_CSC = "from tasks import ident, add\nconst LIMIT = 3\n"
HEAD_PYTHON = """
LIMIT = 3

@cs.task
def ident(x):
    return x

@cs.task
def add(a, b):
    return a + b

"""

BOTH = {
    "arithmetic": "return a + b * -a // LIMIT ** 2",
    "comparisons": "return a < b <= 3 and a is not None or not a in [b]",
    "conditional": "return a if b else [a, *b]",
    "walrus": "return (c := a) + c",
    "f-strings": "return f'{a!r:>{b}} and {b=}' f'{a:.2f}'",
    "displays": "return [(a, *b), {a, *b}, {'k': a, **b}, (), [], {}]",
    "subscripts": "a[b] = a[1:b:2]\na[0] += 1\ndel a[b], a[0]\nreturn a[1, b]",
    "comprehensions": "return [[x, y] for x in a if x for y in x], {x for x in a}, {x: b for x in a}",
    "generators": "if any(x > b for x in a):\n    return sum(x for x in a)\nreturn all(a)",
    "unpacking": "(x, *y), z = a\nx = z = y\nx, z = z, x\nreturn x, y, z",
    "if": "if a:\n    x = 1\nelif b:\n    x = 2\nelse:\n    x = 3\nreturn x",
    "while": "while a:\n    a -= 1\n    if a == b:\n        break\n    continue\nelse:\n    return 1\nreturn 2",
    "while True": "while True:\n    if ident(a):\n        break",
    "for": "for x, y in a:\n    if x:\n        continue\n    b += y\nelse:\n    b = 0\nreturn b",
    "try": "try:\n    x = a / b\nexcept (TypeError, ValueError) as e:\n    x = e\nexcept LookupError:\n    x = 2\n"
    "else:\n    x = 3\nfinally:\n    b = 1\nreturn x",
    "return through finally": "for x in a:\n    try:\n        return x\n    finally:\n        print(x)",
    "assert": "assert a, f'no {b}'",
    "calls of tasks": "return ident(a), add(b=a, a=b), ident(*a, **b)",
    "methods": "return a.upper().split(b, maxsplit=1), a.real",
    "built-in functions": "print(a, sep='')\nreturn len(a), max(a, b), sorted(a, reverse=True), list(range(b)), int('3')",
    "errors": "x = ValueError(a)\nreturn x",
    "pass and docstring": "'''What it does.'''\npass",
    "tail calls": "return main(b, a) if a else main(a, b=b)",
    "attributes": "return a.b.c",
}

PAIRS = {
    "policies": (
        "return ident(a) with timeout(10), retry(3, delay=1.0, backoff=2.0, on=TimeoutError)",
        "return ident(a).with_retry(3, delay=1.0, backoff=2.0, on=TimeoutError).with_timeout(10)",
    ),
    "plain retry": ("return ident(a) with retry(3)", "return ident(a).with_retry(3)"),
    "sleep": ("sleep a", "cs.sleep(a)"),
    "emit": ('emit "x", a', 'cs.emit("x", a)'),
    "wait": ('return wait "x" timeout b', 'return cs.wait("x", timeout=b)'),
    "raising an error": ("fail ValueError(a)", "raise ValueError(a)"),
    "raising again": ("try:\n    ident(a)\nexcept:\n    fail", "try:\n    ident(a)\nexcept Exception:\n    raise"),
    "await": ("x = ident(a)\nreturn main(x, b)", "x = await ident(a)\nreturn await main(x, b)"),
}


def _rows(body: str) -> str:
    return "".join(f"    {row}\n" for row in body.splitlines())


def _bare(program: graph.Program, level: int | None) -> Blueprint:
    """The Blueprint without locations, task declarations, and what a file says of its entry."""
    blueprint = lower(program) if level is None else optimise(lower(program), level)
    nowhere = Location(0, 0, 0, 0, 0, "")
    flows = tuple(
        replace(flow, name=flow.name.removeprefix("flows:"), places=(0,) * len(flow.code), locations=(nowhere,))
        for flow in blueprint.flows
    )
    return replace(blueprint, flows=flows, files=("",), entry=None, tasks=())


@pytest.mark.parametrize(("csc", "python"), [*((body, body) for body in BOTH.values()), *PAIRS.values()], ids=[*BOTH, *PAIRS])
@pytest.mark.parametrize("level", [None, 2])
def test_both_front_ends_make_one_blueprint(csc: str, python: str, level: int | None) -> None:
    from_csc = engines.build(f"{HEAD_CSC}flow main(a, b: int = 2) -> list[int]:\n{_rows(csc)}")
    word = "async def" if "await" in python else "def"
    text = f"{HEAD_PYTHON}@cs.flow\n{word} main(a, b: int = 2) -> list[int]:\n{_rows(python)}"
    mine, theirs = _bare(from_csc, level), _bare(module(text).program(), level)
    assert mine == theirs, f"{format_listing(mine)}\n--- from Python:\n{format_listing(theirs)}"
