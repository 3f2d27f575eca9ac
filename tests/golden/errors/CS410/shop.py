from cascade import task

SHELVES = 7
PER_SHELF = {}["books"]


@task
def fetch(url: str) -> str:
    return url
