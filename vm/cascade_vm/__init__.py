"""The machine room: the instruction set, the Blueprint and the machine that runs it.

A Blueprint is data (`blueprint`), made of instructions (`opcodes`) over operations (`operations`). It is written down as
text (`listing`), bytes (`codec`) and JSON (`readable`), checked (`verifier`), linked for speed (`linker`) and run
(`machine`, which drives `dispatch`). This room knows no source language, no compiler and no policies.
"""
