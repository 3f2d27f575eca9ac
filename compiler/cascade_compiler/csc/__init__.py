"""The front end for `.csc` files: syntax tree to flow graph.

`project` is the door: it loads a file and those that it imports, declares their names (`declare`), checks them (`check_…`) and
builds the flow graph (`flows` and what it uses). The checks refuse; the builder relies on them and refuses nothing.
"""
