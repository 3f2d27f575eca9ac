"""What expressions the generator knows: templates by the type of their value.

A ``<type>`` stands for an expression of that type. A pair is the `.csc` text and what it is in Python. The number is a weight.
Templates are chosen so that values stay small: what could grow without end is cut or reduced.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import NamedTuple

from support.model import HOLE


class Template(NamedTuple):
    text: str
    python: str | None
    holes: tuple[str, ...]


_HOLE = re.compile(r"<([a-z_]+)>")

LITERALS: dict[str, tuple[str, ...]] = {
    "int": (
        "0", "1", "2", "3", "5", "7", "-1", "-2", "10", "0xff", "1_000", "100000000000000000000",
        "-9223372036854775808",
        "K0",
    ),
    "lit": ("0", "1", "2", "3", "7", "10"),
    "small": ("0", "1", "2", "3", "1", "2"),
    "float": ("0.0", "-0.0", "0.5", "1.0", "1e308", "1e400", "5e-324", "2.5", "-1.5", "1e16", "float('nan')"),
    "str": ("''", "'a'", "'ab'", "'Zoë'", "'x y'", "'7'", "'𝔘'", r"'\n'", "'a' 'b'", "r'\\d'", '"it\'s"', "K1"),
    "key": ("'a'", "'b'", "'c'", "'a'", "''"),
    "bool": ("True", "False"),
    "list": ("[]", "[0]", "[1, 2]", "[3, 1, 2]", "[1, 1]", "[0, 1, 2, 3]"),
    "dict": ("{}", "{'a': 1}", "{'a': 1, 'b': 2}", "{'b': 0}"),
    "tuple": ("()", "(1,)", "(1, 2)", "(0, 'a')", "(1, True, 1.0)", "(0.0, -0.0)"),
    "set": ("set()", "{1}", "{1, 2}", "{0, 3}"),
    "any": ("None", "b'ab'", "1j", "...", "True", "0", "''", "[]", "1.0"),
    "strs": ("['a', 'b']", "[]", "['x']", "('p', 'q')"),
    "spec": ("", ":>4", ":03", ":x", ":", ":<5"),
}  # fmt: skip

_TEXTS: dict[str, list[tuple[int, str | tuple[str, str]]]] = {
    "int": [
        (6, "(<int> + <int>)"), (5, "(<int> - <int>)"), (3, "(<int> * <lit>)"), (2, "(<int> // 3)"),
        (3, "(<int> % 7)"), (1, "(<int> // <lit>)"), (1, "-<int>"), (1, "~<int>"), (1, "+<int>"), (1, "abs(<int>)"),
        (1, "(<int> & <int>)"), (1, "(<int> | <int>)"), (1, "(<int> ^ <int>)"), (1, "(<int> << <small>)"),
        (1, "(<int> >> <small>)"), (1, "(<int> % 7) ** <small>"), (2, "len(<list>)"), (1, "len(<str>)"),
        (2, "(<list> or [4])[0]"), (1, "<list>[<small>]"),
        (2, "(<list> + [<int>])[-1]"), (1, "({'a': 1, 'b': 2, 'c': 3, '': 4} | <dict>)[<key>]"),
        (2, "<dict>.get(<key>, <int>)"), (2, "sum(<list>)"),
        (1, "max([0, *<list>])"), (1, "max(<int>, <int>)"), (1, "min(<int>, <int>, <lit>)"), (1, "int(str(<int>))"),
        (1, "round(<num>)"),
        (2, "(<int> if <cond> else <int>)"), (2, "(<int> and <int>)"), (2, "(<int> or <int>)"),
        (1, "<list>.count(<int>)"),
        (1, "(<list> + [3]).index(3)"), (1, "[*<list>, 1].pop()"), (1, "<str>.find(<str>)"), (1, "divmod(<int>, 5)[1]"),
        (1, "(<atom> + <atom> * <lit> - <atom>)"), (1, "(-<atom> % 5 - <atom> - 1)"), (1, "int(<bool>)"),
        (1, "(<atom> if <atom> else <atom> if <atom> else <atom>)"),
        (1, "(<atom> | <atom> & <atom> ^ <atom> % 9 << 2)"),
        (1, "(<int>).bit_length()"), (1, "pow(<lit>, <small>, 7)"), (1, "ord(chr(<small>))"), (1, "(<bool> + <int>)"),
        (2, "ident(<int>)"), (2, "add(<int>, <int>)"), (1, "slow(<int>)"), (1, "check(<int>)"),
        (1, "slow_check(<int>)"),
        (1, "box(<int>).value"), (1, "box(<int>).get(<int>)"), (1, "add(*<pair>)"), (1, "add(b=<int>, a=<int>)"),
        (1, "<dict>.setdefault(<key>, <int>)"), (1, "<dict>.pop(<key>, <int>)"), (1, "int('1' '2')"),
        (1, "len(<tuple>)"),
    ],
    "num": [(3, "<int>"), (2, "<float>"), (1, "<bool>")],
    "float": [
        (3, "(<int> / 4)"), (1, "(<int> / <lit>)"), (2, "(<float> + <float>)"), (2, "(<float> * <float>)"),
        (1, "(<float> - <num>)"),
        (1, "float(<int>)"), (1, "-<float>"), (1, "round(<float>, <small>)"), (1, "abs(<float>)"),
        (1, "(<float> // 0.7)"),
        (1, "(<float> % 3)"), (1, "(<float>).real"), (1, "(<float> if <cond> else <float>)"),
        (1, "min(<num>, <float>)"),
        (1, "ident(<float>)"), (1, "(<float> or <float>)"), (1, "max(<float>, <float>)"), (1, "(<float>) ** 2"),
        (1, "sum([<float>, <float>], <float>)"),
    ],
    "str": [
        (3, "(<str> + <str>)"), (1, "(<str> * <small>)"), (2, "str(<num>)"), (1, "repr(<any>)"), (2, "<str>[:1]"),
        (2, "<str>[<slice>]"), (1, "<str>.upper()"), (1, "<str>.strip()"), (1, "<str>.replace(<str>, <str>)"),
        (1, "'-'.join(<strs>)"), (1, "','.join([str(c0) for c0 in <list>])"), (1, "chr(<small> + 65)"),
        (2, "f'{<quiet>}'"),
        (2, "f'<{<quiet>!r}>{<quiet><spec>}'"), (1, "f'{<quiet>:{<small>}} {{}}'"), (1, "f'{<quiet>=}'"),
        (1, "format(<int>, 'x')"), (1, "('%s/%d' % (<str>, <int>))"), (1, "ident(<str>)"), (1, "(<str> or <str>)"),
        (1, "(<str> if <cond> else <str>)"), (1, "str(<float>)"), (1, "hex(<int>)"), (1, "<str>.encode().decode()"),
        (1, "box(<str>).value"), (1, "slow(<str>)"), (1, "ascii(<str>)"),
    ],
    "bool": [
        (4, "(<int> < <int>)"), (3, "(<int> <= <int>)"), (3, "(<int> == <int>)"), (2, "(<int> != <num>)"),
        (3, "(<int> < <int> <= <int>)"), (4, "(<int> <= ident(<int>) < <int>)"), (3, "(<lit> < <int> <= <lit>)"),
        (1, "(<int> > <num> >= <int> != <int>)"),
        (2, "(<int> in <list>)"), (1, "(<int> not in <list>)"), (1, "(<key> in <dict>)"), (2, "(<any> is None)"),
        (1, "(<any> is not None)"), (1, "(<list> is <list>)"), (2, "(<list> == <list>)"), (3, "(<cond> and <cond>)"),
        (3, "(<cond> or <cond>)"), (3, "(not <any>)"), (1, "(not <cond>)"), (1, "bool(<any>)"), (1, "(<any> == <any>)"),
        (1, "<str>.startswith(<str>)"), (1, "all([<cond>, <cond>])"), (1, "any(c0 > <lit> for c0 in <list>)"),
        (1, "all(check(c0) or True for c0 in <list>)"), (1, "any(ident(c0) for c0 in <list> if c0 != 1)"),
        (1, "(<str> < <str>)"),
        (1, "(<float> == <float>)"), (1, "(<tuple> == <tuple>)"), (1, "(<set> <= <set>)"), (1, "ident(<bool>)"),
        (1, "(not <atom> < <atom> and <atom> or <atom>)"), (1, "(<float> <= <num>)"), (1, "(1 < <atom> < 3 in <list>)"),
    ],
    "condition": [
        (4, "<bool>"), (3, "not <cond>"), (2, "<cond> and <cond>"), (2, "<cond> or <cond>"), (2, "<int> < <int>"),
        (2, "<lit> <= <int> < ident(<int>)"), (1, "not (<cond> or <bool>)"), (1, "(<any>)"), (1, "<int> in <list>"),
        (1, "not <int> == <int> and <cond>"), (1, "(<bool> if <bool> else <bool>)"), (1, "<any> is not None"),
    ],
    "cond": [(6, "<bool>"), (1, "<int>"), (1, "<list>"), (1, "<str>"), (1, "(<int> and <str>)"),
    (1, "(<any> or <int>)")],
    "list": [
        (4, "[<int>, <int>]"), (1, "[<int>]"), (3, "(<list> + <list>)"), (3, "<list>[<slice>]"),
        (2, "list(range(<small>))"),
        (2, "[*<list>, <int>]"), (1, "[<int>, *<tuple>]"), (1, "sorted(<list>)"), (1, "sorted(<list>, reverse=<bool>)"),
        (1, "list(reversed(<list>))"), (1, "<list>.copy()"), (2, "ident(<list>)"), (2, "push(<list>, <int>)"),
        (1, "fresh(<int>)"), (1, "fresh(<int>, y=<int>)"), (1, "(<list> or <list>)"), (1, "(<list> and <list>)"),
        (1, "(<list> if <cond> else <list>)"), (1, "list(<dict>.values())"), (1, "sorted(<set>)"),
        (1, "(<list> * <small>)"),
        (1, "[c0 + c1 for c0, c1 in enumerate(<list>)]"), (1, "[c0 * c1 for c0, c1 in zip(<list>, <list>)]"),
        (2, "[c0 for c0 in <list> if c0 != <lit>]"), (2, "[c0 + <lit> for c0 in <list>]"),
        (1, "[ident(c0) for c0 in <list>]"),
        (1, "[c0 + c1 for c0 in <list>[:3] for c1 in <list>[:3] if c0 < c1]"),
        (1, "[c0 for c0 in range(<small>) if c0 if c0 - 1]"),
        (1, "[[c1 for c1 in range(c0 % 3)] for c0 in <list>]"), (1, "slow(<list>)"), (1, "box(<list>).value"),
        (1, "list(<tuple>)"), (1, "sorted(c0 % 3 for c0 in <list>)"),
    ],
    "dict": [
        (2, "{<key>: <int>}"), (2, "{**<dict>, <key>: <int>}"), (1, "dict(a=<int>, b=<int>)"), (1, "(<dict> | <dict>)"),
        (1, "{c0: c0 + 1 for c0 in <list>}"), (1, "{str(c0): c1 for c0, c1 in zip(<list>, <list>)}"),
        (1, "<dict>.copy()"),
        (1, "ident(<dict>)"), (1, "{<key>: <int>, <key>: <int>}"), (1, "(<dict> or <dict>)"), (1, "dict(<dict>)"),
        (1, "{c0: c1 for c0, c1 in <dict>.items() if c1 != <lit>}"),
    ],
    "tuple": [
        (3, "(<any>, <any>)"), (1, "(<int>,)"), (1, "tuple(<list>)"), (2, "(*<list>, <int>)"), (1, "divmod(<int>, -3)"),
        (1, "(<tuple> + <tuple>)"), (1, "<tuple>[<slice>]"), (1, "keywords(<int>, c=<int>, b=<int>)"),
        (1, "rest(*<list>, x=<int>)"),
        (1, "rest(<int>, *<tuple>, **{'y': <int>, 'x': <int>})"), (1, "(<list>, <list>)"), (1, "tuple(<dict>)"),
        (1, "ident(<tuple>)"), (1, "(<tuple> * <small>)"), (1, "rest(<int>, z=<int>, **<dict>)"),
    ],
    "set": [
        (2, "{<small>, <int> % 8}"), (2, "set(<list>)"), (1, "(<set> | <set>)"), (1, "(<set> & <set>)"),
        (1, "(<set> - <set>)"),
        (1, "{c0 % 4 for c0 in <list>}"), (1, "frozenset(<list>)"), (1, "{*<list>, 1}"), (1, "(<set> ^ <set>)"),
    ],
    "any": [
        (5, "<int>"), (2, "<float>"), (2, "<str>"), (2, "<bool>"), (3, "<list>"), (1, "<dict>"), (1, "<tuple>"),
        (1, "box(<list>)"), (1, "(<any> or <any>)"), (1, "(<any> and <any>)"), (1, "[<any>, <any>]"),
        (1, "ident(<any>)"),
        (1, "(<any> if <cond> else <any>)"), (1, "{<key>: <any>}"), (1, "<str>.split()"), (1, "(<int> + <float>)"),
        (1, "range(<small>)"), (1, "bytes([<small>])"), (1, "complex(<num>, <num>)"), (1, "box(<int>)"),
        (1, "(<list>, <list>)"),
        (1, "sum(ident(c0) for c0 in <list>)"),
    ],
    "pair": [(3, "(<int>, <int>)"), (1, "[<int>, <int>]"), (1, "<list>[:2]")],
    "strs": [(1, "[<str>, <str>]"), (1, "<str>.split()"), (1, "list(<str>)"), (1, "(<str>,)")],
    "slice": [
        (2, "<small>:"), (2, ":<small>"), (1, ":"), (1, "::-1"), (1, "<small>:<int>"), (1, "<int>:<small>:2"),
        (1, ":-1"),
    ],
    "duration": [
        (2, ("250ms", "td(milliseconds=250)")), (2, ("2s", "td(seconds=2)")), (1, "<small>"), (1, "0.25"),
        (1, ("1h", "td(hours=1)")), (1, ("(1m + 30s)", "(td(minutes=1) + td(seconds=30))")),
    ],
    "iter": [
        (3, "<list>"), (3, "range(<small>)"), (2, "list(<list>)"), (1, "<tuple>"), (1, "reversed(<list>)"),
        (1, "[1, 2, 3]"),
        (1, "sorted(<dict>.values())"), (1, "<list>[<slice>]"), (1, "range(0, 40, 9)"), (1, "<dict>.values()"),
        (1, "b'ab'"),
    ],
    "iterpairs": [
        (2, "enumerate(<list>)"), (2, "zip(<list>, <list>)"), (2, "<dict>.items()"), (1, "enumerate(<str>, <small>)"),
        (1, "[(1, 2), (3, 4)]"), (1, "zip(<list>, <str>, strict=True)"),
    ],
}  # fmt: skip


def _template(text: str | tuple[str, str]) -> Template:
    csc, python = (text, None) if isinstance(text, str) else text
    holes = tuple(_HOLE.findall(csc))
    # `sum(x for …)` reads its items before it begins; `any` and `all` stop early, as in Python.
    if python is None and csc.startswith(("sum(", "sorted(")) and " for " in csc:
        name, rest = csc.split("(", 1)
        python = f"{name}([{rest[:-1]}])"
    return Template(_HOLE.sub(HOLE, csc), None if python is None else _HOLE.sub(HOLE, python), holes)


TEMPLATES: dict[str, tuple[tuple[Template, ...], tuple[int, ...]]] = {
    kind: (tuple(_template(text) for _, text in rows), tuple(accumulate(weight for weight, _ in rows)))
    for kind, rows in _TEXTS.items()
}
"""By type: templates, and their weights summed up."""

TASKS = (
    "ident", "add", "push", "fresh", "check", "slow", "slow_check", "flaky", "flaky_slow", "keywords", "rest", "box",
)  # fmt: skip
EFFECTS = re.compile(r"\b(push|pop|setdefault|append|flaky|flaky_slow|box)\(")
"""What a template does that another strand could see, or whose count depends on the order of strands."""
