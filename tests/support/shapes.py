"""Expressions as nested tuples, from Python's own tree and from ours, to be compared."""

from __future__ import annotations

import ast
from typing import Any

from cascade_grammar import tree

__all__ = ["shape_of_python", "shape_of_tree"]

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.MatMult: "@", ast.Pow: "**",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitOr: "|", ast.BitXor: "^", ast.BitAnd: "&", ast.And: "and", ast.Or: "or",
    ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=",
    ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip

Shape = Any


def shape_of_python(node: ast.AST | None) -> Shape:
    """The shape of an expression of `ast`."""
    walk = shape_of_python
    match node:
        case None:
            return None
        case ast.Name(id=name):
            return name
        case ast.Constant(value=value):
            return repr(value)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)], walk(left), walk(right)
        case ast.BoolOp(op=op, values=values):
            return _OPERATORS[type(op)], *map(walk, values)
        case ast.UnaryOp(op=op, operand=operand):
            return "unary " + _OPERATORS[type(op)], walk(operand)
        case ast.Compare(left=left, ops=ops, comparators=others):
            return "compare", walk(left), *((_OPERATORS[type(op)], walk(o)) for op, o in zip(ops, others, strict=True))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return "if", walk(test), walk(body), walk(orelse)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return type(node).__name__, *map(walk, items)
        case ast.Dict(keys=keys, values=values):
            return "Dict", *((walk(key), walk(value)) for key, value in zip(keys, values, strict=True))
        case ast.Attribute(value=value, attr=name):
            return ".", walk(value), name
        case ast.Call(func=function, args=arguments, keywords=keywords):
            return "call", walk(function), *map(walk, arguments), *((k.arg, walk(k.value)) for k in keywords)
        case ast.Subscript(value=value, slice=index):
            return "[]", walk(value), walk(index)
        case ast.Slice(lower=start, upper=stop, step=step):
            return ":", walk(start), walk(stop), walk(step)
        case ast.Starred(value=value):
            return "*", walk(value)
        case ast.ListComp(elt=element, generators=clauses) | ast.GeneratorExp(elt=element, generators=clauses):
            kind = "list" if isinstance(node, ast.ListComp) else "generator"
            return kind, walk(element), *((walk(c.target), walk(c.iter), *map(walk, c.ifs)) for c in clauses)
    raise TypeError(type(node).__name__)


def shape_of_tree(node: tree.Expression | None) -> Shape:
    """The shape of an expression of `cascade_grammar.tree`."""
    walk = shape_of_tree
    match node:
        case None:
            return None
        case tree.Name(id=name):
            return name
        case tree.Number(value=value):
            return repr(value)
        case tree.Literal(value=value):
            return repr(value)
        case tree.Binary(operator=operator, left=left, right=right):
            return operator, walk(left), walk(right)
        case tree.Logical(operator=operator, operands=operands):
            return operator, *map(walk, operands)
        case tree.Unary(operator=operator, operand=operand):
            return "unary " + operator, walk(operand)
        case tree.Comparison(first=first, rest=rest):
            return "compare", walk(first), *((operator, walk(operand)) for operator, operand in rest)
        case tree.Conditional(condition=condition, then=then, otherwise=otherwise):
            return "if", walk(condition), walk(then), walk(otherwise)
        case tree.TupleDisplay(items=items) | tree.ListDisplay(items=items) | tree.SetDisplay(items=items):
            return type(node).__name__.removesuffix("Display"), *map(walk, items)
        case tree.DictDisplay(items=pairs):
            return "Dict", *((walk(pair.key), walk(pair.value)) for pair in pairs)
        case tree.Attribute(value=target, name=name):
            return ".", walk(target), name.text
        case tree.Call(function=function, arguments=arguments):
            return "call", walk(function), *_arguments(arguments)
        case tree.Subscript(value=target, index=index):
            return "[]", walk(target), walk(index)
        case tree.Slice(start=start, stop=stop, step=step):
            return ":", walk(start), walk(stop), walk(step)
        case tree.Starred(value=target):
            return "*", walk(target)
        case tree.Comprehension(kind=kind, element=element, clauses=clauses):
            return kind, walk(element), *((walk(c.target), walk(c.iterable), *map(walk, c.conditions)) for c in clauses)
    raise TypeError(type(node).__name__)


def _arguments(arguments: tuple[tree.Argument, ...]) -> list[Shape]:
    """Those by position first, as `ast` has them."""
    first = [("*", shape_of_tree(a.value)) if a.form else shape_of_tree(a.value) for a in arguments if a.form in ("", "*")]
    return first + [(a.form.strip("*") or None, shape_of_tree(a.value)) for a in arguments if a.form not in ("", "*")]
