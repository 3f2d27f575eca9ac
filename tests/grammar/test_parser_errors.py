"""What is wrong with a text is said: with its own code, where it is, all of it, and with something to write instead."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from cascade_grammar.codes import CODES
from cascade_grammar.diagnostics import Diagnostic, SourceErrors, format_diagnostic
from cascade_grammar.parser import parse_module
from cascade_grammar.parsing.tokens import OWN_WORDS
from cascade_grammar.printer import format_module
from cascade_grammar.spans import Source
from cascade_grammar.underline import underline

EXAMPLES = Path(__file__).parents[1] / "golden" / "errors"


def errors(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SourceErrors) as caught:
        parse_module(Source("t.csc", text))
    return caught.value.diagnostics


def body(*lines: str) -> str:
    return "flow main(a, b):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_program_with_that_mistake_alone(code: str) -> None:
    """One mistake gives one complaint, and its code is its own."""
    text = (EXAMPLES / code / "program.csc").read_text(encoding="utf-8")
    assert [diagnostic.code for diagnostic in errors(text)] == [code]


def test_several_mistakes_are_all_found() -> None:
    """Reading goes on behind a line that makes no sense, and blocks below such a line keep their place."""
    text = inspect.cleandoc(
        """
        flow first(n: int):
            if n = 3:
                retrun n
            else if n:
                x = )
            for i on range(3):
                y = [1, 2
            return 1h30

        def second():
            z = "open

        flow third(:
            pass
        """
    )
    found = [(d.code, d.source.position(d.span.start)[0]) for d in errors(text)]
    assert found == [
        ("CS117", 2), ("CS119", 3), ("CS118", 4), ("CS103", 5), ("CS101", 6), ("CS102", 7), ("CS109", 8), ("CS114", 10),
        ("CS104", 11), ("CS102", 13),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code", "hint"),
    [
        ("if a = 3:", "CS117", "write `==`"),
        ("import os", "CS114", "from module import"),
        ("raise ValueError(a)", "CS114", "`fail value`"),
        ("class A:", "CS114", "tasks"),
        ("def f():", "CS114", "flow name(parameters)"),
        ("x = await a", "CS114", "leave the word out"),
        ("match a:", "CS114", "`if` and `elif`"),
        ("let x = 3", "CS114", "`name = value`"),
        ("print a", "CS114", "`print(value)`"),
        ("@retry", "CS114", "policies follow a call"),
        ("whille a:", "CS119", "did you mean `while`?"),
        ("x = a adn b", "CS119", "did you mean `and`?"),
        ("x = a && b", "CS101", "write `and`"),
        ("x = !a", "CS101", "write `not`"),
        ("x = a; y = b", "CS101", "a line of its own"),
        ("x: int = 3", "CS114", "types stand in signatures"),
        ("sleep 10 s", "CS109", "write `10s`"),
        ("sleep 3 minutes", "CS109", "write `3m`"),
        ("sleep 5min", "CS109", "write `5m`"),
        ("sleep 1h30m", "CS109", "`1h + 30m`"),
        ("sleep 5x", "CS109", "the units are"),
        ("x = 0o9", "CS110", ""),
        ("x = '\\xg1'", "CS111", ""),
        ("x = '\\N{NO SUCH}'", "CS111", ""),
        ("x = f'{a!z}'", "CS112", "!r, !s and !a"),
        ("x = f'}'", "CS112", "write `}}`"),
        ("x = f(a with retry(3))", "CS122", "in parentheses"),
        ("x = f(a) with cache(3)", "CS122", "`retry(…)` and `timeout(…)`"),
        ("if x := a:", "CS101", "(name := value)"),
        ("jump act", "CS125", "write `jump act()`"),
        ("flow inner():", "CS123", ""),
        ("const X = 3", "CS123", ""),
        ("f(x for x in a, b)", "CS127", "parentheses"),
        ("x = {1: 2, 3}", "CS127", ""),
        ("x = (a=3)", "CS117", "write `==`"),
        ("*a, *b = a", "CS120", ""),
        ("f(a) += 1", "CS120", ""),
        ("del a.b", "CS121", ""),
        ("x = parallel [a, b]", "CS127", "`parallel [f(x) for x in values]`"),
    ],
)
def test_a_mistake_comes_with_what_to_write_instead(line: str, code: str, hint: str) -> None:
    """The first complaint about a line names what was meant."""
    block = ("    pass",) if line.endswith(":") else ()
    first = errors(body(line, *block))[0]
    assert first.code == code
    assert hint in (first.hint or "")


def test_a_complaint_points_into_an_f_string() -> None:
    """The span is that of the token inside, not of the whole string."""
    (found,) = errors(body('x = f"{a} and {b c}"'))
    assert found.source.text[found.span.start : found.span.end] == "c"


def test_an_unclosed_bracket_names_where_it_was_opened() -> None:
    """Also when the rest of the file was swallowed, which is read again."""
    found = errors(body("x = f(a,", "y = 3", "z = 007"))
    assert [d.code for d in found] == ["CS102", "CS110"]
    assert found[0].source.position(found[0].span.start) == (2, 9)


def test_mixed_tabs_are_said_once() -> None:
    """Other complaints about indentation would be guesses."""
    text = "flow main(a):\n    if a:\n\t\treturn 1\n\telse:\n        return 2\n"
    assert [d.code for d in errors(text)] == ["CS108"]


def test_a_diagnostic_shows_its_line() -> None:
    """Code, place, the line with the span underlined, and the hint."""
    (found,) = errors(body("if a = 3:", "    pass"))
    assert format_diagnostic(found) == inspect.cleandoc(
        """
        error[CS117]: `=` assigns, and here a value is expected
         --> t.csc:2:10
          |
        2 |     if a = 3:
          |          ^
          = hint: to compare, write `==`
        """
    )


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("flow main:\n    pass\n", "CS101", "write `flow main():`"),
        ("flow main():\n    state a:\n        pass\n", "CS101", "write `state a():`"),
        (body("f() retry(3)"), "CS122", "as in `f(x) with retry(3)`"),
        (body("x = f() timeout 5s"), "CS122", "as in `f(x) with timeout(10s)`"),
        (body("f() with retry(3) timeout(2s)"), "CS132", "as in `with retry(3), timeout(10s)`"),
        (
            body("retry(3):", "    f()"),
            "CS122",
            "a policy follows a call, as in `f(x) with retry(…)`; a flow may hold several calls",
        ),
        (body("// why"), "CS101", "a comment begins with `#`"),
        (body("/* why */"), "CS101", "a comment begins with `#`"),
        (body("if a =< 3:", "    pass"), "CS101", "write `<=`"),
        (body("if a => 3:", "    pass"), "CS101", "write `>=`"),
        (body("x = f(state=3)"), "CS131", 'a task that has such a parameter is called with `**{"state": …}`'),
        (body("x = “a”"), "CS115", 'write plain quotes: `"…"`'),
        (body("\u00a0\u00a0x = 1"), "CS115", "write a plain blank: this one only looks like it"),
        ("flow main():\nreturn 1\n", "CS106", "indent what belongs to the block; write `pass` for one that does nothing"),
        (body("try:", "    pass", "except a.B:", "    pass", "except C:", "    pass"), "CS125", None),
    ],
)
def test_a_habit_is_told_once_with_what_to_write(text: str, code: str, hint: str | None) -> None:
    """One complaint each, although there is more on the line that makes no sense then."""
    (found,) = errors(text)
    assert (found.code, found.hint) == (code, hint)


@pytest.mark.parametrize("word", sorted(OWN_WORDS))
def test_attributes_may_be_called_as_words_of_the_language(word: str) -> None:
    """Values of tasks know nothing of the language: `job.state`, `job.wait()`; Python's own words stay out."""
    text = f'flow main(job):\n    return job.{word}, job.{word}(), f"{{job.{word}}}"\n'
    assert format_module(parse_module(Source("t.csc", text))) == text
    assert [d.code for d in errors(body("x = a.while"))] == ["CS131"]


def test_carets_stand_below_wide_characters() -> None:
    """Where a terminal shows them: wide characters take two columns, combining ones none, a tab stays a tab."""
    assert underline("日本 = x", 5, 6) == " " * 7 + "^"
    assert underline("日本 = x", 0, 2) == "^^^^"
    assert underline("e\u0301 = x", 5, 6) == " " * 4 + "^"
    assert underline("\té = x", 5, 6) == "\t" + " " * 4 + "^"
    assert underline("x", 1, 1) == " ^"


def test_a_long_line_is_shown_around_the_mistake() -> None:
    """However long it is, it does not fill the terminal."""
    (found,) = errors(body("x = [" + "1, " * 10_000 + "007]"))
    shown = format_diagnostic(found)
    assert "^^^" in shown
    assert len(shown) < 1000


@pytest.mark.parametrize("text", ["\0", "flow main():\n    x = 1 \0\n", "flow main():\n    x = \x01\n"])
def test_a_nul_is_no_program(text: str) -> None:
    """The character is named, not printed."""
    found = errors(text)[0]
    assert found.code == "CS115"
    assert "\0" not in format_diagnostic(found)
