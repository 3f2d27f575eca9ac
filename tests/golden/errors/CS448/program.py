import cascade as cs


@cs.task
def query(db: object = cs.inject("database")) -> None: ...


cs.run(query())
