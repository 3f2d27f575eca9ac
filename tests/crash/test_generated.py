"""Generated programs, each process of which is a fresh one: it reads what the one before left, and is killed at some commit.

What `tests/differential` does in one process is done here in as many as there are kills: sets have other orders in them, and
objects other addresses. The world that the tasks are in goes on: it is handed from one process to the next.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.crashes import KILLED, Server
from support.effort import scaled
from support.fresh import expected, outcome_in

EXAMPLES = scaled(10)
POINTS = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=4)
TIERS = st.sampled_from(["tier 0", "generated", "generated late"])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(seed=2829, points=[(1, True)], tier="generated", saves=True)  # a loop over `enumerate` has ended when it is saved
@example(seed=349510, points=[(1, False)], tier="tier 0", saves=False)  # an event ends what another of its turn is about
@given(seed=st.integers(0, 10**6), points=POINTS, tier=TIERS, saves=st.booleans())
def test_fresh_processes_come_to_what_one_comes_to(
    servers: list[Server], seed: int, points: list[tuple[int, bool]], tier: str, saves: bool
) -> None:
    """The same value or error, and all that the world has seen, once; in this order where nothing runs beside anything."""
    known = expected(seed)
    if known is None:
        return
    whole, has_strands = known
    if has_strands and whole.error is not None:
        return  # which of the strands were cut short is not fixed
    with tempfile.TemporaryDirectory() as folder:
        for number, (every, before) in enumerate([*points, (0, False)]):
            server = servers[number % len(servers)]
            server.start(do="generated", folder=folder, seed=seed, tier=tier, every=every, before=before, saves=saves)
            status = server.wait()
            assert status in (0, KILLED), Path(folder, "err").read_text()
            if status == 0:
                break
        found = outcome_in(Path(folder))
    assert (found.alone, found.error, found.trail) == (whole.alone, whole.error, whole.trail)
    one, other = ([entry for entry in each.log if entry[0] != "cut"] for each in (found, whole))  # the dead cut nothing short
    assert one == other or (has_strands and sorted(map(repr, one)) == sorted(map(repr, other)))
