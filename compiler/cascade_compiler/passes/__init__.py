"""The passes: one file each, a pure function from Blueprint to Blueprint. Their order is in `cascade_compiler.optimise`."""
