"""Two worlds, one body: the same tests drive the client of threads, and that of asyncio through
an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import inspect
import threading
import unittest
from typing import Any

import aetherd
import aetherd.aio

from .daemon import PATIENCE, Daemon
from .server import Server

FAST = (0.01, 0.05)  # s, a backoff for tests


class Blocking:
    """An object of asyncio whose coroutines block."""

    def __init__(self, target: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._target, self._loop = target, loop

    def _call(self, name: str, *args: Any, **keywords: Any) -> Any:
        async def run() -> Any:
            result = getattr(self._target, name)(*args, **keywords)
            return await result if inspect.isawaitable(result) else result

        result = asyncio.run_coroutine_threadsafe(run(), self._loop).result(3 * PATIENCE)
        if result is self._target:
            return self
        own = isinstance(result, (aetherd.aio.Motion, aetherd.aio.Subscription))
        return Blocking(result, self._loop) if own else result

    def __getattr__(self, name: str) -> Any:
        if callable(getattr(type(self._target), name, None)):
            return lambda *args, **keywords: self._call(name, *args, **keywords)
        return getattr(self._target, name)

    def __enter__(self) -> Any:
        return self._call("__aenter__")

    def __exit__(self, *error: Any) -> None:
        self._call("__aexit__", *error)

    def __iter__(self) -> Blocking:
        return self

    def __next__(self) -> Any:
        try:
            return self._call("__anext__")
        except StopAsyncIteration:
            raise StopIteration from None


class World(unittest.TestCase):
    """A test over a client of threads."""

    def client(self, *args: Any, **keywords: Any) -> Any:
        """Returns a client that is not connected."""
        keywords.setdefault("backoff", FAST)
        client = self.make(*args, **keywords)
        self.addCleanup(client.close)
        return client

    def make(self, *args: Any, **keywords: Any) -> Any:
        return aetherd.Client(*args, **keywords)

    def daemon(self, **keys: Any) -> Daemon:
        daemon = Daemon(**keys)
        self.addCleanup(daemon.__exit__)
        return daemon

    def server(self, *scripts: Any) -> Server:
        server = Server(*scripts)
        self.addCleanup(server.__exit__)
        return server

    def station(self, daemon: Daemon, **keywords: Any) -> Any:
        """Returns a client that is connected to daemon."""
        return self.client("127.0.0.1", daemon.ports[0], **keywords).connect()

    def guest(self, server: Server, **keywords: Any) -> Any:
        """Returns a client that is connected to server, which is no stop port."""
        return self.visitor(server, **keywords).connect()

    def visitor(self, server: Server, **keywords: Any) -> Any:
        keywords.setdefault("stop_port", 1)
        return self.client("127.0.0.1", server.port, **keywords)


class AioWorld(World):
    """The same over a client of asyncio."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.loop = asyncio.new_event_loop()
        cls.thread = threading.Thread(target=cls.loop.run_forever)
        cls.thread.start()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.loop.call_soon_threadsafe(cls.loop.stop)
        cls.thread.join(PATIENCE)
        cls.loop.close()

    def make(self, *args: Any, **keywords: Any) -> Any:
        return Blocking(aetherd.aio.Client(*args, **keywords), self.loop)
