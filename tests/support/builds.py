"""Built programs, for tests that damage them."""

from __future__ import annotations

from pathlib import Path

from cascade.loading import build_source, compile_graph, portable
from cascade.task_modules import TaskModules
from cascade_vm.codec import encode


def built(source: Path) -> bytes:
    """What ``cascadec build`` writes for a source."""
    return encode(portable(compile_graph(build_source(source, TaskModules()).program, 2), source.parent))
