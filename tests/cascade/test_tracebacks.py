"""What users see of an error that leaves a run: their own lines, the flows in between, nothing of ours."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import signal
import subprocess
import sys
import time
import traceback
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cascade_vm
import pytest
from cascade.awaiting import Awaiting
from cascade.trace import format_failure, lines_of_files
from cascade.tracebacks import frames_at, raises_at_caller, with_flow_frames
from cascade_vm.host import Place

import cascade
import cascade as cs

OURS = [os.path.dirname(os.path.abspath(module.__file__ or "")) for module in (cascade, cascade_vm)]
ENGINES = pytest.mark.parametrize("use_vm", [True, False], ids=["machine", "reference"])


def failing(name: str) -> str:
    raise LookupError(f"no {name}")


@cs.task
def find(name: str) -> str:
    return failing(name)


@cs.task(mode="blocking")
def find_slowly(name: str) -> str:
    return failing(name)


@cs.task
async def find_async(name: str) -> str:
    await asyncio.sleep(0)
    return failing(name)


@cs.task
def several() -> None:
    errors: list[Exception] = []
    for name in ("a", "b"):
        try:
            failing(name)
        except LookupError as error:
            errors.append(error)
    raise ExceptionGroup("several", errors)


@cs.flow
def inner(name: str) -> Any:
    naïve = "é" + find(name)
    return naïve  # noqa: RET504


@cs.flow
def outer(name: str) -> Any:
    found = [inner(name)]
    return found  # noqa: RET504


@cs.flow
def passed_on(name: str) -> Any:
    return outer(name)


@cs.flow
def translated(name: str) -> Any:
    try:
        return [find(name)]
    except LookupError as error:
        raise ValueError(name) from error


@cs.flow
def deep(n: int) -> int:
    return 1 // n + deep(n - 1)


@cs.flow
def of_mode(mode: int) -> Any:
    if mode == 0:
        found = find_slowly("it")
    elif mode == 1:
        found = find_async("it")
    else:
        found = several()
    return found


@cs.task(mode="blocking")
def run_inside(name: str) -> Any:
    return cs.run(inner(name))


@cs.task
async def arun_inside(name: str) -> Any:
    return await cs.arun(inner(name))


@cs.flow
def nested(name: str, later: bool) -> Any:
    found = arun_inside(name) if later else run_inside(name)
    return found  # noqa: RET504 - no tail call


def shown(call: Callable[[], object]) -> list[str]:
    """The lines of the traceback of what a call raises, those of files as ``file:function: source``."""
    try:
        call()
    except BaseException as error:
        text = "".join(traceback.format_exception(error))
    else:
        raise AssertionError("it raised nothing")
    for folder in OURS:
        assert folder not in text, text
    return text.replace(__file__, "HERE").splitlines()


def functions(lines: list[str]) -> list[str]:
    return [line.rpartition(" in ")[2] for line in lines if line.lstrip(" |").startswith("File ")]


# --- from run ------------------------------------------------------------------------------------------------------------


@ENGINES
def test_a_traceback_is_the_story_of_the_user(use_vm: bool) -> None:
    """From the call of `run` through the flows, with carets in the right columns, to the frames of the task."""
    lines = shown(lambda: cs.run(outer("it"), use_vm=use_vm))
    start = next(index for index, line in enumerate(lines) if line.endswith("in outer"))
    assert [re.sub(r", line \d+", "", line).replace("~", "^") for line in lines[start : start + 6]] == [
        '  File "HERE", in outer',
        "    found = [inner(name)]",
        "             ^^^^^^^^^^^",
        '  File "HERE", in inner',
        '    naïve = "é" + find(name)',
        "                  ^^^^^^^^^^",
    ]
    assert functions(lines) == ["shown", "<lambda>", "outer", "inner", "find", "failing"]
    assert lines[-1] == "LookupError: no it"


@ENGINES
def test_tail_calls_leave_no_frame(use_vm: bool) -> None:
    """The flow that ended with a call is gone, as the stack says everywhere."""
    lines = shown(lambda: cs.run(passed_on("it"), use_vm=use_vm))
    assert functions(lines) == ["shown", "<lambda>", "outer", "inner", "find", "failing"]


@ENGINES
def test_causes_have_their_flows(use_vm: bool) -> None:
    """An error that was caught keeps the places that it passed until then."""
    lines = shown(lambda: cs.run(translated("it"), use_vm=use_vm))
    middle = lines.index("The above exception was the direct cause of the following exception:")
    assert functions(lines[:middle]) == ["translated", "find", "failing"]
    assert functions(lines[middle:]) == ["shown", "<lambda>", "translated"]


@ENGINES
@pytest.mark.parametrize("mode", [0, 1], ids=["thread", "async"])
def test_frames_of_threads_and_coroutines_are_the_users(use_vm: bool, mode: int) -> None:
    """However a task is run, what is shown is what it is written as."""
    task = ("find_slowly", "find_async")[mode]
    lines = shown(lambda: cs.run(of_mode(mode), use_vm=use_vm))
    assert functions(lines) == ["shown", "<lambda>", "of_mode", task, "failing"]


def test_parts_of_a_group_have_their_frames() -> None:
    """Those of the task that raised them."""
    lines = shown(lambda: cs.run(of_mode(2)))
    assert functions(lines) == ["shown", "<lambda>", "of_mode", "several", "several", "failing", "several", "failing"]


def test_deep_recursion_is_shortened() -> None:
    """A hundred thousand frames are not for reading, nor for memory."""
    lines = shown(lambda: cs.run(deep(100_000)))
    assert functions(lines)[:3] == ["shown", "<lambda>", "deep"]
    assert sum("more calls of flows" in line for line in lines) == 1
    assert len(lines) < 60
    assert lines[-1] == "ZeroDivisionError: integer division or modulo by zero"


@ENGINES
@pytest.mark.parametrize("later", [False, True])
def test_runs_in_tasks_are_shown_once(use_vm: bool, later: bool) -> None:
    """The flows of a run inside of a run stand where that was called."""
    lines = shown(lambda: cs.run(nested("it", later), use_vm=use_vm))
    called = "arun_inside" if later else "run_inside"
    assert functions(lines) == ["shown", "<lambda>", "nested", called, "inner", "find", "failing"]


def test_an_error_may_be_frozen() -> None:
    """Its class need not let attributes be set."""

    @dataclass(frozen=True)
    class Frozen(Exception):  # noqa: N818
        reason: str

    @cs.flow
    def fails() -> None:
        raise Frozen("so")

    assert functions(shown(lambda: cs.run(fails()))) == ["shown", "<lambda>", "fails"]


def test_the_same_error_may_leave_two_runs() -> None:
    """Its second traceback has the second run's flows."""
    with pytest.raises(LookupError) as first:
        cs.run(inner("a"))
    with pytest.raises(LookupError) as second:
        cs.run(inner("a"))
    assert first.value is not second.value
    assert with_flow_frames(first.value) is first.value
    assert functions(traceback.format_exception(first.value)) == functions(traceback.format_exception(second.value))


def test_context_is_as_python_has_it() -> None:
    """What was handled where `run` was called is the context."""
    with pytest.raises(LookupError) as caught:  # noqa: PT012 - the context is what is tested
        try:
            raise KeyError("first")
        except KeyError:
            cs.run(outer("it"))
    assert isinstance(caught.value.__context__, KeyError)


def test_what_run_itself_refuses_is_at_the_callers_line() -> None:
    """Wrong arguments, wrong targets, a loop that runs already."""
    assert functions(shown(lambda: cs.run(7))) == ["shown", "<lambda>"]
    wrong: Any = cs.run
    assert functions(shown(lambda: wrong())) == ["shown", "<lambda>"]

    async def main() -> None:
        cs.run(outer("it"))

    assert functions(shown(lambda: asyncio.run(main())))[-1] == "main"


# --- from arun -----------------------------------------------------------------------------------------------------------


def test_awaiting_shows_the_line_that_awaits() -> None:
    """In a coroutine, in a task of asyncio, under a timeout."""

    async def main() -> Any:
        return await cs.arun(outer("it"))

    lines = shown(lambda: asyncio.run(main()))
    assert functions(lines)[-5:] == ["main", "outer", "inner", "find", "failing"]

    async def engine() -> Any:
        return await cs.Engine().run(outer("it"))

    assert functions(shown(lambda: asyncio.run(engine())))[-5:] == ["engine", "outer", "inner", "find", "failing"]


def test_awaiting_is_a_coroutine() -> None:
    """It can be a task, be waited for, be cancelled; its value arrives; it can be left alone after `close`."""
    ended: list[str] = []

    async def work(seconds: float) -> int:
        try:
            await asyncio.sleep(seconds)
        finally:
            ended.append("work")
        return 7

    async def main() -> None:
        assert await asyncio.create_task(Awaiting(work(0))) == 7
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Awaiting(work(60)), 0.01)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await Awaiting(work(60))
        task = asyncio.create_task(Awaiting(work(60)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        Awaiting(work(0)).close()

    asyncio.run(main())
    assert ended == ["work"] * 4


def test_awaiting_hands_on_what_is_thrown() -> None:
    """What the coroutine makes of a cancellation is what comes out."""

    async def stubborn() -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            raise ValueError("instead") from None
        return "never"

    async def main() -> None:
        task = asyncio.create_task(Awaiting(stubborn()))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(ValueError, match="instead"):
        asyncio.run(main())


def test_awaiting_is_used_once() -> None:
    """Whether it had to wait or not, and however it ended, a second use is a mistake, as with any coroutine."""

    async def work(seconds: float, error: Exception | None = None) -> int:
        if seconds:
            await asyncio.sleep(0)
        if error is not None:
            raise error
        return 7

    for seconds in (0.0, 1.0):
        once = Awaiting(work(seconds))
        assert asyncio.run(once) == 7
        with pytest.raises(RuntimeError, match="cannot reuse"):
            asyncio.run(once)
        failed = Awaiting(work(seconds, ValueError("no")))
        with pytest.raises(ValueError, match="no"):
            asyncio.run(failed)
        with pytest.raises(RuntimeError, match="cannot reuse"):
            asyncio.run(failed)


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_awaiting_holds_no_error_that_holds_it(seconds: float) -> None:
    """A frame that keeps what it awaited, and an error that passed the frame, go without the collector of cycles."""

    class MarkError(Exception):
        pass

    async def work() -> None:
        if seconds:
            await asyncio.sleep(0)
        raise MarkError

    async def main() -> weakref.ref[BaseException]:
        async def inner() -> None:
            kept = Awaiting(work())
            await kept

        try:
            await inner()
        except MarkError as error:
            return weakref.ref(error)
        raise AssertionError

    gc.collect()
    gc.disable()
    try:
        assert asyncio.run(main())() is None
    finally:
        gc.enable()


# --- the pieces ----------------------------------------------------------------------------------------------------------


def test_places_become_frames(tmp_path: Path) -> None:
    """Columns count characters there and bytes here; what has no width is not underlined."""
    file = tmp_path / "f.py"
    file.write_text("x = ü(1, ö(2))\ny = f(\n  1)\n", encoding="utf-8")
    places = [
        Place("f", str(file), 1, 9, 1, 13),
        Place("g", str(file), 2, 4, 3, 4),
        Place("h", str(file), 1, 2, 1, 2),
        Place("gone", "nowhere.py", 3, 0, 3, 5),
    ]
    found = traceback.extract_tb(frames_at(places))
    assert [(one.name, one.lineno, one.colno, one.end_lineno, one.end_colno) for one in found] == [
        ("f", 1, 10, 1, 15),
        ("g", 2, 4, 3, 4),
        ("h", 1, None, 1, None),
        ("gone", 3, 0, 3, 5),
    ]
    assert [one.line for one in found] == ["x = ü(1, ö(2))", "y = f(", "x = ü(1, ö(2))", ""]


def test_an_error_of_our_own_is_shown_whole() -> None:
    """A bug in Cascade has no frames of the user's, and would otherwise not be found."""

    @raises_at_caller
    def broken() -> None:
        format_failure(None, None)  # type: ignore[arg-type]

    with pytest.raises(AttributeError) as caught:
        broken()
    assert any("cascade" in entry.filename for entry in traceback.extract_tb(caught.value.__traceback__))


def test_the_command_shows_no_frame_twice() -> None:
    """Its traceback is made of the same error, which may have its frames already."""
    with pytest.raises(LookupError) as caught:
        cs.run(outer("it"))
    text = format_failure(caught.value, lines_of_files)
    assert text.count("in outer") == text.count("in inner") == 1


def test_a_call_that_succeeds_is_a_call() -> None:
    """The decorated function gives its values, whatever they are, and looks like itself."""

    @raises_at_caller
    def same(value: object, *, times: int = 1) -> object:
        """Give it back."""
        return [value] * times

    assert same(None) == [None]
    assert same(same, times=2) == [same, same]
    assert (same.__name__, same.__doc__) == ("same", "Give it back.")


# --- in Python's own hands -----------------------------------------------------------------------------------------------

PROGRAM = """
import cascade as cs


@cs.task(mode="compute")
def far(n: int) -> float:
    return 1 / n


@cs.task(mode="compute")
def translating(n: int) -> float:
    try:
        return far.fn(n)
    except ZeroDivisionError as error:
        raise ValueError(n) from error


@cs.flow
def main(n: int):
    result = far(n)
    return result


@cs.flow
def other(n: int):
    return [translating(n)]


@cs.flow
def naps():
    while True:
        cs.sleep(0.01)


if __name__ == "__main__":
    HOW
"""


@pytest.mark.parametrize("how", ["cs.run(main(0))", "cs.run([main(0)])"])
def test_the_default_excepthook_shows_nothing_of_ours(tmp_path: Path, how: str) -> None:
    """A program that ends with an error of a flow ends as any Python program does."""
    program = tmp_path / "prog.py"
    program.write_text(PROGRAM.replace("HOW", how))
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert all(folder not in done.stderr for folder in OURS), done.stderr
    assert "asyncio" not in done.stderr
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert functions(lines)[0] == "<module>"
    assert functions(lines)[-2:] == ["main", "far"]
    assert lines[-4:] == [
        f'  File "{program}", line 7, in far',
        "    return 1 / n",
        "           ~~^~~",
        "ZeroDivisionError: division by zero",
    ]


def test_causes_of_another_process_come_along(tmp_path: Path) -> None:
    """With their frames, as far as they are the user's."""
    program = tmp_path / "prog.py"
    program.write_text(PROGRAM.replace("HOW", "cs.run(other(0))"))
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    lines = done.stderr.splitlines()
    middle = lines.index("The above exception was the direct cause of the following exception:")
    assert functions(lines[:middle]) == ["translating", "far"]
    assert functions(lines[middle:]) == ["<module>", "other", "translating"]
    assert lines[-1] == "ValueError: 0"


def test_an_interrupt_ends_a_run(tmp_path: Path) -> None:
    """Ctrl-C does what it does in any program, at the line of the run."""
    program = tmp_path / "prog.py"
    program.write_text(PROGRAM.replace("HOW", "print('now', flush=True)\n    cs.run(naps())"))
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert said.endswith("KeyboardInterrupt\n")
    assert all(folder not in said for folder in OURS), said
