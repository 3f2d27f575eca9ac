"""Calls of tasks, flows, errors, library functions and services do what CPython does."""

from __future__ import annotations

from cascade_compiler import graph
from support.python_flows import check_same, module, refusals

TASKS = """
import asyncio
import math
from math import sqrt as root

LIMIT = 3
NAMES = ("a", "b")

class MyError(ValueError):
    def __init__(self, what, code=1):
        super().__init__(what, code)

@cs.task
def pair(a, b=2, *rest, c=3, **more):
    return [a, b, rest, c, more]

@cs.task
async def later(a):
    await asyncio.sleep(1)
    return a

@cs.flow
def flow(a, b=2, /, *rest, c=3, **more):
    return [a, b, rest, c, more]

"""


def check(body: str, *calls: tuple[object, ...], word: str = "def") -> None:
    """The body as a flow of two parameters, beside the tasks."""
    rows = "".join(f"    {row}\n" for row in body.splitlines())
    check_same(f"{TASKS}@cs.flow\n{word} f(a, b):\n{rows}", *calls)


def test_calls_of_tasks() -> None:
    check("return pair(a), pair(a, b, 1, *[2, 3], c=4, d=5, **{'e': 6}), pair(b=1, a=b)", (1, 2))
    check("return pair()", (1, 2))
    check("return pair(1, a=2)", (1, 2))


def test_calls_of_flows() -> None:
    check("return flow(a), flow(a, b, 1, *[2, 3], c=4, d=5, **{'e': 6}), flow(*a)", ([1, 2, 3, 4], 2), ([], 1))
    check("x = flow(a, c=1)\nreturn x", (1, 2))


def test_flows_call_each_other() -> None:
    text = """
    @cs.flow
    def f(n):
        return True if n == 0 else g(n - 1)

    @cs.flow
    def g(n):
        if n == 0:
            return False
        return f(n - 1)
    """
    made = check_same(text.replace("\n    ", "\n"), (0,), (7,), (300,))
    assert made.run("f", "machine", 20_000).value is True
    ends = [type(block.end) for flow in made.program().flows for block in flow.blocks]
    assert ends.count(graph.TailCall) == 2


def test_local_names_hide_globals() -> None:
    check("pair = lambda x: [x]\nlen = 4\nreturn pair(a), len, [LIMIT for LIMIT in NAMES], LIMIT", (1, 2))
    check("def flow(x):\n    return -x\nreturn flow(a), (lambda sorted: sorted(b))(abs)", (1, -2))


def test_constants_of_modules() -> None:
    check("return LIMIT + a, NAMES[0], math.pi, __name__", (1, 2))


def test_library_functions() -> None:
    check("return math.sqrt(a), root(b), math.gcd(a, 4), list(map(math.floor, [1.5])), math.sqrt(-b)", (4, 9), (4, -1))
    check("return math.sqrt(a)", (-1, 0), ("x", 0))


def test_errors_of_ones_own() -> None:
    check("raise MyError(a, code=b)", (1, 2))
    check("try:\n    raise MyError(a)\nexcept MyError as e:\n    return e.args", (1, 2))
    check("try:\n    raise MyError('x') from KeyError(b)\nexcept ValueError as e:\n    return str(e)", (1, 2))
    check("try:\n    raise MyError\nexcept TypeError as e:\n    return str(e)", (1, 2))
    check("try:\n    raise ValueError(a)\nexcept MyError:\n    return 1\nexcept (KeyError, ValueError):\n    return 2", (1, 2))


def test_await_says_nothing_new() -> None:
    check(
        "x = await later(a)\ny = [await later(v) for v in b]\nreturn x, y, await later(await later(1))",
        (1, [2, 3]),
        word="async def",
    )


def test_services() -> None:
    check("await asyncio.sleep(a)\nawait cs.sleep(1)\nreturn await cs.gather(later(a), later(b))", (1, 2), word="async def")
    check("return await asyncio.gather(*[later(x) for x in b]), await asyncio.gather()", (1, [1, 2]), word="async def")
    check("cs.fail([a])", (1, 2))


def test_requests_as_in_csc() -> None:
    made = module(
        TASKS + "@cs.flow\ndef f(a):\n    cs.emit('x', a)\n    cs.emit(value=1, name='y')\n    return cs.wait('s', timeout=0)\n"
    )
    nodes = [node for block in made.flows["f"].built.flows[0].blocks for node in block.nodes]
    asked = [(node.service, node.forms) for node in nodes if isinstance(node, graph.Request)]
    assert asked == [("emit", ()), ("emit", ("value", "name")), ("wait", ())]


def test_policies_are_outermost_last() -> None:
    made = module(TASKS + "@cs.flow\ndef f(a):\n    return later(a).with_retry(3, backoff=2.0).with_timeout(10)\n")
    (call,) = [
        node for block in made.flows["f"].built.flows[0].blocks for node in block.nodes if isinstance(node, graph.CallTask)
    ]
    assert [policy.kind for policy in call.policies] == ["timeout", "retry"]
    assert made.run("f", "machine", 4).value == 4


def test_map_runs_side_by_side() -> None:
    made = module(TASKS + "@cs.flow\ndef f(xs):\n    return pair.map(a=xs, b=xs)\n")
    assert made.run("f", "machine", [1, 2]).value == [[1, 1, (), 3, {}], [2, 2, (), 3, {}]]


def test_deep_texts_have_no_limit() -> None:
    depth = 900
    check("return " + " + ".join(["a"] * depth * 3), (1, 2))
    check("return " + "-" * 90 + "a", (1, 2))
    elifs = "".join(f"elif a == {n}:\n    x = {n}\n" for n in range(depth))
    check(f"if a is None:\n    x = 0\n{elifs}else:\n    x = -1\nreturn x", (700, 0), (None, 0))
    check("return a" + ".real" * depth, (1, 2))
    check("x = 1\n" + "x = [x]\n" * depth + "return len(str(x))", (1, 2))


def test_a_wrong_name_is_told_when_the_flow_is_made() -> None:
    (found,) = refusals(TASKS + "@cs.flow\ndef f(values):\n    return vales\n")
    assert (found.code, found.hint) == ("CS280", "did you mean `values`?")


def test_what_was_compiled_in_is_watched() -> None:
    made = module("LIMIT = 1\n\n@cs.flow\ndef f():\n    return LIMIT\n")
    built = made.flows["f"].built
    assert built.is_current
    assert [each.name for each in built.watched] == ["LIMIT"]
    made.names["LIMIT"] = 2
    assert not built.is_current
