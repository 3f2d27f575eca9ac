"""Expressions: names, attributes and what evaluates some of its parts only; operators and displays are `literals`', calls
`callees`'."""

from __future__ import annotations

import ast

from cascade_compiler.csc.symbols import ConstSymbol, FlowSymbol, TaskSymbol
from cascade_compiler.python import callees, literals, nodes
from cascade_compiler.python.meanings import (
    BuiltInFunction,
    ErrorClass,
    Meaning,
    ModuleValue,
    Pending,
    Refused,
    Word,
)
from cascade_compiler.python.translation import Translation, as_expression
from cascade_grammar import tree
from cascade_vm.names import is_public, opens_attributes

__all__ = ["expression"]


def expression(translation: Translation, node: ast.expr) -> tree.Expression:
    """Translate any expression."""
    match node:
        case ast.Name():
            return _name(translation, node)
        case ast.Constant():
            return literals.constant(translation, node)
        case ast.Call():
            return callees.call(translation, node)
        case ast.Attribute():
            return _attribute(translation, node)
        case ast.Subscript(value=value, slice=index):
            container = translation.expression(value)
            return tree.Subscript(translation.span(node), container, translation.expression(index))
        case ast.BinOp():
            return literals.binary(translation, node)
        case ast.Compare():
            return literals.comparison(translation, node)
        case ast.UnaryOp():
            return literals.unary(translation, node)
        case ast.Tuple() | ast.List() | ast.Set() | ast.Dict():
            return literals.display(translation, node)
        case _:
            return _rarer(translation, node)


def _rarer(translation: Translation, node: ast.expr) -> tree.Expression:
    span = translation.span(node)
    match node:
        case ast.BoolOp(op=operator, values=values):
            word = "and" if isinstance(operator, ast.And) else "or"
            return tree.Logical(span, word, translation.expressions(values))
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            condition = translation.expression(test)
            return tree.Conditional(span, condition, translation.expression(body), translation.expression(otherwise))
        case ast.JoinedStr():
            return literals.fstring(translation, node)
        case ast.ListComp() | ast.SetComp() | ast.DictComp():
            return literals.comprehension(translation, node)
        case ast.GeneratorExp():
            message = "a generator expression stands where it is used up at once, and this one would be a value"
            return translation.refuse("CS287", node, message, "write a list, `[… for …]`")
        case ast.Slice(lower=lower, upper=upper, step=step):
            bounds = [None if bound is None else translation.expression(bound) for bound in (lower, upper, step)]
            return tree.Slice(span, *bounds)
        case ast.Starred(value=value):
            return tree.Starred(span, translation.expression(callees.listed(value)))
        case ast.NamedExpr(target=target, value=value):
            name = tree.Name(translation.span(target), translation.mangled(target.id))
            return tree.Walrus(span, name, translation.expression(value))
        case ast.Lambda():
            return as_expression(nodes.Lambda(span, translation.function(node)))
        case ast.Await():
            return callees.awaited(translation, node)
        case ast.Yield() | ast.YieldFrom():
            message = "a flow gives one result when it ends, and `yield` would give several"
            return translation.refuse("CS265", node, message, "collect them in a list, and return that")
        case _:
            raise AssertionError(f"Python has an expression that we do not know: {type(node).__name__}")


# --- names ---------------------------------------------------------------------------------------------------------------


def _name(translation: Translation, node: ast.Name) -> tree.Expression:
    name = translation.mangled(node.id)
    if not isinstance(node.ctx, ast.Load) or translation.is_local(name):
        return tree.Name(translation.span(node), name)
    path = (name,)
    return _global(translation, node, path, translation.names.meaning(path))


def _attribute(translation: Translation, node: ast.Attribute) -> tree.Expression:
    found = translation.global_meaning(node)
    if found is not None and not isinstance(node.ctx, ast.Load):
        word = "deleted" if isinstance(node.ctx, ast.Del) else "set"
        message = f"`{'.'.join(found[0])}` is {word} here, and flows change nothing of modules"
        return translation.refuse("CS274", node, message, "let a task do it")
    if found is not None:
        return _global(translation, node, *found)
    name = translation.positions.last_name(node, node.attr)
    if not is_public(node.attr):
        message = f"`{node.attr}` is a private attribute, and flows reach public ones only"
        return translation.refuse("CS272", name.span, message, "let a task do it")
    if opens_attributes("", node.attr):
        message = f"`.{node.attr}` is called where it stands, for it reaches attributes by computed names"
        return translation.refuse("CS273", node, message, f"as in `lambda value: text.{node.attr}(value)`")
    return tree.Attribute(translation.span(node), translation.expression(node.value), name)


def _global(
    translation: Translation, node: ast.Name | ast.Attribute, path: tuple[str, ...], meaning: Meaning
) -> tree.Expression:
    """A global as a value."""
    span, written = translation.span(node), ".".join(path)
    match meaning:
        case ConstSymbol() | FlowSymbol():
            return tree.Name(span, translation.names.key_of(path, meaning))
        case BuiltInFunction(name="print"):
            hint = "as in `lambda value: print(value)`"
            return translation.refuse("CS296", node, "`print` writes to where the run prints, and is called by its name", hint)
        case BuiltInFunction(name=name):
            return as_expression(nodes.BuiltIn(span, name))
        case ErrorClass(kind=kind, task=None):
            return as_expression(nodes.BuiltIn(span, kind))
        case ErrorClass():
            message = f"`{written}` is a class of errors, and is made, raised and caught, not used as a value"
            return translation.refuse("CS281", node, message, "name it in `raise` or `except`")
        case TaskSymbol():
            hint = f"call it, as in `[{written}(value) for value in values]`"
            return translation.refuse("CS282", node, f"`{written}` is a task, and can only be called", hint)
        case Word():
            return translation.refuse("CS296", node, f"`{written}` can only be called", f"as in `{written}(…)`")
        case ModuleValue():
            message = f"`{written}` is a module, and only what is in it can be used"
            return translation.refuse("CS283", node, message, f"as in `{written}.name`")
        case Pending():
            return tree.Name(span, written)
        case Refused():
            return translation.refuse_value(meaning, node)
