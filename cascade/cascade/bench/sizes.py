"""How much each experiment does: as the goals are stated, or a tenth and less for a first look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["FULL", "QUICK", "Sizes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The numbers of turns, flows and tasks. ``algorithm`` is how many seconds a sample of one function takes, at least;
    ``stride`` leaves out functions, ``peer_steps`` is what a peer does of each, ``ticks`` are those of the timer."""

    countdown: int
    tail_calls: int
    chain_turns: int
    jump_turns: int
    reference_turns: int
    algorithm: float
    stride: int
    flows: int
    flow_steps: int
    sleepers: int
    fan_out: int
    ticks: int
    peer_steps: int


FULL: Final = Sizes(
    countdown=5_000_000,
    tail_calls=1_000_000,
    chain_turns=20_000,
    jump_turns=100_000,
    reference_turns=5_000,
    algorithm=5e-3,
    stride=1,
    flows=10_000,
    flow_steps=100,
    sleepers=100_000,
    fan_out=1_000,
    ticks=100,
    peer_steps=2_000,
)
QUICK: Final = Sizes(
    countdown=500_000,
    tail_calls=100_000,
    chain_turns=2_000,
    jump_turns=10_000,
    reference_turns=1_000,
    algorithm=1e-3,
    stride=10,
    flows=1_000,
    flow_steps=100,
    sleepers=10_000,
    fan_out=1_000,
    ticks=20,
    peer_steps=200,
)
