"""The texts of random Python expressions: capital letters stand for parts, as `python_expressions` fills them in.

I is a number, L a list, S a text, D a dict, T a tuple, A anything, C a condition, G a generator expression, F a function, K a
key, N an iterator; R is a variable with a list, M one with a dict; W is an assignment expression.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CONDITIONS", "LITERALS", "TEXTS"]

LITERALS: Mapping[str, tuple[str, ...]] = {
    "int": ("0", "1", "2", "3", "-1", "7", "K0", "True"), "list": ("[]", "[1, 2, 3]", "[0]", "[3, 1, 2]"),
    "str": ("''", "'a'", "'xyz'", "'12'", "K1"), "dict": ("{}", "{'a': 1}", "{1: 2, 'b': 3}"),
    "tuple": ("()", "(1,)", "(1, 2)", "K2"), "none": ("None",),
}  # fmt: skip

CONDITIONS = (
    "I < I", "I < I <= I", "I == I != I", "not I", "I", "L", "S", "I in L", "A in T", "S in S", "S in D", "A is None",
    "A is not A", "C and C", "C or C", "C and not C", "I % 2", "len(L) > I", "isinstance(A, (int, str))", "(W) > I", "L == L",
    "S < S", "any(G)", "all(G)", "(I in G)", "(I not in G)", "I > I > I > I", "L < L", "A == A", "not (C or C)",
    "I if C else C",
)  # fmt: skip

TEXTS: Mapping[str, tuple[str, ...]] = {
    "int": (
        "(I + I)", "(I - I)", "(I * I % 97)", "(I // I)", "(I % I)", "-I", "~I", "((I & 15) << (I & 3))", "(I >> 1)", "(I ^ I)",
        "len(L)", "sum(L)", "max(L)", "min(L, default=I)", "L[I]", "R[I % 3]", "R.pop()", "L.index(I)", "L.count(I)", "int(S)",
        "D[K]", "D.get(K, I)", "M.pop(K, I)", "M.setdefault(K, I)", "T[0]", "abs(I)", "divmod(I, I)[1]", "(W)", "(C)",
        "next(N)", "next(N, I)", "next(G)", "next(G, I)", "sum(G)", "max(G, default=I)", "len(S)", "S.find(S)",
        "round(I / 3)", "(I < I) + (I < I < I)", "max(L, key=F)", "min([L, L], key=len)[0]", "I if C else I", "(L, I)[1]",
        "functools.reduce(lambda a, b: (a + b) % 50, L, I)", "bisect.bisect_left(sorted(L), I)", "math.gcd(I, I)", "(I / I)",
        "len({*L})", "(I, I)[I % 2]", "len(list(zip(L, T)))", "M.pop(K)", "R.pop(0)", "[*L][-1]",
        "max(I, *G)", "(lambda *a: len(a))(*G)", "len(set(G))", "min(*G, I)",
    ),
    "list": (
        "[I, I]", "[*L, I]", "[*L[:3], *T]", "L[:3]", "L[I:I]", "L[::-1]", "(L[:4] + L[:2])", "(L[:3] * 2)", "sorted(L)",
        "sorted(L, key=F)", "list(T)", "list(range(4))", "list(map(F, L))", "list(filter(F, L))", "list(reversed(L))",
        "R.copy()", "list(D.values())", "[*map(str, T)]", "sorted(G)", "list(G)", "R", "R", "[I for _ in L[:2]]",
        "[x for x, _ in zip(L, T)]", "[a + b for a, b in enumerate(L)]", "list(map(max, L, L))", "sorted({*L, I})",
        "sorted(set(L) & {I, 1, 2})", "list(N)", "heapq.nsmallest(2, L)", "[len(x) for x in (T, S, L)]",
        "list(zip(*[L, L]))[0]",
        "sorted(L, key=F, reverse=True)", "[i for i in L if i]", "list(dict.fromkeys(L))", "list(map(F, L, L))",
        "[*G]", "[I, *G, I]", "sorted(zip(L, T))", "list(range(I & 3, I & 7, 2))", "[*D]", "[*range(3)][I:]",
    ),
    "str": (
        "(S + S)[:9]", "S[:2]", "S[::-1]", "str(I)", "str(L)", "S.upper()", "'-'.join(map(str, L))", "(S * 2)[:7]", "repr(T)",
        "''.join(str(x) for x in L)", "S.replace('a', S[:2])", "'%d' % I", "'{} {}'.format(I, S)", "S[I]", "chr(65 + I % 26)",
        "S.strip() or S", "str(D)", "max(S, S)", "'%s %s' % (I, T)", "'{0} {k}'.format(I, k=S)", "S.join(['a', S[:3]])",
        "''.join(sorted(S))", "'ab'.split('b')[0]", "', '.join([S, S])[:9]",
    ),
    "dict": (
        "{K: I}", "{**D, K: I}", "{K: I, K: I}", "dict(a=I)", "dict(D, b=I)", "dict(zip(['a', 1], L))", "(D | D)", "M", "M",
        "{**M, **D}", "dict([(K, I)])", "dict(enumerate(L[:3]))", "M.copy()",
    ),
    "tuple": (
        "(I, I)", "(*L[:3], I)", "tuple(L)", "T[:2]", "(T[:2] + (I,))", "(I,) * 2", "tuple(G)", "divmod(I, I)", "(A, A)",
        "tuple(D.items())", "S.partition('a')", "tuple(map(F, L))", "(I, *S[:2])", "tuple(zip(L, S))", "tuple(x for x in T)",
    ),
    "none": (
        "None", "R.append(I)", "print(A, I)", "R.sort()", "R.reverse()", "M.update(a=I)", "R.insert(0, I)", "print(S, end=S)",
        "R.remove(I)", "R.extend(L[:2])", "M.clear()", "R.extend(G)", "R.sort(key=F)",
    ),
}  # fmt: skip
