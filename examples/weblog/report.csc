"""What an access log says: top paths, bursts of errors, slow endpoints."""

from accesslog import read_records, sample_log

const ROBOTS = "bot", "crawler", "spider", "curl/", "python-requests"


flow main(log: str = "", top: int = 10, window: int = 300, slow_ms: int = 500) -> dict:
    """Report on a log; without one, on the log that comes with this example.

    `window` is the length in seconds of the slices of time in which errors are counted. An endpoint is slow when one
    request in twenty takes `slow_ms` or longer.
    """
    path = log or sample_log()
    offset = 0
    requests = robots = bad = 0
    hits = {}
    times = {}
    slices = {}
    loop:
        records, rejected, end = read_records(path, offset)
        if end == offset:
            break
        offset = end
        bad += len(rejected)
        for record in records:
            requests += 1
            agent = record["agent"].lower()
            if any(word in agent for word in ROBOTS):
                robots += 1
            else:
                hits[record["path"]] = hits.get(record["path"], 0) + 1
            times.setdefault(endpoint(record["path"]), []).append(record["ms"])
            count(slices, record, window)
    if not requests:
        fail f"there is no request in {path}"
    return {
        "requests": requests,
        "robots_percent": round(100 * robots / requests, 1),
        "unreadable_lines": bad,
        "top_paths": [
            [name, -n]
            for n, name in sorted([(-n, name) for name, n in hits.items()])[:top]
        ],
        "error_bursts": bursts(slices, window),
        "slow_endpoints": slow(times, slow_ms),
    }


flow endpoint(path: str) -> str:
    """`/orders/17` and `/orders/18` are one endpoint, `/orders/:id`."""
    return "/".join([":id" if part.isdigit() else part for part in path.split("/")])


flow count(slices: dict, record: dict, window: int):
    """Count a request, and whether it was the server's error, in its slice of time."""
    number = record["time"] // window
    if number not in slices:
        slices[number] = {"from": record["clock"], "requests": 0, "errors": 0}
    slices[number]["requests"] += 1
    if record["status"] >= 500:
        slices[number]["errors"] += 1


flow bursts(slices: dict, window: int) -> list:
    """Runs of slices of which each has at least five errors, and one in ten requests is one."""
    found = []
    last = None
    for number, entry in sorted([(n, s) for n, s in slices.items() if is_bad(s)]):
        if last is not None and number == last + 1:
            burst = found[-1]
            burst["seconds"] += window
            burst["requests"] += entry["requests"]
            burst["errors"] += entry["errors"]
        else:
            found.append({**entry, "seconds": window})
        last = number
    return found


flow is_bad(entry: dict) -> bool:
    return entry["errors"] >= 5 and entry["errors"] * 10 >= entry["requests"]


flow slow(times: dict, slow_ms: int) -> list:
    """Endpoints by their 95th percentile (nearest rank), the slowest first; those with twenty requests or more."""
    ranked = []
    for name, values in times.items():
        ordered = sorted(values)
        p95 = ordered[-(-95 * len(ordered) // 100) - 1]
        if len(ordered) >= 20 and p95 >= slow_ms:
            ranked.append((-p95, name, len(ordered), ordered[len(ordered) // 2]))
    return [
        {"endpoint": name, "requests": n, "median_ms": median, "p95_ms": -rank}
        for rank, name, n, median in sorted(ranked)
    ]
