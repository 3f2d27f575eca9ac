"""Writes a program with more tasks than one may have."""

import json
from pathlib import Path

from cascade_vm.blueprint import Blueprint
from cascade_vm.limits import FLOWS
from cascade_vm.readable import to_json


def make(folder: Path) -> None:
    program = json.loads(to_json(Blueprint(())))
    program["tasks"] = [{"name": f"m:t{n}", "parameters": None, "pure": False, "total": False} for n in range(FLOWS + 1)]
    (folder / "program.json").write_text(json.dumps(program))
