"""Blueprints, what builds and runs them, and the values by which tasks steer a run."""

from __future__ import annotations

from cascade_vm.blueprint import Blueprint
from cascade_vm.control import Jump, TailCall

from cascade.vm_api import BlueprintBuilder, VirtualMachine

__all__ = ["Blueprint", "BlueprintBuilder", "Jump", "TailCall", "VirtualMachine"]
