"""What flows do not have is refused with a code, at the place where it stands."""

from __future__ import annotations

import pytest
from support.python_flows import module, refusals

BEFORE = """
import asyncio
import math
import random
import sys
from decimal import Decimal

LIST = [1]
CHANGES = 1
CHANGES += 1
EMPTY = ()
CLASSES = (ValueError, KeyError)
NOT_CLASSES = (int, str)
CONSTANT = 3

class Color:
    RED = 1

class MyError(Exception):
    pass

class Ends(BaseException):
    pass

def plain(x):
    return x

@cs.task
def fetch(x):
    return x

@cs.flow
def other(x):
    return x
"""

CASES = [
    # statements
    ("[class A: pass]", "CS264"),
    ("[global CONSTANT]; CONSTANT = 1", "CS266"),
    ("def g():\n    [nonlocal a]\n    a = 1", "CS266"),
    ("[import os]", "CS275"),
    ("[from os import path]", "CS275"),
    ("[try:]\n    pass\nexcept* ValueError:\n    pass", "CS276"),
    ("with [open(a)] as f:\n    pass", "CS268"),
    ("with [a], [b]:\n    pass", "CS268", "CS268"),
    ("with cs.timeout(1) as [t]:\n    pass", "CS268"),
    ("with [cs.timeout(1, 2)]:\n    pass", "CS221"),
    ("[math.pi] = 1", "CS274"),
    ("[math.pi] += 1", "CS274"),
    ("del [math.pi]", "CS274"),
    ("a.[__class__] = 1", "CS272"),
    ("del a.[_b]", "CS272"),
    ("@[plain]\ndef g():\n    pass", "CS288"),
    ("[raise]", "CS286"),
    ("try:\n    pass\nexcept ValueError:\n    pass\nfinally:\n    [raise]", "CS286"),
    ("try:\n    pass\nexcept ValueError:\n    def g():\n        [raise]", "CS286"),
    ("try:\n    pass\nexcept [BaseException]:\n    pass", "CS285"),
    ("try:\n    pass\nexcept (ValueError, [KeyboardInterrupt]):\n    pass", "CS285"),
    ("try:\n    pass\nexcept [asyncio.CancelledError]:\n    pass", "CS285"),
    ("try:\n    pass\nexcept [Ends]:\n    pass", "CS285"),
    ("raise [Ends]", "CS285"),
    ("raise [SystemExit](1)", "CS285"),
    ("try:\n    pass\nexcept [a]:\n    pass", "CS284"),
    ("try:\n    pass\nexcept [NOT_CLASSES]:\n    pass", "CS284"),
    ("try:\n    pass\nexcept [()]:\n    pass", "CS284"),
    ("try:\n    pass\nexcept [int]:\n    pass", "CS284"),
    # expressions
    ("[yield]", "CS265"),
    ("x = [yield from a]", "CS265"),
    ("x = lambda: ([yield])", "CS265"),
    ("return a.[_private]", "CS272"),
    ("return a.[__class__]", "CS272"),
    ("return a.[_replace](x=1)", "CS272"),
    ("x = [(y for y in a)]", "CS287"),
    ("return enumerate([(y for y in a)])", "CS287"),
    ("return other([(y for y in a)])", "CS287"),
    ("return fetch(x=[(y for y in a)])", "CS287"),
    # names
    ("return [LIST]", "CS270"),
    ("return [sys.path]", "CS270"),
    ("return [CHANGES] + CONSTANT", "CS271"),
    ("return [missing]", "CS280"),
    ("return [math.missing]", "CS280"),
    ("return [plain](a)", "CS269"),
    ("return sorted(a, key=[plain])", "CS269"),
    ("return [str.format](a, b)", "CS273"),
    ("return map(['{}'.format], a)", "CS273"),
    ("return [random.random]()", "CS269"),
    ("return [Decimal](a)", "CS281"),
    ("return [Color].RED", "CS281"),
    ("return isinstance(a, [Color])", "CS281"),
    ("return isinstance(a, [MyError])", "CS281"),
    ("return [fetch]", "CS282"),
    ("return [fetch].name", "CS282"),
    ("return [math]", "CS283"),
    ("return [math](a)", "CS217"),
    ("return [CONSTANT](a)", "CS217"),
    ("return [cs.sleep]", "CS296"),
    ("return map([print], a)", "CS296"),
    ("x = [cs.fail(1)]", "CS296"),
    *((f"return [{name}](a)", "CS273") for name in (
        "exec", "eval", "open", "input", "globals", "locals", "vars", "dir", "getattr", "setattr", "hasattr", "delattr", "id",
        "hash", "compile", "__import__", "super", "memoryview", "exit", "breakpoint",
    )),
    # calls
    ("print(a, [file=b])", "CS289"),
    ("cs.sleep([*a])", "CS277"),
    ("cs.sleep([**a])", "CS277"),
    ("cs.sleep(1, [2])", "CS220"),
    ("[cs.sleep()]", "CS221"),
    ("cs.sleep(1, [seconds=2])", "CS222"),
    ("cs.sleep(1, [duration=2])", "CS223"),
    ("return fetch.map([a])", "CS294"),
    ("return fetch.map([**a])", "CS294"),
    ("return [fetch(1).run_if](a)", "CS290"),
    ("return [fetch(1).with_retry(2).with_cache](a)", "CS290"),
    ("return [fetch.fn](1)", "CS290"),
    ("return fetch(1).with_retry(3, [tries=2])", "CS222"),
    ("return fetch(1).with_retry(3, on=[MyError])", "CS251"),
    ("return fetch(1).with_timeout([*a])", "CS277"),
    ("return cs.gather(fetch(1), [2])", "CS293"),
    ("return cs.gather([*a])", "CS293"),
    ("return cs.gather(fetch(1), [return_exceptions=True])", "CS293"),
    # match
    ("match a:\n    case [Color()]:\n        pass", "CS292"),
    ("match a:\n    case [int(1, 2)]:\n        pass", "CS292"),
    ("match a:\n    case [int(real=1)]:\n        pass", "CS292"),
    ("match a:\n    case [Color].RED:\n        pass", "CS281"),
]  # fmt: skip


def _text(body: str, word: str = "def") -> str:
    rows = "".join(f"    {row}\n" for row in body.splitlines())
    return f"{BEFORE.strip()}\n\n@cs.flow\n{word} f(a=None, b=None):\n{rows}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].replace("\n", " "))
def test_what_flows_do_not_have_is_refused_where_it_stands(case: tuple[str, ...]) -> None:
    """The brackets that are wider than the text around them say what is underlined."""
    marked, *codes = case
    body, spans = unmarked(marked, len(codes))
    found = refusals(_text(body))
    assert [each.code for each in found] == codes, [each.message for each in found]
    for each, wanted in zip(found, spans, strict=False):
        assert each.source.text[each.span.start : each.span.end] == wanted
        assert each.message[0].islower() or not each.message[0].isalpha()


def unmarked(marked: str, count: int) -> tuple[str, list[str]]:
    """The text without its marks, and what stands between them."""
    spans = []
    for _ in range(count):
        start = marked.find("[", 0)
        if start < 0:
            break
        depth, end = 0, start
        for end in range(start, len(marked)):
            depth += {"[": 1, "]": -1}.get(marked[end], 0)
            if depth == 0:
                break
        spans.append(marked[start + 1 : end])
        marked = marked[:start] + marked[start + 1 : end] + marked[end + 1 :]
    return marked, spans


def test_async_constructs_are_refused() -> None:
    for body in ("async for x in a:\n    pass", "return [x async for x in a]"):
        assert [each.code for each in refusals(_text(body, "async def"))] == ["CS267"]
    for body in ("await (a + b)", "await 5", "return await [a]"):
        assert [each.code for each in refusals(_text(body, "async def"))] == ["CS291"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = refusals(_text("import os\nclass A:\n    pass\nreturn plain(LIST, a.__dict__)"))
    assert [each.code for each in found] == ["CS275", "CS264", "CS269", "CS270", "CS272"]


def test_a_mutable_default_is_refused() -> None:
    found = refusals("@cs.flow\ndef f(a, b=[], *, c={}, d=()):\n    return a\n")
    assert [each.code for each in found] == ["CS278", "CS278"]


def test_names_may_be_defined_after_the_flow() -> None:
    made = module("@cs.flow\ndef f(n):\n    return g(n) + LATER\n\n@cs.flow\ndef g(n):\n    return n * 2\n\nLATER = 1\n")
    assert made.run("f", "machine", 4).value == 9


def test_tuples_of_errors_may_be_named() -> None:
    body = (
        "try:\n    return [1][a]\nexcept CLASSES:\n    return 'value'\nexcept (LookupError, MyError) as e:\n    return str(e)"
    )
    assert module(_text(body)).run("f", "reference", 5).value == "list index out of range"
