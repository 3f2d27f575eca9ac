"""The stores of durable runs: SQLite, in a file, and PostgreSQL, for several machines. `opening` has the door to both.

`owners` says who owns a run, `rows` what stands in a store beside bytes, `waiting` who waits for signals, `grouping` makes one
transaction of many commits. A store knows nothing of programs, machines and values.
"""
