import cascade as cs


@cs.task
def greet() -> str:
    return "hello"


cs.run(greet)
