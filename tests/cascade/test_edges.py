"""Where values of tasks meet the language: both engines do what Python does, and no text reaches into a value."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cascade.cache_folder import drop_oldest
from cascade.host import LocalHost
from cascade.processes import Processes, Ticket, pack_request
from cascade.strands import gather
from cascade.tasks import task
from cascade.testing import run_virtual
from support.hosting import call, named

import cascade as cs

TASKS = '''\
import itertools
import cascade as cs

class Vault:
    secret = "hunter2"

class Keyed:
    """A mapping as far as Python's calls want one."""
    def keys(self):
        return ["a"]
    def __getitem__(self, key):
        return 5

class Text(str):
    pass

@cs.task(mode="inline")
def endless():
    return itertools.count()

@cs.task(mode="inline")
def five():
    return iter([1, 2, 3, 4, 5])

@cs.task(mode="inline")
def rest(iterator):
    return list(iterator)

@cs.task(mode="inline")
def keyed():
    return Keyed()

@cs.task(mode="inline")
def vault():
    return Vault()

@cs.task(mode="inline")
def own(text):
    return Text(text)

@cs.task(mode="inline")
def text_class():
    return str

@cs.task(mode="inline")
def take(**named):
    return named

@cs.task(mode="inline")
def generator():
    yield 1
'''

PROGRAM = """\
from edge_tasks import endless, five, rest, keyed, vault, own, text_class, take, generator

flow unpacking_takes_no_more_than_it_needs():
    values = five()
    try:
        a, b = values
    except ValueError as error:
        return [str(error), rest(values)]

flow unpacking_what_never_ends():
    try:
        a, b = endless()
    except ValueError as error:
        return str(error)

flow zip_reads_what_never_ends():
    return list(zip("ab", endless()))

flow enumerate_reads_what_never_ends():
    for place, value in enumerate(endless()):
        if value == 3:
            return place

flow zip_takes_no_more_than_python():
    values = five()
    pairs = list(zip([1], values))
    return [pairs, rest(values)]

flow anything_with_keys_is_spread():
    return take(**keyed())

flow format_reaches_nothing_private():
    pattern = "{0:{0.__doc__}}"
    try:
        return sorted([vault()], key=pattern.format)
    except AttributeError as error:
        return str(error)

flow format_map_reaches_nothing_private():
    pattern = "{x.__class__}"
    try:
        return pattern.format_map({"x": 1})
    except AttributeError as error:
        return str(error)

flow format_of_a_kind_of_text_is_no_value():
    pattern = own("{0.secret:{0.secret}}")
    try:
        return sorted([vault()], key=pattern.format)
    except AttributeError as error:
        return str(error)

flow format_of_the_class_is_no_value():
    kind = text_class()
    try:
        return kind.format
    except AttributeError as error:
        return str(error)

flow an_iterator_shows_nothing():
    values = enumerate([1])
    try:
        return repr(values.inner)
    except AttributeError as error:
        return str(error)

flow an_iterator_has_no_methods():
    values = enumerate([1])
    try:
        return values.count(0)
    except AttributeError as error:
        return str(error)

flow stop_iteration_is_an_error():
    try:
        fail StopIteration(1)
    except StopIteration as error:
        return "caught"

flow stop_iteration_again():
    try:
        try:
            fail StopIteration(1)
        except StopIteration:
            fail
    except StopIteration as error:
        return "caught again"

flow stop_iteration_of_a_method():
    values = generator()
    values.send(None)
    try:
        values.send(None)
    except RuntimeError as error:
        return str(error)
"""

EXPECTED: dict[str, object] = {
    "unpacking_takes_no_more_than_it_needs": ["too many values to unpack (expected 2)", [4, 5]],
    "unpacking_what_never_ends": "too many values to unpack (expected 2)",
    "zip_reads_what_never_ends": [("a", 0), ("b", 1)],
    "enumerate_reads_what_never_ends": 3,
    "zip_takes_no_more_than_python": [[(1, 1)], [2, 3, 4, 5]],
    "anything_with_keys_is_spread": {"a": 5},
    "format_reaches_nothing_private": "a format may not use the private attribute '__doc__'",
    "format_map_reaches_nothing_private": "a format may not use the private attribute '__class__'",
    "format_of_a_kind_of_text_is_no_value": "'Text' object has no attribute 'format'",
    "format_of_the_class_is_no_value": "'type' object has no attribute 'format'",
    "an_iterator_shows_nothing": "'enumerate' object has no attribute 'inner'",
    "an_iterator_has_no_methods": "'enumerate' object has no attribute 'count'",
    "stop_iteration_is_an_error": "caught",
    "stop_iteration_again": "caught again",
    "stop_iteration_of_a_method": ".send raised StopIteration",
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> cs.Program:
    directory = tmp_path_factory.mktemp("edges")
    (directory / "edge_tasks.py").write_text(TASKS)
    (directory / "edges.csc").write_text(PROGRAM)
    return cs.load(directory / "edges.csc")


@pytest.mark.parametrize("use_vm", [True, False], ids=["vm", "interpret"])
@pytest.mark.parametrize("flow", EXPECTED)
def test_both_engines_do_what_python_does(program: cs.Program, flow: str, use_vm: bool) -> None:
    """Values of tasks in the places where the language takes them apart."""
    assert run_virtual(cs.arun(program[flow](), use_vm=use_vm)) == EXPECTED[flow]


def _abandoned() -> None:
    future: concurrent.futures.Future[None] = concurrent.futures.Future()
    future.cancel()
    future.result()


def _cancelled() -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("mode", ["inline", "blocking", "auto"])
@pytest.mark.parametrize("function", [_abandoned, _cancelled])
def test_a_sync_task_that_says_cancelled_fails(mode: Any, function: Callable[[], None]) -> None:
    """Nobody cancelled the run: the error is one that a program can catch, wherever the task ran."""
    stopped = task(mode=mode, name="m:stopped")(function)

    async def main() -> None:
        with pytest.raises(RuntimeError, match="m:stopped was cancelled from within"):
            await call(LocalHost(named(stopped)), stopped)

    run_virtual(main())


@pytest.mark.parametrize("fatal", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_run_is_not_lost_in_a_timeout(fatal: type[BaseException]) -> None:
    """A strand that is cancelled by a timeout and raises an exit in its clean-up exits: a program can not catch that."""

    async def exits() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            raise fatal

    async def main() -> None:
        with pytest.raises(fatal):
            async with asyncio.timeout(1):
                await gather([exits])

    run_virtual(main())


def test_a_closed_host_opens_again() -> None:
    """`close` ends threads that are idle; the next call makes new ones instead of waiting for ever."""

    @task(mode="blocking")
    def one() -> int:
        return 1

    async def main() -> None:
        host = LocalHost(named(one))
        for _ in range(3):
            assert await call(host, one) == 1
            host.close()

    run_virtual(main(), patience=10)


def test_a_process_killed_too_late_serves_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is given up at the very moment of its answer takes its process along."""
    processes, ticket = Processes(1), Ticket()
    take = processes._take

    def taken() -> Any:
        worker = take()
        exchange = worker.exchange

        def late(request: bytes) -> Any:
            answer = exchange(request)
            ticket.abandon()
            return answer

        monkeypatch.setattr(worker, "exchange", late)
        return worker

    monkeypatch.setattr(processes, "_take", taken)
    assert processes.exchange(ticket, pack_request(("operator", "neg"), (1,), {})) == ("value", -1)
    assert not processes._idle
    processes.close()


def test_the_cache_removes_nothing_but_entries(tmp_path: Path) -> None:
    """A user may point it at a directory where built programs are kept."""
    for number in range(300):
        (tmp_path / f"mine{number}.cbp").write_bytes(b"")
        (tmp_path / f"{number:040x}.cbp").write_bytes(b"")
    drop_oldest(tmp_path, ".cbp", 256)
    assert len(list(tmp_path.glob("mine*.cbp"))) == 300
    assert len(list(tmp_path.iterdir())) == 300 + 256


FAILURES = """\
flow branches():
    for n in range(200):
        try:
            parallel:
                fails(n)
                sleep 10s
        except ValueError as error:
            text = str(error)


flow attempts():
    for n in range(200):
        try:
            x = (fails(n) with timeout(10s), retry(2))
        except ValueError as error:
            text = str(error)


flow late():
    for n in range(200):
        try:
            x = (waits() with timeout(1s))
        except TimeoutError as error:
            text = str(error)


flow fails(n):
    fail ValueError(n)


flow waits():
    try:
        sleep 1h
    finally:
        x = 1
"""


@pytest.mark.parametrize("flow", ["branches", "attempts", "late"])
def test_caught_errors_of_strands_leave_no_garbage(tmp_path: Path, flow: str) -> None:
    """An endless loop that fails and goes on keeps its memory without the help of the collector of cycles."""
    (tmp_path / "failures.csc").write_text(FAILURES)
    program = cs.load(tmp_path / "failures.csc")
    run_virtual(cs.arun(program[flow]()))
    while gc.collect():
        pass  # programs of other tests go first, and what was kept for them when they are gone
    gc.disable()
    try:
        run_virtual(cs.arun(program[flow]()))
        assert gc.collect() < 200
    finally:
        gc.enable()
