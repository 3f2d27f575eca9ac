"""A PostgreSQL server that goes away, comes back, or has something else; without one these are skipped."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from glob import glob
from pathlib import Path
from typing import Any

import pytest
from cascade.durable.store import Commit, Lease, Standing, Store, open_store
from cascade.errors import (
    DamagedStore,
    LeaseLost,
    NotAStore,
    StoreIsLocked,
    StoreIsNewer,
    StoreNotWritable,
    StoreUnreachable,
    UsageError,
)
from support.postgres_proxy import Proxy, proxied
from support.stores import SERVER, fill, needs_server, new_run, open_new, store_url

pytestmark = needs_server


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A schema of its own."""
    yield from store_url("postgres", tmp_path)


def execute(url: str, *statements: str) -> None:
    """As somebody else, in the schema of the store."""
    import psycopg

    with psycopg.connect(os.environ[SERVER], autocommit=True) as db:
        db.execute(f"SET search_path = {url.rpartition('schema=')[2]}".encode())
        for statement in statements:
            db.execute(statement.encode())


def through(url: str, body: Callable[[Store, Lease, Proxy], Awaitable[None]], **options: str) -> None:
    """With a store behind a proxy, and a run with two records."""

    async def run() -> None:
        async with proxied(url) as (proxy, way):
            store, lease = await open_new(way + "".join(f"&{name}={value}" for name, value in options.items()))
            await fill(store, lease, 2)
            try:
                await body(store, lease, proxy)
            finally:
                proxy.open = True
                await store.close()

    asyncio.run(run())


def test_a_cut_connection_is_made_again(url: str) -> None:
    """Whatever is asked for next."""

    async def body(store: Store, lease: Lease, proxy: Proxy) -> None:
        for at in range(3):
            proxy.cut()
            await store.commit(Commit(lease, [b"%d" % (at + 2)]))
            proxy.cut()
            assert (await store.read("run")).records == [b"%d" % number for number in range(at + 3)]

    through(url, body)


def test_a_commit_is_not_written_twice(url: str) -> None:
    """The server had written it when the connection broke, and nobody was told."""

    async def body(store: Store, lease: Lease, proxy: Proxy) -> None:
        others = [await new_run(store, f"run-{at}") for at in range(3)]
        number = await store.send("run", "name", b"")
        standing = Standing("flow.csc:1", "", 0.0, None, 1, 1)
        for commits in (
            [Commit(lease, [b"2"])],
            [Commit(lease), Commit(lease, [b"3", b"4"], taken=[number], standing=standing)],
            [Commit(one, [b"a"]) for one in others] + [Commit(lease, [b"5"]), Commit(lease, [b"6"])],
            [Commit(lease, [b"7"], snapshot=b"s"), Commit(lease, [b"8"])],
        ):
            proxy.swallow, cuts = True, proxy.cuts
            await asyncio.gather(*map(store.commit, commits))
            assert proxy.cuts == cuts + 1
        stored = await store.read("run")
        assert (stored.snapshot, stored.records, stored.signals) == (b"s", [b"7", b"8"], [])
        assert stored.run.written == len(b"argumentsasked012345678s")
        assert [(await store.read(one.run_id)).records for one in others] == [[b"a"]] * 3

    through(url, body)


def test_nothing_else_is_done_twice(url: str) -> None:
    """Making, taking and copying a run, and sending a signal."""

    async def body(store: Store, lease: Lease, proxy: Proxy) -> None:
        async def twice(call: Callable[[], Awaitable[Any]]) -> Any:
            proxy.swallow, cuts = True, proxy.cuts
            result = await call()
            assert proxy.cuts == cuts + 1
            return result

        other = await twice(lambda: new_run(store, "other"))
        await store.commit(Commit(other, [b"made"]))
        await twice(lambda: store.release(other))
        taken = await twice(lambda: store.take("other"))
        assert taken.token == 2
        await store.commit(Commit(taken, [b"taken"]))
        await twice(lambda: store.copy("other", "copy"))
        assert (await store.read("copy")).records == [b"made", b"taken"]
        number = await twice(lambda: store.send("run", "name", b"payload"))
        assert [one.id for one in await store.signals("run")] == [number]
        await twice(lambda: store.renew(lease))
        assert await twice(lambda: store.prune(before=0, statuses=["done"])) == 0

    through(url, body)


@pytest.mark.parametrize("written", [False, True])
def test_a_server_that_stays_away_is_told(url: str, written: bool) -> None:
    """The same commit works when it is back, and is there once; with another one, the run has to be taken anew if it was."""

    async def away(store: Store, proxy: Proxy, commit: Commit) -> None:
        if written:
            proxy.swallow = proxy.stays_cut = True
        else:
            proxy.open = False
            proxy.cut()
        with pytest.raises(StoreUnreachable, match="CS519"):
            await store.commit(commit)
        proxy.open, proxy.stays_cut = True, False

    async def body(store: Store, lease: Lease, proxy: Proxy) -> None:
        await away(store, proxy, Commit(lease, [b"2"]))
        await store.commit(Commit(lease, [b"2"]))
        await store.commit(Commit(lease, [b"3"]))
        await away(store, proxy, Commit(lease, [b"4"]))
        if written:
            with pytest.raises(LeaseLost):
                await store.commit(Commit(lease, [b"another"]))
        else:
            await store.commit(Commit(lease, [b"4"]))
        assert (await store.read("run")).records == [b"0", b"1", b"2", b"3", b"4"]

    through(url, body, patience="0.3")


def test_who_waits_hears_of_signals_after_a_break(url: str) -> None:
    """Also of those that were sent meanwhile."""

    async def body(store: Store, lease: Lease, proxy: Proxy) -> None:
        other = await open_store(url)
        for _ in range(2):
            waiting = asyncio.create_task(store.changed("run", 60))
            await asyncio.sleep(0.2)
            proxy.open = False
            proxy.cut()
            await other.send("run", "name", b"")
            proxy.open = True
            await asyncio.wait_for(waiting, 20)
            assert await store.signals("run")
        await other.close()

    through(url, body)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    """At once."""
    with pytest.raises(StoreUnreachable, match=r"CS519.*can not be reached"):
        asyncio.run(open_store(f"postgresql://secret:word@/db?host={tmp_path}&patience=2"))
    with pytest.raises(StoreUnreachable) as caught:
        asyncio.run(open_store(f"postgresql://ann:word@/db?host={tmp_path}&password=word&patience=2"))
    assert "word" not in str(caught.value).replace("password", "")


def test_psycopg_is_needed(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """And what to install is said."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnreachable, match=r"cascade-lang\[postgres\]"):
        asyncio.run(open_store(url))


def test_other_schemas_are_no_stores(url: str) -> None:
    """What they have is not touched; neither is a newer store."""
    schema = url.rpartition("schema=")[2]
    with pytest.raises(NotAStore, match="no schema"):
        asyncio.run(open_store(url, create=False))
    execute(url, f"CREATE SCHEMA {schema}", "CREATE TABLE runs (key integer)")
    with pytest.raises(NotAStore, match="tables of something else"):
        asyncio.run(open_store(url))
    execute(url, "DROP TABLE runs")
    asyncio.run(close_new(url))
    execute(url, "UPDATE about SET version = 1000")
    with pytest.raises(StoreIsNewer, match="version 1000"):
        asyncio.run(open_store(url))
    for wrong in ("schema=No-Name", "patience=long"):
        with pytest.raises(UsageError):
            asyncio.run(open_store(f"postgresql://localhost/db?{wrong}"))


async def close_new(url: str) -> None:
    await (await open_store(url)).close()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE log SET data = 'x' WHERE number = 2", "record 4 of run `run` is damaged"),
        ("DELETE FROM log WHERE number = 1", "record 3 of run `run` is missing"),
        ("DELETE FROM log WHERE number = 3", "record 5 of run `run` is missing"),
        ("UPDATE contents SET sum = 0 WHERE kind = 2", "the snapshot of run `run` is damaged"),
        ("DELETE FROM contents WHERE kind = 2", "the snapshot of run `run` is missing"),
        ("UPDATE signals SET payload = 'x'", "signal 1 of run `run` is damaged"),
        ("DROP TABLE contents", "is damaged"),
    ],
)
def test_damage_is_told(url: str, statement: str, said: str) -> None:
    """With the run and the record."""

    async def read() -> None:
        store, lease = await open_new(url)
        try:
            await fill(store, lease, 2)
            await store.commit(Commit(lease, [b"a", b"b", b"c"], snapshot=b"snapshot"))
            await store.send("run", "name", b"payload")
            await asyncio.to_thread(execute, url, statement)
            await store.read("run")
        finally:
            await store.close()

    with pytest.raises(DamagedStore, match=f"CS518.*{said}"):
        asyncio.run(read())


def test_a_lock_that_lasts_too_long_is_told(url: str) -> None:
    """The same commit works when it is gone."""
    import psycopg

    async def write() -> None:
        store, lease = await open_new(f"{url}&patience=0.3")
        async with await psycopg.AsyncConnection.connect(os.environ[SERVER]) as other:
            await other.execute(f"SELECT FROM {url.rpartition('schema=')[2]}.runs FOR UPDATE".encode())
            with pytest.raises(StoreIsLocked, match="CS517"):
                await store.commit(Commit(lease, [b"late"]))
        await store.commit(Commit(lease, [b"late"]))
        assert (await store.read("run")).records == [b"late"]
        await store.close()

    asyncio.run(write())


def test_a_database_that_can_only_be_read_is_told(url: str) -> None:
    """Reading works."""

    async def write() -> None:
        await close_new(url)
        store = await open_store(f"{url}&options=-c%20default_transaction_read_only%3Don")
        with pytest.raises(StoreNotWritable, match="CS516"):
            await new_run(store)
        assert await store.runs() == []
        await store.close()

    asyncio.run(write())


def test_something_too_large_fails_alone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that came with it are written."""

    async def write() -> None:
        store, lease = await open_new(url)
        other = await new_run(store, "other")
        check = "ALTER TABLE log ADD CHECK (length(data) < 1000)"
        await asyncio.to_thread(execute, url, check)
        monkeypatch.setattr("cascade.durable.stores.postgres_link._NOT_WRITABLE", ("23514",))
        commits = [Commit(other, [b"a"]), Commit(lease, [bytes(2000)]), Commit(other, [b"b"])]
        answers = await asyncio.gather(*map(store.commit, commits), return_exceptions=True)
        assert [type(one) for one in answers] == [type(None), StoreNotWritable, type(None)]
        assert [(await store.read(one)).records for one in ("run", "other")] == [[], [b"a", b"b"]]
        await store.close()

    asyncio.run(write())


class OwnServer:
    """A server that only this test has."""

    def __init__(self, folder: Path) -> None:
        found = sorted(glob("/usr/lib/postgresql/*/bin")) or [os.path.dirname(shutil.which("pg_ctl") or "")]
        self._programs, self._folder = found[-1], folder
        self._user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if not os.path.exists(f"{found[-1]}/initdb") or (self._user and shutil.which("runuser") is None):
            pytest.skip("no PostgreSQL programs to start a server with")
        if self._user:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-A", "trust", "-U", "postgres", "--no-sync")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._user, f"{self._programs}/{program}", "-D", f"{self._folder}/data", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder)

    def control(self, action: str, *arguments: str) -> None:
        """``start``, ``stop`` or ``restart``, and wait until that is done."""
        options = ["-o", f"-k {self._folder} -c listen_addresses=''", "-l", f"{self._folder}/log"] if action != "stop" else []
        self._run("pg_ctl", "-w", action, *options, *arguments)


@pytest.fixture
def own_server() -> Iterator[tuple[OwnServer, str]]:
    """A server, and its URL."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = OwnServer(folder)
    server.control("start")
    yield server, f"postgresql:///postgres?host={folder}&user=postgres"
    server.control("stop", "-m", "immediate")
    shutil.rmtree(folder)


def test_a_server_may_be_restarted(own_server: tuple[OwnServer, str]) -> None:
    """In the middle, gently or not: everything that was acknowledged is there, once, and the run goes on."""
    server, url = own_server

    async def write() -> None:
        store, lease = await open_new(f"{url}&patience=30")
        for mode in ("fast", "immediate"):
            committing = asyncio.create_task(fill(store, lease, 250))
            await asyncio.sleep(0.1)
            await asyncio.to_thread(server.control, "restart", "-m", mode)
            await committing
        assert (await store.read("run")).records == [b"%d" % at for at in range(250)] * 2
        await store.close()

    asyncio.run(write())
