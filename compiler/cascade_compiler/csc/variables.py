"""Which variables a flow has: those that all of it shares, and those that are each state's own."""

from __future__ import annotations

from typing import NamedTuple

from cascade_compiler.csc.walk import Mentions, mentions
from cascade_grammar import tree

__all__ = ["Variables", "variables_of"]


class Variables(NamedTuple):
    """Names bound anywhere in a flow: as in Python, these are its variables from start to end.

    ``shared`` are its parameters and what its statements before the first state bind; ``of_state`` what only that state does.
    """

    shared: frozenset[str]
    of_state: dict[str, frozenset[str]]
    statements: Mentions
    states: dict[str, Mentions]


def variables_of(flow: tree.FlowDeclaration) -> Variables:
    """The variables of a flow."""
    statements = mentions(flow.statements)
    shared = frozenset([*(p.name.text for p in flow.parameters), *statements.writes])
    states = {state.name.text: mentions([state.body]) for state in flow.states}
    of_state = {
        state.name.text: frozenset([*(p.name.text for p in state.parameters), *states[state.name.text].writes]) - shared
        for state in flow.states
    }
    return Variables(shared, of_state, statements, states)
