"""Hand a job to a service that is not always well, and wait until it is done."""

from jobs import status, submit


flow main(
    server: str,
    work: str = "render the film",
    every: duration = 1s,
    patience: duration = 2s,
    deadline: duration = 10m,
) -> dict:
    """Submit a job and watch it to its end.

    A request that takes longer than `patience`, or that the service refuses for now, is made again. The job as a whole
    has until `deadline`.
    """
    server = server.rstrip("/")
    job = submit(server, work) with retry(
        5,
        delay=every,
        backoff=2.0,
        on=(ConnectionError, TimeoutError),
    ), timeout(patience)
    emit "submitted", job
    try:
        return watch(server, job, every, patience) with timeout(deadline)
    except TimeoutError:
        fail f"job {job} was not done in time"


flow watch(server: str, job: str, every: duration, patience: duration) -> dict:
    """Ask until the job is done; report progress as it moves."""
    polls = 0
    seen = -1
    loop:
        answer = status(server, job) with retry(
            5,
            delay=every,
            on=(ConnectionError, TimeoutError),
        ), timeout(patience)
        polls += 1
        phase = answer["state"]
        if phase == "done":
            return {"job": job, "result": answer["result"], "polls": polls}
        if phase == "failed":
            fail f"job {job} failed: {answer.get('reason', 'no reason given')}"
        progress = answer.get("progress", 0)
        if progress > seen:
            emit "progress", progress
            seen = progress
        sleep every
