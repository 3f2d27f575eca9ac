"""Classes by name: ``module:qualified.name``, and which of them bytes may name.

Nothing that bytes name is ever called. A name is looked up in the namespace of its module, no ``__getattr__`` asked; what is
found has to be a class of a *shape* whose objects can be made without any code of theirs: a dataclass, an enum, a msgspec
Struct, a named tuple, a pydantic model, an exception. The module is imported when it is not loaded, for a run that is resumed
has to find its classes: so bytes can choose which of the modules that can be imported is, and no more. Those of Python that
are there to do something when they are imported are refused.
"""

from __future__ import annotations

import dataclasses
import importlib
import re
import sys
from enum import Enum
from types import MemberDescriptorType
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from cascade.durable.codecs import Refused
from cascade.errors import Problem, StoreError

__all__ = ["IS_OF_PYTHON", "Layout", "class_named", "layout_named", "layout_of", "members_of", "name_of", "shape_of"]

_NAME = re.compile(r"(?P<module>[^\W\d]\w*(\.[^\W\d]\w*)*):(?P<path>[^\W\d]\w*(\.[^\W\d]\w*)*)")
_ACTS_WHEN_IMPORTED = {"antigravity", "idlelib", "test", "this", "turtledemo"}
IS_OF_PYTHON = 1 << 9
"""``Py_TPFLAGS_HEAPTYPE`` among ``__flags__``: the class was made by a ``class`` statement."""


class Layout:
    """A class, its shape and its fields: written once for all objects of the class."""

    __slots__ = ("fields", "kind", "members", "shape")

    def __init__(self, kind: type, shape: str, fields: tuple[str, ...]) -> None:
        self.kind = kind
        self.shape = shape
        self.fields = fields
        self.members = members_of(kind)


def members_of(kind: type) -> dict[str, MemberDescriptorType]:
    """The slots of a class and of those that it is derived from."""
    return {
        name: found
        for base in reversed(kind.__mro__)
        if base.__flags__ & IS_OF_PYTHON
        for name, found in vars(base).items()
        if isinstance(found, MemberDescriptorType)
    }


def shape_of(kind: type) -> str | None:
    """Which of the shapes a class has."""
    if issubclass(kind, Enum):
        return "enum"
    if issubclass(kind, BaseException):
        return "exception"
    if issubclass(kind, msgspec.Struct):
        return "struct" if kind.__module__ != "builtins" else None  # functions of flows are no data
    if issubclass(kind, tuple):
        return "namedtuple" if isinstance(getattr(kind, "_fields", None), tuple) else None
    pydantic = sys.modules.get("pydantic")
    if pydantic is not None and issubclass(kind, pydantic.BaseModel):
        return "model"
    if dataclasses.is_dataclass(kind) and all(base.__flags__ & IS_OF_PYTHON for base in kind.__mro__[:-1]):
        return "dataclass"
    return None


def layout_of(kind: Any) -> Layout | None:
    """The layout of a class, one for each class; None when it has no shape."""
    layout = _layouts.get(kind)
    if layout is None:
        shape = shape_of(kind)
        if shape is None:
            return None
        layout = _layouts[kind] = Layout(kind, shape, _fields_of(kind, shape))
    return layout


_layouts: WeakKeyDictionary[type, Layout] = WeakKeyDictionary()


def _fields_of(kind: Any, shape: str) -> tuple[str, ...]:
    fields: tuple[str, ...] = ()
    match shape:
        case "dataclass":
            fields = tuple(field.name for field in dataclasses.fields(kind))
        case "struct":
            fields = kind.__struct_fields__
        case "namedtuple":
            fields = kind._fields
        case "model":
            fields = tuple(kind.model_fields)
        case _:
            pass  # what enums and exceptions hold is not declared
    return fields


def name_of(kind: type) -> str:
    """The name by which `class_named` finds a class; `Refused` when it would not."""
    name = f"{kind.__module__}:{kind.__qualname__}"
    if "<locals>" in name:
        raise Refused("its class is made inside of a function, where no other process finds it")
    module = sys.modules.get(kind.__module__)
    if not _NAME.fullmatch(name) or module is None or _look_up(module, kind.__qualname__) is not kind:
        raise Refused(f"its class is not what `{kind.__qualname__}` of module `{kind.__module__}` is")
    return name


def _look_up(module: Any, path: str) -> object:
    found: object = module
    for name in path.split("."):
        found = vars(found).get(name) if found is module or isinstance(found, type) else None
    return found


def class_named(name: object) -> type:
    """The class that bytes name: of one of the shapes, or an error that says what is the matter."""
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise StoreError(Problem("CS502", f"a stored value is damaged: {name!r:.80} names no class"))
    module, path = match["module"], match["path"]
    found = _look_up(_module(module, path), path)
    if found is None:
        raise _gone(module, path, f"module `{module}` has no `{path}`")
    if not isinstance(found, type) or shape_of(found) is None:
        raise _gone(module, path, f"`{path}` of module `{module}` is no class whose objects are stored")
    return found


def _module(module: str, path: str) -> object:
    loaded = sys.modules.get(module)
    if loaded is not None:
        return loaded
    parts = module.split(".")
    if parts[0] in _ACTS_WHEN_IMPORTED or "__main__" in parts:
        raise _gone(module, path, f"module `{module}` is not imported for a stored value")
    try:
        return importlib.import_module(module)
    except Exception as error:
        said = f"module `{module}` can not be imported: {type(error).__name__}: {error}"
        raise _gone(module, path, said) from error


def _gone(module: str, path: str, said: str) -> StoreError:
    hint = f"where `{path}` has moved, leave its name in `{module}`" if "imported" not in said else None
    return StoreError(Problem("CS504", f"a stored value needs a class that is not there: {said}", hint=hint))


def layout_named(name: object, shape: object, fields: object) -> Layout:
    """The layout that the bytes describe, if the class is still as it was."""
    if not isinstance(fields, list) or not all(type(field) is str for field in fields) or len({*fields}) != len(fields):
        raise StoreError(Problem("CS502", "a stored value is damaged: the fields of a class are no list of names"))
    layout = layout_of(class_named(name))
    assert layout is not None
    if layout.shape != shape:
        raise StoreError(Problem("CS505", f"`{name}` was of the shape {shape!r:.20}, and is of the shape {layout.shape!r}"))
    new = [field for field in layout.fields if field not in fields]
    gone = [field for field in fields if field not in layout.fields]
    if new or gone:
        said = [
            f"{', '.join(f'`{one}`' for one in names)} {verb}" for names, verb in ((new, "is new"), (gone, "is gone")) if names
        ]
        hint = "register a codec for the class to decide what becomes of stored values"
        raise StoreError(Problem("CS505", f"`{name}` has other fields than the stored value: {' and '.join(said)}", hint=hint))
    return layout if layout.fields == tuple(fields) else Layout(layout.kind, layout.shape, tuple(fields))
