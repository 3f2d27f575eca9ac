"""Built programs, lifted to flow graphs again, mean on the reference interpreter what their sources mean there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cascade_compiler.lifting import Unliftable, lift
from cascade_compiler.optimise import optimise
from cascade_vm.blueprint import Blueprint
from cascade_vm.opcodes import CallFlow
from msgspec import structs
from support import engines
from support.compare import example_of
from support.effort import scaled
from support.generate import generate
from support.outcomes import Outcome

PROGRAMS = scaled(60)


def _without_inlined_frames(outcome: Outcome) -> Outcome:
    return replace(outcome, trail=outcome.trail[:1], turns=0)


@pytest.mark.parametrize("seed", range(PROGRAMS))
def test_a_lifted_program_means_what_its_source_means(seed: int) -> None:
    """Value, error, log and turns of the plain Blueprint; of the optimised one all but what inlining hides."""
    example = example_of(generate(seed))
    if example is None:
        pytest.skip("this seed makes no program that ends")
    program = engines.build(example.text)
    plain = engines.plain_of(program)
    expected = engines.run_reference(example.case, program)
    assert engines.run_reference(example.case, lift(plain)) == expected
    got = engines.run_reference(example.case, lift(optimise(plain, 2)))
    assert _without_inlined_frames(got) == _without_inlined_frames(expected)


def _with_policies_from_an_argument() -> Blueprint:
    program = engines.build("flow main(policies):\n    x = helper()\n    return x\n\n\nflow helper():\n    return 1\n")
    blueprint = engines.plain_of(program)
    main, helper = blueprint.flows
    code = tuple(structs.replace(i, policies=0) if isinstance(i, CallFlow) else i for i in main.code)
    return structs.replace(blueprint, flows=(structs.replace(main, code=code), helper))


def test_policies_that_are_made_elsewhere_are_refused() -> None:
    """A flow graph names the policies of a call at the call."""
    with pytest.raises(Unliftable, match="policies of the call at instruction 0 of flow main"):
        lift(_with_policies_from_an_argument())
