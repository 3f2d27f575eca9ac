"""A way to a PostgreSQL server that can be cut, at a moment of one's choice. Knows of the protocol only where a commit is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from urllib.parse import urlencode

from support.stores import SERVER


class Proxy:
    """Passes bytes to and fro, while it is ``open``."""

    def __init__(self, host: str, port: str) -> None:
        self._address = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self.open = True
        self.swallow = False
        """The next commit is done by the server; its answer is not passed on, the connection is cut instead."""
        self.stays_cut = False
        """Nobody is let in after that."""
        self.cuts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        host, port = self._address
        with contextlib.suppress(OSError):
            if self.open:
                unix = host.startswith("/")
                to = (
                    asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
                    if unix
                    else asyncio.open_connection(host, int(port))
                )
                server_reader, server_writer = await to
                self._writers |= {writer, server_writer}
                seen: list[bool] = []
                await asyncio.gather(
                    self._pass(reader, server_writer, seen, True), self._pass(server_reader, writer, seen, False)
                )
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bool], up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                if up and self.swallow and b"COMMIT" in data:
                    seen.append(True)
                    self.swallow = False
                elif seen and not up:
                    self.open = not self.stays_cut
                    self.cut()
                    break
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        """All connections are gone at once."""
        self.cuts += 1
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()


@contextlib.asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy for the server of a URL of tests, and the URL that leads through it."""
    from psycopg.conninfo import conninfo_to_dict

    known = {name: str(value) for name, value in conninfo_to_dict(os.environ[SERVER]).items()}
    schema = url.rpartition("schema=")[2]
    proxy = Proxy(known.get("host", "localhost"), known.get("port", "5432"))
    folder = tempfile.mkdtemp(prefix="pg-")  # short: the path of a socket has a limit
    server = await asyncio.start_unix_server(proxy.serve, f"{folder}/.s.PGSQL.5432")
    try:
        yield proxy, f"postgresql:///{known['dbname']}?{urlencode({**known, 'host': folder, 'port': '5432', 'schema': schema})}"
    finally:
        server.close()
        proxy.cut()
        await asyncio.sleep(0.05)
        shutil.rmtree(folder)
