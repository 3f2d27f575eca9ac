"""Compacting: constants that nothing reads and locations that nothing comes from are gone. A part of `allocate`."""

from __future__ import annotations

from cascade_vm import roles
from cascade_vm.blueprint import Flow
from msgspec.structs import replace

__all__ = ["drop_unused_constants", "drop_unused_locations"]


def drop_unused_constants(flow: Flow) -> Flow:
    """The flow with the constants that it reads, in the order in which it does."""
    order: dict[int, int] = {}
    for instruction in flow.code:
        for constant in roles.constants_read(instruction):
            order.setdefault(constant, len(order))
    if list(order) == list(range(len(flow.constants))):
        return flow
    code = tuple([roles.renumber_constants(instruction, order.__getitem__) for instruction in flow.code])
    return replace(flow, code=code, constants=tuple([flow.constants[constant] for constant in order]))


def drop_unused_locations(flow: Flow) -> Flow:
    """The flow with the locations that instructions come from, and the calls that these were inlined into, in their order."""
    used: set[int] = set()
    for place in flow.places:
        while place >= 0 and place not in used:
            used.add(place)
            place = flow.locations[place].caller
    if len(used) == len(flow.locations):
        return flow
    kept = sorted(used)
    number = {old: new for new, old in enumerate(kept)} | {-1: -1}
    locations = [flow.locations[old] for old in kept]
    return replace(
        flow,
        places=tuple([number[place] for place in flow.places]),
        locations=tuple([location._replace(caller=number[location.caller]) for location in locations]),
    )
