import cascade as cs
from cascade.adapters.solvers.native import NativeSolver


class Backwards(NativeSolver):
    def resolve(self, graph):
        return super().resolve(graph)[::-1]


@cs.task
def double(n: int) -> int:
    return 2 * n


@cs.task
def add(a: int, b: int) -> int:
    return a + b


cs.BlueprintBuilder(Backwards()).build(add(double(1), 2))
