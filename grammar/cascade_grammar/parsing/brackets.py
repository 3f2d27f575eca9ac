"""What stands in brackets: displays, comprehensions, arguments and subscripts, and the targets of assignments.

The grammar lets any entry into any bracket. Here each bracket says what it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from cascade_grammar import tree
from cascade_grammar.parsing.branches import Branch, Child, span_of
from cascade_grammar.spans import Span

if TYPE_CHECKING:
    from cascade_grammar.parsing.expressions import Expressions

__all__ = ["arguments", "check_target", "display", "index", "parallel_map"]


class _Entry(NamedTuple):
    node: tree.Expression | tree.Argument
    clauses: tuple[tree.Clause, ...]
    span: Span
    bare: str = ""
    """"walrus" or "policed": one of those, not in parentheses of its own."""


def _entries(build: Expressions, bracket: Branch) -> tuple[list[_Entry], bool]:
    """The entries of a bracket, and whether a comma follows the last one."""
    if len(bracket.children) < 3:
        return [], False
    inside = bracket.children[1]
    if type(inside) is Branch and inside.data == "policed":
        return [_entry(build, inside, inside.children)], False
    children = cast(Branch, inside).children
    comma = len(children) % 2 == 0
    return [_entry(build, child, child.children if _is_entry(child) else ()) for child in children[::2]], comma  # type: ignore[union-attr]


def _is_entry(child: Child) -> bool:
    return type(child) is Branch and child.data == "entry"


def _entry(build: Expressions, child: Child, parts: Sequence[Child]) -> _Entry:
    clauses = tuple(cast(tree.Clause, part.node) for part in parts if type(part) is Branch and part.data == "clause")
    first = parts[0] if parts and _is_entry(child) else child
    node = cast("tree.Expression | tree.Argument", build.value(first))
    bare = first.data if type(first) is Branch and first.data in ("walrus", "policed") else ""
    return _Entry(node, clauses, span_of(child), bare)


def _expression(build: Expressions, entry: _Entry, *, starred: bool = False, bare: str = "") -> tree.Expression:
    """The entry as an expression, with a complaint when it is something else. ``bare`` is what needs no parentheses here."""
    node = entry.node
    complain = build.complaints.add
    if isinstance(node, tree.Argument):
        if node.form == "**":
            complain("CS127", node.span, "`**` stands only in a call or a dict display")
        else:
            complain(
                "CS117", node.span, "`=` gives a value to an argument of a call, and this is no call", "to compare, write `==`"
            )
        return node.value
    if isinstance(node, tree.Slice):
        complain("CS127", node.span, "`:` stands only in a subscript or a dict display")
        return node.start or node.stop or tree.Literal(node.span, None)
    if isinstance(node, tree.Starred) and not starred:
        complain("CS127", node.span, "`*` unpacks only into a display, a call or targets")
        return node.value
    if entry.bare == "walrus" and bare != "both":
        complain("CS127", node.span, "`:=` stands in parentheses", "write `(name := value)`")
    if entry.bare == "policed" and not bare:
        hint = "put the call and its policies in parentheses: `g((f(x) with retry(3)))`"
        complain("CS122", node.span, "`with` stands in parentheses here", hint)
    return node


def display(build: Expressions, bracket: Branch) -> tree.Expression:
    """What a bracket is where a value stands."""
    entries, comma = _entries(build, bracket)
    span = span_of(bracket)
    if any(entry.clauses for entry in entries):
        return _comprehension(build, bracket, entries, span)
    if bracket.data == "braces":
        return _braces(build, entries, span)
    if bracket.data == "list":
        return tree.ListDisplay(span, tuple(_expression(build, entry, starred=True) for entry in entries))
    if len(entries) == 1 and not comma:
        return _expression(build, entries[0], bare="both")
    bracket.depth += 1
    return tree.TupleDisplay(span, tuple(_expression(build, entry, starred=True) for entry in entries))


def _braces(build: Expressions, entries: list[_Entry], span: Span) -> tree.Expression:
    if entries and all(not _is_pair(entry.node) for entry in entries):
        return tree.SetDisplay(span, tuple(_expression(build, entry, starred=True) for entry in entries))
    return tree.DictDisplay(span, tuple(_dict_item(build, entry) for entry in entries))


def _is_pair(node: tree.Expression | tree.Argument) -> bool:
    return isinstance(node, tree.Slice) or (isinstance(node, tree.Argument) and node.form == "**")


def _dict_item(build: Expressions, entry: _Entry) -> tree.DictItem:
    node = entry.node
    if isinstance(node, tree.Argument) and node.form == "**":
        return tree.DictItem(node.span, None, node.value)
    if isinstance(node, tree.Slice) and node.start and node.stop and not node.step:
        return tree.DictItem(node.span, node.start, node.stop)
    if isinstance(node, tree.Slice):
        build.complaints.add("CS127", entry.span, "an item of a dict is `key: value`")
    elif isinstance(node, tree.Argument):
        build.complaints.add("CS117", entry.span, "an item of a dict is `key: value`, not `key = value`")
    else:
        build.complaints.add("CS127", entry.span, "this item has no `key:`, as the others of the dict have")
    return tree.DictItem(entry.span, None, tree.Literal(entry.span, None))


def _comprehension(build: Expressions, bracket: Branch, entries: list[_Entry], span: Span) -> tree.Expression:
    bracket.depth += bracket.data == "group"
    entry = entries[0]
    if len(entries) > 1:
        found = next(e for e in entries if e.clauses)
        build.complaints.add("CS127", found.span, "a comprehension stands alone in its brackets", "put it in parentheses")
    node = entry.node
    if bracket.data == "braces" and isinstance(node, tree.Slice) and node.start and node.stop and not node.step:
        return tree.Comprehension(span, "dict", node.start, node.stop, entry.clauses)
    kind = {"list": "list", "braces": "set"}.get(bracket.data, "generator")
    return tree.Comprehension(span, kind, None, _expression(build, entry), entry.clauses)


def parallel_map(build: Expressions, branch: Branch, limit: tree.Expression | None) -> tree.Expression:
    """``parallel [element for target in iterable if condition] limit n``"""
    bracket = cast(Branch, branch.children[1])
    entries, _ = _entries(build, bracket)
    span = span_of(branch)
    if len(entries) == 1 and len(entries[0].clauses) == 1:
        return tree.ParallelMap(span, _expression(build, entries[0], bare="policed"), entries[0].clauses[0], limit)
    hint = "write `parallel [f(x) for x in values]`, or a `parallel:` block"
    if len(entries) == 1 and entries[0].clauses:
        build.complaints.add("CS127", span, "`parallel […]` takes one `for`", hint)
    else:
        build.complaints.add("CS127", span, "`parallel […]` needs a `for`", hint)
    return tree.Literal(span, None)


def arguments(build: Expressions, bracket: Branch) -> tuple[tree.Argument, ...]:
    """The arguments of a call."""
    entries, _ = _entries(build, bracket)
    complain = build.complaints.add
    if len(entries) == 1 and entries[0].clauses:
        entry = entries[0]
        generator = tree.Comprehension(entry.span, "generator", None, _expression(build, entry), entry.clauses)
        return (tree.Argument(entry.span, generator),)
    found: list[tree.Argument] = []
    named = ""
    for entry in entries:
        argument = _argument(build, entry)
        if entry.clauses:
            complain("CS127", entry.span, "a generator stands alone in a call", "put it in parentheses")
        if argument.form in ("", "*") and named and not (argument.form == "*" and named != "**"):
            after = "`**`" if named == "**" else f"`{named}=`"
            complain("CS126", argument.span, f"an argument by position follows {after}", "put those by position first")
        elif argument.form not in ("", "*", "**") and any(a.form == argument.form for a in found):
            complain("CS126", argument.span, f"the argument `{argument.form}` is given twice")
        if argument.form not in ("", "*"):
            named = argument.form
        found.append(argument)
    return tuple(found)


def _argument(build: Expressions, entry: _Entry) -> tree.Argument:
    node = entry.node
    if isinstance(node, tree.Argument):
        return node
    if isinstance(node, tree.Starred):
        return tree.Argument(node.span, node.value, "*")
    return tree.Argument(entry.span, _expression(build, entry))


def index(build: Expressions, bracket: Branch) -> tree.Expression:
    """The index of a subscript."""
    entries, comma = _entries(build, bracket)
    span = span_of(bracket)
    if not entries:
        build.complaints.add("CS127", span, "a subscript needs an index")
        return tree.Literal(span, None)
    found: list[tree.Expression] = []
    for entry in entries:
        if entry.clauses:
            build.complaints.add("CS127", entry.span, "a comprehension can not be an index", "put it in parentheses")
        if isinstance(entry.node, tree.Slice):
            found.append(entry.node)
        else:
            found.append(_expression(build, entry, starred=True))
    if len(found) == 1 and not comma and not isinstance(found[0], tree.Starred):
        return found[0]
    inside = bracket.children[1]
    return tree.TupleDisplay(span_of(inside), tuple(found))


def check_target(build: Expressions, target: tree.Expression, *, starred: bool = False, deleted: bool = False) -> bool:
    """Whether something can be assigned to (or deleted); complains if not."""
    complain = build.complaints.add
    match target:
        case tree.Name() | tree.Subscript():
            return True
        case tree.TupleDisplay(items=items) | tree.ListDisplay(items=items):
            stars = [item for item in items if isinstance(item, tree.Starred)]
            if len(stars) > 1:
                complain("CS120", stars[1].span, "two of the targets have a `*`")
                return False
            right = [check_target(build, item, starred=not deleted, deleted=deleted) for item in items]
            return all(right)
        case tree.Starred(value=value) if starred:
            return check_target(build, value)
        case tree.Attribute():
            message = "attributes can not be " + ("deleted" if deleted else "assigned")
            complain("CS121", target.span, message, "a flow changes dicts and lists; other values are changed by tasks")
            return False
        case _:
            verb = "deleted" if deleted else "assigned to"
            complain("CS120", target.span, f"{_describe(target)} can not be {verb}")
            return False


def _describe(node: tree.Expression) -> str:
    match node:
        case tree.Call():
            return "a call"
        case tree.Literal() | tree.Number() | tree.Duration() | tree.FString():
            return "a literal"
        case tree.Starred():
            return "a `*` alone"
        case tree.Comparison():
            return "a comparison"
        case _:
            return "this expression"
