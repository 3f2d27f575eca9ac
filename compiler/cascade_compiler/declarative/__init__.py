"""Programs that are given as a graph of calls: an `Outline` becomes a flow graph (`cascade_compiler.graph`).

`outline` says what such a graph is, `demand` turns routers into plain nodes, `regions` says which nodes run beside each other,
`program` writes the flows. Knows neither the values that users build graphs from nor any function.
"""

from cascade_compiler.declarative.outline import Outline
from cascade_compiler.declarative.program import build_program

__all__ = ["Outline", "build_program"]
