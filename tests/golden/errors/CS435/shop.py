import cascade as cs


@cs.resource
def database():
    yield "production"


with cs.override_resource("datebase", "trial"):
    pass
