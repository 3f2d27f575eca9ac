"""Methods that show before they have read all of a generator expression that they have come to an item of it.

It sees what they did with the items before (``out.extend(x for x in xs if x not in out)``), it changes what they look at, or
they stop early. The generator is a loop (`arguments`), and what such a method does with an item is done in it. Then the
method is called for what is left::

    out.extend(f(x) for x in xs)        items: []; i: iterate over xs
                                        goal: out if that is a list, else items
                                        L: append f(x) to goal, next x         errors go to M
                                        C: out.extend(what)                    what: items, or from M
                                        M: what := ended_by(items, error), to C

What ``out`` is, only the run knows. The methods of other types than Python's own are given a list. So are those of Python's
own that read their argument whole before they do anything: ``join``, ``fromkeys``, ``symmetric_difference``, that of
``bytearray``. This file knows no functions: Python flows have some that call others for each item.
"""

from __future__ import annotations

from collections.abc import Sequence

from cascade_compiler import graph
from cascade_compiler.csc.arguments import Generator, in_lists
from cascade_compiler.csc.drafts import Label
from cascade_compiler.csc.frame import Frame
from cascade_compiler.csc.walk import children
from cascade_compiler.graph import Ref
from cascade_grammar import tree
from cascade_grammar.nodes import Spanned
from cascade_grammar.spans import Span
from cascade_vm.operations import BUILTINS

__all__ = ["Reading", "reading"]

_CHANGING = {"extend": ("list",), "update": ("set", "dict"), "difference_update": ("set",)}
"""Methods that change what they belong to with each item, and the types that have such ones."""
_ASKING = ("isdisjoint", "issuperset")
_COPYING = ("union", "difference")
_MEETING = ("intersection", "intersection_update", "issubset")


class Reading:
    """How a method reads generators among its arguments: here, as one that does nothing before it has read them.

    ``receiver`` is what it is called on. Called on its type (``kind``), its value is the first argument.
    """

    def __init__(self, span: Span, receiver: Ref, name: str, kind: str | None) -> None:
        self.span = span
        self.receiver = receiver
        self.name = name
        self.kind = kind

    def read(self, frame: Frame, refs: Sequence[Ref | Generator], forms: Sequence[str]) -> Sequence[Ref]:
        """Write what reads the arguments; give what the method is called with. The receiver may be another one then."""
        own = 0 if self.kind is None else 1
        subject = refs[0] if own and refs else self.receiver
        given = refs[own:]
        if (own and forms[:1] != ("",)) or isinstance(subject, Generator) or not any(map(_is_generator, given)):
            return in_lists(frame, refs, forms)
        found, subject = self.work(frame, subject, given, forms[own:])
        if own:
            return [subject, *found]
        self.receiver = subject
        return found

    def work(
        self, frame: Frame, subject: Ref, given: Sequence[Ref | Generator], forms: Sequence[str]
    ) -> tuple[Sequence[Ref], Ref]:
        """The same for ``given`` arguments of a method of ``subject``: what is left of them, and what it is called on."""
        return in_lists(frame, given, forms), subject


def reading(frame: Frame, call: tree.Call, receiver: Ref, name: str) -> Reading:
    """How a method reads what it is called with."""
    assert isinstance(call.function, tree.Attribute)
    kind = frame.built_in(call.function.value)
    chosen = Reading
    if kind in (None, *_CHANGING.get(name, ("set",))):
        if name in _CHANGING:
            chosen = _Changing
        elif name in _ASKING:
            chosen = _Asking
        elif any(_may_change(frame, argument.value) for argument in call.arguments):
            chosen = _Copying if name in _COPYING else _Meeting if name in _MEETING else Reading
    return chosen(call.span, receiver, name, kind)


def _is_generator(ref: Ref | Generator) -> bool:
    return isinstance(ref, Generator)


def _may_change(frame: Frame, generator: tree.Expression) -> bool:
    """Whether a generator may change a set: built-in functions do not, unless they call others."""
    pending: list[Spanned] = [generator]
    while pending:
        part = pending.pop()
        match part:
            case tree.Call(function=tree.Name(id=name), arguments=arguments):
                known = name in BUILTINS and frame.symbol(name) is None and frame.variable(name) is None
                if not known or any(argument.form not in ("", "*") for argument in arguments):
                    return True
            case tree.Call():
                return True
            case _ if type(part).__module__ != tree.__name__:
                return True
        pending += children(part)
    return False


class _Changing(Reading):
    """Each item is put where it belongs."""

    def work(
        self, frame: Frame, subject: Ref, given: Sequence[Ref | Generator], forms: Sequence[str]
    ) -> tuple[Sequence[Ref], Ref]:
        positional = [form for form in forms if form in ("", "*")]
        several = len(positional) > 1 or "*" in positional
        name = self._method(several, named=len(positional) < len(forms))
        if name is None:
            return in_lists(frame, given, forms), subject
        told, found = frame.constant(name, self.span), list[Ref]()
        for ref, form in zip(given, forms, strict=True):
            value = self._one(frame, ref, subject, told) if isinstance(ref, Generator) else ref
            if several:
                star = frame.constant(form == "*", self.span)
                value = frame.operate("give_all", self.span, subject, told, value, star)
            found.append(value)
        return found, subject

    def _method(self, several: bool, named: bool) -> str | None:
        """The method, with the type where only one takes such arguments; None where none does."""
        kinds = tuple(
            kind
            for kind in _CHANGING[self.name]
            if self.kind in (None, kind) and (kind == "set" or not several) and (kind == "dict" or not named)
        )
        if not kinds:
            return None
        return self.name if kinds == _CHANGING[self.name] else f"{kinds[0]}.{self.name}"

    def _one(self, frame: Frame, generator: Generator, subject: Ref, told: Ref) -> Ref:
        items = frame.operate("build_list", generator.expression.span)
        goal = frame.operate("goal", self.span, subject, items, told)

        def take(item: Ref, _: Label) -> None:
            if self.name == "extend":  # to a list in any case, which does not fail
                frame.operate("append", self.span, goal, item)
                return
            with generator.outside(frame):
                frame.operate("give", self.span, goal, item)

        return generator.read(frame, items, take)


class _Asking(Reading):
    """No more is read of a generator than what answers the question."""

    def work(
        self, frame: Frame, subject: Ref, given: Sequence[Ref | Generator], forms: Sequence[str]
    ) -> tuple[Sequence[Ref], Ref]:
        match given:
            case [Generator() as generator]:
                return [self._one(frame, generator, subject)], subject
            case _:
                return in_lists(frame, given, forms), subject

    def _one(self, frame: Frame, generator: Generator, subject: Ref) -> Ref:
        span, ended = self.span, frame.label()
        items, told = frame.operate("build_list", generator.expression.span), frame.constant(self.name, span)

        def take(item: Ref, head: Label) -> None:
            with generator.outside(frame):
                frame.end(graph.BranchOn, span, frame.operate("stops", span, subject, told, items, item), ended, head)

        return generator.read(frame, items, take, lambda: frame.start(ended, span))


class _Copying(Reading):
    """A set is copied before anything is read."""

    def work(
        self, frame: Frame, subject: Ref, given: Sequence[Ref | Generator], forms: Sequence[str]
    ) -> tuple[Sequence[Ref], Ref]:
        subject = frame.operate("snapshot", self.span, subject)
        return in_lists(frame, given, forms), subject


class _Meeting(Reading):
    """Items are kept that are in a set when they come. Further arguments are compared with what was kept."""

    def work(
        self, frame: Frame, subject: Ref, given: Sequence[Ref | Generator], forms: Sequence[str]
    ) -> tuple[Sequence[Ref], Ref]:
        first, *more = given
        if not isinstance(first, Generator) or forms[0]:
            return _Copying(self.span, self.receiver, self.name, self.kind).work(frame, subject, given, forms)
        variable = frame.temporary("subject")
        frame.store(variable, subject, self.span)
        what = self._one(frame, first, subject, variable)
        return [what, *in_lists(frame, more, forms[1:])], frame.load(variable, self.span)

    def _one(self, frame: Frame, generator: Generator, subject: Ref, variable: str) -> Ref:
        span, where, ended = self.span, generator.expression.span, frame.label()
        items, kept, told = (
            frame.operate("build_list", where),
            frame.operate("build_set", where),
            frame.constant(self.name, span),
        )

        def take(item: Ref, head: Label) -> None:
            with generator.outside(frame):
                enough = frame.operate("keep_common", span, subject, told, kept, items, item)
                frame.end(graph.BranchOn, span, enough, ended, head)

        def done() -> None:
            frame.start(ended, span)
            frame.store(variable, frame.operate("with_common", span, subject, told, items), span)

        return generator.read(frame, items, take, done)
