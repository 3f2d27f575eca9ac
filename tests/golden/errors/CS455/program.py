from dataclasses import dataclass

import cascade as cs


@dataclass
class Node:
    id: int
    name: str
    dependencies: tuple[int, ...]


class Ring:
    nodes = (Node(0, "egg", (1,)), Node(1, "hen", (0,)))


cs.NativeSolver().resolve(Ring())
