"""Random Python expressions by the kind of value that they mostly have. Some fail; none runs for ever or grows without end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from support import python_calls, python_comprehensions
from support.python_scope import Place, Writer

__all__ = ["condition", "expression", "grouped"]

Rule: TypeAlias = "tuple[int, Callable[[Writer, Place], str]]"


def expression(writer: Writer, kind: str, place: Place) -> str:
    """An expression of a kind: "int", "list", "str", "dict", "tuple" or "any"."""
    if writer.chance(0.02):
        kind = "any"
    if kind == "any":
        kind = writer.one_of(("int", "int", "list", "str", "dict", "tuple", "none"))
    if place.depth <= 0 or writer.chance(0.15):
        return writer.read(kind, place) if kind != "none" and writer.chance(0.75) else writer.one_of(_LITERALS[kind])
    rules = _RULES[kind] + _COMMON
    at = writer.random.randrange(sum(weight for weight, _ in rules))
    for weight, rule in rules:
        at -= weight
        if at < 0:
            break
    if rule is _general:
        return _general_of(writer, kind, place)
    return _filled(writer, place, rule) if isinstance(rule, str) else rule(writer, place)


def condition(writer: Writer, place: Place) -> str:
    """Something to test."""
    return grouped(_filled(writer, place.deeper(), writer.one_of(_CONDITIONS)))


def grouped(text: str) -> str:
    """With parentheses, if it is not one thing already."""
    depth, quoted = 0, ""
    for letter in text:
        if letter in "'\"":
            quoted = "" if letter == quoted else (quoted or letter)
        elif not quoted:
            depth += (letter in "([{") - (letter in ")]}")
            if depth == 0 and letter in " -~":
                return f"({text})"
    return f"({text})" if text[:1].isdigit() else text


_LITERALS: Mapping[str, tuple[str, ...]] = {
    "int": ("0", "1", "2", "3", "-1", "7", "K0", "True"), "list": ("[]", "[1, 2, 3]", "[0]", "[3, 1, 2]"),
    "str": ("''", "'a'", "'xyz'", "'12'", "K1"), "dict": ("{}", "{'a': 1}", "{1: 2, 'b': 3}"),
    "tuple": ("()", "(1,)", "(1, 2)", "K2"), "none": ("None",),
}  # fmt: skip

_CONDITIONS = (
    "I < I", "I < I <= I", "I == I != I", "not I", "I", "L", "S", "I in L", "A in T", "S in S", "S in D", "A is None", "A is not A",
    "C and C", "C or C", "C and not C", "I % 2", "len(L) > I", "isinstance(A, (int, str))", "(W) > I", "L == L", "S < S",
    "any(G)", "all(G)", "(I in G)", "(I not in G)", "I > I > I > I", "L < L", "A == A", "not (C or C)", "I if C else C",
)  # fmt: skip


def _filled(writer: Writer, place: Place, text: str) -> str:
    """Capital letters in a rule stand for expressions of a kind."""
    parts: list[str] = []
    place = place.iterable() if " for " in text else place.deeper()
    for position, letter in enumerate(text):
        alone = not any(c.isalnum() or c in "_'" for c in text[max(0, position - 1) : position] + text[position + 1 : position + 2])
        parts.append(_hole(writer, place, letter) if alone and letter in _HOLES else letter)
    return "".join(parts)


def _hole(writer: Writer, place: Place, letter: str) -> str:
    text = _HOLES[letter](writer, place)
    return text if letter in "WF" else grouped(text)


def _of(kind: str) -> Callable[[Writer, Place], str]:
    return lambda writer, place: expression(writer, kind, place)


def _walrus(writer: Writer, place: Place) -> str:
    kind = writer.one_of(("int", "int", "list"))
    name = writer.target(kind)
    value = expression(writer, kind, place)
    return value if place.in_iterable or name in place.inner or name not in writer.locals else f"{name} := {value}"


_HOLES: Mapping[str, Callable[[Writer, Place], str]] = {
    "I": _of("int"), "L": _of("list"), "S": _of("str"), "D": _of("dict"), "T": _of("tuple"), "A": _of("any"),
    "C": lambda writer, place: condition(writer, place) if place.depth > 0 else writer.read("int", place),
    "W": _walrus, "G": lambda writer, place: python_comprehensions.generator(writer, place),
    "E": lambda writer, _: str(writer.number(0, 99)), "F": lambda writer, place: python_calls.function(writer, place),
    "K": lambda writer, _: writer.one_of(("'a'", "'b'", "1", "2", "'zz'")),
    "R": lambda writer, place: writer.read("list", place), "M": lambda writer, place: writer.read("dict", place),
    "N": lambda writer, _: writer.one_of(writer.iterators) if writer.iterators else "iter([1, 2])",
}  # fmt: skip


def _general(writer: Writer, place: Place) -> str:
    raise AssertionError("needs a kind")


def _general_of(writer: Writer, kind: str, place: Place) -> str:
    """What any kind of expression can be."""
    part = place.deeper()

    def same() -> str:
        return expression(writer, kind, part)

    which = writer.number(0, 9)
    if which == 0:
        return f"({same()} if {condition(writer, part)} else {same()})"
    if which == 1:
        return f"({same()} {writer.one_of(('and', 'or'))} {same()})"
    if which == 2:
        return f"ev({writer.number(0, 99)}, {same()})"
    if which == 3:
        return f"tk({same()})"
    if which == 4 and kind != "none":
        name = writer.target(kind)
        allowed = not place.in_iterable and name not in place.inner
        return f"({name} := {same()})" if allowed else same()
    if which == 5:
        return f"(lambda {writer.one_of(('x', 'i0', 'x=1, *y', 'v0, /'))}: {same()})({expression(writer, 'any', part)})"
    if which == 6:
        return f"[{same()}, {same()}][{writer.one_of(('0', '1', '-1', '2'))}]"
    if which == 7:
        return f"{{'a': {same()}, 1: {same()}}}[{writer.one_of(_KEYS)}]"
    return python_calls.call(writer, place) if writer.callees and writer.level < 2 else same()


_KEYS = ("'a'", "1", "1", "'a'", "'b'")


def _fstring(writer: Writer, place: Place) -> str:
    formats = ("", "!r", ":>5", ":{i0}", "!s:<4", ":03d", " = ", "!a")
    shown = writer.one_of(("int", "str", "list"))
    inner = expression(writer, shown, Place(1, place.inner, in_iterable=True)).replace("'", '"')
    if any(mark in inner for mark in ('"', "\\", "{", "lambda", ":")):
        inner = writer.read(shown, place)
    return f"f'<{{{inner}{writer.one_of(formats)}}}>'"


_RULES: Mapping[str, tuple[tuple[int, object], ...]] = {
    "int": tuple((2, text) for text in (
        "(I + I)", "(I - I)", "(I * I % 97)", "(I // I)", "(I % I)", "-I", "~I", "((I & 15) << (I & 3))", "(I >> 1)", "(I ^ I)",
        "len(L)", "sum(L)", "max(L)", "min(L, default=I)", "L[I]", "R[I % 3]", "R.pop()", "L.index(I)", "L.count(I)", "int(S)",
        "D[K]", "D.get(K, I)", "M.pop(K, I)", "M.setdefault(K, I)", "T[0]", "abs(I)", "divmod(I, I)[1]", "(W)", "(C)",
        "next(N)", "next(N, I)", "next(G)", "next(G, I)", "sum(G)", "max(G, default=I)", "len(S)", "S.find(S)",
        "round(I / 3)", "(I < I) + (I < I < I)", "max(L, key=F)", "min([L, L], key=len)[0]", "I if C else I", "(L, I)[1]",
        "functools.reduce(lambda a, b: (a + b) % 50, L, I)", "bisect.bisect_left(sorted(L), I)", "math.gcd(I, I)", "(I / I)",
        "len({*L})", "(I, I)[I % 2]", "len(list(zip(L, T)))", "M.pop(K)", "R.pop(0)", "[*L][-1]",
    )),
    "list": tuple((2, text) for text in (
        "[I, I]", "[*L, I]", "[*L[:3], *T]", "L[:3]", "L[I:I]", "L[::-1]", "(L[:4] + L[:2])", "(L[:3] * 2)", "sorted(L)",
        "sorted(L, key=F)", "list(T)", "list(range(4))", "list(map(F, L))", "list(filter(F, L))", "list(reversed(L))",
        "R.copy()", "list(D.values())", "[*map(str, T)]", "sorted(G)", "list(G)", "R", "R", "[I for _ in L[:2]]",
        "[x for x, _ in zip(L, T)]", "[a + b for a, b in enumerate(L)]", "list(map(max, L, L))", "sorted({*L, I})",
        "sorted(set(L) & {I, 1, 2})", "list(N)", "heapq.nsmallest(2, L)", "[len(x) for x in (T, S, L)]", "list(zip(*[L, L])[0])",
        "sorted(L, key=F, reverse=True)", "[i for i in L if i]", "list(dict.fromkeys(L))", "list(map(F, L, L))",
    )) + ((8, lambda writer, place: python_comprehensions.comprehension(writer, "list", place)),),
    "str": tuple((2, text) for text in (
        "(S + S)[:9]", "S[:2]", "S[::-1]", "str(I)", "str(L)", "S.upper()", "'-'.join(map(str, L))", "(S * 2)[:7]", "repr(T)",
        "''.join(str(x) for x in L)", "S.replace('a', S[:2])", "'%d' % I", "'{} {}'.format(I, S)", "S[I]", "chr(65 + I % 26)",
        "S.strip() or S", "str(D)", "max(S, S)", "'%s %s' % (I, T)", "'{0} {k}'.format(I, k=S)", "S.join(['a', S[:3]])",
        "''.join(sorted(S))", "'ab'.split('b')[0]", "str(G if 0 else I)", "', '.join([S, S])[:9]",
    ) if "G if" not in text) + ((10, _fstring),),
    "dict": tuple((2, text) for text in (
        "{K: I}", "{**D, K: I}", "{K: I, K: I}", "dict(a=I)", "dict(D, b=I)", "dict(zip(['a', 1], L))", "(D | D)", "M", "M",
        "{**M, **D}", "dict([(K, I)])", "dict(enumerate(L[:3]))", "M.copy()",
    )) + ((6, lambda writer, place: python_comprehensions.comprehension(writer, "dict", place)),),
    "tuple": tuple((2, text) for text in (
        "(I, I)", "(*L[:3], I)", "tuple(L)", "T[:2]", "(T[:2] + (I,))", "(I,) * 2", "tuple(G)", "divmod(I, I)", "(A, A)",
        "tuple(D.items())", "S.partition('a')", "tuple(map(F, L))", "(I, *S[:2])", "tuple(zip(L, S))", "tuple(x for x in T)",
    )),
    "none": tuple((1, text) for text in (
        "None", "R.append(I)", "print(A, I)", "R.sort()", "R.reverse()", "M.update(a=I)", "R.insert(0, I)", "print(S, end=S)",
        "R.remove(I)", "R.extend(L[:2])", "M.clear()", "R.extend(G)", "R.sort(key=F)",
    )),
}  # fmt: skip
_COMMON: tuple[tuple[int, object], ...] = ((18, _general),)
