"""Arbitrary valid syntax trees, as hypothesis strategies: whatever a program could be read as, with sense or without."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache

from cascade_grammar import tree
from cascade_grammar.parsing.numbers import duration_value, number_value
from cascade_grammar.printer_expressions import expression
from cascade_grammar.printer_layout import flat
from cascade_grammar.spans import Span
from hypothesis import strategies as st

__all__ = ["expressions", "modules"]

HERE = Span(0, 0)
NAMES = ("a", "b", "order", "n1", "_", "limit", "timeout", "retry", "match", "print", "été", "a_rather_long_name_of_a_variable")

names = st.sampled_from(NAMES)
identifiers = st.builds(tree.Identifier, st.just(HERE), names)
name_nodes = st.builds(tree.Name, st.just(HERE), names)


def _number(text: str) -> tree.Number:
    return tree.Number(HERE, number_value(text), text)


numbers = st.one_of(
    st.integers(0, 10**30).map(str),
    st.floats(0, allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["0x1f", "0o17", "0b1_0", "1_000.5", ".5", "5.", "1e5", "2j", "1.5e-3j", "00"]),
).map(_number)
durations = st.builds(lambda n, unit: f"{n}{unit}", st.integers(0, 999), st.sampled_from(["ms", "s", "m", "h", "d"])).map(
    lambda text: tree.Duration(HERE, duration_value(text), text)
)
_characters = st.characters(exclude_categories=["Cs"])  # as those of `st.text()`, which tries all there are, for seconds
texts = st.text(_characters, max_size=12) | st.sampled_from(
    ["{", "}", "{{x}}", '"', "'", "\"'", '"""', "\\", "\n", "a\nb", "\\N{DASH}", "é"]
)
literals = st.one_of(st.none(), st.booleans(), st.just(...), texts, st.binary(max_size=8)).map(
    lambda value: tree.Literal(HERE, value)
)
atoms = st.one_of(name_nodes, numbers, durations, literals)


def _joined(parts: Sequence[str | tree.Replacement]) -> tuple[str | tree.Replacement, ...]:
    """No two texts in a row, none empty."""
    joined: list[str | tree.Replacement] = []
    for is_text, group in itertools.groupby(parts, lambda part: isinstance(part, str)):
        together = list(group)
        if is_text:
            text = "".join(str(part) for part in together)
            joined += [text] if text else []
        else:
            joined += together
    return tuple(joined)


def _fstrings(parts: st.SearchStrategy[str | tree.Replacement]) -> st.SearchStrategy[tree.FString]:
    return st.lists(parts, max_size=3).map(lambda found: tree.FString(HERE, _joined(found)))


def _debugged(value: tree.Expression) -> tree.Replacement:
    written = flat(expression(value, quote="'"))
    return tree.Replacement(HERE, value, debug=(" " if written.startswith("{") else "") + written + " = ")


def _replacements(values: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Replacement]:
    conversions = st.sampled_from(["", "r", "s", "a"])
    plain = st.builds(tree.Replacement, st.just(HERE), values, conversions)
    specs = st.none() | _fstrings(texts | plain)
    return st.builds(tree.Replacement, st.just(HERE), values, conversions, specs) | values.map(_debugged)


def _targets(values: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    single = name_nodes | st.builds(tree.Subscript, st.just(HERE), values, values)

    def several(inner: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
        plain = st.lists(inner, max_size=3)
        starred = inner.map(lambda value: tree.Starred(HERE, value))
        items = st.builds(lambda a, star, b: (*a, star, *b), plain, starred, plain) | plain.map(tuple)
        return st.builds(tree.TupleDisplay, st.just(HERE), items) | st.builds(tree.ListDisplay, st.just(HERE), items)

    return single | several(single) | several(several(single) | single)


def _clauses(values: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Clause]:
    return st.builds(tree.Clause, st.just(HERE), _targets(values), values, st.lists(values, max_size=2).map(tuple))


def _arguments(values: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tuple[tree.Argument, ...]]:
    def argument(form: str) -> st.SearchStrategy[tree.Argument]:
        return values.map(lambda value: tree.Argument(HERE, value, form))

    first = st.lists(argument("") | argument("*"), max_size=3)
    named = st.lists(names, max_size=3, unique=True).flatmap(lambda forms: st.tuples(*map(argument, forms)))
    return st.builds(lambda a, b, c: (*a, *b, *c), first, named, st.lists(argument("**"), max_size=1))


def _calls(values: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    functions = name_nodes | st.builds(tree.Attribute, st.just(HERE), values, identifiers)
    policy_names = st.sampled_from(["retry", "timeout"]).map(lambda name: tree.Identifier(HERE, name))
    policies = st.lists(st.builds(tree.Policy, st.just(HERE), policy_names, _arguments(values)), max_size=2).map(tuple)
    return st.builds(tree.Call, st.just(HERE), functions, _arguments(values), policies)


def _operations(values: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    binary = st.sampled_from(["+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>", "&", "|", "^"])
    several = st.lists(values, min_size=2, max_size=4).map(tuple)
    comparing = st.sampled_from(["<", ">", "<=", ">=", "==", "!=", "in", "not in", "is", "is not"])
    return st.one_of(
        st.builds(tree.Binary, st.just(HERE), binary, values, values),
        st.builds(tree.Unary, st.just(HERE), st.sampled_from(["-", "+", "~", "not"]), values),
        st.builds(tree.Logical, st.just(HERE), st.sampled_from(["and", "or"]), several),
        st.builds(
            tree.Comparison, st.just(HERE), values, st.lists(st.tuples(comparing, values), min_size=1, max_size=3).map(tuple)
        ),
        st.builds(tree.Conditional, st.just(HERE), values, values, values),
    )  # fmt: skip


def _subscripts(values: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    maybe = st.none() | values
    slices = st.builds(tree.Slice, st.just(HERE), maybe, maybe, maybe)
    starred = values.map(lambda value: tree.Starred(HERE, value))
    tuples = st.lists(values | slices | starred, min_size=1, max_size=3).map(
        lambda items: tree.TupleDisplay(HERE, tuple(items))
    )
    return st.builds(tree.Subscript, st.just(HERE), values, values | slices | tuples)


def _displays(values: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    items = st.lists(values | values.map(lambda value: tree.Starred(HERE, value)), max_size=4).map(tuple)
    pairs = st.lists(st.builds(tree.DictItem, st.just(HERE), st.none() | values, values), max_size=3).map(tuple)
    clauses = st.lists(_clauses(values), min_size=1, max_size=2).map(tuple)
    return st.one_of(
        st.builds(tree.TupleDisplay, st.just(HERE), items),
        st.builds(tree.ListDisplay, st.just(HERE), items),
        st.builds(tree.SetDisplay, st.just(HERE), items.filter(bool)),
        st.builds(tree.DictDisplay, st.just(HERE), pairs),
        st.builds(tree.Comprehension, st.just(HERE), st.sampled_from(["list", "set", "generator"]), st.none(), values, clauses),
        st.builds(tree.Comprehension, st.just(HERE), st.just("dict"), values, values, clauses),
        st.builds(tree.ParallelMap, st.just(HERE), values, _clauses(values), st.none() | values),
    )


def _compound(values: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    return st.one_of(
        _operations(values),
        _calls(values),
        _subscripts(values),
        _displays(values),
        st.builds(tree.Attribute, st.just(HERE), values, identifiers),
        st.builds(tree.Walrus, st.just(HERE), name_nodes, values),
        st.builds(tree.Wait, st.just(HERE), values, st.none() | values),
        _fstrings(texts | _replacements(values)),
    )


expressions: st.SearchStrategy[tree.Expression] = st.recursive(atoms, _compound, max_leaves=10)

# --- notes

_comments = (
    st.text(st.characters(exclude_characters="\n\r"), max_size=12).map(str.rstrip)
    | st.sampled_from(["why", "#", "!x", " indented", "", "# heading"])
)  # fmt: skip
_comments = _comments.filter(lambda text: text == text.rstrip())


@cache
def _comment_lines(*, leading: bool = False, trailing: bool = False) -> st.SearchStrategy[tuple[str | None, ...]]:
    """Comment lines with single blank lines between them."""

    def spaced(comments: list[tuple[str, bool]], first: bool) -> tuple[str | None, ...]:
        lines: list[str | None] = [None] if leading and first and comments else []
        for comment, blank in comments:
            lines += [comment, None] if blank else [comment]
        if lines and lines[-1] is None and not trailing:
            lines.pop()
        return tuple(lines)

    return st.builds(spaced, st.lists(st.tuples(_comments, st.booleans()), max_size=2), st.booleans())


@cache
def _notes(*, blank: bool = True) -> st.SearchStrategy[tree.Notes]:
    full = st.builds(
        tree.Notes, _comment_lines(trailing=True), st.none() | _comments, st.booleans() if blank else st.just(False)
    )  # fmt: skip
    return st.just(tree.NO_NOTES) | full


# --- statements


@cache
def _simple(blank: bool) -> st.SearchStrategy[tree.Statement]:
    notes, maybe, labels = _notes(blank=blank), st.none() | expressions, st.none() | identifiers
    here = st.just(HERE)
    targets = _targets(expressions)
    single = name_nodes | st.builds(tree.Subscript, here, expressions, expressions)
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>", "&", "|", "^"])
    return st.one_of(
        st.builds(tree.Evaluate, here, expressions.filter(_is_no_text), notes=notes),
        st.builds(tree.Assign, here, st.lists(targets, min_size=1, max_size=2).map(tuple), expressions, notes=notes),
        st.builds(tree.Augment, here, single, operators, expressions, notes=notes),
        st.builds(tree.Delete, here, st.lists(single, min_size=1, max_size=2).map(tuple), notes=notes),
        st.builds(tree.Pass, here, notes=notes),
        st.builds(tree.Return, here, maybe, notes=notes),
        st.builds(tree.Fail, here, maybe, notes=notes),
        st.builds(tree.Assert, here, expressions, maybe, notes=notes),
        st.builds(tree.Break, here, labels, notes=notes),
        st.builds(tree.Continue, here, labels, notes=notes),
        st.builds(tree.Jump, here, identifiers, _arguments(expressions), notes=notes),
        st.builds(tree.Sleep, here, expressions, notes=notes),
        st.builds(tree.Emit, here, expressions, maybe, notes=notes),
    )


def _is_no_text(node: tree.Expression) -> bool:
    """Not what a docstring is, nor a lone name, which may be taken for a misspelt keyword."""
    return not isinstance(node, tree.Name) and not (isinstance(node, tree.Literal) and isinstance(node.value, str))


@cache
def _compound_statement(blank: bool, depth: int) -> st.SearchStrategy[tree.Statement]:
    notes, suites, labels, here = _notes(blank=blank), _suites(depth), st.none() | identifiers, st.just(HERE)
    otherwise = st.none() | st.builds(tree.Otherwise, here, suites, _notes())
    first = st.builds(tree.Arm, here, expressions, suites)
    arms = st.builds(
        lambda a, rest: (a, *rest), first, st.lists(st.builds(tree.Arm, here, expressions, suites, _notes()), max_size=2)
    )
    return st.one_of(
        st.builds(tree.If, here, arms, otherwise, notes=notes),
        st.builds(tree.Loop, here, labels, suites, notes=notes),
        st.builds(tree.While, here, expressions, labels, suites, otherwise, notes=notes),
        st.builds(tree.For, here, _targets(expressions), expressions, labels, suites, otherwise, notes=notes),
        st.builds(tree.Parallel, here, st.none() | expressions, suites, notes=notes),
        _attempts(notes, suites),
    )


def _attempts(notes: st.SearchStrategy[tree.Notes], suites: st.SearchStrategy[tree.Suite]) -> st.SearchStrategy[tree.Statement]:
    here = st.just(HERE)
    kinds = st.lists(identifiers, min_size=1, max_size=2).map(tuple)
    caught = st.builds(tree.Except, here, kinds, st.none() | identifiers, suites, _notes())
    every = st.builds(tree.Except, here, st.just(()), st.none() | identifiers, suites, _notes())
    handlers = st.builds(lambda some, last: (*some, last), st.lists(caught, max_size=1), caught | every)
    end = st.builds(tree.Otherwise, here, suites, _notes())
    handled = st.builds(tree.Try, here, suites, handlers, st.none() | end, st.none() | end, notes=notes)
    return handled | st.builds(tree.Try, here, suites, st.just(()), st.none(), end, notes=notes)


@cache
def _statements(blank: bool, depth: int) -> st.SearchStrategy[tree.Statement]:
    return _simple(blank) if depth <= 0 else _simple(blank) | _compound_statement(blank, depth - 1)


@cache
def _suites(depth: int) -> st.SearchStrategy[tree.Suite]:
    body = st.builds(
        lambda first, rest: (first, *rest), _statements(False, depth), st.lists(_statements(True, depth), max_size=2)
    )  # fmt: skip
    return st.builds(tree.Suite, st.just(HERE), body, _comment_lines(leading=True))


# --- declarations

_plain_types = st.sampled_from(["int", "str", "duration", "any", "None"]).map(lambda name: tree.TypeName(HERE, name))


def _type_arguments(inner: st.SearchStrategy[tree.TypeName]) -> st.SearchStrategy[tree.TypeName]:
    some = st.lists(inner, min_size=1, max_size=2).map(tuple)
    generic = st.builds(tree.TypeName, st.just(HERE), st.sampled_from(["list", "dict", "tuple"]), some)
    return generic | generic.map(lambda one: tree.TypeName(HERE, "tuple", (one, tree.TypeName(HERE, "..."))))


_member_types = st.recursive(_plain_types, _type_arguments, max_leaves=3)
types = _member_types | st.lists(_member_types, min_size=2, max_size=3).map(lambda m: tree.TypeName(HERE, "|", tuple(m)))


@cache
def _parameters() -> st.SearchStrategy[tuple[tree.Parameter, ...]]:
    needed = st.builds(tree.Parameter, st.just(HERE), identifiers, st.none() | types, st.none())
    optional = st.builds(tree.Parameter, st.just(HERE), identifiers, st.none() | types, expressions)
    return st.builds(lambda a, b: (*a, *b), st.lists(needed, max_size=2), st.lists(optional, max_size=2))


_docs = st.text(_characters, max_size=20).map(lambda text: tree.Literal(HERE, text))


@st.composite
def _flows(draw: st.DrawFn) -> tree.FlowDeclaration:
    doc = draw(st.none() | _docs)
    blank = doc is not None
    states_only = draw(st.booleans())
    statements: list[tree.Statement] = []
    if not states_only:
        statements = [draw(_statements(blank, 2)), *draw(st.lists(_statements(True, 2), max_size=2))]
    states: list[tree.State] = []
    for _ in range(draw(st.integers(0 if statements or doc else 1, 2))):
        notes = draw(_notes(blank=bool(blank or statements or states)))
        states.append(tree.State(HERE, draw(identifiers), draw(_parameters()), draw(_suites(1)), notes=notes))
    after = draw(_comment_lines(leading=bool(statements or states)))
    notes = draw(_notes(blank=False))
    returns = draw(st.none() | types)
    return tree.FlowDeclaration(
        HERE, draw(identifiers), draw(_parameters()), returns, doc, tuple(statements), tuple(states), after, notes=notes
    )


_imported = st.lists(st.builds(tree.ImportedName, st.just(HERE), identifiers, st.none() | identifiers), min_size=1, max_size=3)
_paths = st.sampled_from(["./common.csc", "../a b.csc"]).map(lambda path: tree.Literal(HERE, path))
_dotted = st.lists(names, min_size=1, max_size=2).map(lambda words: tree.Identifier(HERE, ".".join(words)))


@st.composite
def modules(draw: st.DrawFn) -> tree.Module:
    """Whole files."""
    doc = draw(st.none() | _docs)
    declarations: list[tree.Declaration] = []
    for kind in draw(st.lists(st.sampled_from(["tasks", "flows", "const", "strict", "flow"]), max_size=3)):
        blank = bool(declarations) and not isinstance(declarations[-1], tree.FlowDeclaration)
        notes = draw(_notes(blank=blank))
        if kind == "tasks":
            made: tree.Declaration = tree.ImportTasks(HERE, draw(_dotted), tuple(draw(_imported)), notes=notes)
        elif kind == "flows":
            made = tree.ImportFlows(HERE, draw(_paths), tuple(draw(_imported)), notes=notes)
        elif kind == "const":
            made = tree.ConstDeclaration(HERE, draw(identifiers), draw(expressions), notes=notes)
        elif kind == "strict" and not declarations:
            made = tree.Strict(HERE, notes=notes)
        else:
            made = draw(_flows())
        declarations.append(made)
    header = draw(_comment_lines()) if doc else ()
    return tree.Module(HERE, doc, tuple(declarations), header, draw(_comment_lines()))
