"""Programs that are Python but for a few words mean what CPython says."""

from __future__ import annotations

import sys

import pytest
from support.same_text import Ending, run_csc, run_python


def assert_same(ours: Ending, theirs: Ending) -> None:
    """Before 3.13 Python places some errors at a whole f-string, loop or `assert`; 3.13 and we at the part that is to blame."""
    if sys.version_info < (3, 13) and ours.place and theirs.place and theirs.place != ours.place:
        assert theirs.place[:2] <= ours.place[:2] <= theirs.place[2:]
        ours, theirs = ours._replace(place=None), theirs._replace(place=None)
    assert ours == theirs


EXPRESSIONS = [
    "1 + 2 * 3 - -4 ** 2 // 3 % 5",
    "1 < n < 9, 9 > n >= 6, n == 5 != 4, 1 in [n] == [n]",
    "n and 0 or 'x', n or 1 / 0, not n, not not n",
    "(n if n > 9 else -n), ('a' if None else 'b' if n else 'c')",
    "[x * y for x in range(4) if x % 2 for y in range(x) if y != n]",
    "{x: [y for y in range(x)] for x in (1, 2)}, {x % 2 for x in range(9)}",
    "[x for x in [y for y in range(n)] if x], [[x, y] for x, (y, *_) in [(1, 'ab'), (2, 'c')]]",
    "sum(x for x in range(n)), any(x > 3 for x in range(n)), all(x > 3 for x in range(n)), any(1 for x in [])",
    "[*range(2), n, *'ab'], (*'ab', n), {*'a', 'b', *[1]}, {**{1: 2}, 3: n, **{1: 5}}",
    "xs[0], xs[-1], xs[1:], xs[::-1], xs[n - 4 : : 2], {'k': [1]}['k'][0]",
    "f'{n}', f'{n!r:>4}|{n:{n}}|{{}}', f'{n = }', f'{n=!s:<3}', f'' 'a' f'b', f'{f\"{n}\":*^7}'",
    "(y := n + 1) + y, [(z := x) for x in xs], z",
    "n is n, n is not None, 1 not in xs, ~n, +n",
    "'abc'.upper().replace('B', 'x'), ','.join(str(x) for x in xs), 'x'.join(['a', 'b'])",
    "sorted(xs, reverse=True), max(xs, default=1), int('ff', base=16), round(2.5), divmod(7, 3), list(zip(xs, 'ab'))",
    "len(f'{xs!r}'), dict(a=1, **{'b': 2}), max(*xs), list(enumerate(xs, start=2)), print('a', n, sep='-', end='!')",
    "-0.0, 1e400 - 1e400 != 0, 0x1F, 0b11, 1_000, 1j * 1j, b'a' + b'\\x00', ...",
    "any(x for x in xs) and 'yes' or 'no', 1 if all(x for x in xs) else 2, not any([])",
    "[x for x in xs if any(y == x for y in range(2)) or x > 2]",
    "[x + y for x in range(3) if x == 0 or y for y in range(2)]",
    "1 < 2 < 'a'", "xs[7]", "{}['k']", "n + 'a'", "[1 / (x - 2) for x in xs]", "int('x')", "[y for x in xs if y for y in xs]",
    "[*n]", "{**n}", "(1, 2)[0:1:0]", "undefined_later", "xs.append(1, 2)", "f'{n:q}'", "-'a'", "3 in n",
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("n", [0, 5])
def test_an_expression_means_what_it_means_in_python(expression: str, n: int) -> None:
    """Value, error, what is printed, and the place of the error."""
    text = f"flow main(n, xs):\n    result = [{expression}]\n    undefined_later = 1\n    return result\n"
    assert_same(run_csc(text, n, [1, 2, 3]), run_python(text, n, [1, 2, 3]))


STATEMENTS = {
    "swap": "a, b = 1, 2\na, b = b, a\nreturn a, b",
    "unpack": "(a, [b, *c]), d = [1, 'xyz'], {4: 5}\nreturn a, b, c, d",
    "unpack too few": "a, b = [1]",
    "unpack too many": "a, (b, c) = 1, [1, 2, 3]",
    "unpack an int": "a, b = 5",
    "several targets": "a = b = c, d = [1, 2]\na.append(3)\nreturn a, b, c, d",
    "targets in order": "i = 0\nxs = [0, 0, 0]\ni, xs[i] = 2, 9\nreturn i, xs",
    "augment": "x = 1\nx += 2\nx **= 3\nxs = [1, 2]\nys = xs\nxs += [3]\nxs[0] -= 9\nxs[1:] *= 2\nreturn x, xs, ys",
    "augment tuple": "t = ([],)\nt[0] += [1]",
    "unbound": "if 0:\n    x = 1\nreturn x",
    "unbound augment": "if 0:\n    x = 1\nx += 1",
    "delete": "x = [1, 2, 3]\ndel x[0], x[-1]\ny = x\ndel x\nprint(y)\nreturn x",
    "delete unbound": "del x\nx = 1",
    "while else": "n = 3\nwhile n:\n    n -= 1\nelse:\n    print('e')\nwhile 1:\n    break\nelse:\n    print('no')\nreturn n",
    "for else": "for i in range(3):\n    if i == 1:\n        continue\n    print(i)\nelse:\n    print('end')\nreturn i",
    "for targets": "d = {}\nfor d['k'], (a, *b) in [(1, 'xyz'), (2, 'ab')]:\n    print(d, a, b)",
    "for grows": "xs = [1]\nfor x in xs:\n    if x < 5:\n        xs.append(x + 1)\nreturn xs",
    "for empty": "for x in []:\n    pass\nreturn x",
    "dict changes": "d = {1: 1}\nfor k in d:\n    d[2] = 2",
    "not iterable": "for x in 5:\n    pass",
    "assert": "assert 1\nassert [], 'empty ' + 'list'",
    "assert bare": "assert 0",
    "while not": "n = 0\nwhile not (n > 2 and n % 2) or n < 5:\n    n += 1\nreturn n",
    "if chain": "for n in range(4):\n    if n == 0 or n == 3:\n        print('a')\n    elif 1 <= n < 2:\n        print('b')\n"
    "    else:\n"
    "        print('c')",
    "comprehension scope": "x = 'o'\nys = [x for x in range(3)]\nzs = [y for y in x]\nreturn x, ys, zs",
    "walrus scope": "if any((last := x) > 1 for x in range(5)):\n    return last",
    "walrus in condition": "n = 0\nwhile (n := n + 1) < 5:\n    pass\nreturn n",
    "while true": "n = 0\nwhile True:\n    n += 1\n    if n > 5:\n        return n",
    "alias": "a = b = []\na.append(b)\nreturn len(b), a is b",
    "subscript store fails": "xs = []\nxs[0] = 1",
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_means_what_it_means_in_python(name: str) -> None:
    """Value, error, what is printed, and the place of the error."""
    body = STATEMENTS[name].replace("\n", "\n    ")
    text = f"flow main():\n    {body}\n"
    assert_same(run_csc(text), run_python(text))


ORDER = [
    "t(1) + t(2) * t(3)", "t(1)[t(0)]", "[t(1), *t('ab'), t(2)]", "{t(1): t(2), **t({}), t(3): t(4)}",
    "t(1) < t(2) < t(0) < t(5)", "t(0) or t('') or t(3) or t(4)", "t(1) and t(0) and t(2)", "t(1) if t(0) else t(2)",
    "f'{t(1)}{t(2):{t(3)}}'", "t([1, 2, 3])[t(0) : t(2) : t(1)]", "t('ab').replace(t('a'), t('b'))",
    "max(t(1), *t([2, 3]), key=t(None))", "[t(y) for x in t([1, 2]) if t(x) for y in t([x, 3])]",
    "{t(x): t(x + 1) for x in t([1, 2])}", "x + t(2) + (x := 5) + x", "t(1, t(2), b=t(3))", "(t(1), t(2)) == (t(1), t(3))",
    "t(d)[t('k')].append(t(1))", "any(t(x) for x in t([0, 2, 3]))", "not t(1) or t(2)", "max(*xs, xs.append(9) or 0, *xs)",
]  # fmt: skip
ORDER_OF_STATEMENTS = [
    "t(d)[t('k')] = t(1)", "t(d)[t('k')] += t([1])", "t(d)[t(1)], t(d)[t(2)] = t('ab')", "del t(d)[t('k')], t(d)[t('k')]",
    "for t(d)[t('i')] in t([1, 2]):\n        t('body')", "assert t(0), t('words')", "x = t(d)[t(0)] = t(5)",
    "a, t(d)[t(a)] = t([1, 2])", "t(d)[t('n')][t(0)] = t(1)",
]  # fmt: skip
_ORDER_PROGRAM = """\
flow main(log, d, xs):
    x = 1
    {statement}
    return d, log, x
flow t(value, a=0, b=0):
    print(repr(value), a, b)
    return value
"""


@pytest.mark.parametrize("statement", [*ORDER, *ORDER_OF_STATEMENTS])
def test_parts_are_evaluated_in_the_order_of_python(statement: str) -> None:
    """Each call of ``t`` prints what it is given."""
    text = _ORDER_PROGRAM.format(statement=f"x = {statement}" if statement in ORDER else statement)
    assert run_csc(text, [], {"k": []}, [1])[:3] == run_python(text, [], {"k": []}, [1])[:3]
