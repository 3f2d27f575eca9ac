"""Tasks that talk to the job service over HTTP. They try once: when to try again is the workflow's to say."""

import json
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import cascade as cs

PATIENCE = 30.0
"""Seconds after which a socket gives up by itself; the workflow's timeouts are shorter."""


@cs.task(mode="blocking")
def submit(server: str, work: str) -> str:
    """Hand in a job; its id."""
    return str(_ask(f"{server}/jobs", {"work": work})["id"])


@cs.task(mode="blocking")
def status(server: str, job: str) -> dict[str, object]:
    """How far a job is: ``state`` is "queued", "running", "done" or "failed"."""
    return _ask(f"{server}/jobs/{job}")


def _ask(url: str, body: object = None) -> dict[str, object]:
    """The answer to a request. `ConnectionError` when asking again may help, `ValueError` when it will not."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=PATIENCE) as response:
            answer = json.load(response)
    except HTTPError as error:
        with error:
            kind = ConnectionError if error.code >= 500 or error.code == 429 else ValueError
            raise kind(f"{url} answered {error.code} {error.reason}") from None
    except URLError as error:
        raise ConnectionError(f"can not reach {url}: {error.reason}") from None
    if isinstance(answer, dict):
        return answer
    raise ValueError(f"{url} answered something that is no object")
