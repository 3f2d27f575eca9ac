"""Instructions that call: tasks, flows, methods, values.

Each function writes one opcode.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cascade_vm import opcodes as op
from cascade_vm.generated.control import harmless_answers, has_keys
from cascade_vm.generated.expressions import OPENING
from cascade_vm.generated.operands import Operands
from cascade_vm.generated.passing import is_called_only
from cascade_vm.generated.positions import AWAITS
from cascade_vm.generated.program import DIRECT, DIRECT_WAITS
from cascade_vm.generated.syntax import (
    assign,
    await_,
    branch,
    call,
    constant,
    is_,
    is_type,
    is_word,
    load,
    otherwise,
)
from cascade_vm.generated.values import likeliest
from cascade_vm.operations import METHODS

__all__ = ["call_flow", "close", "invoke", "method", "request", "task"]


def task(s: Operands, i: op.Call) -> list[ast.stmt]:
    way = s.program.calls[i.task]
    if i.policies >= 0 or s.flow.constants[-1 - i.policies].value is not None:
        return s.cell(i)
    if way in (DIRECT, DIRECT_WAITS) and i.forms == ("*", "**") and min(i.arguments) >= 0:
        return _spread_task(s, i)
    if not _written_out(i.forms):
        return s.cell(i)
    positional = [value for value, form in _formed(s, i) if not form]
    keywords = [(form, value) for value, form in _formed(s, i) if form]
    if way in (DIRECT, DIRECT_WAITS):
        value = call(f"t{i.task}", *positional, keywords=[ast.keyword(form, value) for form, value in keywords])
        return _direct(s, i, value)
    named = ast.Dict([constant(form) for form, _ in keywords], [value for _, value in keywords])
    made = call("host_call", load("s"), _site(s, i), ast.Tuple(positional, ast.Load()), named)
    return [assign("v", made), *s.settled("v"), *s.write(i.dst, load("v"))]


def _direct(s: Operands, i: op.Call, value: ast.expr) -> list[ast.stmt]:
    """A task as the function that it is. The type of its answer is looked at: most are of the type of the last plain one.

    Where a handler may see what the register held before, the answer goes there when it is known to be one.
    """
    target = "v" if s.guarded else s.register(i.dst)
    kind = call("type", load(target))
    if s.program.calls[i.task] == DIRECT_WAITS:
        made = s.mark([assign(target, await_(s.before(value)))], AWAITS)
        slow = [assign(target, call("finished", load("s"), _site(s, i), load(target)))]
    else:
        made = [assign(target, value)]
        slow = [assign(target, call("answered", load("s"), _site(s, i), load(target))), *s.settled(target)]
    seen = branch(ast.Compare(kind, [ast.In()], [load("PLAIN")]), [assign("t", call("type", load(target)))], slow)
    for harmless in harmless_answers(s, load(target)):
        seen = branch(otherwise(harmless), seen, [])
    checked = branch(ast.Compare(call("type", load(target)), [ast.IsNot()], [load("t")]), seen, [])
    return [*made, *checked, *(s.write(i.dst, load("v")) if s.guarded else [])]


def _spread_task(s: Operands, i: op.Call) -> list[ast.stmt]:
    """``task(*arguments, **keywords)``. Python words the errors of other values than these as it names the function."""
    arguments, keywords = i.arguments
    value = call(f"t{i.task}", ast.Starred(s.read(arguments), ast.Load()), keywords=[ast.keyword(None, s.read(keywords))])
    if (again := s.program.again) and all(map(is_word, again)):
        # most likely those of a tail call: written out, the call needs no more than one in Python's own code
        named = [ast.keyword(name, ast.Subscript(s.read(keywords), constant(name), ast.Load())) for name in again]
        same = ast.BoolOp(ast.And(), [otherwise(s.read(arguments)), *has_keys(s.read(keywords), again)])
        value = ast.IfExp(same, call(f"t{i.task}", keywords=named), value)
    unknown = [(each, kind) for each, kind in ((arguments, tuple), (keywords, dict)) if s.kind(each) is not kind]
    if not unknown:
        return _direct(s, i, value)
    tests = [is_type(s.read(each), kind.__name__) for each, kind in unknown]
    usual = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
    return branch(usual, _direct(s, i, value), s.cell(i))


def _site(s: Operands, i: op.Call) -> ast.expr:
    return s.site(s.program.image.blueprint.tasks[i.task].name)


def _formed(s: Operands, i: op.Call) -> list[tuple[ast.expr, str]]:
    """The arguments, made anew, with their forms."""
    return list(zip(s.read_all(i.arguments), i.forms or ("",) * len(i.arguments), strict=True))


def _written_out(forms: Sequence[str]) -> bool:
    """Whether arguments in these forms can be written as a call in Python."""
    named = [form for form in forms if form]
    return len(set(named)) == len(named) and all(map(is_word, named))


def method(s: Operands, i: op.Method) -> list[ast.stmt]:
    kinds = [kind for kind, names in METHODS.items() if i.name in names]
    if not kinds or i.name in OPENING or not is_word(i.name) or "*" in i.forms or not _written_out(i.forms):
        return s.cell(i)
    pairs = list(zip(s.read_all(i.arguments), i.forms or ("",) * len(i.arguments), strict=True))
    keywords = [ast.keyword(form, value) for value, form in pairs if form]
    whole = call(
        ast.Attribute(s.read(i.target), i.name, ast.Load()), *(value for value, form in pairs if not form), keywords=keywords
    )
    if i.target < 0:
        return s.cell(i)
    known = is_type(s.read(i.target), s.scope.name_of(likeliest(kinds)))
    if len(kinds) > 1:
        others = load(s.scope.name_of(frozenset(kinds), "k"))
        known = ast.BoolOp(ast.Or(), [known, ast.Compare(call("type", s.read(i.target)), [ast.In()], [others])])
    usual = s.write(i.dst, whole)
    made = [each for argument in i.arguments if argument in s.closes for each in s.function(s.closes.pop(argument))]
    return branch(known, usual, [*made, *s.cell(i)])


def request(s: Operands, i: op.Request) -> list[ast.stmt]:
    pairs = list(zip(i.arguments, i.forms or ("",) * len(i.arguments), strict=True))
    stars = [argument for argument, form in pairs if form == "*"]
    if not _written_out([form for form in i.forms if form != "*"]) or len(stars) > 1 or min(stars, default=0) < 0:
        return s.cell(i)
    host = ast.Attribute(ast.Attribute(load("s"), "machine", ast.Load()), "host", ast.Load())
    positional = [ast.Starred(s.read(a), ast.Load()) if form == "*" else s.read(a) for a, form in pairs if form in ("", "*")]
    keywords = [ast.keyword(form, s.read(a)) for a, form in pairs if form not in ("", "*")]
    asked = call(ast.Attribute(host, i.service, ast.Load()), s.site(i.service), *positional, keywords=keywords)
    made = [assign("v", asked), *s.settled("v"), *s.write(i.dst, load("v"))]
    if not stars:
        return made
    usual = ast.BoolOp(ast.Or(), [is_type(s.read(stars[0]), "list"), is_type(s.read(stars[0]), "tuple")])
    return branch(usual, made, s.cell(i))


def close(s: Operands, i: op.Close) -> list[ast.stmt]:
    """A function; none is made where one operation calls it."""
    if is_called_only(s, i):
        s.closes[i.dst] = s.pc
        return []
    return s.cell(i)


def call_flow(s: Operands, i: op.CallFlow) -> list[ast.stmt]:
    if i.policies >= 0 or s.flow.constants[-1 - i.policies].value is not None:
        return s.cell(i)
    return [*s.turn(), *s.write(i.dst, s.entering(i.flow, i.arguments))]


def invoke(s: Operands, i: op.Invoke) -> list[ast.stmt]:
    if any(i.forms) or i.target < 0:
        return s.cell(i)
    target, machine = s.read(i.target), ast.Attribute(load("s"), "machine", ast.Load())
    ready = ast.BoolOp(
        ast.And(),
        [
            is_(ast.Attribute(target, "_machine", ast.Load()), machine),
            ast.Compare(ast.Attribute(target, "_plain", ast.Load()), [ast.Eq()], [constant(len(i.arguments))]),
        ],
    )
    known = ast.IfExp(ready, ast.Attribute(target, "_code", ast.Load()), constant(None))
    looked_up = assign("v", call("function_of", load("s"), target, constant(len(i.arguments))))
    deeper = ast.BinOp(load("depth"), ast.Add(), constant(1))
    captured = ast.Attribute(target, "_captured", ast.Load())
    entered = call("v", load("s"), deeper, *s.read_all(i.arguments))
    closed = call("v", load("s"), deeper, ast.Starred(captured, ast.Load()), *s.read_all(i.arguments))
    made = [*s.turn(), *branch(captured, s.write(i.dst, closed), s.write(i.dst, entered))]  # stars take three times as long
    again = branch(is_(load("v"), constant(None)), [looked_up], [])
    built_in = assign("v", call(ast.Attribute(load("BUILT_IN"), "get", ast.Load()), call("id", target)))
    called = s.write(i.dst, call("v", *s.read_all(i.arguments)))
    other = [built_in, *branch(is_(load("v"), constant(None)), s.cell(i), called)]
    found = branch(is_type(target, "Function"), [assign("v", known), *again], [assign("v", constant(None))])
    return [*found, *branch(is_(load("v"), constant(None)), other, made)]
