"""Random functions inside of functions: helpers and lambdas that are called by their names, those that are values."""

from __future__ import annotations

from dataclasses import replace

from support import python_blocks, python_statements
from support.python_expressions import expression
from support.python_scope import POOL, Callee, Place, Writer

__all__ = ["header", "inner", "parameters"]


def parameters(writer: Writer) -> tuple[str, ...]:
    """Parameters after the first, in any form that Python has."""
    names = list(POOL[:8])
    writer.random.shuffle(names)
    forms = writer.one_of(("", "p", "pp", "pd", "pr", "dd", "p/p", "pk", "pdrk", "prw", "p/drkw", "pw", "*kk", "dw"))
    found: list[str] = []
    for form in forms:
        name = names.pop()
        if form in "/*":
            found.append(form)
        elif form == "r":
            found.append("*t0")
            names = [other for other in names if other != "t0"]
        elif form == "w":
            found.append("**d0")
        else:
            found.append(name + ("=" if form == "d" or (form == "k" and writer.chance(0.5)) else ""))
    plain = [each.strip("*=") for each in found if each not in "/*"]
    return tuple(found) if len(set(plain)) == len(plain) else ()


_DEFAULTS = {
    "i": ("0", "2", "K0"), "l": ("None", "()"), "s": ("'q'", "''"), "d": ("None",), "t": ("(1,)", "()"), "v": ("None", "1"),
}  # fmt: skip


def header(writer: Writer, callee: Callee, place: Place | None) -> str:
    """What stands between the parentheses of a definition; with a place, defaults may be computed there."""
    parts = ["n"] if callee.fueled else []
    for parameter in callee.parameters:
        if not parameter.endswith("="):
            parts.append(parameter)
        elif place is not None and writer.chance(0.6):
            parts.append(f"{parameter}{expression(writer, 'any', place.deeper())}")
        else:
            parts.append(parameter + writer.one_of(_DEFAULTS[parameter[0]]))
    return ", ".join(parts)


def inner(writer: Writer, place: Place) -> list[str]:
    """A function with a name of its own; those after it may call it, itself included."""
    if writer.chance(0.3):
        return _lambda(writer, place)
    fueled = writer.chance(0.6)
    callee = Callee(writer.new("h"), parameters(writer), fueled)
    head = f"def {callee.name}({header(writer, callee, place)}):"
    within = _inside(writer, callee)
    alone = replace(within, callees=[])
    body = [f"if n <= 0: return {expression(alone, 'any', Place(2))}"] if fueled else []
    body += python_statements.suite(within, Place(2, nesting=max(1, place.nesting)), writer.number(1, 3))
    body.append(f"return {expression(within, 'any', Place(2))}")
    writer.callees.append(callee)
    return [head, *python_blocks.indented(body)]


def _inside(writer: Writer, callee: Callee) -> Writer:
    """The writer of its body: some of the names are its own, the others it has from outside."""
    own = [each.strip("*=") for each in callee.parameters if each not in "/*"]
    known = own or ["v1"]
    more = [name for name in POOL if writer.chance(0.15)]
    callees = [*writer.callees, callee] if callee.fueled else []
    return Writer(writer.random, callees, [*dict.fromkeys([*known, *more])], [], writer.level + 1, writer.numbers)


def _lambda(writer: Writer, place: Place) -> list[str]:
    """``g = lambda …``, called by its name or, where it has another name as well, as a value."""
    name = writer.new("g")
    forms: tuple[tuple[str, ...], ...] = (("i0",), ("i0", "i1="), (), ("*t0",), ("v0", "**d0"))
    callee = Callee(name, writer.one_of(forms), False)
    own = [each.strip("*=") for each in callee.parameters]
    within = Writer(writer.random, [], own or ["v1"], [], writer.level + 1, writer.numbers)
    body = expression(within, writer.one_of(("int", "any", "list")), Place(2, tuple(own)))
    lines = [f"{name} = lambda {header(writer, callee, place)}: {body}"]
    if writer.chance(0.1):
        head = ", ".join(filter(None, (header(writer, callee, place), f"x={writer.read('int', place)}")))
        lines = [f"{name} = [lambda {head}: {_closed(writer)}][0]"]
        if callee.parameters and callee.parameters[-1].startswith("*"):
            return ["pass"]
    writer.callees.append(callee)
    return lines


def _closed(writer: Writer) -> str:
    """What needs nothing from outside."""
    return writer.one_of(("x", "x + 1", "[x]", "x * x % 97", "print(x)", "(lambda: x)()", "[x for x in [x]]"))
