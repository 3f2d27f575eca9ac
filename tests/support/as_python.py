"""A `.csc` program as the Python flows that say the same, where Python can: what both can say must become the same Blueprint.

Expressions are written by the grammar's own printer, since they are Python's. What only `.csc` has (states, `parallel`, `fail`,
labels, durations, `wait`) raises `NotShared`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cascade_compiler.csc.walk import children
from cascade_grammar import tree
from cascade_grammar.nodes import Spanned
from cascade_grammar.printer_expressions import bare, expression, targets
from cascade_grammar.printer_layout import Pieces, flat

__all__ = ["NotShared", "python_text"]

_ONLY_CSC = (tree.Duration, tree.ParallelMap, tree.Wait, tree.Loop, tree.Parallel, tree.Jump, tree.Fail, tree.State)


class NotShared(Exception):  # noqa: N818 - says what
    """Python flows have no such thing."""


def python_text(module: tree.Module) -> str:
    """The flows of a file as functions with ``@flow``; its tasks and constants by their names."""
    rows: list[str] = []
    for declaration in module.declarations:
        match declaration:
            case tree.ConstDeclaration(name=name, value=value):
                rows.append(f"{name.text} = {_text(bare(value))}")
            case tree.FlowDeclaration():
                rows += ["", "", "@flow", *_flow(declaration)]
            case tree.ImportTasks(names=names):
                if any(name.alias for name in names):
                    raise NotShared("import … as")
            case _:
                raise NotShared(type(declaration).__name__)
    return "\n".join(rows) + "\n"


def _text(pieces: Pieces) -> str:
    return flat(pieces)


def _flow(flow: tree.FlowDeclaration) -> Iterator[str]:
    if flow.states:
        raise NotShared("state")
    parameters = ", ".join(_parameter(parameter) for parameter in flow.parameters)
    returns = f" -> {_type(flow.returns)}" if flow.returns else ""
    yield f"def {flow.name.text}({parameters}){returns}:"
    if flow.doc is not None:
        yield f"    {flow.doc.value!r}"
    yield from _suite(flow.statements)


def _parameter(parameter: tree.Parameter) -> str:
    if parameter.default is not None and not isinstance(parameter.default, tree.Literal | tree.Number):
        raise NotShared("a default that is computed")
    kind = f": {_type(parameter.type)}" if parameter.type else ""
    return f"{parameter.name.text}{kind}" + (f" = {_text(expression(parameter.default))}" if parameter.default else "")


def _type(written: tree.TypeName) -> str:
    if written.name == "|":
        return " | ".join(map(_type, written.arguments))
    if written.name == "any":
        return "Any"
    if written.name == "duration":
        return "timedelta"
    return f"{written.name}[{', '.join(map(_type, written.arguments))}]" if written.arguments else written.name


def _suite(statements: Iterable[tree.Statement]) -> Iterator[str]:
    for statement in statements:
        _check(statement)
        for row in _statement(statement):
            yield "    " + row


def _check(node: Spanned) -> None:
    pending = [node]
    while pending:
        found = pending.pop()
        if isinstance(found, _ONLY_CSC):
            raise NotShared(type(found).__name__)
        if isinstance(found, tree.Call) and found.policies:
            raise NotShared("policies")
        pending.extend(children(found))


def _statement(statement: tree.Statement) -> Iterator[str]:
    match statement:
        case tree.Evaluate(value=value):
            yield _text(bare(value))
        case tree.Assign(targets=names, value=value):
            yield " = ".join([*(_text(targets(name)) for name in names), _text(bare(value))])
        case tree.Augment(target=target, operator=operator, value=value):
            yield f"{_text(targets(target))} {operator}= {_text(bare(value))}"
        case tree.Delete(targets=names):
            yield f"del {', '.join(_text(expression(name)) for name in names)}"
        case tree.Pass():
            yield "pass"
        case tree.Return(value=value):
            yield "return" if value is None else f"return {_text(bare(value))}"
        case tree.Assert(condition=condition, message=message):
            yield f"assert {_text(expression(condition))}" + (f", {_text(expression(message))}" if message else "")
        case tree.Break(label=None):
            yield "break"
        case tree.Continue(label=None):
            yield "continue"
        case tree.Sleep(duration=duration):
            yield f"cs.sleep({_text(expression(duration))})"
        case tree.Emit(name=name, value=value):
            yield f"cs.emit({', '.join(_text(expression(part)) for part in (name, value) if part is not None)})"
        case _:
            yield from _compound(statement)


def _compound(statement: tree.Statement) -> Iterator[str]:
    match statement:
        case tree.If(arms=arms, otherwise=otherwise):
            for word, arm in zip(["if"] + ["elif"] * len(arms), arms, strict=False):
                yield f"{word} {_text(expression(arm.condition))}:"
                yield from _suite(arm.body.statements)
            yield from _otherwise("else", otherwise)
        case tree.While(condition=condition, label=None, body=body, otherwise=otherwise):
            yield f"while {_text(expression(condition))}:"
            yield from _suite(body.statements)
            yield from _otherwise("else", otherwise)
        case tree.For(target=target, iterable=iterable, label=None, body=body, otherwise=otherwise):
            yield f"for {_text(targets(target))} in {_text(bare(iterable))}:"
            yield from _suite(body.statements)
            yield from _otherwise("else", otherwise)
        case tree.Try(body=body, handlers=handlers, otherwise=otherwise, final=final):
            yield "try:"
            yield from _suite(body.statements)
            for handler in handlers:
                kinds = [kind.text for kind in handler.kinds]
                caught = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})" if kinds else "Exception"
                yield f"except {caught}" + (f" as {handler.name.text}:" if handler.name else ":")
                yield from _suite(handler.body.statements)
            yield from _otherwise("else", otherwise)
            yield from _otherwise("finally", final)
        case _:
            raise NotShared(type(statement).__name__)


def _otherwise(word: str, otherwise: tree.Otherwise | None) -> Iterator[str]:
    if otherwise is not None:
        yield f"{word}:"
        yield from _suite(otherwise.body.statements)
