"""What holds of every pass, on Blueprints of all shapes that the verifier accepts."""

from __future__ import annotations

import pytest
from cascade_compiler.optimise import PASSES, Pass, optimise
from cascade_vm.blueprint import Blueprint
from cascade_vm.verifier import find_complaints
from hypothesis import given, settings
from support.blueprints import verified_blueprints
from support.effort import scaled

UNIQUE = list({each.name: each for each in PASSES}.values())


@pytest.mark.parametrize("each", UNIQUE, ids=lambda each: each.name)
@settings(max_examples=scaled(60))
@given(blueprint=verified_blueprints())
def test_the_verifier_is_content_after_a_pass(each: Pass, blueprint: Blueprint) -> None:
    """No pass makes a program that would be refused."""
    assert find_complaints(each.run(blueprint)) == []


@pytest.mark.parametrize("each", UNIQUE, ids=lambda each: each.name)
@settings(max_examples=scaled(60))
@given(blueprint=verified_blueprints())
def test_a_pass_has_nothing_to_do_after_itself(each: Pass, blueprint: Blueprint) -> None:
    """Passes are idempotent."""
    once = each.run(blueprint)
    assert each.run(once) == once


@settings(max_examples=scaled(60))
@given(blueprint=verified_blueprints())
def test_all_passes_together_leave_the_verifier_content(blueprint: Blueprint) -> None:
    """At every level, after every pass of it."""
    for each in PASSES:
        blueprint = each.run(blueprint)
        assert find_complaints(blueprint) == [], each.name


@given(blueprint=verified_blueprints())
def test_level_0_changes_nothing(blueprint: Blueprint) -> None:
    """What is asked not to be optimised is the very same object."""
    assert optimise(blueprint, 0) is blueprint
