"""Small tasks in the loops of a program are compiled from their sources, where nobody can see a difference but in speed.

A call of a task costs the machine more than a small function does. So a program gets, beside itself, a form in which calls of
tasks whose source is a small expression or loop, or says ``return Jump(…)`` or ``return TailCall(…)``, are calls of flows made
of that source. That this is the same is proved for each task by its text (`cascade_compiler.python.small_functions`), and for
each call by its arguments when it runs (`cascade_compiler.task_flows`); everything else stays a call.

A run on the machine uses that form when no call of a task is told, counted or sent anywhere: no listener, no budget, the
executor that calls tasks here. Globals that were compiled in are looked at when a run begins. The reference interpreter goes on
calling tasks: it could run that form too, and gains nothing by it, while the two engines check each other better so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from cascade_vm.control import Jump, TailCall
from msgspec.structs import replace

from cascade.flow_programs import building
from cascade.program import Material
from cascade.resource_scope import injected_defaults
from cascade.tasks import Task

if TYPE_CHECKING:
    from cascade_compiler.graph import Program
    from cascade_compiler.python.meanings import BuiltInFunction
    from cascade_compiler.python.unit import Built
    from cascade_compiler.task_flows import TaskFlow
    from cascade_vm.blueprint import Blueprint

__all__ = ["Sourced", "TaskSource", "sourced_form", "sourced_material", "sourced_program", "source_of"]

AnyTask: TypeAlias = Task[..., Any]
T = TypeVar("T")


class TaskSource(NamedTuple):
    """What a task was compiled to, and of what."""

    built: Built
    fn: Any
    parts: tuple[object, ...]

    @property
    def is_current(self) -> bool:
        """Whether the function, and the globals that it names, are what they were."""
        return self.built.is_current and all(new is old for new, old in zip(_parts(self.fn), self.parts, strict=True))


def _parts(fn: Any) -> tuple[object, ...]:
    return (fn.__code__, fn.__defaults__, *(fn.__kwdefaults__ or {}).values())


_known: WeakKeyDictionary[AnyTask, TaskSource | None] = WeakKeyDictionary()


def source_of(task: AnyTask) -> TaskSource | None:
    """The source of a task as a flow, None when a call of it is not known to be the same."""
    found = _known.get(task, _known)
    if found is _known or (isinstance(found, TaskSource) and not found.is_current):
        found = _known[task] = _compiled(task)
    assert not isinstance(found, WeakKeyDictionary)
    return found


def _compiled(task: AnyTask) -> TaskSource | None:
    fn: object = task.fn
    if not isinstance(fn, FunctionType) or task.is_async or task.mode not in ("auto", "inline"):
        return None
    if task.retry is not None or task.timeout is not None or injected_defaults(task) or hasattr(fn, "__wrapped__"):
        return None
    from cascade_compiler.python.small_functions import small_function

    parts = _parts(fn)
    with building:
        built = small_function(fn, task.name, _control)
    return None if built is None else TaskSource(built, fn, parts)


def _control(value: object) -> BuiltInFunction | None:
    """What tasks answer to say where their run goes on."""
    from cascade_compiler.python.meanings import BuiltInFunction

    if value is Jump:
        return BuiltInFunction("make_jump")
    return BuiltInFunction("make_tail_call") if value is TailCall else None


# --- programs ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sourced(Generic[T]):
    """Something made of a program in that form; ``sources`` are those of its tasks."""

    made: T
    sources: tuple[TaskSource, ...]

    @property
    def is_current(self) -> bool:
        """Whether all that was compiled in is what it was."""
        return all(source.is_current for source in self.sources)


def sourced_program(program: Program, tasks: Mapping[str, AnyTask], everywhere: bool = False) -> Sourced[Program]:
    """A program with its small tasks compiled from their sources; the very same when there are none.

    ``everywhere`` compiles calls outside of loops too.
    """
    from cascade_compiler.task_flows import TaskFlow, with_task_flows

    taken = {flow.name for flow in program.flows}
    flows: dict[str, TaskFlow] = {}
    sources: list[TaskSource] = []
    for name in _called(program, everywhere):
        source = source_of(tasks[name]) if name in tasks else None
        if source is not None:
            (flow,) = source.built.flows
            own = _free(f"{name}$source", taken)
            flows[name] = TaskFlow(replace(flow, name=own), source.fn.__qualname__)
            sources.append(source)
    return Sourced(with_task_flows(program, flows, everywhere) if flows else program, tuple(sources))


def _called(program: Program, everywhere: bool) -> list[str]:
    """The tasks of the calls that may be replaced."""
    from cascade_compiler.graph import CallTask
    from cascade_compiler.task_flows import calls_again

    again = calls_again(program)
    nodes = (
        node
        for flow in program.flows
        for index, block in enumerate(flow.blocks)
        if everywhere or index in again[flow.name]
        for node in block.nodes
    )
    return list(dict.fromkeys(node.task for node in nodes if isinstance(node, CallTask) and not node.policies))


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}{number}"
    taken.add(free)
    return free


# --- programs of Python flows --------------------------------------------------------------------------------------------

_materials: WeakKeyDictionary[Material, Sourced[Material | None]] = WeakKeyDictionary()


def sourced_material(material: Material) -> Material:
    """What runs of a program use, in that form; the same when it has none."""
    return sourced_form(material).made or material


def sourced_form(material: Material) -> Sourced[Material | None]:
    """The same with its sources; None in it when there is nothing to compile."""
    found = _materials.get(material)
    if found is None or not found.is_current:
        found = _materials[material] = _made_of(material)
    return found


def _made_of(material: Material) -> Sourced[Material | None]:
    if material.graph is None:
        return Sourced(None, ())
    made = sourced_program(material.graph, material.tasks)
    program = made.made
    if program is material.graph:
        return Sourced(None, made.sources)
    return Sourced(Material(lambda: _blueprint(program), material.tasks, material.lines, lambda: program), made.sources)


def _blueprint(program: Program) -> Blueprint:
    from cascade.loading import compile_graph

    return compile_graph(program, 2)
