"""What an `Engine` is put together from: solvers, which order the nodes of a graph, and executors, which call tasks."""
