"""Cancellation passes through everything that a program can catch, and every `finally` on its way runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cascade.testing import run_virtual

import cascade as cs

PROGRAM = """\
flow except_in_finally():
    try:
        try:
            sleep 1h
        except ValueError, TypeError:
            emit "caught"
        except Exception as error:
            emit "caught", str(error)
        else:
            emit "else"
    finally:
        emit "outer"


flow bare_except_in_finally():
    try:
        try:
            sleep 1h
        except:
            emit "caught"
    finally:
        emit "outer"


flow three_deep():
    try:
        try:
            try:
                sleep 1h
            except KeyError:
                emit "caught"
        except:
            emit "caught"
        finally:
            emit "inner"
    finally:
        emit "outer"


flow in_a_handler():
    try:
        try:
            fail "first"
        except FlowFailed as error:
            sleep 1h
            emit "went on"
    finally:
        emit "outer"


flow in_a_callee():
    try:
        waits()
    except:
        emit "caught"
    finally:
        emit "outer"


flow waits():
    try:
        sleep 1h
    finally:
        emit "inner"


flow in_branches():
    try:
        parallel:
            waits()
            waits()
    finally:
        emit "outer"


flow cleanup_that_works():
    try:
        sleep 1h
    finally:
        for part in ["inner", "outer"]:
            sleep 1s
            emit part


flow cleanup_that_fails():
    try:
        sleep 1h
    finally:
        emit "outer"
        fail "in the clean-up"


flow no_finally():
    try:
        sleep 1h
    except:
        emit "caught"
"""

EXPECTED = {
    "except_in_finally": ["outer"],
    "bare_except_in_finally": ["outer"],
    "three_deep": ["inner", "outer"],
    "in_a_handler": ["outer"],
    "in_a_callee": ["inner", "outer"],
    "in_branches": ["inner", "inner", "outer"],
    "cleanup_that_works": ["inner", "outer"],
    "cleanup_that_fails": ["outer"],
    "no_finally": [],
}


@pytest.mark.parametrize("use_vm", [True, False], ids=["vm", "interpret"])
@pytest.mark.parametrize("flow", EXPECTED)
@pytest.mark.parametrize("built", [False, True], ids=["source", "built"])
def test_a_cancelled_run_cleans_up_and_catches_nothing(tmp_path: Path, flow: str, use_vm: bool, built: bool) -> None:
    """Whatever stands between the cancelled call and a `finally`: the `finally` runs once, and the run ends cancelled."""
    source = tmp_path / "program.csc"
    source.write_text(PROGRAM)
    path = source
    if built:
        from support.builds import built as build

        path = tmp_path / "program.cbp"
        path.write_bytes(build(source))
    program = cs.load(path)
    emitted: list[str] = []

    def listen(event: object) -> None:
        if type(event).__name__ == "Emitted":
            emitted.append(event.name)  # type: ignore[attr-defined]

    async def main() -> None:
        running = asyncio.ensure_future(cs.arun(program[flow](), use_vm=use_vm, listener=listen))
        await asyncio.sleep(60)
        running.cancel()
        await running

    with pytest.raises(asyncio.CancelledError):
        run_virtual(main())
    assert emitted == EXPECTED[flow]
