"""From syntax tree to canonical text: `format_module`. Comments are kept; it does not look at spans.

Four blanks a level, lines of at most 100 characters where brackets allow, at most one blank line between statements, two around
flows. What it prints reads back as the same tree, and printing that prints the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from cascade_grammar import tree
from cascade_grammar.printer_expressions import arguments, bare, expression, targets, whole
from cascade_grammar.printer_layout import Group, Pieces, render
from cascade_grammar.printer_strings import format_docstring, format_piece

__all__ = ["format_module"]

_STEP = "    "


def format_module(module: tree.Module) -> str:
    """The canonical text of a file; it ends in a line end."""
    printer = _Printer()
    printer.module(module)
    return "".join(f"{line}\n" for line in printer.lines)


class _Printer:
    def __init__(self) -> None:
        self.lines: list[str] = []

    # --- lines and notes

    def comments(self, comments: Sequence[str | None], indent: int) -> None:
        for comment in comments:
            self.lines.append("" if comment is None else _STEP * indent + _comment(comment))

    def line(self, pieces: Pieces, indent: int, notes: tree.Notes, end: str = "") -> None:
        """A logical line with the comments around it."""
        if notes.blank:
            self.lines.append("")
        self.comments(notes.before, indent)
        beside = "" if notes.beside is None else f"  {_comment(notes.beside)}"
        self.lines.append(_STEP * indent + render([*pieces, end] if end else pieces, indent) + beside)

    def suite(self, suite: tree.Suite, indent: int) -> None:
        for statement in suite.statements:
            self.statement(statement, indent)
        self.comments(suite.after, indent)

    # --- the file

    def module(self, module: tree.Module) -> None:
        self.comments(module.header, 0)
        if module.doc:
            self.lines.append(_doc(module.doc))
        previous: tree.Declaration | None = None
        for declaration in module.declarations:
            if self.lines:
                beside_flow = isinstance(declaration, tree.FlowDeclaration) or isinstance(previous, tree.FlowDeclaration)
                self.lines += ["", ""] if beside_flow else [""] if previous is None else []
            self.declaration(declaration)
            previous = declaration
        if module.after and self.lines:
            self.lines += ["", ""] if isinstance(previous, tree.FlowDeclaration) else [""]
        self.comments(module.after, 0)

    def declaration(self, node: tree.Declaration) -> None:
        match node:
            case tree.ImportTasks(module=module, names=names):
                self.line([f"from {module.text} import ", _imported(names)], 0, node.notes)
            case tree.ImportFlows(path=path, names=names):
                written = "".join(format_piece(piece, '"') for piece in path.written[:1])
                shown: Pieces = [written] if len(path.written) == 1 else expression(path)
                self.line(["from ", *shown, " import ", _imported(names)], 0, node.notes)
            case tree.ConstDeclaration(name=name, value=value):
                self.line([f"const {name.text} = ", *bare(value)], 0, node.notes)
            case tree.Strict():
                self.line(["strict"], 0, node.notes)
            case tree.FlowDeclaration():
                self.flow(node)
            case _:
                assert_never(node)

    def flow(self, node: tree.FlowDeclaration) -> None:
        returns = f" -> {_type(node.returns)}" if node.returns else ""
        header: Pieces = [f"flow {node.name.text}", *_parameters(node.parameters), f"{returns}:"]
        self.line(header, 0, node.notes)
        if node.doc:
            self.lines.append(_STEP + _doc(node.doc))
        for statement in node.statements:
            self.statement(statement, 1)
        for state in node.states:
            self.line([f"state {state.name.text}", *_parameters(state.parameters), ":"], 1, state.notes)
            self.suite(state.body, 2)
        self.comments(node.after, 1)

    # --- statements

    def statement(self, node: tree.Statement, indent: int) -> None:
        match node:
            case tree.If() | tree.Loop() | tree.While() | tree.For() | tree.Try() | tree.Parallel():
                self.compound(node, indent)
            case _:
                self.line(_simple(node), indent, node.notes)

    def compound(self, node: tree.If | tree.Loop | tree.While | tree.For | tree.Try | tree.Parallel, indent: int) -> None:
        match node:
            case tree.If(arms=arms, otherwise=otherwise):
                for index, arm in enumerate(arms):
                    word, notes = ("elif ", arm.notes) if index else ("if ", node.notes)
                    self.line([word, *whole(arm.condition)], indent, notes, ":")
                    self.suite(arm.body, indent + 1)
                self.otherwise("else", otherwise, indent)
            case tree.Loop(label=label, body=body):
                self.line([f"loop{_label(label)}:"], indent, node.notes)
                self.suite(body, indent + 1)
            case tree.While(condition=condition, label=label, body=body, otherwise=otherwise):
                self.line(["while ", *whole(condition)], indent, node.notes, f"{_label(label)}:")
                self.suite(body, indent + 1)
                self.otherwise("else", otherwise, indent)
            case tree.For(target=target, iterable=iterable, label=label, body=body, otherwise=otherwise):
                header = ["for ", *targets(target), " in ", *bare(iterable)]
                self.line(header, indent, node.notes, f"{_label(label)}:")
                self.suite(body, indent + 1)
                self.otherwise("else", otherwise, indent)
            case tree.Try():
                self.attempt(node, indent)
            case tree.Parallel(limit=limit, body=body):
                limited: Pieces = [] if limit is None else [" limit ", *expression(limit)]
                self.line(["parallel", *limited], indent, node.notes, ":")
                self.suite(body, indent + 1)
            case _:
                assert_never(node)

    def attempt(self, node: tree.Try, indent: int) -> None:
        self.line(["try:"], indent, node.notes)
        self.suite(node.body, indent + 1)
        for handler in node.handlers:
            kinds = ", ".join(kind.text for kind in handler.kinds)
            self.line([f"except{' ' if kinds else ''}{kinds}{_label(handler.name)}:"], indent, handler.notes)
            self.suite(handler.body, indent + 1)
        self.otherwise("else", node.otherwise, indent)
        self.otherwise("finally", node.final, indent)

    def otherwise(self, word: str, node: tree.Otherwise | None, indent: int) -> None:
        if node:
            self.line([f"{word}:"], indent, node.notes)
            self.suite(node.body, indent + 1)


_Simple = (
    tree.Evaluate | tree.Assign | tree.Augment | tree.Delete | tree.Pass | tree.Return | tree.Fail | tree.Assert | tree.Break
    | tree.Continue | tree.Jump | tree.Sleep | tree.Emit
)  # fmt: skip


def _simple(node: _Simple) -> Pieces:
    match node:
        case tree.Evaluate(value=value):
            return bare(value)
        case tree.Assign(targets=found, value=value):
            pieces: Pieces = []
            for target in found:
                pieces += [*targets(target), " = "]
            return pieces + bare(value)
        case tree.Augment(target=target, operator=operator, value=value):
            return [*targets(target), f" {operator}= ", *bare(value)]
        case tree.Delete(targets=found):
            return ["del ", *_commas(found)]
        case tree.Pass():
            return ["pass"]
        case tree.Return(value=value):
            return ["return"] if value is None else ["return ", *bare(value)]
        case tree.Fail(value=value):
            return ["fail"] if value is None else ["fail ", *bare(value)]
        case tree.Break(label=label):
            return ["break" if label is None else f"break {label.text}"]
        case tree.Continue(label=label):
            return ["continue" if label is None else f"continue {label.text}"]
        case tree.Assert(condition=condition, message=message):
            return ["assert ", *_one_or_two(condition, message)]
        case tree.Jump(state=state, arguments=found_arguments):
            return [f"jump {state.text}", *arguments(found_arguments)]
        case tree.Sleep(duration=duration):
            return ["sleep ", *whole(duration)]
        case tree.Emit(name=name, value=value):
            return ["emit ", *_one_or_two(name, value)]
        case _:
            assert_never(node)


def _one_or_two(first: tree.Expression, second: tree.Expression | None) -> Pieces:
    return whole(first) if second is None else [*expression(first), ", ", *whole(second)]


def _commas(nodes: Sequence[tree.Expression]) -> Pieces:
    pieces: Pieces = []
    for index, node in enumerate(nodes):
        pieces += [", "] if index else []
        pieces += expression(node)
    return pieces


def _comment(text: str) -> str:
    return f"#{text}" if not text or text[0] in "#!" else f"# {text}"


def _doc(doc: tree.Literal) -> str:
    if doc.written:
        return " ".join(format_piece(piece, '"') for piece in doc.written)
    assert isinstance(doc.value, str)
    return format_docstring(doc.value)


def _label(label: tree.Identifier | None) -> str:
    return "" if label is None else f" as {label.text}"


def _imported(names: Sequence[tree.ImportedName]) -> Group:
    items: list[Pieces] = [[name.name.text + _label(name.alias)] for name in names]
    return Group("(", items, ")", silent=True)


def _parameters(parameters: Sequence[tree.Parameter]) -> Pieces:
    if not parameters:
        return ["()"]
    return [Group("(", [_parameter(parameter) for parameter in parameters], ")")]


def _parameter(parameter: tree.Parameter) -> Pieces:
    pieces: Pieces = [parameter.name.text]
    if parameter.type:
        pieces.append(f": {_type(parameter.type)}")
    if parameter.default is not None:
        pieces += [" = " if parameter.type else "=", *expression(parameter.default)]
    return pieces


def _type(written: tree.TypeName) -> str:
    if written.name == "|":
        return " | ".join(map(_type, written.arguments))
    if written.arguments:
        return f"{written.name}[{', '.join(map(_type, written.arguments))}]"
    return written.name
