"""Cascade from Python: `load`, calling flows, `run` and `arun`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from traceback import format_exception

import pytest
from cascade.events import RunFinished, RunStarted

import cascade as cs

PROGRAM = """from api_tasks import double

flow main(n: int, pause: duration = 0s) -> int:
    sleep pause
    return double(n)

flow liar() -> str:
    return 1

flow refuses():
    fail "no"

flow receives(name: str):
    return wait name

flow endless():
    loop:
        pass
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[cs.Program]:
    (tmp_path / "program.csc").write_text(PROGRAM)
    (tmp_path / "api_tasks.py").write_text(
        'import cascade as cs\n\n\n@cs.task(mode="inline")\ndef double(n):\n    return 2 * n\n'
    )
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.setenv("CASCADE_CACHE", "0")
    yield cs.load(tmp_path / "program.csc")
    sys.modules.pop("api_tasks", None)


@pytest.mark.parametrize("use_vm", [True, False])
def test_a_call_is_a_value_that_runs_any_number_of_times(program: cs.Program, use_vm: bool) -> None:
    """On both engines."""
    call = program.main(21)
    assert [cs.run(call, use_vm=use_vm), cs.run(call, use_vm=use_vm)] == [42, 42]
    assert program["main"](n=1) == program.main(1)


def test_arguments_are_checked_when_the_flow_is_called(program: cs.Program) -> None:
    """With a code, before anything runs; a number for a duration becomes one."""
    for wrong in ((), ("x",), (1, 2, 3)):
        with pytest.raises(cs.ArgumentError):
            program.main(*wrong)
    with pytest.raises(TypeError, match="CS406"):
        program.main(1, every=2)
    assert program.main(1, 2.5).arguments == (1, timedelta(seconds=2.5))


def test_the_result_is_checked(program: cs.Program) -> None:
    """Against what the flow declares."""
    with pytest.raises(cs.ResultError, match="CS411"):
        cs.run(program.liar())


def test_what_the_flow_raises_comes_out(program: cs.Program) -> None:
    """As it is."""
    with pytest.raises(cs.FlowFailed, match="no"):
        cs.run(program.refuses())
    with pytest.raises(cs.BudgetExhausted):
        cs.run(program.endless(), budget=cs.Budget(turns=3))


def test_an_error_says_where_in_the_flows_it_was_raised(program: cs.Program) -> None:
    """In its traceback: the call, the line of the flow, and nothing of ours. Nothing else was being handled."""
    with pytest.raises(cs.FlowFailed) as failed:
        cs.run(program.refuses())
    shown = "".join(format_exception(failed.value))
    assert 'in refuses\n    fail "no"\n' in shown
    assert "cascade/cascade" not in shown
    assert failed.value.__context__ is None


def test_signals_and_listeners_belong_to_one_run(program: cs.Program) -> None:
    """They are handed in with the call."""
    signals = cs.Signals()
    signals.send("go", 7)
    events: list[object] = []
    assert cs.run(program.receives("go"), signals=signals, listener=events.append) == 7
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)


def test_many_runs_share_one_loop(program: cs.Program) -> None:
    """Each with its own meter."""

    async def main() -> list[object]:
        return await asyncio.gather(*(cs.arun(program.main(n)) for n in range(100)))

    assert asyncio.run(main()) == [2 * n for n in range(100)]


def test_run_is_refused_inside_an_event_loop(program: cs.Program) -> None:
    """And says what to write instead."""

    async def main() -> None:
        cs.run(program.main(1))

    with pytest.raises(RuntimeError, match=r"await cascade\.arun"):
        asyncio.run(main())


def test_a_flow_that_is_not_there_is_named(program: cs.Program) -> None:
    """With what was probably meant."""
    with pytest.raises(cs.TargetError, match="did you mean `main`"):
        program["mian"]
    with pytest.raises(AttributeError):
        _ = program.mian
    with pytest.raises(TypeError, match="call of a flow"):
        cs.run(program.main)  # type: ignore[arg-type]


def test_a_wrong_source_raises_all_its_diagnostics(tmp_path: Path) -> None:
    """As a `CompileError`."""
    (tmp_path / "bad.csc").write_text("flow main():\n    break\n    return nobody\n")
    with pytest.raises(cs.CompileError) as caught:
        cs.load(tmp_path / "bad.csc")
    assert len(caught.value.diagnostics) == 2
    assert caught.value.code.startswith("CS2")


def test_the_version_is_the_distributions() -> None:
    """Said twice, so that importing it costs nothing."""
    import tomllib

    root = Path(__file__).resolve().parents[2]
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == cs.__version__
