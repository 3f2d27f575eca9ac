"""The generated programs get everywhere: what they do not reach, the differential tests can not prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import get_args

import pytest
from cascade.reference_frames import Frame
from cascade_compiler import graph
from cascade_compiler.optimise import PASSES
from cascade_compiler.root import call_root
from cascade_vm import opcodes
from support import engines
from support.compare import Example, example_of
from support.generate import generate
from support.model import Model, print_program, statements_of
from support.oracle import Oracle

from cascade import reference_frames

PROGRAMS = 150


@dataclass
class Reach:
    """What happened while the programs were compiled and run."""

    opcodes: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    run: set[str] = field(default_factory=set)
    fired: Counter[str] = field(default_factory=Counter)
    turns: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    caught: int = 0
    certain: int = 0
    programs: int = 0
    statements: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def reach() -> Iterator[Reach]:
    with pytest.MonkeyPatch.context() as patch:
        found = Reach()
        _watch_reference(found, patch)
        _watch_loops(found, patch)
        for seed in range(PROGRAMS):
            model = generate(seed)
            example = example_of(model)
            if example is not None:
                _record(found, model, example)
        yield found


def _watch_reference(found: Reach, patch: pytest.MonkeyPatch) -> None:
    """Notes every node and terminator that the reference runs."""

    def now(self: Frame) -> graph.Node | graph.Terminator:
        return self.found_now  # type: ignore[attr-defined]

    def set_now(self: Frame, step: graph.Node | graph.Terminator) -> None:
        found.run.add(type(step).__name__)
        self.found_now = step  # type: ignore[attr-defined]

    watched = type("WatchedFrame", (Frame,), {"now": property(now, set_now)})  # has a dict, as frames have not
    patch.setattr(reference_frames, "Frame", watched)


def _watch_loops(found: Reach, patch: pytest.MonkeyPatch) -> None:
    """Counts the turns of every loop over values that CPython runs."""
    watch = Oracle.watch

    def counted(self: Oracle, items: object) -> Iterator[object]:
        turns = 0
        try:
            for item in watch(self, items):  # type: ignore[arg-type]
                turns += 1
                yield item
        finally:
            found.turns[min(turns, 2)] += 1

    patch.setattr(Oracle, "watch", counted)


def _record(found: Reach, model: Model, example: Example) -> None:
    found.programs += 1
    found.certain += example.oracle is not None
    for flow in model.flows:
        for suite in (flow.body, *(state.body for state in flow.states)):
            found.statements.update(_word(part) for statement in statements_of(suite) for part in statement.parts)
    program = engines.build(example.text)
    for each in program.flows:
        for block in each.blocks:
            found.written.update(type(step).__name__ for step in (*block.nodes, block.end))
    outcome = engines.run_reference(example.case, program)
    found.errors[(outcome.error or "none").split(":")[0]] += 1
    found.caught += sum(entry[:2] == ("emit", "caught") for entry in outcome.log)
    blueprint = engines.plain_of(program if found.programs % 10 else call_root(program, "main", example.case.arguments()))
    for each_pass in PASSES:
        found.opcodes.update(type(i).__name__ for flow_ in blueprint.flows for i in flow_.code)
        better = each_pass.run(blueprint)
        found.fired[each_pass.name] += better != blueprint
        blueprint = better
    found.opcodes.update(type(i).__name__ for flow_ in blueprint.flows for i in flow_.code)


def _word(part: object) -> str:
    text: str = getattr(part, "text", "")
    return text.split(" ")[0].split("(")[0].rstrip(":")


OF_PYTHON_ONLY = {"Close", "Invoke", "MakeFunction", "CallValue"}
"""The language has no functions as values: ``tests/cascade/test_functions.py`` compares the engines on those."""


def test_every_opcode_occurs(reach: Reach) -> None:
    """Each opcode is in some Blueprint, plain or improved."""
    assert {kind.__name__ for kind in opcodes.OPCODES} - reach.opcodes - OF_PYTHON_ONLY == set()


def test_every_kind_of_node_runs(reach: Reach) -> None:
    """Each node and terminator of the flow graph is executed by some program."""
    kinds = {kind.__name__ for kind in (*get_args(graph.Node), *get_args(graph.Terminator))}
    assert kinds - reach.run - OF_PYTHON_ONLY == set()


def test_every_pass_fires(reach: Reach) -> None:
    """Each pass changes some program, and not only once. (Only tasks make the values that `control` follows, and the
    questions that `versions` answers: their programs are in ``tests/cascade/test_task_sources.py``; iterators in variables,
    which `begin` is about, are in directed programs.)"""
    assert {each.name for each in PASSES if reach.fired[each.name] < 3} - {"begin"} == {"control", "versions"}


def test_loops_turn_never_once_and_often(reach: Reach) -> None:
    """Loops over values run 0, 1 and more turns."""
    assert min(reach.turns[turns] for turns in (0, 1, 2)) > 10


def test_errors_of_many_kinds_leave_programs_and_are_caught(reach: Reach) -> None:
    """Most programs end well; the others fail in many ways; handlers run."""
    wanted = {
        "ValueError",
        "IndexError",
        "KeyError",
        "TypeError",
        "FlowFailed",
        "AssertionError",
        "TimeoutError",
        "UnboundLocalError",
    }
    assert wanted - set(reach.errors) == set()
    assert reach.errors["none"] > 0.35 * reach.programs
    assert reach.caught > 20


def test_cpython_can_judge_nearly_all_programs(reach: Reach) -> None:
    """Few programs depend on the order of strands or do not end soon."""
    assert reach.programs > 0.95 * PROGRAMS
    assert reach.certain > 0.9 * reach.programs


def test_every_statement_is_written(reach: Reach) -> None:
    """The words that begin statements all occur."""
    words = "if elif else while loop for try except finally parallel return fail assert del emit print sleep pass jump"
    assert set(words.split()) - set(reach.statements) == set()


def test_generating_is_repeatable() -> None:
    """A seed names a program."""
    assert print_program(generate(7)) == print_program(generate(7))
