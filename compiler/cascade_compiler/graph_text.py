"""A flow graph as text, for people who want to see what the front end made of a program.

::

    flow countdown(n: int) -> str  ; countdown.csc:1:5
      block 0
        %0 = load n                                                      ; 2:7
        %1 = 0                                                           ; 2:12
        %2 = %0 <= %1                                                    ; 2:7
        branch %2 to 1 else 2                                            ; 2:7

The same program always gives the same text. There is no way back: the listing of a Blueprint has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from cascade_compiler import graph
from cascade_compiler.graph import Block, FlowGraph, Node, Program, Ref, Terminator
from cascade_vm.blueprint import Parameter, Task
from cascade_vm.host import Place
from cascade_vm.literals import format_constant
from cascade_vm.operations import COMPARISONS
from cascade_vm.signature import with_marks

__all__ = ["format_graph"]

_WIDTH = 72


def format_graph(program: Program) -> str:
    """The whole program: its tasks, then one flow after the other."""
    lines = [*map(_task, program.tasks)]
    lines += ["strict"] if program.strict else []
    lines += [f"entry {program.entry}"] if program.entry else []
    lines += [f"root {program.root}"] if program.root else []
    for flow in program.flows:
        lines += ["", *_flow(flow)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _task(task: Task) -> str:
    marks = {"rest": "*", "keywords": "**"}
    taken = "…" if task.parameters is None else ", ".join(
        marks.get(p.kind, "") + p.name + ("" if p.required or p.kind in marks else "=…") for p in task.parameters
    )  # fmt: skip
    effects = [word for word, holds in (("pure", task.pure), ("total", task.total)) if holds]
    return " ".join([f"task {task.name}({taken})", *effects])


def _flow(flow: FlowGraph) -> Iterator[str]:
    parameters = ", ".join(with_marks(flow.parameters, _parameter))
    kind = "branch" if flow.branch else "flow"
    yield f"{kind} {flow.name}({parameters}) -> {flow.returns}  ; {flow.place.file}:{_position(flow.place)}"
    for index, block in enumerate(flow.blocks):
        yield _head(index, block)
        for node in block.nodes:
            yield _line(_node(node), node.place)
        yield _line(_end(block.end), block.end.place)


def _parameter(parameter: Parameter) -> str:
    kind = "" if parameter.type == "any" else f": {parameter.type}"
    if parameter.kind in ("rest", "keywords"):
        return f"{parameter.name}{kind}"
    if parameter.computed:
        return f"{parameter.name}{kind} = …"
    default = "" if parameter.default is None else f" = {format_constant(parameter.default.value)}"
    return f"{parameter.name}{kind}{default}"


def _head(index: int, block: Block) -> str:
    parameters = f"({', '.join(block.parameters)})" if block.parameters else ""
    handler = block.handler
    if handler is None:
        return f"  block {index}{parameters}"
    kind = "cleanup" if handler.cleanup else "errors"
    return f"  block {index}{parameters}, {kind} to {handler.block} as {handler.variable}"


def _position(place: Place) -> str:
    return f"{place.line}:{place.column + 1}"


def _line(text: str, place: Place) -> str:
    return f"    {text:<{_WIDTH}} ; {_position(place)}"


def _ref(ref: Ref | None) -> str:
    return "default" if ref is None else f"%{ref}"


def _refs(refs: Iterable[Ref | None]) -> str:
    return ", ".join(map(_ref, refs))


def _passed(arguments: tuple[Ref, ...], forms: tuple[str, ...]) -> str:
    marks = {"": "", "*": "*", "**": "**"}
    return ", ".join(
        marks.get(form, f"{form}=") + _ref(ref) for ref, form in zip(arguments, forms or ("",) * len(arguments), strict=True)
    )


def _node(node: Node) -> str:
    match node:
        case graph.Store(variable=variable, value=value):
            return f"{variable} := {_ref(value)}"
        case graph.Forget(variable=variable, checked=checked):
            return f"{'delete' if checked else 'forget'} {variable}"
        case graph.UnpackInto(variables=variables, star=star, source=source):
            names = [f"*{name}" if position == star else name for position, name in enumerate(variables)]
            return f"{', '.join(names)} := unpack {_ref(source)}"
        case graph.UnpackVariables(variables=variables, source=source, branch=branch):
            return f"{', '.join(variables)} := branch {branch} of {_ref(source)}"
        case _:
            return f"{_ref(node.id)} = {_value(node)}"


def _value(
    node: graph.Constantly | graph.Load | graph.IsBound | graph.Operate | graph.AttributeOf | graph.PackVariables
    | graph.Iterate | graph.MakeFunction | graph.MatchError | graph.CallTask | graph.CallValue | graph.Method | graph.Request
    | graph.CallFlow | graph.Fork | graph.Map,
) -> str:  # fmt: skip
    match node:
        case graph.Constantly(constant=constant):
            return format_constant(constant.value)
        case graph.Load(variable=variable, checked=checked):
            return f"load {variable}" if checked else f"load {variable}, bound or not"
        case graph.IsBound(variable=variable):
            return f"{variable} is bound"
        case graph.Operate():
            return _operation(node)
        case graph.AttributeOf(target=target, name=name, ahead_of=variables):
            return f"{_ref(target)}.{name}" + (f" ahead of {', '.join(variables)}" if variables else "")
        case graph.PackVariables(variables=variables):
            return f"pack ({', '.join(variables)})"
        case graph.Iterate(source=source):
            return f"iterate {_ref(source)}"
        case graph.MakeFunction(flow=flow, captured=captured):
            return f"function {flow}({_refs(captured)})"
        case graph.MatchError(error=error, kinds=kinds):
            return f"{_ref(error)} is a {' or '.join(kinds)}"
        case _:
            return _call(node)


def _operation(node: graph.Operate) -> str:
    operation, arguments = node.operation, node.arguments
    if operation in COMPARISONS or not any(c.isalpha() or c == "[" for c in operation):
        return f"{_ref(arguments[0])} {operation} {_ref(arguments[1])}"
    return f"{operation}({_passed(arguments, node.forms)})"


def _call(
    node: graph.CallTask | graph.CallValue | graph.Method | graph.Request | graph.CallFlow | graph.Fork | graph.Map,
) -> str:
    match node:
        case graph.CallTask():
            return f"call {node.task}({_passed(node.arguments, node.forms)}){_policies(node.policies)}"
        case graph.CallValue():
            return f"{_ref(node.target)}({_passed(node.arguments, node.forms)})"
        case graph.Method():
            return f"{_ref(node.target)}.{node.name}({_passed(node.arguments, node.forms)})"
        case graph.Request():
            return f"ask {node.service}({_passed(node.arguments, node.forms)})"
        case graph.CallFlow():
            return f"flow {node.flow}({_refs(node.arguments)}){_policies(node.policies)}"
        case graph.Fork():
            return f"fork {', '.join(map(_branch, node.branches))}{_limit(node.limit)}"
        case graph.Map():
            return f"map {node.flow}({_refs(node.arguments)}) over {_ref(node.items)}{_limit(node.limit)}"
        case _:
            assert_never(node)


def _branch(branch: graph.ForkBranch) -> str:
    given = ", ".join([*map(_ref, branch.arguments), *(f"branch {number}" for number in branch.inputs)])
    after = f" after {', '.join(map(str, branch.after))}" if branch.after else ""
    return f"{branch.flow}({given}){after}"


def _policies(policies: tuple[graph.Policy, ...]) -> str:
    shown = ", ".join(f"{policy.kind}({_refs(policy.settings)})" for policy in policies)
    return f" with {shown}" if shown else ""


def _limit(limit: Ref | None) -> str:
    return "" if limit is None else f" limit {_ref(limit)}"


def _end(end: Terminator) -> str:
    match end:
        case graph.Jump(block=block, arguments=arguments):
            return f"jump {block}({_refs(arguments)})" if arguments else f"jump {block}"
        case graph.BranchOn(condition=condition, then=then, otherwise=otherwise):
            return f"branch {_ref(condition)} to {then} else {otherwise}"
        case graph.SwitchOn(value=value, cases=cases, otherwise=otherwise):
            return f"switch {_ref(value)} to {', '.join(map(str, cases))} else {otherwise}"
        case graph.Step(iteration=iteration, variable=variable, body=body, done=done):
            return f"{variable} := next of {_ref(iteration)}, then {body}, done {done}"
        case graph.Return(value=value):
            return f"return {_ref(value)}"
        case graph.Fail(error=error, cause=cause):
            return f"fail {_ref(error)}" if cause is None else f"fail {_ref(error)} from {_ref(cause)}"
        case graph.Reraise(error=error):
            return f"raise {_ref(error)} again"
        case graph.TailCall(flow=flow, arguments=arguments):
            return f"become {flow}({_refs(arguments)})"
        case _:
            assert_never(end)
