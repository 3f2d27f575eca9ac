"""A small job service that misbehaves on purpose, to try `poll.csc` on.

    python examples/poll_job/server.py            # prints its address and serves until Ctrl-C

``POST /jobs`` hands in a job, ``GET /jobs/ID`` says how far it is. The first hand-in is refused with 503; the questions
about a job are answered by turns as `SCRIPT` says.
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, Lock

SCRIPT: tuple[object, ...] = (
    {"state": "queued"},
    503,
    {"state": "running", "progress": 20},
    "slow",
    {"state": "running", "progress": 60},
    503,
    503,
    {"state": "running", "progress": 90},
    {"state": "done", "result": "24 frames"},
)
"""What the questions about a job get, in turn: an answer, a refusal, or silence until the caller has given up."""


class JobServer(ThreadingHTTPServer):
    """The service. ``requests`` are the requests it had, as ``(method, path, status)``; 0 is no answer."""

    daemon_threads = True

    def __init__(self, port: int = 0, slow: float = 10.0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.slow = slow
        self.requests: list[tuple[str, str, int]] = []
        self.closing = Event()
        self._lock = Lock()
        self._ids = count(1)
        self._asked: dict[str, int] = {}
        self._refused = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def submit(self) -> tuple[int, object]:
        with self._lock:
            if not self._refused:
                self._refused = True
                return 503, {"error": "starting up"}
            job = f"job-{next(self._ids)}"
            self._asked[job] = 0
            return 201, {"id": job}

    def status(self, job: str) -> tuple[int, object]:
        """Status 0: say nothing for a while, then hang up."""
        with self._lock:
            if job not in self._asked:
                return 404, {"error": "no such job"}
            entry = SCRIPT[min(self._asked[job], len(SCRIPT) - 1)]
            self._asked[job] += 1
        match entry:
            case int():
                return entry, {"error": "busy"}
            case "slow":
                return 0, None
        return 200, entry

    def note(self, method: str, path: str, status: int) -> None:
        with self._lock:
            self.requests.append((method, path, status))

    def shutdown(self) -> None:
        self.closing.set()
        super().shutdown()


class _Handler(BaseHTTPRequestHandler):
    server: JobServer

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(*(self.server.submit() if self.path == "/jobs" else (404, {"error": "no such page"})))

    def do_GET(self) -> None:
        self._answer(*self.server.status(self.path.removeprefix("/jobs/")))

    def _answer(self, status: int, body: object) -> None:
        self.server.note(self.command, self.path, status)
        if status == 0:
            self.close_connection = True
            self.server.closing.wait(self.server.slow)
            return
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name in http.server
        """Silent: the workflow reports."""


def main() -> None:
    parser = argparse.ArgumentParser(description="A job service that misbehaves on purpose.")
    parser.add_argument("--port", type=int, default=8765)
    with JobServer(parser.parse_args().port) as server:
        print(f"serving on {server.url}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
