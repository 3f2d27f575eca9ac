"""Builds `program.csc` with policies that come in as an argument, which lowering never does."""

from msgspec.structs import replace
from pathlib import Path

from cascade.loading import build_source, compile_graph, portable
from cascade.task_modules import TaskModules
from cascade_vm.codec import encode
from cascade_vm.opcodes import CallFlow
from msgspec import structs


def make(folder: Path) -> None:
    blueprint = portable(compile_graph(build_source(folder / "program.csc", TaskModules()).program, 0), folder)
    main, helper = blueprint.flows
    code = tuple([structs.replace(i, policies=0) if isinstance(i, CallFlow) else i for i in main.code])
    (folder / "program.cbp").write_bytes(encode(replace(blueprint, flows=(replace(main, code=code), helper))))
