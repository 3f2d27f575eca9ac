"""A whole run as one value, and back: its strands, what they wait for, and what it has spent.

Taken when all strands wait. Strands that do so in generated code leave it first, and go on from their frames. The value is
lists and numbers around the values of the program, so the codec (`encoding`) keeps what two variables share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cascade_vm.calls import BranchBegin, StrandStart
from cascade_vm.host import Pending, Place, Site
from cascade_vm.saved import OUT_OF_TURNS, WAITS, SavedFrame, is_in_generated_code, leave, saved_frames, strand_from

from cascade.durable.allowance import Allowance
from cascade.durable.course import Course
from cascade.durable.suspensions import Attempting, Calling, Gathering, Node, Sleeping, Spent, Suspension, Waiting
from cascade.errors import NotStorable, Problem, StoreError

if TYPE_CHECKING:
    from cascade.durable.scheduling import Scheduler

__all__ = ["located", "restore", "state_of"]

FORMAT = 1


def state_of(scheduler: Scheduler, allowance: Allowance) -> dict[str, Any]:
    """The run, as data for `cascade.durable.encoding`. Objects in it are those of the run: it is to be written at once."""
    meter = scheduler.machine.host.meter
    return {
        "format": FORMAT,
        "next": scheduler.next_number,
        "root": scheduler.root,
        "spent": [scheduler.turns_spent(), meter.calls_spent],
        "allowance": allowance.state(),
        "nodes": [_saved_node(node) for node in scheduler.nodes.values()],
    }


def restore(scheduler: Scheduler, allowance: Allowance, state: dict[str, Any]) -> None:
    """The inverse, for a scheduler that has no strands yet. Raises `StoreError` for what is no state of this program."""
    try:
        if state["format"] != FORMAT:
            raise StoreError(
                Problem("CS503", f"a stored run is of format {state['format']!r:.20}, which this version does not know")
            )
        meter = scheduler.machine.host.meter
        meter.turns_spent, meter.calls_spent = state["spent"]
        allowance.restore(state["allowance"])
        scheduler.next_number, scheduler.root = state["next"], state["root"]
        _Restoring(scheduler, state["nodes"]).run()
    except (LookupError, TypeError, ValueError, AssertionError) as error:
        raise StoreError(Problem("CS502", f"a stored run is damaged: {error}")) from error


_IN_FRAME = re.compile(r"run\['nodes'\]\[(\d+)\]\[6\]\[(\d+)\]\[3\]\[(\d+)\](.*)", re.DOTALL)


def located(refused: NotStorable, scheduler: Scheduler) -> NotStorable:
    """What can not be saved, by the variable that holds it and the line where its flow stands."""
    found = _IN_FRAME.fullmatch(refused.path)
    if found is None:
        return refused
    node, frame, register = map(int, found.groups()[:3])
    at = [*scheduler.nodes.values()][node].strand.frames[frame]
    flow = at.flow.flow
    names = flow.variables
    name = names[register] if register < len(names) else None
    place = scheduler.machine.image.trail_at(flow, at.flow.pc_of(at.at))[0]
    return NotStorable(
        (name or "a value in between") + found[4], refused.kind, refused.why, f"{place.file}:{place.line}:{place.column + 1}"
    )


# --- taking apart --------------------------------------------------------------------------------------------------------


def _saved_node(node: Node) -> list[Any]:
    waits = node.waits
    assert waits is not None
    if not isinstance(waits, Spent) and is_in_generated_code(node.driving):
        again = leave(node.driving, waits)
        assert again is waits
    parent = -1 if node.parent is None else node.parent.node.number
    strand = node.strand
    frames = [[*frame] for frame in saved_frames(strand)]
    counted = [node.calls, node.name, node.digest, node.repeated]
    return [node.number, parent, node.place, counted, strand.depth, strand.doomed, frames, _saved_suspension(waits)]


def _saved_suspension(waits: Suspension) -> list[Any]:
    site = [waits.site.target, [*waits.site.place]]
    match waits:
        case Calling():
            given = [waits.name, waits.target, [*waits.positional], dict(waits.keywords)]
            state = [waits.number, waits.begun, waits.cancelling, waits.since]
            return ["call", site, given, _saved_course(waits.course), state]
        case Sleeping():
            return ["sleep", site, waits.seconds, waits.until]
        case Waiting():
            return ["wait", site, waits.signal, waits.seconds, waits.until, waits.since]
        case Spent():
            return ["spent", site, waits.what]
        case Attempting():
            start = waits.start
            given = [start.flow.number, [*start.values], start.depth]
            return ["attempt", site, given, _saved_course(waits.course), waits.cancelling]
        case Gathering():
            return ["gather", site, *_saved_group(waits)]
        case _:
            raise AssertionError(f"a strand waits for {waits!r}")


def _saved_course(course: Course) -> list[Any]:
    return [[*course.policies], course.target, course.state()]


def _saved_group(group: Gathering) -> list[Any]:
    rows = None
    if group.rows is not None:
        left = list(group.rows)
        group.rows = iter(left)
        rows = [[flow.number, [*values]] for flow, values in left]
    begins = [[begin.flow.number, [*begin.values], [*begin.inputs], begin.depth] for begin in group.begins]
    graph = [begins, [[*needed] for needed in group.needs], [*group.missing], [*group.ready]]
    return [group.limit, group.depth, rows, graph, [*group.results], group.error, group.stopping, group.is_cancelled]


# --- putting together ----------------------------------------------------------------------------------------------------


class _Restoring:
    """The work on one run. Strands come in the order in which they began: parents before their children."""

    def __init__(self, scheduler: Scheduler, nodes: Sequence[Any]) -> None:
        self.scheduler = scheduler
        self.machine = scheduler.machine
        self.nodes = nodes
        self.suspensions: dict[int, Suspension] = {}

    def run(self) -> None:
        for number, parent, place, counted, depth, doomed, frames, saved in sorted(self.nodes, key=lambda row: row[0]):
            suspension = self.suspensions[number] = self.suspension(saved)
            above = None if parent < 0 else self.suspensions[parent]
            assert above is None or isinstance(above, Gathering | Attempting)
            strand = strand_from(self.machine, [SavedFrame(*frame) for frame in frames], depth, doomed)
            state = WAITS
            if isinstance(suspension, Spent):
                state = OUT_OF_TURNS
            else:
                strand.result = Pending(suspension)
            node = Node(number, above, place, strand, None)
            node.calls, node.name, node.digest, node.repeated = counted
            if isinstance(above, Gathering):
                above.running[place] = node
            elif above is not None:
                above.child = node
            self.scheduler.adopt(node, suspension, strand, state)
            if isinstance(suspension, Calling):
                self.scheduler.noted(suspension)
            if not isinstance(suspension, Gathering | Spent):
                self.scheduler.fresh[suspension] = None

    def suspension(self, saved: Sequence[Any]) -> Suspension:
        kind, (target, place), *rest = saved
        site = Site(target, Place(*place))
        match kind, rest:
            case "call", [[name, value, positional, keywords], course, [number, begun, cancelling, since]]:
                call = Calling(site, name, value, positional, keywords, _course(course))
                call.number, call.begun, call.cancelling, call.since = number, begun, cancelling, since
                return call
            case "sleep", [seconds, until]:
                sleeping = Sleeping(site, seconds)
                sleeping.until = until
                return sleeping
            case "wait", [signal, seconds, until, since]:
                waiting = Waiting(site, signal, seconds)
                waiting.until, waiting.since = until, since
                return waiting
            case "spent", [what]:
                return Spent(site, what)
            case "attempt", [[flow, values, depth], course, cancelling]:
                attempting = Attempting(site, StrandStart(self.machine, self.flow(flow), values, depth), _course(course))
                attempting.cancelling = cancelling
                return attempting
            case "gather", [limit, depth, rows, graph, results, error, stopping, is_cancelled]:
                group = self.group(site, limit, depth, rows, graph)
                group.results, group.error, group.stopping, group.is_cancelled = results, error, stopping, is_cancelled
                return group
            case _:
                raise LookupError(f"a strand waits for {kind!r:.20}")

    def group(self, site: Site, limit: int | None, depth: int, rows: Any, graph: Any) -> Gathering:
        begins, needs, missing, ready = graph
        known = [
            BranchBegin(self.machine, below, self.flow(flow), values, tuple(inputs)) for flow, values, inputs, below in begins
        ]
        left = None if rows is None else iter([(self.flow(flow), values) for flow, values in rows])
        group = Gathering(site, limit, depth, left, known, needs)
        group.missing, group.ready = missing, ready
        return group

    def flow(self, number: int) -> Any:
        flows = self.machine.image.flows
        if not 0 <= number < len(flows):
            raise LookupError(f"the program has no flow {number}")
        return flows[number]


def _course(saved: Sequence[Any]) -> Course:
    policies, target, state = saved
    course = Course(policies, target)
    course.restore(state)
    return course
