import cascade as cs

exec("def main():\n    return 1")

flow = cs.flow(main)  # noqa: F821
