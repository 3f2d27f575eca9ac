import cascade as cs

exec(compile("def main():\n    return 1", "<nowhere>", "exec"))  # python -c has a <string> of its own

flow = cs.flow(main)  # noqa: F821
