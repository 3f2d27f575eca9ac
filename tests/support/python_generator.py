"""Random Python modules of functions marked ``@cs.flow``, from a seed: valid, always with an end, the same on every Python.

They use what Python has in combinations that nobody writes. What they mean is for CPython to say (`python_compare`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from support import python_statements
from support.python_blocks import indented
from support.python_expressions import expression
from support.python_functions import header, parameters
from support.python_scope import POOL, Callee, Place, Writer

__all__ = ["Sample", "generate"]

_HEAD = """\
import bisect, functools, heapq, math
K0 = 3
K1 = 'k'
K2 = (1, 2, 3)
ERRORS = (ValueError, IndexError)

class Mine(Exception):
    pass

@cs.task
def tk(x=None):
    print('tk', x)
    return x

@cs.flow
def ev(k, x=None):
    print('ev', k, x)
    return x
"""


@dataclass(frozen=True)
class Sample:
    """A module; ``calls`` are texts of the arguments of its flow ``f0``."""

    text: str
    calls: tuple[str, ...]


def generate(seed: int) -> Sample:
    """The module of a seed."""
    random = Random(seed)
    numbers = [0]
    flows = [Callee(f"f{k}", _of_flow(Writer(random), k), True) for k in range(random.randrange(1, 4))]
    parts = [_HEAD]
    for number, callee in enumerate(flows):
        writer = Writer(random, list(flows), numbers=numbers)
        parts.append("\n".join(_flow(writer, callee, 7 if number == 0 else 3)) + "\n")
    return Sample("\n".join(parts), tuple(_arguments(random) for _ in range(3)))


def _of_flow(writer: Writer, number: int) -> tuple[str, ...]:
    return ("i0", "l0", "l1", "d0=", "s0=") if number == 0 else parameters(writer)


def _flow(writer: Writer, callee: Callee, size: int) -> list[str]:
    """Most names get a value at its beginning; the others only perhaps, which makes them variables nevertheless."""
    given = [each.strip("*=") for each in callee.parameters]
    body = [f"if n <= 0: return {expression(replace(writer, callees=[]), 'any', Place(1))}"]
    unbound = []
    for name in POOL:
        if name in given and not writer.chance(0.05):
            continue
        if writer.chance(0.85):
            body.append(f"{name} = {writer.one_of(_FIRST[name[0]])}")
        else:
            unbound.append(name)
    body += _helped(writer, size)
    body += [f"if n > 9: {name} = 0" for name in unbound]
    body += [f"if n > 8: {name} = {writer.one_of(_FIRST[name[0]])}" for name in writer.random.sample(POOL, 2)]
    for name in writer.random.sample(POOL, 4):
        body += ["try:", f"    print({name})", "except NameError as e:", "    print(e)"]
    body.append(f"return {', '.join(name for name in POOL if name not in unbound and writer.chance(0.5))}")
    return ["@cs.flow", f"def {callee.name}({header(writer, callee, None)}):", *indented(body)]


_FIRST = {
    "i": ("0", "1", "2", "n", "-3"), "l": ("[1, 2, 3]", "[]", "[n, 0]", "[5]"), "s": ("'abc'", "''", "'7'"),
    "d": ("{}", "{'a': 1, 1: 2}"), "t": ("(1, 2)", "()"), "v": ("None", "[1]", "0", "'v'"),
}  # fmt: skip


def _helped(writer: Writer, size: int) -> list[str]:
    """Statements, of which most have a ``try`` around them, so that those after them are reached."""
    lines: list[str] = []
    while size > 0:
        some = writer.number(1, 2)
        size -= some
        written = python_statements.suite(writer, Place(nesting=1 if writer.chance(0.5) else 0), some)
        if writer.chance(0.88):
            kind = writer.one_of(("Exception as e", "Exception as e", "Exception", "(ValueError, LookupError, TypeError)"))
            shown = "print(repr(e))" if kind.endswith("e") else "pass"
            written = ["try:", *indented(written), f"except {kind}:", f"    {shown}"]
        lines += written
    return lines


_NUMBERS = ("0", "1", "2", "5", "-1")
_LISTS = ("[]", "[1, 2, 3]", "[3, 1, 2]", "[0]", "[2, 2]")


def _arguments(random: Random) -> str:
    """Of a call; two lists may be the same one."""

    def one_of(items: tuple[str, ...]) -> str:
        return items[random.randrange(len(items))]

    fuel, number, first = one_of(("1", "2", "2", "3")), one_of(_NUMBERS), one_of(_LISTS)
    second = "same" if random.random() < 0.4 else one_of(_LISTS)
    last = one_of(("{}", "{'a': 1}", "None"))
    return f"(lambda same: ({fuel}, {number}, same, {second}, {last}))({first})"
