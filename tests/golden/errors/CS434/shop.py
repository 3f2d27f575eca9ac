import cascade as cs


@cs.resource("orders of the day")
def production():
    yield "production"


@cs.resource("orders of the day")
def trial():
    yield "trial"
