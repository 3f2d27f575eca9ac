"""Flows and constants for `imports.csc`."""

const LIMIT = 2 ** 4


flow clamp(n: int, most: int = LIMIT) -> int:
    return min(n, most)
