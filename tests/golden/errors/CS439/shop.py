import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


page = fetch("a").run_if(fetch("b")).run_if(fetch("c"))
