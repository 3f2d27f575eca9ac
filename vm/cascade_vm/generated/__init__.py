"""Tier 1: flows as generated Python functions, whose registers are locals and whose loops are Python's own loops.

    graph.py        the instructions that an entry leads to, as nodes with edges; which are loops
    cursors.py      which registers can be iterators of Python's own, and how those become data again
    places.py       which node stands where among nested statements
    shape.py        loops, branches and jumps out of both, as Python's statements
    loop_forms.py   how loops draw turns; `short_loops.py` says which need none
    statements.py   the instructions of a node: `expressions.py`, `values.py`, `iteration.py`, `control.py` and `calls.py` have
                    those that are written out, `operands.py` what they read and write, `lone_cells.py` the cells of those that
                    are not, `syntax.py` Python's syntax trees
    folding.py      values that are written into the instruction which reads them; `passing.py` says which iterators and
                    functions nobody else sees, `liveness.py` what is read later, `kinds.py` what has a known type
    unseen.py       errors that a handler asks nothing but the class of
    positions.py    from a place in the generated code to an instruction, and to the user's source
    generator.py    from a flow and an entry to the code of a function
    unit.py         the functions of a program, generated or fetched; `program.py` is what they have in common, `scope.py` says
                    what their globals are, `stored.py` makes bytes of them
    instance.py     the code of a program bound to a host; `runtime.py` is what it calls
    leaving.py      out of generated code: its frames become the machine's frames

Code that was kept from an earlier run needs no more than `unit.py` and what stands below it, `cursors.py` and `positions.py`.

A generated function is called with a strand, how deep generated functions are nested, and the registers that are in use at its
entry. It gives what its flow returns. Everything else leaves it as an exception: errors of the program, and `leaving.Leave`,
when the run has to go on elsewhere. The registers are read out of the frames that the exception passed, so that being able to
leave costs nothing.
"""
