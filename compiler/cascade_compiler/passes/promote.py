"""Promotion of root arguments: the literals that a root calls with become inputs, so that one program serves every call of
the same shape.

Before, the flow ``$root``::                After::

    (no parameters)                             parameters $in0 = 3, $in1 = "x"
    0  compute r0 build_list 3                  0  compute r2 build_list r0
    1  call_flow r1 1 (r0 "x")                  1  call_flow r3 1 (r2 r1)
    2  return r1                                2  return r3

Each use of a literal is an input of its own, also where two are equal: calls that differ only in their literals give the
same code, and the literals as defaults. The program's entry is a root when it has the root's name and no parameters.
Policies, and what keywords are called, belong to the shape and stay. Beyond `MOST_INPUTS` literals stay constants.
"""

from __future__ import annotations

from cascade_compiler.lowering import ROOT
from cascade_compiler.passes.edit import Edit
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Blueprint, Flow, Parameter
from cascade_vm.constants import Constant
from cascade_vm.opcodes import Instruction
from msgspec import structs
from msgspec.structs import replace

__all__ = ["MOST_INPUTS", "promote_root"]

MOST_INPUTS = 256

_BUILDERS = frozenset(("build_list", "build_tuple", "build_set", "build_dict"))


def promote_root(blueprint: Blueprint) -> Blueprint:
    """The program with inputs for the literals of its root, if it has one."""
    if blueprint.entry is None:
        return blueprint
    root = blueprint.flows[blueprint.entry]
    if root.name != ROOT or root.parameters:
        return blueprint
    flows = list(blueprint.flows)
    flows[blueprint.entry] = promote_flow(root)
    return replace(blueprint, flows=tuple(flows))


def promote_flow(root: Flow) -> Flow:
    """The root itself. Its registers move up by the number of its inputs."""
    of_policies = _policy_tuples(root)
    uses = [len(literals(instruction)) for pc, instruction in enumerate(root.code) if pc not in of_policies]
    count = min(sum(uses), MOST_INPUTS)
    if not count:
        return root
    edit = Edit(root)
    inputs: list[Constant] = []
    for pc, instruction in enumerate(root.code):
        shifted = roles.rename(instruction, lambda register: register + count, lambda register: register + count)
        if pc not in of_policies:
            shifted = _with_inputs(root, shifted, inputs)
        if shifted is not instruction:
            edit.replace(pc, shifted)
    made = edit.finish()
    names = tuple(f"$in{i}" for i in range(count))
    return replace(
        made,
        parameters=tuple(Parameter(name, default=value) for name, value in zip(names, inputs, strict=True)),
        registers=root.registers + count,
        variables=(*[None] * count, *root.variables),
        handlers=tuple(handler._replace(error=handler.error + count) for handler in made.handlers),
    )


def _policy_tuples(root: Flow) -> set[int]:
    """The instructions that build the policies of calls."""
    found: set[int] = set()
    wanted: set[int] = set()
    for pc in range(len(root.code) - 1, -1, -1):
        instruction = root.code[pc]
        if isinstance(instruction, op.Call | op.CallFlow):
            wanted.add(instruction.policies)
        elif isinstance(instruction, op.Compute) and instruction.dst in wanted:
            found.add(pc)
            wanted.update(instruction.arguments)
    return found


def literals(instruction: Instruction) -> list[int]:
    """The constants among the arguments that an instruction hands to a call, or puts into an argument."""
    return [operand for operand in _arguments(instruction) if operand < 0]


def _arguments(instruction: Instruction) -> tuple[int, ...]:
    match instruction:
        case op.Call() | op.CallFlow() | op.TailCall():
            return instruction.arguments
        case op.Compute() if instruction.operation in _BUILDERS:
            return instruction.arguments
        case _:
            return ()


def _with_inputs(root: Flow, instruction: Instruction, inputs: list[Constant]) -> Instruction:
    """The instruction reading inputs in the place of literals; the literals are added to ``inputs``."""
    if not literals(instruction) or len(inputs) == MOST_INPUTS:
        return instruction
    arguments = []
    for operand in _arguments(instruction):
        if operand < 0 and len(inputs) < MOST_INPUTS:
            inputs.append(root.constants[-1 - operand])
            operand = len(inputs) - 1
        arguments.append(operand)
    assert isinstance(instruction, op.Call | op.CallFlow | op.TailCall | op.Compute)
    return structs.replace(instruction, arguments=tuple(arguments))
