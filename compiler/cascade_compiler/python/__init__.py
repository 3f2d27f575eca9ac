"""The front end for Python functions: the source of a decorated function to flow graph.

A function's `ast` is translated to the syntax tree that `.csc` files have, with a few nodes more (`nodes`); the rules of
`cascade_compiler.csc` then build the flow graph, so that what both languages can say means the same in both.
"""
