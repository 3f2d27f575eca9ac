"""Executors: how tasks are called."""
