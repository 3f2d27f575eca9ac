"""Ways out of ``try``: every exit through every arrangement of suites does what CPython does."""

from __future__ import annotations

from itertools import product

import pytest
from cascade_compiler import graph
from support.same_text import build, run_csc, run_python

EXITS = ["pass", "return say('value')", "break", "continue", "1 / 0", "fail KeyError('k')", "print(e)"]

_SHAPES = {
    "finally": """\
        try:
            {0}
        finally:
            say('final')
""",
    "except": """\
        try:
            {0}
        except ZeroDivisionError as e:
            say('caught')
            {1}
        except (KeyError, ValueError):
            say('other')
            fail
        else:
            say('else')
            {1}
""",
    "all": """\
        try:
            try:
                {0}
            except ArithmeticError as e:
                {1}
            else:
                {1}
            finally:
                say('inner')
                for x in (1, 2):
                    if x == 2:
                        break
        except:
            print(e)
        finally:
            say('outer')
""",
    "finally in finally": """\
        try:
            {0}
        finally:
            try:
                say('first')
                {1}
            except KeyError as e:
                say('second')
            finally:
                say('third')
""",
    "loop inside": """\
        try:
            for y in range(3):
                try:
                    say(y)
                    {0}
                except UnboundLocalError:
                    {1}
                finally:
                    say('turn')
            else:
                say('done')
        finally:
            say('after')
""",
    "handler raises": """\
        try:
            try:
                {0}
            except Exception as e:
                e = 5
                del e
                {1}
        except KeyError as e:
            print(e)
""",
}


def _program(shape: str, first: str, second: str) -> str:
    body = _SHAPES[shape].format(first, second)
    return (
        "flow main():\n    e = 'start'\n    for turn in range(3):\n        say(turn)\n"
        f"{body}        say('bottom')\n    print(e)\n    return e\nflow say(x):\n    print('say', x)\n    return x\n"
    )


@pytest.mark.parametrize("shape", _SHAPES)
def test_every_exit_runs_what_python_runs(shape: str) -> None:
    """What is printed, the value, the error and its place, for all pairs of exits."""
    second = [way for way in EXITS if shape != "finally in finally" or not way.startswith(("return", "break", "cont"))]
    for pair in product(EXITS, second):
        text = _program(shape, *pair)
        ours, theirs = run_csc(text), run_python(text)
        assert (*ours[:3], ours.place and ours.place[:2]) == (*theirs[:3], theirs.place and theirs.place[:2]), text


def test_a_finally_suite_is_written_once() -> None:
    """However many exits there are."""
    text = _program("finally", "return 1 if turn else 2", "").replace("return 1", "break\n            return 1")
    (main, _) = build(text).flows
    finals = [
        node
        for block in main.blocks
        for node in block.nodes
        if isinstance(node, graph.Constantly) and node.constant.value == "final"
    ]
    assert len(finals) == 1


def test_a_jump_to_a_state_runs_what_it_leaves() -> None:
    """Its arguments are computed before."""
    text = """
flow main():
    log = []
    state first(n: int = 0, more=[]):
        try:
            try:
                if n < 2:
                    jump second(n, m=len(log))
            finally:
                log.append(("inner", n))
        finally:
            log.append(("outer", n))
        return log, more
    state second(n, m, extra=5):
        log.append(("second", n, m, extra))
        jump first(n + 1)
"""
    log = run_csc(text).value
    assert log == (
        [("inner", 0), ("outer", 0), ("second", 0, 0, 5), ("inner", 1), ("outer", 1), ("second", 1, 3, 5), ("inner", 2),
         ("outer", 2)],
        [],
    )  # fmt: skip


def test_variables_of_a_state_are_new_each_time() -> None:
    """What a state left in its variables is not there when it is entered again; shared variables stay."""
    text = """
flow main():
    turns = 0
    state only():
        turns += 1
        if turns == 2:
            return local
        local = turns
        jump only()
"""
    assert run_csc(text).error == (
        "UnboundLocalError: cannot access local variable 'local' where it is not associated with a value"
    )
