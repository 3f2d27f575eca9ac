"""Solvers: in what order the nodes of a graph can run."""
