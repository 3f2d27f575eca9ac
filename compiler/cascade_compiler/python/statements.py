"""Statements, the plain ones and compound ones; `match` is `patterns`', functions are `definitions`'."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cascade_compiler.python import handlers, literals, nodes, patterns
from cascade_compiler.python.callees import error_name
from cascade_compiler.python.meanings import ErrorClass, Word
from cascade_compiler.python.translation import Translation, as_statement
from cascade_grammar import tree
from cascade_grammar.spans import Span

__all__ = ["statements"]


def statements(translation: Translation, written: Sequence[ast.stmt]) -> tree.Suite:
    """Translate the statements of a suite."""
    translated = tuple([_statement(translation, each) for each in written])
    return tree.Suite(translation.span(written[0]).to(translation.span(written[-1])), translated)


def _statement(translation: Translation, node: ast.stmt) -> tree.Statement:
    span = translation.span(node)
    match node:
        case ast.Expr(value=value):
            return _evaluate(translation, node, value)
        case ast.Assign(targets=targets, value=value):
            unpacks = len(targets) == 1 and isinstance(targets[0], ast.Tuple | ast.List)
            found = literals.iterable(translation, value) if unpacks else translation.expression(value)
            return tree.Assign(span, translation.expressions(targets), found)
        case ast.AugAssign(target=target, op=operator, value=value):
            goal = translation.expression(target)
            return tree.Augment(span, goal, literals.operator_of(operator), translation.expression(value))
        case ast.AnnAssign():
            return _annotated(translation, node)
        case ast.If():
            return _if(translation, node)
        case ast.While() | ast.For():
            return _loop(translation, node)
        case ast.Return(value=value):
            return tree.Return(span, None if value is None else translation.expression(value))
        case ast.Break():
            return tree.Break(span, None)
        case ast.Continue():
            return tree.Continue(span, None)
        case ast.Pass():
            return tree.Pass(span)
        case _:
            return _rarer(translation, node)


def _rarer(translation: Translation, node: ast.stmt) -> tree.Statement:
    span = translation.span(node)
    match node:
        case ast.Delete(targets=targets):
            return tree.Delete(span, translation.expressions(targets))
        case ast.Assert(test=test, msg=message):
            condition = translation.expression(test)
            return tree.Assert(span, condition, None if message is None else translation.expression(message))
        case ast.Raise():
            return _raise(translation, node)
        case ast.Try():
            return handlers.try_statement(translation, node)
        case ast.Match():
            return patterns.match_statement(translation, node)
        case ast.With() | ast.AsyncWith():
            return _with(translation, node)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return _define(translation, node)
        case _:
            return _refuse(translation, node)


# --- plain statements ----------------------------------------------------------------------------------------------------


def _evaluate(translation: Translation, node: ast.Expr, value: ast.expr) -> tree.Statement:
    span = translation.span(node)
    if isinstance(value, ast.Constant):
        return tree.Pass(span)
    if isinstance(value, ast.Call):
        found = translation.global_meaning(value.func)
        if found is not None and found[1] == Word("fail") and len(value.args) <= 1 and not value.keywords:
            return tree.Fail(span, _failure(translation, value))
    return tree.Evaluate(span, translation.expression(value))


def _failure(translation: Translation, call: ast.Call) -> tree.Expression:
    """``cs.fail(value)`` raises `FlowFailed` of any value."""
    name = tree.Name(translation.span(call.func), "FlowFailed")
    span = translation.span(call)
    value = translation.expression(call.args[0]) if call.args else tree.Literal(span, None)
    return tree.Call(span, name, (tree.Argument(value.span, value),))


def _annotated(translation: Translation, node: ast.AnnAssign) -> tree.Statement:
    """The annotation of a variable means nothing when a function runs."""
    span = translation.span(node)
    if node.value is not None:
        found = translation.expression(node.value)
        return tree.Assign(span, (translation.expression(node.target),), found)
    if isinstance(node.target, ast.Subscript):  # its parts are evaluated
        target = node.target
        items = (translation.expression(target.value), translation.expression(target.slice))
        return tree.Evaluate(span, tree.TupleDisplay(span, items))
    if isinstance(node.target, ast.Attribute):
        translation.expression(node.target)
    return tree.Pass(span)


def _raise(translation: Translation, node: ast.Raise) -> tree.Statement:
    span = translation.span(node)
    if node.exc is None:
        if not translation.excepts:
            message = "a bare `raise` raises the error again that an `except` around it has caught, and there is none"
            translation.refuse("CS286", node, message, 'say what to raise, as in `raise ValueError("…")`')
            return tree.Pass(span)
        return tree.Fail(span, None)
    error = _error(translation, node.exc)
    if node.cause is None:
        return tree.Fail(span, error)
    return as_statement(nodes.RaiseFrom(span, error, _error(translation, node.cause)))


def _error(translation: Translation, node: ast.expr) -> tree.Expression:
    """``raise ValueError`` makes one."""
    found = translation.global_meaning(node)
    if found is not None and isinstance(found[1], ErrorClass):
        return tree.Call(translation.span(node), error_name(translation, node, found[1]), ())
    return translation.expression(node)


# --- compound statements -------------------------------------------------------------------------------------------------


def _if(translation: Translation, node: ast.If) -> tree.If:
    """Each ``elif`` is an arm, however long the chain is."""
    span, arms = translation.span(node), []
    while True:
        condition = translation.expression(node.test)
        body = translation.suite(node.body)
        arms.append(tree.Arm(condition.span.to(body.span), condition, body))
        match node.orelse:
            case [ast.If() as further] if translation.positions.starts_with(further, "elif"):
                node = further
            case rest:
                return tree.If(span, tuple(arms), _otherwise(translation, rest))


def _otherwise(translation: Translation, written: Sequence[ast.stmt]) -> tree.Otherwise | None:
    if not written:
        return None
    body = translation.suite(written)
    return tree.Otherwise(body.span, body)


def _loop(translation: Translation, node: ast.While | ast.For) -> tree.Statement:
    span = translation.span(node)
    if isinstance(node, ast.While):
        condition = translation.expression(node.test)
        body = translation.suite(node.body)
        return tree.While(span, condition, None, body, _otherwise(translation, node.orelse))
    iterable = literals.iterable(translation, node.iter)
    target = translation.expression(node.target)
    body = translation.suite(node.body)
    return tree.For(span, target, iterable, None, body, _otherwise(translation, node.orelse))


def _with(translation: Translation, node: ast.With | ast.AsyncWith) -> tree.Statement:
    """``with cs.timeout(…):``; of several each is around those after it."""
    durations = [_duration(translation, item) for item in node.items]
    body = translation.suite(node.body)
    span = translation.span(node)
    for duration in reversed(durations):
        body = tree.Suite(span, (as_statement(nodes.WithTimeout(span, duration, body)),))
    return body.statements[0]


def _duration(translation: Translation, item: ast.withitem) -> tree.Expression:
    call = item.context_expr
    found = translation.global_meaning(call.func) if isinstance(call, ast.Call) else None
    if isinstance(call, ast.Call) and found is not None and found[1] == Word("timeout"):
        if item.optional_vars is not None:
            translation.refuse("CS268", item.optional_vars, "a timeout in a flow has no value", "leave `as …` out")
        values = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg is not None)]
        if len(values) == 1 and not isinstance(values[0], ast.Starred):
            return translation.expression(values[0])
        return translation.refuse("CS221", call, "a timeout needs a duration, and nothing else", "as in `with cs.timeout(10):`")
    if translation.is_pending(call):
        return translation.expression(call)
    message = "a flow can not use this context manager: `with` stands only before a timeout"
    hint = "let a task use it, or write `with cs.timeout(10):`"
    return translation.refuse("CS268", call, message, hint)


def _define(translation: Translation, node: ast.FunctionDef | ast.AsyncFunctionDef) -> tree.Statement:
    for decorator in node.decorator_list:
        message = "a function in a flow can not be decorated"
        translation.refuse("CS288", decorator, message, "define it in the module, beside the flow")
    return as_statement(nodes.Define(translation.span(node), translation.function(node)))


# --- what flows do not have ----------------------------------------------------------------------------------------------


def _refuse(translation: Translation, node: ast.stmt) -> tree.Statement:
    code, message, hint = _REFUSED[type(node).__name__]
    word = "nonlocal" if isinstance(node, ast.Nonlocal) else "global"
    translation.refuse(code, _head(translation, node), message.replace("WORD", word), hint)
    return tree.Pass(translation.span(node))


def _head(translation: Translation, node: ast.stmt) -> Span:
    """The first line of a statement."""
    span = translation.span(node)
    line = translation.positions.source.text.find("\n", span.start, span.end)
    return span if line < 0 else Span(span.start, line)


_REFUSED: dict[str, tuple[str, str, str | None]] = {
    "ClassDef": ("CS264", "a flow can not define a class", "define it in a module, and let tasks use it"),
    "Global": ("CS266", "a flow changes only its own variables, and `WORD` would change others", "return the new value"),
    "Nonlocal": ("CS266", "a flow changes only its own variables, and `WORD` would change others", "return the new value"),
    "AsyncFor": (
        "CS267", "`async for` reads an asynchronous iterator, which flows do not have", "let a task read it, and give a list"
    ),
    "Import": ("CS275", "a flow can not import", "import it in the module, above the flow"),
    "ImportFrom": ("CS275", "a flow can not import", "import it in the module, above the flow"),
    "TryStar": ("CS276", "`except*` takes groups of errors apart, which flows do not have", "write `except`"),
    "TypeAlias": ("CS264", "a flow can not declare a type", "declare it in the module"),
}  # fmt: skip
