"""`create_cli`: a graph as a command, with the manners of ``cascade run``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click
import pytest
from cascade.errors import GraphError
from click.testing import CliRunner, Result

import cascade as cs


@cs.task(name="command:greet")
def greet(name: str, times: int = 1, every: timedelta | None = None) -> list[object]:
    """Say hello."""
    print("working")
    return ["hello " * times + name, every]


@cs.task(name="command:fail")
def fail(of: object = None) -> None:
    raise ValueError("no good")


GREETING = greet(
    cs.Param("name", description="Whom to greet."),
    cs.Param("how_often", 2, int, "How often."),
    every=cs.Param("every", None, timedelta),
)


def invoke(target: Any, *words: str) -> Result:
    """The command of a target."""
    return CliRunner().invoke(cs.create_cli(target), words)


@pytest.mark.parametrize("engine", [(), ("--interpret",)])
def test_the_result_is_one_line_of_json(engine: tuple[str, ...]) -> None:
    """Options are converted by their types, and what tasks print is no part of the result."""
    done = invoke(GREETING, "--name", "ada", "--how-often", "3", "--every", "1m30s", *engine)
    assert (done.exit_code, done.stdout) == (0, '["hello hello hello ada", 90]\n')
    assert done.stderr == "working\n"
    assert invoke(GREETING, "--name=ada").stdout == '["hello hello ada", null]\n'


def test_the_help_comes_from_descriptions() -> None:
    """Each parameter once, with type, description and default."""
    helped = invoke([GREETING, GREETING], "--help").stdout
    assert helped.count("--how-often INT") == 1
    assert "How often.  [default: 2]" in helped
    assert "Whom to greet." in helped
    assert "Say hello." in invoke(GREETING, "--help").stdout
    assert cs.create_cli(GREETING).name == "greet"
    assert cs.create_cli(GREETING, name="hello", help="Greet.").get_short_help_str() == "Greet."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "error[CS405]: parameter `name` is missing: Whom to greet."),
        (("--name", "a", "--how-often", "x"), "error[CS407]: `--how-often` takes `int`, not `x`"),
        (("--nome", "a"), "error[CS400]: no such option '--nome'"),
        (("a",), "error[CS400]: "),
    ],
)
def test_a_wrong_command_line_is_told(words: tuple[str, ...], said: str) -> None:
    """Status 2, nothing on standard output, and nothing has run."""
    done = invoke(GREETING, *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert "working" not in done.stderr


def test_a_failed_run_is_status_1() -> None:
    """The user's line is shown, then a coded sentence."""
    done = invoke(fail())
    assert (done.exit_code, done.stdout) == (1, "")
    assert 'raise ValueError("no good")' in done.stderr
    assert "error[CS419]: `fail` failed: ValueError: no good" in done.stderr
    skipped = invoke(greet("a").run_if(False))
    assert (skipped.exit_code, skipped.stdout) == (1, "")
    assert "DependencyMissingError" in skipped.stderr


def test_a_result_that_is_no_json_is_told() -> None:
    """As `cascade run` tells it."""
    thing = cs.task(name="command:thing")(object)
    done = invoke(thing())
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error[CS412]: the result of `thing` is not JSON: result is an object" in done.stderr


def test_parameters_may_have_any_name() -> None:
    """One that the command would use itself wins."""
    graph = greet(cs.Param("interpret"), cs.Param("help", 1, int))
    assert invoke(graph, "--interpret", "ada", "--help", "2").stdout == '["hello hello ada", null]\n'
    odd = greet(cs.Param("a b/c"), cs.Param("ß", 1, int))
    assert invoke(odd, "--a-b-c", "x", "--ß", "2").stdout == '["hello hello x", null]\n'


def test_parameters_are_declared_once() -> None:
    """Two of one name have to say the same; two names may not be one option."""
    with pytest.raises(GraphError, match="parameter `n` is declared in two ways"):
        cs.create_cli([greet(cs.Param("n")), greet(cs.Param("n", type=int))])
    with pytest.raises(GraphError, match="two parameters would be the same option"):
        cs.create_cli([greet(cs.Param("n-m")), greet(cs.Param("n_m"))])


def test_a_command_may_be_part_of_another() -> None:
    """It is one of click's."""
    group = click.Group(commands={"greet": cs.create_cli(GREETING)})
    assert CliRunner().invoke(group, ["greet", "--name", "ada"]).stdout == '["hello hello ada", null]\n'
