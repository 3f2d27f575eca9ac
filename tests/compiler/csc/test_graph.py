"""The shape of the graph that is built: what the engines rely on."""

from __future__ import annotations

import subprocess
import sys

from cascade_compiler import graph
from cascade_compiler.graph import FlowGraph
from cascade_compiler.graph_text import format_graph
from support.same_text import build, run_csc

PROGRAM = '''\
const FACES = ("north", "south")
flow main(n: int = 3, xs: list = [1, 2], every: duration = 5s) -> list:
    """Do it.

        Really.
    """
    total = 0
    loop as outer:
        for x in xs as inner:
            try:
                if x > n and total or x == 0:
                    continue outer
                total += x if x % 2 else -x
            except (ValueError, KeyError) as e:
                print(f"{e!r}", sep="")
                break outer
            finally:
                n -= 1
        else:
            break
    parallel limit 2:
        a = twice(total)
        for b in range(3):
            pass
    c = parallel [twice(i + a) with retry(2), timeout(1s) for i, _ in [(1, 2)] if i] limit 3
    return [total, a, b, c, {"a", "b", "c"} | frozenset(FACES), any(i for i in xs), "x" in "xy"]
flow twice(n):
    try:
        return n * 2
    except TypeError:
        fail
'''


def ends(flow: FlowGraph) -> list[graph.Terminator]:
    return [block.end for block in flow.blocks]


def test_the_same_text_gives_the_same_program() -> None:
    """Also in a process with another seed of hashes."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from support.same_text import build\n"
        "from cascade_compiler.graph_text import format_graph; print(format_graph(build(sys.argv[2])), end='')"
    )
    assert build(PROGRAM) == build(PROGRAM)
    folder = __file__.rsplit("/", 3)[0]
    texts = {
        subprocess.run(
            [sys.executable, "-c", script, folder, PROGRAM],
            env={"PYTHONHASHSEED": str(seed)}, capture_output=True, text=True, check=True, encoding="utf-8",
        ).stdout
        for seed in (1, 2)
    }  # fmt: skip
    assert texts == {format_graph(build(PROGRAM))}


def test_only_loops_and_jumps_to_states_go_back() -> None:
    """Turns are counted there. A handler comes after what it protects, and block 0 is entered once."""
    for flow in build(PROGRAM).flows:
        for index, block in enumerate(flow.blocks):
            assert block.handler is None or block.handler.block > index
            match block.end:
                case graph.BranchOn(then=then, otherwise=otherwise):  # a comprehension's condition may go on with the next item
                    assert then > index
                    assert otherwise > 0
                case graph.SwitchOn(cases=cases, otherwise=otherwise):
                    assert min(*cases, otherwise) > index
                case graph.Step(body=body, done=done):
                    assert min(body, done) > index
                case graph.Jump(block=goal):
                    assert goal > 0
                case _:
                    pass


def test_ids_are_unique_and_every_block_is_reached() -> None:
    """Nothing is left of statements that can not run."""
    (main,) = build("flow main():\n    return 1\n    loop:\n        parallel:\n            print(1)\n").flows
    assert len(main.blocks) == 1
    for flow in build(PROGRAM).flows:
        ids = [node.id for block in flow.blocks for node in block.nodes]
        assert len(ids) == len(set(ids))


def test_calls_at_the_end_become_the_flow_they_call() -> None:
    """In arms of a conditional and as last operand too; not under policies, nor where errors are handled."""
    text = """
flow main(n):
    if n == 1:
        return main(0) if n else main(n=2)
    if n == 2:
        return n and main(0)
    try:
        return main(1)
    except ValueError:
        return main(2)
    return main(3) with retry(3)
"""
    (main,) = build(text).flows
    assert sum(isinstance(end, graph.TailCall) for end in ends(main)) == 4
    calls = [node for block in main.blocks for node in block.nodes if isinstance(node, graph.CallFlow)]
    assert [block.handler is not None for block in main.blocks for node in block.nodes if node in calls] == [True]


def test_left_out_arguments_are_the_callee_s_to_fill() -> None:
    """Those of flows; of states, constants are filled in at the jump."""
    text = """
flow main():
    other(c=1)
    state s(a=1, b=[]):
        jump s()
flow other(a=1, b=[], c=2):
    pass
"""
    main, other = build(text).flows
    (call,) = (node for block in main.blocks for node in block.nodes if isinstance(node, graph.CallFlow))
    assert [argument is None for argument in call.arguments] == [True, True, False]
    jumps = [end for end in ends(main) if isinstance(end, graph.Jump) and end.arguments]
    assert [[argument is None for argument in jump.arguments] for jump in jumps] == [[False, True]] * 2
    assert [(p.default is not None, p.computed) for p in other.parameters] == [(True, False), (False, True), (True, False)]


def test_policies_have_all_their_settings() -> None:
    """In the order that hosts expect, outermost first."""
    text = """
flow main():
    main() with timeout(duration=5s), retry(3, on=(KeyError, FlowFailed), backoff=2.0)
"""
    (main,) = build(text).flows
    (block,) = main.blocks
    (call,) = (node for node in block.nodes if isinstance(node, graph.CallFlow))
    values = {node.id: node.constant.value for node in block.nodes if isinstance(node, graph.Constantly)}
    shown = [(policy.kind, *(values[setting] for setting in policy.settings)) for policy in call.policies]
    assert repr(shown) == (
        "[('timeout', datetime.timedelta(seconds=5)), ('retry', 3, None, 2.0, 0.0, ('KeyError', 'FlowFailed'))]"
    )


def test_a_branch_sees_what_it_mentions_and_hands_back_what_it_writes() -> None:
    """Its places name the flow that the user wrote."""
    text = "flow main():\n    a = b = 1\n    parallel:\n        c = a\n        d = 2\n    return b\n"
    main, first, second = build(text).flows
    assert [flow.name for flow in (main, first, second)] == ["main", "main$1", "main$2"]
    assert [[p.name for p in flow.parameters] for flow in (first, second)] == [["a", "c"], ["d"]]
    assert first.branch
    assert {node.place.flow for node in first.blocks[0].nodes} == {"main"}


def test_a_branch_keeps_what_it_does_not_write() -> None:
    """Also a variable without a value."""
    text = """
flow main(n):
    a = 1
    parallel:
        if n:
            a = 2
        if n:
            b = 3
        print(a)
    print(a)
    return b
"""
    assert run_csc(text, 1)[:3] == (3, None, "1\n2\n")
    ended = run_csc(text, 0)
    assert ended.printed == "1\n1\n"
    assert (ended.error or "").startswith("UnboundLocalError: cannot access local variable 'b'")


def test_parallel_comprehensions_may_be_anywhere() -> None:
    """Inside of others, with targets to unpack, conditions, and variables of comprehensions around them."""
    text = """
flow main(k):
    rows = [[x + y + k for y in (parallel [z * x for z in range(3) if z != x])] for x in range(3)]
    pairs = parallel [[a, c, k] + (parallel [a + d for d in b]) for a, (*b, c) in [(1, (2, 3)), (4, (5, 6, 7))]]
    return rows, pairs
"""
    rows = [[x + y + 1 for y in [z * x for z in range(3) if z != x]] for x in range(3)]
    assert run_csc(text, 1).value == (rows, [[1, 3, 1, 3], [4, 7, 1, 9, 10]])


def test_texts_may_be_deep_and_long() -> None:
    """As deep as the grammar lets them be; the recursion limit of the process is as before."""
    nested = "(" * 90 + "n" + " + 1)" * 90
    listed = "[" * 190 + "]" * 190
    spaced = "".join("    " * (depth + 1) + f"if n > {depth}:\n" for depth in range(40)) + "    " * 41 + "n += 1\n"
    chained = "''" + ".strip()" * 95
    text = f"flow main(n):\n{spaced}    x = {nested}\n    y = {' + '.join(['n'] * 190)}\n    z = {listed}\n"
    before = sys.getrecursionlimit()
    assert run_csc(f"{text}    return x + y, {chained}\n", 1).value == (91 + 190, "")
    assert sys.getrecursionlimit() == before


def test_the_text_of_a_graph_shows_all_of_it() -> None:
    """Every kind of node and terminator has words."""
    text = format_graph(build(PROGRAM))
    for words in ("flow main(n: int = 3, xs: list = …", "branch main$1", "cleanup to", "errors to", "xs is bound",
                  "with retry(", "limit %", "map main$", "fork main$", " is a ValueError or KeyError", "switch", "next of",
                  "'x'", "; main.csc:2:6", "return %", "raise %"):  # fmt: skip
        assert words in text, words


def test_docs_and_types_are_kept() -> None:
    """For the command line."""
    main = build(PROGRAM).flows[0]
    assert (main.doc, main.returns) == ("Do it.\n\nReally.", "list")
    assert [parameter.type for parameter in main.parameters] == ["int", "list", "duration"]
