"""Calls that run side by side: ``asyncio.gather(…)``, and ``task.map(…)`` over iterables.

As in Python, the arguments of all of the calls are evaluated before the first one starts. Each call becomes a flow of its own,
which is given them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cascade_compiler import graph
from cascade_compiler.csc import policies
from cascade_compiler.csc.arguments import arguments_of, called
from cascade_compiler.csc.comprehensions import first_iteration, loop_over
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol
from cascade_compiler.graph import ForkBranch, Policy, Ref
from cascade_compiler.python import nodes
from cascade_compiler.python.arguments import Passed, Signature, pass_values
from cascade_compiler.python.closures import Closed
from cascade_compiler.python.frames import PythonFrame
from cascade_grammar import tree
from cascade_grammar.spans import Span
from cascade_vm.blueprint import Parameter
from msgspec.structs import replace

__all__ = ["as_map", "gather", "is_map", "map_call"]

_Write: TypeAlias = Callable[[PythonFrame, Sequence[Ref], "tuple[Policy, ...]"], Ref]


@dataclass(frozen=True)
class _Call:
    """A call whose parts are evaluated: ``refs``, the first of which are what ``helper`` captures, and the policies.
    ``write`` makes it in another frame, of the same values there. ``loose`` are the numbers of those that may be unbound."""

    refs: tuple[Ref, ...]
    rules: tuple[Policy, ...]
    write: _Write
    helper: Closed | None = None
    loose: frozenset[int] = frozenset()

    @property
    def common(self) -> int:
        """How many of the values are the same for all calls of the helper."""
        return len(self.helper.captured) if self.helper else 0

    @property
    def settings(self) -> tuple[Ref, ...]:
        return tuple(ref for rule in self.rules for ref in rule.settings)

    def finish(self, part: PythonFrame, names: Sequence[str], span: Span) -> None:
        """Make the call of what variables of another frame hold, the settings of policies last, and return its value."""
        found = iter([part.load(name, span) for name in names[len(self.refs) :]])
        rules = tuple(replace(rule, settings=tuple(next(found) for _ in rule.settings)) for rule in self.rules)
        own = enumerate(names[: len(self.refs)])
        refs = [part.add(graph.Load, span, name, number not in self.loose) for number, name in own]
        part.end(graph.Return, span, self.write(part, refs, rules))


def _evaluate(frame: PythonFrame, call: tree.Call) -> _Call | None:
    """The parts of a call of a task, flow or helper; None for other calls."""
    name, span = call.function, call.span
    becomes = frame.flow_call(call)
    if becomes is not None and isinstance(name, tree.Name):
        helper = frame.helper(name.id)
        flow, passed = becomes()

        def write_flow(part: PythonFrame, refs: Sequence[Ref], rules: tuple[Policy, ...]) -> Ref:
            given = iter(refs)
            return part.add(graph.CallFlow, span, flow, tuple(None if ref is None else next(given) for ref in passed), rules)

        values = tuple(ref for ref in passed if ref is not None)
        rules = policies.policies(frame, call.policies)
        return _Call(values, rules, write_flow, helper, _loose(helper, passed) if helper else frozenset())
    symbol = frame.symbol(name.id) if isinstance(name, tree.Name) and frame.variable(name.id) is None else None
    if not isinstance(symbol, TaskSymbol):
        return None
    task = frame.assembly.use(symbol.task)
    values, forms = arguments_of(frame, call.arguments, called(frame, task, call))

    def write_task(part: PythonFrame, refs: Sequence[Ref], rules: tuple[Policy, ...]) -> Ref:
        return part.add(graph.CallTask, span, task, tuple(refs), forms, rules)

    return _Call(values, policies.policies(frame, call.policies), write_task)


def _loose(helper: Closed, passed: Passed) -> frozenset[int]:
    """Which of the values that a helper is given may be unbound."""
    computed = [cell not in helper.certain for cell in helper.captured]
    computed += [parameter.name.text in helper.defaults for parameter in helper.function.parameters]
    given = [may_be for may_be, ref in zip(computed, passed, strict=True) if ref is not None]
    return frozenset(number for number, may_be in enumerate(given) if may_be)


def _part(frame: PythonFrame, count: int) -> tuple[PythonFrame, list[str]]:
    part = frame.part()
    return part, [part.temporary("p") for _ in range(count)]


def _close(part: PythonFrame, names: Iterable[str], span: Span) -> str:
    parameters = tuple(Parameter(name) for name in names)
    place = part.place(span)
    part.assembly.set_flow(graph.FlowGraph(part.name, parameters, part.drafts.finish(), place, branch=True))
    return part.name


# --- gather --------------------------------------------------------------------------------------------------------------


def gather(frame: PythonFrame, expression: nodes.Gather) -> Ref:
    """The list of the results, in the order of the calls."""
    span = expression.span
    match expression.branches:
        case (tree.Starred(value=tree.Comprehension(key=None, element=tree.Call()) as comprehension),):
            return _gather_each(frame, comprehension)
        case parts:
            for part in parts:
                if isinstance(part, tree.Starred):
                    hint = "write the calls there: `*[task(x) for x in items]`, and nothing beside it"
                    frame.unit.complaints.add("CS293", part.span, "what runs side by side must be calls", hint)
                    return frame.constant(None, span)
            return frame.operate("list", span, frame.add(graph.Fork, span, tuple(_branch(frame, part) for part in parts)))


def _branch(frame: PythonFrame, expression: tree.Expression) -> ForkBranch:
    """One call; a value that is no call is a result already."""
    span = expression.span
    call = _evaluate(frame, expression) if isinstance(expression, tree.Call) else None
    refs = (frame.value(expression),) if call is None else call.refs
    settings = () if call is None else call.settings
    part, names = _part(frame, len(refs) + len(settings))
    if call is None:
        part.end(graph.Return, span, part.load(names[0], span))
    else:
        call.finish(part, names, span)
    return ForkBranch(_close(part, names, span), (*refs, *settings))


def _gather_each(frame: PythonFrame, comprehension: tree.Comprehension) -> Ref:
    """``asyncio.gather(*[task(x) for x in items])``: first the arguments of each call, then all of the calls."""
    span, element = comprehension.span, comprehension.element
    assert isinstance(element, tree.Call)
    first = first_iteration(frame, comprehension.clauses)
    whole = frame.operate("build_list", span)
    found: list[_Call | None] = []

    def collect(_: Label) -> None:
        call = _evaluate(frame, element)
        own = () if call is None else (*call.refs[call.common :], *call.settings)
        frame.operate("append", element.span, whole, frame.operate("build_tuple", element.span, *own))
        found.append(call)

    loop_over(frame, comprehension.clauses, first, collect)
    (call,) = found
    if call is None:
        frame.unit.complaints.add("CS293", element.span, "what runs side by side must be calls of tasks or flows")
        return frame.constant(None, span)
    return _map(frame, call, whole, span)


def _map(frame: PythonFrame, call: _Call, items: Ref, span: Span) -> Ref:
    """Make a call for each item, a tuple of arguments and settings. What a helper captures is the same for all."""
    part, (item, *others) = _part(frame, 1 + call.common)
    count = len(call.refs) - call.common
    own = [part.temporary("u") for _ in range(count + len(call.settings))]
    if own:
        part.add(graph.UnpackInto, span, tuple(own), -1, part.load(item, span))
    call.finish(part, [*others, *own], span)
    shared = frame.passed_on(call.helper, span) if call.helper else ()
    return frame.add(graph.Map, span, _close(part, [item, *others], span), items, shared)


# --- map -----------------------------------------------------------------------------------------------------------------


def is_map(frame: PythonFrame, call: tree.Call) -> bool:
    """Whether this is ``task.map(…)`` of a task or flow."""
    match call.function:
        case tree.Attribute(value=tree.Name(id=name), name=tree.Identifier(text="map")):
            return frame.variable(name) is None and isinstance(frame.symbol(name), TaskSymbol | FlowSymbol)
        case _:
            return False


def as_map(call: tree.Call) -> nodes.MapCall:
    """The same as a node of its own."""
    assert isinstance(call.function, tree.Attribute)
    return nodes.MapCall(call.span, call.function.value, call.arguments, call.policies)


def map_call(frame: PythonFrame, expression: nodes.MapCall) -> Ref:
    """``task.map(x=xs, y=ys)``: the iterables are read side by side and must be of one length."""
    span, function = expression.span, expression.function
    values, forms = arguments_of(frame, expression.arguments, lambda: frame.constant("map()", span))
    forms = forms or ("",) * len(values)
    shown = frame.constant(tuple(form or f"argument {number}" for number, form in enumerate(forms, 1)), span)
    items = frame.operate("zip_equal", span, shown, *values)
    rules = policies.policies(frame, expression.policies)
    settings = tuple(ref for rule in rules for ref in rule.settings)
    part, (item, *kept) = _part(frame, 1 + len(settings))
    own = tuple(part.temporary("u") for _ in values)
    part.add(graph.UnpackInto, span, own, -1, part.load(item, span))
    call = _Call(tuple(values), rules, _writer(part, function, forms, span))
    call.finish(part, [*own, *kept], span)
    return frame.add(graph.Map, span, _close(part, [item, *kept], span), items, settings)


def _writer(part: PythonFrame, function: tree.Expression, forms: tuple[str, ...], span: Span) -> _Write:
    assert isinstance(function, tree.Name)
    symbol = part.symbol(function.id)

    def write(here: PythonFrame, refs: Sequence[Ref], rules: tuple[Policy, ...]) -> Ref:
        if isinstance(symbol, TaskSymbol):
            return here.add(graph.CallTask, span, here.assembly.use(symbol.task), tuple(refs), forms, rules)
        assert isinstance(symbol, FlowSymbol)
        passed = pass_values(here, Signature(function.id, symbol.parameters, symbol.name), refs, forms, span)
        return here.add(graph.CallFlow, span, symbol.name, passed, rules)

    return write
