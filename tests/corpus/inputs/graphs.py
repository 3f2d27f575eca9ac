"""Arguments for `corpus/modules/graphs.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import GRAPHS, LOOSE_GRAPHS, NODE, WEIGHTED, call, lists, matrices, maybe, squares

GRAPH = GRAPHS | LOOSE_GRAPHS
NUMBER = st.integers(0, 3)
EDGES = lists(st.tuples(NUMBER, NUMBER, st.integers(-1, 9)), most=6)
BITS = matrices(st.integers(0, 1), 1, 4)
CELL = st.tuples(NUMBER, NUMBER)
POSITIVE = st.fixed_dictionaries({n: st.dictionaries(NODE, st.integers(1, 9), max_size=3) for n in "ABCD"})

INPUTS = {
    "breadth_first": call(GRAPH, NODE),
    "depth_first": call(GRAPH, NODE),
    "depth_first_iterative": call(GRAPH, NODE),
    "shortest_path": call(GRAPH, NODE, NODE),
    "all_paths": call(GRAPH, NODE, NODE),
    "has_cycle": call(GRAPH),
    "topological_sort": call(GRAPH),
    "connected_components": call(GRAPH),
    "dijkstra": call(POSITIVE | WEIGHTED, NODE),
    "reconstruct": call(st.dictionaries(NODE, NODE), NODE, NODE),
    "bellman_ford": call(EDGES, st.integers(0, 4), NUMBER),
    "floyd_warshall": call(squares(st.integers(0, 9) | st.just(float("inf")), 1, 3)),
    "kruskal": call(st.integers(3, 4), EDGES),
    "prim": call(POSITIVE, NODE),
    "is_bipartite": call(GRAPH),
    "strongly_connected": call(GRAPH),
    "tarjan_bridges": call(GRAPH),
    "flood_fill": call(matrices(st.integers(0, 2)), NUMBER, NUMBER, NUMBER),
    "count_islands": call(BITS),
    "a_star": call(BITS, CELL, CELL),
    "max_flow": call(squares(st.integers(0, 5), 2, 4), NUMBER, NUMBER),
    "graph_from_edges": call(
        lists(st.tuples(NODE, NODE) | st.tuples(NODE, NODE, NUMBER), most=4), directed=maybe(st.booleans())
    ),
    "degree_table": call(GRAPH),
    "page_rank": call(GRAPH, maybe(st.floats(0, 1))),
}
