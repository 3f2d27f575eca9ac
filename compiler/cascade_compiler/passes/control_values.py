"""What is known of values of control on one way through a flow: jumps, tail calls, and the arguments that they lead to.

A part of `control`. An instruction whose value is known need not be copied: its register is *hidden* then, and is written only
where something else may read it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cascade_compiler.analysis.plain import NUMBERS, cross_plain
from cascade_compiler.passes.control_facts import Fixed, Going, Items, Known, Operand, Pairs, Tail, Value, operands_of
from cascade_compiler.passes.edit import Edit
from cascade_vm import opcodes as op
from cascade_vm import roles
from cascade_vm.blueprint import Parameter
from cascade_vm.constants import NONE, Constant
from cascade_vm.opcodes import Instruction
from cascade_vm.signature import bind

__all__ = ["Impossible", "Values"]


class Impossible(Exception):  # noqa: N818 - not an error: the way is not followed
    """The way can not be told after all."""


class _Signature(NamedTuple):
    name: str
    parameters: tuple[Parameter, ...]


class Values:
    """What is known at one point. ``plain`` are the registers that hold plain values."""

    def __init__(self, edit: Edit, fixed: Fixed, plain: set[int]) -> None:
        self._edit = edit
        self._fixed = fixed.values
        self._entries = fixed.entries
        self._found: dict[Operand, int] = {}  # entries that a register holds too
        self._plain = plain
        self._solid: set[int] = set()  # neither None nor a dict
        self._known: dict[int, Value] = {}
        self.hidden: set[int] = set()

    def of(self, operand: Operand) -> Value | None:
        """What is known of an operand."""
        if operand < 0:
            return Known(operand)
        return self._known.get(operand) or self._fixed.get(operand)

    def _constant(self, operand: Operand) -> object:
        known = self.of(operand)
        if not isinstance(known, Known):
            raise Impossible
        return self._edit.constant_at(known.operand).value

    # --- over instructions ---

    def cross(self, instruction: Instruction) -> None:
        """Go over an instruction that is there."""
        value = self._made(instruction)
        solid = isinstance(instruction, op.Compute) and instruction.operation in NUMBERS and not any(instruction.forms)
        solid = solid and all(each < 0 or each in self._plain for each in roles.raw_reads(instruction))
        read = [self._known.get(each) for each in roles.registers_read(instruction)]
        if not isinstance(value, Tail) and any(isinstance(each, Pairs) for each in read):
            self._known.clear()  # who gets a dict may change it
            if self.hidden:
                raise Impossible
        written = roles.writes(instruction)
        passed = self._passed(instruction)
        self._write(written)
        cross_plain(instruction, self._plain)
        self._known.update(passed)
        if value is not None:
            self._known[written[0]] = value
        if solid:
            self._solid.add(written[0])

    def _passed(self, instruction: Instruction) -> dict[int, Value]:
        """What copies get to know. A dict is known in one register only."""
        if not instruction.copies:
            return {}
        pairs = zip(roles.writes(instruction), roles.raw_reads(instruction), strict=True)
        found = {target: self.of(source) for target, source in pairs}
        written = found.keys()
        return {
            target: value
            for target, value in found.items()
            if value is not None and not isinstance(value, Pairs) and written.isdisjoint(operands_of(value))
        }

    def check_read(self, instruction: Instruction) -> None:
        """An instruction that is copied must find what it reads."""
        if not self.hidden.isdisjoint(roles.registers_read(instruction)):
            raise Impossible

    def _write(self, registers: tuple[int, ...]) -> None:
        gone = [entry for entry, (source, _) in self._entries.items() if source in registers]
        for register in (*registers, *gone):
            self._known.pop(register, None)
            self.hidden.discard(register)
            self._solid.discard(register)
            for entry in [each for each, where in self._found.items() if where == register]:
                del self._found[entry]
            for other in [each for each, value in self._known.items() if register in operands_of(value)]:
                del self._known[other]
                if other in self.hidden:
                    raise Impossible

    def _hide(self, register: int, value: Value) -> list[Instruction]:
        self._write((register,))
        self._plain.discard(register)
        self._known[register] = value
        self.hidden.add(register)
        return []

    def _made(self, instruction: Instruction) -> Value | None:
        """The value that an instruction gives."""
        match instruction:
            case op.Compute(operation="build_tuple", arguments=arguments, forms=()):
                return Items("tuple", arguments)
            case op.Compute(operation="build_dict", arguments=arguments, forms=()):
                keys = [self._edit.constant_at(each).value if each < 0 else None for each in arguments[::2]]
                if all(type(key) is str for key in keys) and len(set(keys)) == len(keys):
                    return Pairs(tuple(zip(map(str, keys), arguments[1::2], strict=True)))
            case op.Compute(operation="make_jump"):
                given = _given(instruction, ("target_key", "data"))
                key = None if given is None or given.get("target_key", 0) >= 0 else self._constant(given["target_key"])
                if given is not None and type(key) is str:
                    return Going(key, given.get("data", self._edit.constant(NONE)))
            case op.Compute(operation="make_tail_call"):
                return self._tail(_given(instruction, ("args", "kwargs", "target")))
            case _:
                pass
        return None

    def _tail(self, given: dict[str, Operand] | None) -> Tail | None:
        if given is None or ("target" in given and not (given["target"] < 0 and self._constant(given["target"]) is None)):
            return None
        items = self.of(given["args"]) if "args" in given else Items("tuple", ())
        if isinstance(items, Known):
            whole = self._edit.constant_at(items.operand).value
            if type(whole) is not tuple:
                return None
            items = Items("tuple", tuple(self._edit.constant(Constant(each)) for each in whole))
        pairs = self.of(given["kwargs"]) if "kwargs" in given else Pairs(())
        return Tail(items.items, pairs.items) if isinstance(items, Items) and isinstance(pairs, Pairs) else None

    # --- answers ---

    def way(self, instruction: Instruction) -> int | None:
        """Where a branch or switch leads, if that is known."""
        match instruction:
            case op.Branch(condition=condition, then=then, otherwise=otherwise):
                known = self.of(condition)
                return (then if self._constant(condition) else otherwise) if isinstance(known, Known) else None
            case op.Switch(value=value, cases=cases, otherwise=otherwise):
                if not isinstance(self.of(value), Known):
                    return None
                number = self._constant(value)
                return cases[number] if type(number) is int and 0 <= number < len(cases) else otherwise
            case _:
                return None

    def simplified(self, instruction: Instruction) -> list[Instruction] | None:
        """What to do in the place of an instruction; None when nothing is known that would help."""
        match instruction:
            case op.Copy() | op.Move():
                return self._copied(roles.writes(instruction), roles.raw_reads(instruction))
            case op.Restore(targets=targets, source=source, branch=-1):
                value = self.of(source)
                if isinstance(value, Items) and value.kind == "pack":
                    return self._restored(targets, value.items)
            case op.Compute(dst=dst, operation="bind_call", arguments=arguments, forms=("", "*", "**")):
                bound = self._bound(*arguments)
                return None if bound is None else self._hide(dst, bound)
            case op.Compute(dst=dst) if not any(instruction.forms):
                found = self._answer(instruction.operation, instruction.arguments)
                return None if found is None else self._hide(dst, found)
            case _:
                pass
        return None

    def _copied(self, targets: tuple[int, ...], sources: tuple[Operand, ...]) -> list[Instruction] | None:
        """What copies of hidden registers come to: their targets are hidden too."""
        pairs = list(zip(targets, sources, strict=True))
        hidden = {target: self._known[source] for target, source in pairs if source in self.hidden}
        if not hidden:
            return None
        there = [(target, source) for target, source in pairs if source not in self.hidden]
        made: list[Instruction] = []
        if there:
            made = [op.Move(tuple(target for target, _ in there), tuple(source for _, source in there))]
            self.cross(made[0])
        for target, value in hidden.items():
            if not {*targets}.isdisjoint(operands_of(value)):
                raise Impossible
            self._hide(target, value)
        return made

    def _restored(self, targets: tuple[int, ...], items: tuple[Operand, ...]) -> list[Instruction]:
        """The items of a pack to where they belong."""
        taken = [(target, self._entries[item]) for target, item in zip(targets, items, strict=True) if item in self._entries]
        moved = [(target, item) for target, item in zip(targets, items, strict=True) if item not in self._entries]
        move = op.Move(tuple(target for target, _ in moved), tuple(item for _, item in moved))
        made: list[Instruction] = [move] if moved else []
        for target, (source, key) in taken:
            if source in targets:
                raise Impossible
            made.append(op.Compute(target, "[]", (source, self._edit.constant(Constant(key)))))
        for each in made:
            self.check_read(each)
            self.cross(each)
        for target, item in zip(targets, items, strict=True):
            if item in self._entries:
                self._found[item] = target
        return made

    def _answer(self, operation: str, arguments: tuple[Operand, ...]) -> Value | None:
        first = self.of(arguments[0]) if arguments else None
        match operation, first:
            case "jump_case", Going(key=key):
                keys = self.of(arguments[1])
                texts = self._texts(keys)
                return self._as_known(texts.index(key)) if texts is not None and key in texts else None
            case "jump_case", Tail() | Items():
                return self._as_known(-1)
            case "jump_data", Going(data=data):
                return Known(data) if data < 0 else None
            case "jump_arguments" | "jump_keywords", Going(data=data):
                return self._of_state(operation, data, *arguments[1:])
            case "tail_call_case", Known():
                return self._as_known(False)
            case "tail_call_case", Going():
                return self._as_known(False)
            case "tail_call_case", Tail():
                return self._as_known(True) if len(arguments) < 2 or self._fits(first, arguments[1]) else None
            case "tail_arguments", Tail(arguments=given):
                return Items("tuple", given)
            case "tail_keywords", Tail(keywords=named):
                return Pairs(named)
            case "are_plain", _:
                return self._as_known(True) if all(map(self._is_plain, arguments)) else None
            case _:
                return None

    def _as_known(self, value: object) -> Known:
        return Known(self._edit.constant(Constant(value)))

    def _texts(self, keys: Value | None) -> list[str] | None:
        if not isinstance(keys, Known):
            return None
        whole = self._edit.constant_at(keys.operand).value
        return list(whole) if isinstance(whole, tuple) else None

    def _is_plain(self, operand: Operand) -> bool:
        match self.of(operand):
            case Known() | None:
                return operand < 0 or operand in self._plain
            case Items(items=items):
                return all(each < 0 or each in self._plain for each in items)
            case Pairs(items=pairs):
                return all(each < 0 or each in self._plain for _, each in pairs)
            case _:
                return False

    def _fits(self, tail: Tail, fit: Operand) -> bool:
        whole = self._constant(fit)
        return whole is None or self._operands_of(whole[-1], tail.arguments, tail.keywords) is not None  # type: ignore[index]

    def _operands_of(
        self, described: Any, arguments: tuple[Operand, ...], keywords: tuple[tuple[str, Operand], ...]
    ) -> list[Operand] | None:
        """What operation ``bind`` does, with operands in the place of values; None when they do not fit."""
        name, parameters = described
        if any(kind in ("rest", "keywords") for _, kind, *_ in parameters):
            return None
        plain = [Parameter(each, kind=kind, computed=not required) for each, kind, required, *_ in parameters]
        try:
            found = bind(_Signature(name, tuple(plain)), arguments, dict(keywords))
        except TypeError:
            return None
        made: list[Operand] = []
        for (_, _, _, *default), operand in zip(parameters, found, strict=True):
            if isinstance(operand, int):
                made.append(operand)
            elif default:
                made.append(self._edit.constant(Constant(default[0])))
            else:
                return None
        return made

    def _bound(self, described: Operand, arguments: Operand, keywords: Operand) -> Value | None:
        items, pairs = self.of(arguments), self.of(keywords)
        if not isinstance(items, Items) or not isinstance(pairs, Pairs):
            return None
        found = self._operands_of(self._constant(described)[0], items.items, pairs.items)  # type: ignore[index]
        return None if found is None else Items("pack", tuple(found))

    def _of_state(self, operation: str, data: Operand, given: Operand, told: Operand) -> Value | None:
        """The arguments of a state that a jump leads to."""
        value, first = self.of(given), self._constant(told)[1]  # type: ignore[index]
        if data < 0:
            empty = self._constant(data) is None
        elif data in self._solid:
            empty = False
        else:
            return None  # it could be None, or a dict
        if operation == "jump_arguments" and isinstance(value, Items):
            return value if empty or first or not value.items else Items("tuple", (data, *value.items[1:]))
        if operation == "jump_keywords" and isinstance(value, Pairs):
            return value if empty or not first else Pairs((*((n, v) for n, v in value.items if n != first), (first, data)))
        return None

    # --- writing ---

    def written(self, register: int) -> Instruction:
        """What writes a hidden register."""
        match self._known[register]:
            case Known(operand=operand):
                return op.Copy(register, operand)
            case Items(source=source) | Pairs(source=source) if source >= 0:
                return op.Copy(register, source)
            case Items(kind="tuple", items=items):
                return op.Compute(register, "build_tuple", tuple(map(self._there, items)))
            case Pairs(items=pairs):
                parts = [part for name, each in pairs for part in (self._edit.constant(Constant(name)), self._there(each))]
                return op.Compute(register, "build_dict", tuple(parts))
            case _:
                raise Impossible

    def _there(self, operand: Operand) -> Operand:
        """An operand that an instruction can read."""
        if operand in self._entries and operand not in self._found:
            raise Impossible
        return self._found.get(operand, operand)


def _given(instruction: op.Compute, names: tuple[str, ...]) -> dict[str, Operand] | None:
    """Arguments by the names of parameters."""
    forms = instruction.forms or ("",) * len(instruction.arguments)
    found: dict[str, Operand] = {}
    for position, (form, argument) in enumerate(zip(forms, instruction.arguments, strict=True)):
        name = form or names[position]
        if name not in names or name in found:
            return None
        found[name] = argument
    return found
