"""`str.format` for programs: the template is looked at first, since its fields reach attributes by a computed name."""

from __future__ import annotations

from _string import formatter_field_name_split, formatter_parser  # type: ignore[import-not-found]
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from cascade_vm.names import is_public

__all__ = ["format_method", "is_harmless"]

_MOST_TEMPLATES = 256


def format_method(template: str, name: str) -> Callable[..., str]:
    """``template.format`` or ``template.format_map``, for templates whose fields name public attributes only.

    What it gives raises `AttributeError` for another template, and else what Python raises.
    """
    return partial(_format, template, name)


def _format(template: str, name: str, /, *arguments: Any, **keywords: Any) -> str:
    _check(template)
    text: str = getattr(template, name)(*arguments, **keywords)
    return text


def is_harmless(template: str) -> bool:
    """Whether `format_method` does for a template just what Python does."""
    try:
        _check(template)
    except AttributeError:
        return False
    return True


@lru_cache(_MOST_TEMPLATES)
def _check(template: str) -> None:
    """A text that is no template is let pass: Python says so, and evaluates no field behind the mistake."""
    pending = [template]
    while pending:
        try:
            for _, field, spec, _ in formatter_parser(pending.pop()):
                if field:
                    _check_field(field)
                if spec:
                    pending.append(spec)
        except ValueError:
            continue


def _check_field(field: str) -> None:
    _, rest = formatter_field_name_split(field)
    for is_attribute, key in rest:
        if is_attribute and not is_public(key):
            raise AttributeError(f"a format may not use the private attribute '{key}'")
