"""The public names: none is hidden by a module of the same name."""

from __future__ import annotations

import importlib
import pkgutil

import cascade


def test_no_module_hides_a_public_name() -> None:
    """Importing ``cascade.x`` sets ``cascade.x`` to the module."""
    modules = {found.name for found in pkgutil.iter_modules(cascade.__path__)}
    assert modules & set(cascade.__all__) == set()
    importlib.import_module("cascade.host")
    assert callable(cascade.gather)
