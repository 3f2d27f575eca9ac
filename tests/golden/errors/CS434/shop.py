import cascade as cs


@cs.resource("db")
def production():
    yield "production"


@cs.resource("db")
def trial():
    yield "trial"
