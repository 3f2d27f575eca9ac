"""The grammar room: `.csc` text to syntax tree (`parser`) and back (`printer`), with diagnostics.

The tree is `tree`, its places are `spans`. This room knows nothing of what a program means: names, arity and flow of control
are the compiler's.
"""
