"""The globals of a generated function: ours alone, closed. Each can be described, so that stored code finds them again.

A description is a tuple of plain data that says where in an image, or in which table of the machine, a value is; `described`
gives it back. What a program is given from outside is never a global, so nearly all can be described (`describe`).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cascade_vm.library import VALUES
from cascade_vm.linker import Image
from cascade_vm.operations import METHODS, OPERATIONS

if TYPE_CHECKING:
    from cascade_vm.generated.lone_cells import LoneCell

__all__ = ["Description", "Scope", "describe", "described"]

Description = tuple[Any, ...]

_DATA = (type(None), bool, int, float, complex, str, bytes)
_OURS = "cascade_vm."


class Scope:
    """The globals of one function. Equal objects get one name; other functions have other names: those of one program share
    their globals."""

    def __init__(self, flow: int, pc: int) -> None:
        self.values: dict[str, Any] = {}
        self.descriptions: dict[str, Description] = {}
        """Of those values that only whoever names them can describe."""
        self._end = f"{flow}_{pc}_"
        self._names: dict[int, str] = {}

    def name_of(self, value: object, prefix: str = "f", description: Description | None = None) -> str:
        found = self._names.get(id(value))
        if found is None:
            found = self._names[id(value)] = f"{prefix}{self._end}{len(self.values)}"
            self.values[found] = value
            if description is not None:
                self.descriptions[found] = description
        return found

    def described(self, name: str) -> Description | None:
        """The description of a global; None where there is none."""
        return self.descriptions.get(name) or describe(self.values[name])


@cache
def _tables() -> dict[int, Description]:
    """Descriptions of what the machine's closed tables hold, by ids."""
    found: dict[int, Description] = {id(kind): ("kind", kind.__name__) for kind in METHODS}
    found |= {id(value): ("value", name) for name, value in VALUES.items()}
    return found | {id(operation.function): ("operation", name) for name, operation in OPERATIONS.items()}


def describe(value: Any) -> Description | None:
    """The description of a value that is the same in every program: plain data, and what the machine itself defines."""
    if _is_data(value):
        return ("data", value)
    found = _tables().get(id(value))
    if found is not None:
        return found
    if type(value) in (tuple, frozenset):
        items = [describe(each) for each in value]
        return None if None in items else (type(value).__name__, *items)
    module, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if type(module) is str and type(name) is str and module.startswith(_OURS):
        return ("ours", module, name) if getattr(import_module(module), name, None) is value else None
    return None


def _is_data(value: Any) -> bool:
    kind = type(value)
    if kind is dict:
        return all(_is_data(each) for pair in value.items() for each in pair)
    return all(map(_is_data, value)) if kind in (tuple, frozenset) else kind in _DATA


def described(description: Description, image: Image, cells: dict[tuple[int, int], LoneCell]) -> Any:
    """The value that a description is of; ``cells`` are those that there are by now. Raises what comes when it is of none."""
    match description:
        case "data", value:
            return value
        case "constant", flow, index:
            return image.blueprint.flows[flow].constants[index].value
        case "default", flow, index, number:
            whole: Any = described(("constant", flow, index), image, cells)
            return whole[0][1][number][3]
        case "cell", flow, pc, part:
            return _lone_cell(image, cells, flow, pc).cell[part]
        case "template", flow, pc:
            return _lone_cell(image, cells, flow, pc).cell[2].template
        case "site", flow, pc, target:
            return image.site(image.blueprint.flows[flow], pc, target)
        case "operation", name:
            return OPERATIONS[name].function
        case "value", name:
            return VALUES[name]
        case "kind", name:
            return next(kind for kind in METHODS if kind.__name__ == name)
        case "ours", module, name if module.startswith(_OURS):
            return getattr(import_module(module), name)
        case "tuple", *items:
            return tuple([described(each, image, cells) for each in items])
        case "frozenset", *items:
            return frozenset([described(each, image, cells) for each in items])
        case _:
            raise ValueError(f"nothing is described by {description!r}")


def _lone_cell(image: Image, cells: dict[tuple[int, int], LoneCell], flow: int, pc: int) -> LoneCell:
    if (flow, pc) not in cells:
        from cascade_vm.generated.lone_cells import LoneCell

        cells[flow, pc] = LoneCell(image, flow, pc)
    return cells[flow, pc]
