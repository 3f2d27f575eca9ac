"""What the front end refuses, and what it lets pass.

In the programs a comment names the codes that are expected on its line, in order; all others are fine.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cascade_compiler.csc.project import TaskModuleMissing, build_program
from cascade_grammar.diagnostics import Diagnostic, SourceErrors
from cascade_grammar.spans import Source
from cascade_vm.blueprint import Task, TaskParameter

TASKS = {
    "fetch": Task("shop:fetch", (TaskParameter("url", "position", True), TaskParameter("tries", "either", False))),
    "send": Task("shop:send", (TaskParameter("to", "either", True), TaskParameter("copy", "keyword", True))),
    "many": Task("shop:many", (TaskParameter("args", "rest", False), TaskParameter("options", "keywords", False))),
    "free": Task("shop:free", None),
}


def look_up(module: str, folder: Path) -> dict[str, Task]:
    if module != "shop":
        raise TaskModuleMissing(module)
    return TASKS


def refusals(text: str) -> list[Diagnostic]:
    try:
        build_program(Path("main.csc"), look_up, lambda path: Source(str(path), text))
    except SourceErrors as errors:
        return list(errors.diagnostics)
    return []


PROGRAMS = {
    "one mistake, one complaint": """
from shop import fetch
flow main(a: int[str] = "x", b: strng = 1):      # CS231 CS230
    nothing(a) with retry(3)                     # CS214
    x = isinstance(a, int), map(str, [y])        # CS215 CS215 CS213
    return fetch(b)
flow other():
    fetch = 5                                    # CS218
    return fetch(1)
""",
    "names": """
from shop import fetch, sendd, send as post      # CS206
from warehouse import fetch_all, send            # CS205
const LIMIT = 3
const WRONG = 1 + LIMT                           # CS210
flow fetch():                                    # CS201
    pass
flow main(a, LIMIT, b=a, c=later, later=1):      # CS218 CS213
    sendd(1)
    fetch_all(WRONG)
    x = y
    if a:
        y = 1
    post = 1                                     # CS218
    for fetch in a:                              # CS218
        pass
    d = [LIMIT for main in a]                    # CS218
    return x + unknown + [z for z in z]          # CS213 CS213
""",
    "calls": """
from shop import fetch, send, many, free
flow main(a, b: int = 1, c=[]):
    fetch("u")
    fetch("u", 3, 4)                             # CS220
    fetch(url="u")                               # CS222
    fetch("u", tries=2, **a)
    fetch(*a)
    fetch("u", tries=1, *a)
    send("me")                                   # CS221
    send("me", copy=1, **{})
    send("me", "you", copy=1)                    # CS220
    many(1, 2, x=3, *a, **a)
    free(1, 2, x=3, *a, **a)
    main(1, 2, 3)
    main(1, a=2)                                 # CS223
    main(1, d=2)                                 # CS222
    main(b=2)                                    # CS221
    main(*a)                                     # CS224
    main(a, **a)                                 # CS224
    len()                                        # CS221
    len(a, b)                                    # CS220
    len(x=a)                                     # CS222
    sorted(a, reverse=True, kye=None)            # CS222
    round(number=2.5, ndigits=1)
    pow(2, exp=3)
    dict(a, b=1)
    dict(a, b)                                   # CS220
    min()                                        # CS221
    zip(a, b, strict=True)
    print(a, b, sep="", ende="")                 # CS222
    fail ValueError("x", 1)
""",
    "what can be called": """
from shop import fetch
const K = 1
flow main(a, len):
    a()                                          # CS217
    K()                                          # CS217
    len(a)                                       # CS217
    fetch(a)(a)                                  # CS217
    [a for a in [1] if a()]                      # CS217
    [fetch for x in a]                           # CS216
    x = main                                     # CS216
    x = print                                    # CS216
    x = ValueError                               # CS216
    x = isinstance(a, a)                         # CS215
    x = map(a, a)                                # CS215
    nothing(a)                                   # CS214
    a.real._b.c(a.__class__)                     # CS219 CS219
    a.b._c()                                     # CS219
    a.gi_frame                                   # CS219
    x = max(a, key=lambda_like)                  # CS213
""",
    "types": """
flow main(a: int = "x", b: str = None, c: str | None = None, d: float = 1, e: duration = 5):   # CS233 CS233
    other(1, 2, 3s)                              # CS232
    other("x", 2.5, 3)
    other("x", 2, "3s")                          # CS232
    other("x", True, -3, [1, "a"])               # CS232
    other("x", 1, 1, [1])
    other(f"{a}", [], 1)                         # CS232
    other([x for x in [1]], 1, 1)                # CS232
    other(a, a, a, a, u=a)
    other("x", 1, 1, u=b"")                      # CS232
    other("x", 1, 1, u=None, t=(1, "a"))
    other("x", 1, 1, u="x", t=(1, 2))            # CS232
    other("x", 1, 1, m={"a": 1.5})               # CS232
flow other(s: str, f: float, e: duration, l: list[int] = [], u: str | None = "", t: tuple[int, str] = (1, ""),
           m: dict[str, int] = {}):
    pass
flow bad(a: strng, b: list[inn],                 # CS230 CS230
         c: list[int, str], d: int[str],         # CS231 CS231
         e: any = 3, f: tuple[int, ...] = ()):
    pass
""",
    "defaults": """
from shop import fetch
flow main(a=[1, *[2]], b=len("x"), c="a".upper(), d=a):
    pass
flow bad(a=fetch("x"), b=[print("x")], c=(x := 1), d=wait "x", e=1 / 0):   # CS234 CS234 CS234 CS234 CS211
    pass
""",
    "loops": """
flow main(xs):
    break                                        # CS240
    loop as outer:
        for x in xs as inner:
            if x:
                continue outer
            break innr                           # CS241
        else:
            break inner                          # CS241
        while xs as outer:                       # CS242
            pass
        else:
            continue
    else_ = 1
    try:
        loop:
            break
    finally:
        loop:
            break
        for x in xs:
            try:
                break
            finally:
                continue                         # CS248
        return                                   # CS248
    loop:
        parallel:
            break                                # CS249
            for y in xs:
                break
            return 5                             # CS249
""",
    "errors": """
flow main(x):
    fail                                         # CS250
    try:
        fail                                     # CS250
    except ValueError, KeyErorr:                 # CS251
        try:
            fail
        finally:
            fail                                 # CS250
        parallel:
            fail                                 # CS250
    except (OSError, FlowFailed) as e:
        for y in x:
            fail
    except Exeption:                             # CS251
        fail e
""",
    "states": """
flow main(shared):
    before = 1
    if before:
        jump b(1)
    state a(n: int = 1, shared=2):               # CS247
        x = n
        jump b()                                 # CS221
        jump b(1, 2)                             # CS220
        jump b(n="x")                            # CS232
        jump b(m=1)                              # CS222
        jump b(*x)                               # CS224
    state b(n: int):
        try:
            jump a(n)
        finally:
            jump a(n)                            # CS248
        y = x + before                           # CS213
        parallel:
            jump a(1)                            # CS249
    state c():                                   # CS245
        jump d()
    state d():                                   # CS245
        jump c()
flow second():
    jump a()                                     # CS243
flow third():
    state a(n):                                  # CS246
        jump b()                                 # CS244
    state a(n=1):                                # CS208
        pass
    state lonely():
        pass
""",
    "parallel": """
flow main(xs):
    parallel limit 0:                            # CS262
        a = 1
        b = [a for a in xs]
        for a in xs:                             # CS252
            pass
        c = (b := 2)                             # CS252
        del xs
    d = parallel [(e := x) for x in xs]          # CS253
    f = parallel [x for x in xs if (g := x)] limit 1.5   # CS262
    parallel limit None:
        h = 1
    return a, b, c, d, f, g
""",
    "policies and waiting": """
from shop import fetch
flow main(a):
    fetch(a) with retry(3), timeout(2s)
    fetch(a) with retry(attempts=a, on=(ValueError, KeyError), delay=0, jitter=1)
    main(a) with timeout(a)
    len(a) with retry(3)                         # CS225
    a.b() with retry(3)                          # CS225
    fetch(a) with retry()                        # CS227
    fetch(a) with retry(0)                       # CS228
    fetch(a) with retry(3, 4)                    # CS226
    fetch(a) with retry(3, attempts=4)           # CS226
    fetch(a) with retry(3, dely=4)               # CS226
    fetch(a) with retry(3, delay=-1, backoff=0, jitter=2)    # CS228 CS228 CS228
    fetch(a) with retry(3, on=ValueEror)         # CS251
    fetch(a) with retry(3, on=a.b)               # CS251
    fetch(a) with timeout(-1s)                   # CS228
    fetch(a) with timeout("x")                   # CS228
    fetch(a) with timeout(nothing)               # CS213
    sleep -1                                     # CS262
    sleep "x"                                    # CS262
    b = wait 5 timeout -1                        # CS262 CS262
    emit 5, b                                    # CS262
    emit a, b
    sleep 0
""",
    "expressions": """
const T = (1, 2)
flow main(xs):
    g = (x for x in xs)                          # CS261
    h = max((x for x in xs), 2)                  # CS261
    i = sum(x for x in xs)
    j = [(x := y) for y in xs if (y := 1)]       # CS260
    T = 3                                        # CS218
    return g, h, i, j, x, T[0], [*xs]
""",
    "constants": """
const A = 1 + 2 * 3 - len("abc")
const B = (A, "x" * 3, -A, A < 2 < 3, A if A else B, f"{A}!", T[0])   # CS210
const C = [1]                                    # CS212
const D = 10 ** 10 ** 10                         # CS210
const E = "a" * 10 ** 9                          # CS210
const F = 1 << 10 ** 9                           # CS210
const G = {}["k"]                                # CS211
const H = frozenset([1, 2]), 5s * 2, {"a": 1}["a"], "abc"[1:], max(1, 2), not A, ~A
const A = 2                                      # CS201
const I = A + C[0]                               # CS210
flow main():
    return A, H
""",
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_line_is_refused_as_its_comment_says(name: str) -> None:
    """And no other line is."""
    text = PROGRAMS[name].removeprefix("\n")
    source = Source("main.csc", text)
    expected = [(n, code) for n, line in enumerate(text.split("\n"), 1) for code in re.findall(r"CS\d\d\d", line)]
    found = [(source.position(each.span.start)[0], each.code) for each in refusals(text)]
    assert found == expected


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("return totl", "did you mean `total`?"),
        ("prnt(total)", "did you mean `print`?"),
        ("return isinstance(total, 1)", "ask in a Python task; `except` tells errors apart"),
        ("return inner", "state `only` has one, and variables of a state are its own: hand it over, as in `jump state(inner)`"),
        ("fetch_order(1)", "import it, as in `from module import fetch_order`, or declare a flow of that name"),
        ("main(x=1)", "it takes `main()`"),
        ("return null", "write `None`"),
        ("return true", "write `True`"),
        ("return datetime.now()", "what a Python module does is for a task"),
    ],
)
def test_a_complaint_says_what_to_write(line: str, hint: str) -> None:
    """Near misses, and the reason where there is none."""
    text = f"flow main():\n    total = 1\n    if total:\n        {line}\n    state only():\n        inner = 1\n"
    (found,) = refusals(text)
    assert found.hint == hint


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("flow main(x: Optional[int]):", "write `… | None`"),
        ("from common.csc import x", 'flows of another file are imported by its path: `from "common.csc" import …`'),
    ],
)
def test_a_line_of_a_file_is_refused_with_a_hint(line: str, hint: str) -> None:
    """Habits from other languages, and from Python."""
    (found,) = refusals(f"{line}\n    pass\n" if line.startswith("flow") else f"{line}\n")
    assert found.hint == hint


def test_a_file_that_is_not_there_is_guessed(tmp_path: Path) -> None:
    """By the names of the files beside it."""
    (tmp_path / "common.csc").write_text("const X = 1\n")
    main = tmp_path / "main.csc"
    main.write_text('from "./comon.csc" import X\nfrom "common" import X as Y\n')
    with pytest.raises(SourceErrors) as errors:
        build_program(main, look_up)
    assert [d.hint for d in errors.value.diagnostics] == ["did you mean `./common.csc`?", "did you mean `common.csc`?"]


def test_syntax_and_meaning_are_not_mixed() -> None:
    """A text that can not be parsed is not checked further."""
    assert {found.code[:3] for found in refusals("flow main(:\n    x = y\n")} == {"CS1"}
