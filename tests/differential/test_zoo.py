"""The differential tests notice miscompilations: each bug of the zoo is planted, and found by the programs."""

from __future__ import annotations

import pytest
from support.catch import catch
from support.directed import DIRECTED
from support.effort import NIGHTLY
from support.plant import edited_code, find_function, planted
from support.zoo import BUGS, Bug


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_bug_is_caught(bug: Bug) -> None:
    """Some directed or generated program is run differently when the bug is there.

    The one that is known to show the bug comes first, and then the other directed ones; at night the generated ones do.
    """
    assert catch(bug, known_first=not NIGHTLY) is not None


def test_the_programs_that_are_tried_first_are_there() -> None:
    """A program with another name would be looked for in vain, and each bug for long."""
    assert [bug.name for bug in BUGS if not set(bug.shown_by) <= set(DIRECTED)] == []


def test_a_planted_bug_is_gone_afterwards() -> None:
    """Planting leaves no trace, also when the test fails within."""
    function = find_function(BUGS[0].edits[0].where)
    before = function.__code__
    try:
        with planted(*BUGS[0].edits):
            assert function.__code__ is not before
            raise ZeroDivisionError
    except ZeroDivisionError:
        assert function.__code__ is before


def test_words_that_are_gone_are_noticed() -> None:
    """A bug whose words are no longer in the code does not pass for one that was planted."""
    function = find_function(BUGS[0].edits[0].where)
    with pytest.raises(LookupError, match="plant the fault anew"):
        edited_code(function, "words that nobody writes", "")
