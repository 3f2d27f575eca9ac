"""A run in a store means what a run without one means: value, changed arguments, output, and what it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from cascade.durable import decode
from cascade.durable.machine_values import MACHINE_CODECS
from cascade.durable.store import FAILED
from support.crash_programs import ALONE, PROGRAMS
from support.crashes import Program, Server, Story
from support.isomorphic import difference

STORED = [program for program in (*PROGRAMS, *ALONE) if program.name != "flows:answered"]  # it sends signals to its run


@pytest.mark.parametrize("program", STORED, ids=lambda program: program.name)
def test_a_store_changes_nothing(program: Program, servers: list[Server], tmp_path: Path) -> None:
    """Also for tasks that change what they are given, give it back, or a part of it, or what they gave before."""
    plain, stored = Story(servers, program, tmp_path / "plain"), Story(servers, program, tmp_path / "stored")
    plain.process("plain")
    stored.process("run")
    one, other = plain.last(), stored.last()
    assert [one.get(name) for name in ("kind", "type", "said", "printed")] == [
        other.get(name) for name in ("kind", "type", "said", "printed")
    ]
    if program.ends != FAILED:
        values = [decode(bytes.fromhex(each["data"]), codecs=MACHINE_CODECS) for each in (one, other)]
        assert difference(*values) is None
    if program.ordered and not program.concurrent:
        assert plain.effects().calls() == stored.effects().calls()
    elif not program.concurrent:
        assert sorted(plain.effects().calls()) == sorted(stored.effects().calls())
