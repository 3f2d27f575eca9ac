"""Errors that a handler wants for their class alone, and where they were is no matter.

    try: %1 = invoke %2(%3)         except BaseException as e:
    except ValueError: pass             if isinstance(e, ValueError) and e.__traceback__.tb_next is None: …

To write down where an error was takes as long as ten instructions. It need not be where nobody can ask: the handler reads the
error no more once it knows the class, and the error was made just then, by the very code that the handler protects.
"""

from __future__ import annotations

import ast

from cascade_vm import opcodes as op
from cascade_vm import plain
from cascade_vm.blueprint import Handler
from cascade_vm.generated.operands import Operands
from cascade_vm.generated.syntax import call, constant, is_, load

__all__ = ["forgotten"]

_OF_OTHERS = (op.Call, op.Fail, op.Reraise, op.Fork, op.Map)
"""These may raise errors that there have been before, or others than the program gets to see."""


def forgotten(s: Operands, handler: Handler) -> ast.expr | None:
    """Whether an error ``e`` is one of them. None where a handler of the flow at hand has no such errors."""
    if handler.cleanup or any(isinstance(i, _OF_OTHERS) for i in s.flow.code[handler.start : handler.end]):
        return None
    kinds = _kinds(s, handler)
    if not kinds:
        return None
    place = ast.Attribute(load("e"), "__traceback__", ast.Load())
    known = call("isinstance", load("e"), load(s.scope.name_of(kinds, "k")))
    return ast.BoolOp(ast.And(), [known, is_(ast.Attribute(place, "tb_next", ast.Load()), constant(None))])


def _kinds(s: Operands, handler: Handler) -> tuple[type[Exception], ...]:
    """The classes that a handler asks for, one after the other, up to the first whose errors are read."""
    found: list[type[Exception]] = []
    pc = handler.target
    while pc + 1 < len(s.flow.code):
        match, branch = s.flow.code[pc : pc + 2]
        if not (isinstance(match, op.Match) and isinstance(branch, op.Branch)):
            break
        if match.error != handler.error or match.dst == handler.error or branch.condition != match.dst:
            break
        if s.liveness().is_read_from(handler.error, branch.then):
            break
        found += plain.errors_named(match.kinds)[0]
        pc = branch.otherwise
    return tuple(found)
