"""What the passes want to know of a flow: its basic blocks, which registers are live, which may be unbound.

Everything here only looks. Opcodes are known by their roles and flags.
"""
