"""The codecs of classes: dataclasses, enums, msgspec Structs, named tuples, pydantic models, exceptions.

An object is made without any code of its class: hollow, by the ``__new__`` of the type that lays out its memory, and then
given its attributes one by one, as `copy` does it. ``__init__`` and ``__post_init__`` have run when the object was new; what
they did is in the attributes, or was an effect that is not to happen again. ``__getstate__`` and ``__setstate__`` are not
asked: who needs code of their own registers a codec.

An exception keeps its args, cause, context, notes and attributes. Frames can not be stored, so it has no traceback; nor has an
`AttributeError` its ``obj``, which is there for suggestions and could be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, Flag
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from cascade.durable.classes import IS_OF_PYTHON, Layout, class_named, layout_named, layout_of, name_of
from cascade.durable.codecs import ABSENT, Codec, Parts, Refused
from cascade.errors import Problem, StoreError

__all__ = ["CLASS", "CLASSES", "GROUP", "INSTANCE", "NAMED_TUPLE", "codec_of"]

LAYOUT, CLASS, INSTANCE, NAMED_TUPLE, ENUM, EXCEPTION, GROUP = range(60, 67)

_NOT_KEPT = {
    "__cause__", "__context__", "__dict__", "__suppress_context__", "__traceback__", "args", "exceptions", "message", "obj",
}  # fmt: skip
"""Attributes of built-in exceptions that have a part of their own, or none."""


def codec_of(value: Any) -> Codec | None:
    """The codec of an object of a class that has a shape, or of such a class itself."""
    if isinstance(value, type):
        return _CLASS if layout_of(value) is not None else None
    kind = type(value)
    layout = layout_of(kind)
    if layout is None:
        return None
    match layout.shape:
        case "enum":
            return _ENUM._replace(take=lambda member: _take_member(layout, member))
        case "namedtuple":
            return _NAMED_TUPLE._replace(take=_take_named_tuple(layout))
        case "exception":
            codec = _GROUP if issubclass(kind, BaseExceptionGroup) else _EXCEPTION
            return codec._replace(take=_take_exception(layout))
        case _:
            return _INSTANCE._replace(take=_take_instance(layout))


# --- dataclasses, Structs, models: fields, then the names of other attributes and their values ------------------------


def _take_instance(layout: Layout) -> Callable[[Any], Parts]:
    members = layout.members
    fields = layout.fields
    slots = [name for name in members if name not in fields]

    def read(value: Any, attributes: dict[str, Any], name: str) -> object:
        if name in attributes:
            return attributes[name]
        member = members.get(name)
        try:
            return ABSENT if member is None else member.__get__(value)
        except AttributeError:
            return ABSENT

    def take(value: Any) -> Parts:
        attributes: dict[str, Any] = getattr(value, "__dict__", {})
        others = {name: attributes[name] for name in attributes if name not in fields}
        for name in slots:
            held = read(value, attributes, name)
            if held is not ABSENT:
                others[name] = held
        return layout, *[read(value, attributes, name) for name in fields], *others, *others.values()

    return take


def _hollow(parts: Parts) -> object:
    layout = _layout(parts)
    if layout.shape == "struct":
        return _hollow_struct(layout)
    return object.__new__(layout.kind)


_HOLLOWS: dict[type, Any] = {}


def _hollow_struct(layout: Layout) -> object:
    """A Struct can only be made by its constructor, which calls ``__post_init__``: one that has it is made as a subclass
    that does nothing there, and given its class afterwards."""
    kind: Any = layout.kind
    if not hasattr(kind, "__post_init__"):
        return kind(**dict.fromkeys(layout.fields))
    quiet = _HOLLOWS.get(kind)
    if quiet is None:
        told = kind.__struct_config__
        quiet = _HOLLOWS[kind] = msgspec.defstruct(
            kind.__name__,
            [],
            bases=(kind,),
            namespace={"__post_init__": lambda _self: None},
            frozen=False,
            weakref=told.weakref,
            dict=told.dict,
            gc=told.gc,
        )
    made: Any = quiet(**dict.fromkeys(layout.fields))
    made.__class__ = kind
    return made


def _fill_instance(value: Any, parts: Parts) -> None:
    layout: Layout = parts[0]
    count = len(layout.fields) + 1
    half = (len(parts) - count) // 2
    others = zip(parts[count : count + half], parts[count + half :], strict=True)
    members = layout.members
    is_struct = layout.shape == "struct"
    attributes: dict[str, Any] = getattr(value, "__dict__", _NO_ATTRIBUTES)
    for name, held in (*zip(layout.fields, parts[1:count], strict=True), *others):
        if held is ABSENT:
            continue
        if type(name) is not str:
            raise TypeError("the name of an attribute is no text")
        if is_struct and name in layout.fields:
            force_setattr(value, name, held)
        elif name in members:
            members[name].__set__(value, held)
        elif attributes is _NO_ATTRIBUTES:
            raise TypeError(f"there is no attribute `{name}`")
        else:
            attributes[name] = held


_NO_ATTRIBUTES: dict[str, Any] = {}


def _layout(parts: Parts) -> Layout:
    layout = parts[0]
    if type(layout) is not Layout:
        raise TypeError("an object has no class")
    return layout


# --- named tuples and enums ------------------------------------------------------------------------------------------


def _take_named_tuple(layout: Layout) -> Callable[[Any], Parts]:
    def take(row: Any) -> Parts:
        if getattr(row, "__dict__", None):
            raise Refused("it has attributes besides its fields, which a named tuple can not be given when it is made")
        return layout, *row

    return take


def _named_tuple(parts: Parts) -> object:
    layout = _layout(parts)
    if layout.shape != "namedtuple":
        raise TypeError("a named tuple is of no class of named tuples")
    current = layout_of(layout.kind)
    assert current is not None
    by_name = dict(zip(layout.fields, parts[1:], strict=True))
    made: object = tuple.__new__(layout.kind, [by_name[name] for name in current.fields])
    return made


def _take_member(layout: Layout, member: Enum) -> Parts:
    name = member._name_
    if name in layout.kind.__dict__["_member_map_"]:
        return layout, name
    return layout, None, member._value_


def _member(parts: Parts) -> object:
    layout = _layout(parts)
    if layout.shape != "enum":
        raise TypeError("a member of an enum is of no enum")
    kind: Any = layout.kind
    if parts[1] is None:
        if not issubclass(kind, Flag) or type(parts[2]) is not int:
            raise TypeError("a member of an enum has no name")
        return kind(parts[2])
    member = kind.__members__.get(parts[1])
    if member is None:
        names = ", ".join(f"`{name}`" for name in kind.__members__)
        raise StoreError(Problem("CS505", f"`{kind.__qualname__}` has no member `{parts[1]}` any more; it has {names}"))
    return member


# --- exceptions: args, cause, context, whether that is shown; names of attributes and their values --------------------


def _take_exception(layout: Layout) -> Callable[[Any], Parts]:
    kept = dict(_kept(layout.kind))
    is_group = issubclass(layout.kind, BaseExceptionGroup)

    def take(error: BaseException) -> Parts:
        held = {**error.__dict__}
        for name, descriptor in kept.items():
            try:
                value = descriptor.__get__(error)
            except AttributeError:
                continue
            if value is not None:
                held[name] = value
        group = (error.message, error.exceptions) if is_group and isinstance(error, BaseExceptionGroup) else ()
        links = (error.args, error.__cause__, error.__context__, error.__suppress_context__)
        return layout, *group, *links, *held, *held.values()

    return take


def _kept(kind: type) -> Iterator[tuple[str, MemberDescriptorType | GetSetDescriptorType]]:
    """What exceptions hold outside of their ``__dict__``: ``errno``, ``value``, ``name``."""
    for base in reversed(kind.__mro__[:-1]):
        of_python = bool(base.__flags__ & IS_OF_PYTHON)
        for name, found in vars(base).items():
            if name in _NOT_KEPT and not of_python:
                continue
            if isinstance(found, MemberDescriptorType) or (not of_python and isinstance(found, GetSetDescriptorType)):
                yield name, found


def _bare(layout: Layout, *arguments: object) -> BaseException:
    if layout.shape != "exception":
        raise TypeError("an exception is of no class of exceptions")
    kind: Any = layout.kind
    maker: Any = next(base for base in kind.__mro__ if not base.__flags__ & IS_OF_PYTHON)
    made = maker.__new__(kind, *arguments)
    assert isinstance(made, BaseException)
    return made


def _group(parts: Parts) -> BaseException:
    _, message, members = parts
    if type(message) is not str or type(members) is not tuple:
        raise TypeError("a group of exceptions has no message or no exceptions")
    return _bare(_layout(parts), message, members)


def _fill_exception(error: Any, parts: Parts) -> None:
    args, cause, context, suppressed, *rest = parts
    if type(args) is not tuple or type(suppressed) is not bool:
        raise TypeError("an exception has no args")
    half = len(rest) // 2
    kept = dict(_kept(type(error)))
    BaseException.args.__set__(error, args)  # type: ignore[attr-defined]
    BaseException.__setattr__(error, "__cause__", cause)
    BaseException.__setattr__(error, "__context__", context)
    BaseException.__setattr__(error, "__suppress_context__", suppressed)
    for name, value in zip(rest[:half], rest[half:], strict=True):
        descriptor = kept.get(name)
        if descriptor is not None:
            descriptor.__set__(error, value)
        else:
            if type(name) is not str:
                raise TypeError("the name of an attribute is no text")
            error.__dict__[name] = value


# --- the table -------------------------------------------------------------------------------------------------------


def _by_class(_value: object) -> Parts:
    raise AssertionError("`codec_of` makes a codec for each class")


_CLASS = Codec(CLASS, lambda kind: (name_of(kind),), lambda parts: class_named(*parts), raw=True)
_INSTANCE = Codec(INSTANCE, _by_class, _hollow, _fill_instance, early=1)
_NAMED_TUPLE = Codec(NAMED_TUPLE, _by_class, _named_tuple)
_ENUM = Codec(ENUM, _by_class, _member)
_EXCEPTION = Codec(
    EXCEPTION, _by_class, lambda parts: _bare(_layout(parts)), lambda error, parts: _fill_exception(error, parts[1:]), early=1
)
_GROUP = Codec(GROUP, _by_class, _group, lambda error, parts: _fill_exception(error, parts[3:]), early=3)

CLASSES: tuple[tuple[type | None, Codec], ...] = (
    (
        Layout,
        Codec(
            LAYOUT,
            lambda layout: (name_of(layout.kind), layout.shape, [*layout.fields]),
            lambda parts: layout_named(*parts),
            raw=True,
        ),
    ),
    (None, _CLASS),
    (None, _INSTANCE),
    (None, _NAMED_TUPLE),
    (None, _ENUM),
    (None, _EXCEPTION),
    (None, _GROUP),
)
