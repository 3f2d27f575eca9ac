"""Calls: of helpers, flows, values and Python's built-in functions. Tasks and methods are called as in `.csc`."""

from __future__ import annotations

from collections.abc import Callable

from cascade_compiler import graph
from cascade_compiler.csc import calls as shared
from cascade_compiler.csc import policies
from cascade_compiler.csc.arguments import arguments_of, called_built_in, in_lists
from cascade_compiler.csc.frame import FlowCall, Frame
from cascade_compiler.csc.symbols import FlowSymbol, TaskSymbol
from cascade_compiler.graph import Ref
from cascade_compiler.python import folding, generators, helpers, nodes, parallels, values
from cascade_compiler.python.arguments import Signature, pass_arguments
from cascade_compiler.python.frames import PythonFrame, frame_of
from cascade_grammar import tree
from cascade_vm.errors import CATCHABLE
from cascade_vm.operations import BUILTINS, OPERATIONS

__all__ = ["call", "flow_call"]


def call(frame: PythonFrame, expression: tree.Call) -> Ref:
    """The value of any call."""
    function: object = expression.function
    match function:
        case tree.Name(id=name):
            return _call_by_name(frame, expression, name)
        case nodes.BuiltIn(name=name):
            return _call_built_in(frame, expression, name)
        case tree.Attribute() if parallels.is_map(frame, expression):
            return parallels.map_call(frame, parallels.as_map(expression))
        case tree.Attribute():
            return shared.call(frame, expression)
        case _:
            return values.call_value(frame, expression.function, expression.arguments, expression.span)


def _call_by_name(frame: PythonFrame, expression: tree.Call, name: str) -> Ref:
    becomes = flow_call(frame, expression)
    if becomes is not None:
        flow, arguments = becomes()
        rules = policies.policies(frame, expression.policies)
        return frame.add(graph.CallFlow, expression.span, flow, arguments, rules)
    if frame.variable(name) is not None:
        return values.call_value(frame, expression.function, expression.arguments, expression.span)
    if isinstance(frame.symbol(name), TaskSymbol):
        return shared.call(frame, expression)
    return _call_built_in(frame, expression, name)


def _call_built_in(frame: PythonFrame, expression: tree.Call, name: str) -> Ref:
    if name == "next" and generators.is_first_of(expression):
        return generators.first_of(frame, expression)
    reads = folding.reader(expression, name)
    if name == "print" or (isinstance(expression.function, tree.Name) and (name in BUILTINS or name in CATCHABLE)):
        if _fits(expression, name) and reads is in_lists:
            return shared.call(frame, expression)
    elif name == "slice" or name not in OPERATIONS:
        return values.call_value(frame, expression.function, expression.arguments, expression.span)
    if _fits(expression, name):
        refs, forms = arguments_of(frame, expression.arguments, called_built_in(frame, name, expression), reads)
        return frame.add(graph.Operate, expression.span, name, refs, forms)
    return values.call_value(frame, expression.function, expression.arguments, expression.span)


def _fits(expression: tree.Call, name: str) -> bool:
    """Whether the number of arguments may be right; if not, the function itself says what is wrong."""
    operation = OPERATIONS.get(name)
    if operation is None:
        return True
    count = len(expression.arguments)
    return operation.least <= count and (operation.most is None or count <= operation.most)


def flow_call(frame: Frame, expression: tree.Call) -> Callable[[], FlowCall] | None:
    """How a call of a flow or helper is made; None when it is a call of something else."""
    name, here = expression.function, frame_of(frame)
    if not isinstance(name, tree.Name):
        return None
    helper = here.helper(name.id)
    if helper is not None:
        return lambda: helpers.pass_to_helper(here, helper, expression, name)
    symbol = frame.symbol(name.id)
    if not isinstance(symbol, FlowSymbol) or frame.variable(name.id) is not None:
        return None
    called = Signature(name.id, symbol.parameters, symbol.name)
    return lambda: FlowCall(symbol.name, pass_arguments(frame, called, expression.arguments, expression.span))
