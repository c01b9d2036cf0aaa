"""The heartbeat feeds the deadman only while its caller lives."""

from __future__ import annotations

import asyncio
import time
import unittest
from typing import Any

import aetherd
import aetherd.aio

from .daemon import PATIENCE, Daemon
from .server import Peer, Server
from .test_station import until
from .worlds import World

DEADMAN_MS = 700
WITHIN = 0.8  # s
ALIVE = 1.4  # s, far longer than the deadman
SLOWLY = 40  # mm/s: to FAR takes ten seconds
FAR = (-200, 0, 150)


def drops(peer: Peer) -> None:
    """Hangs up at the first ping."""
    peer.welcome()
    peer.read()


class Threads(World):
    def test_caller_that_hangs_is_silent(self) -> None:
        daemon = self.daemon()
        arm, watcher = self.station(daemon, deadman_ms=DEADMAN_MS), self.station(daemon)
        states = watcher.subscribe(50)
        motion = arm.move(*FAR, speed=SLOWLY)
        with arm.heartbeat(within=WITHIN) as beat:
            began = time.monotonic()
            while time.monotonic() - began < ALIVE:
                self.assertIn(next(states).state, ("idle", "active"))
                beat()
            until(states, lambda s: s.state == "held")  # and does not beat
            self.assertLess(time.monotonic() - began, ALIVE + WITHIN + DEADMAN_MS / 1000 + 3)
            beat()  # lives again; the arm goes on only with the next motion
            self.assertEqual(next(states).state, "held")
        with self.assertRaises(aetherd.CutShort) as cut:
            motion.wait(PATIENCE)
        self.assertEqual(cut.exception.outcome.cause, "deadman")

    def test_ends_with_its_connection(self) -> None:
        arm = self.guest(self.server(drops))
        with self.assertRaises(aetherd.ConnectionLost):
            with arm.heartbeat(within=PATIENCE) as beat:
                while True:
                    beat()
                    time.sleep(0)


class Tasks(unittest.IsolatedAsyncioTestCase):
    def daemon(self) -> Daemon:
        daemon = Daemon()
        self.addCleanup(daemon.__exit__)
        return daemon

    async def station(self, port: int, **keywords: Any) -> aetherd.aio.Client:
        client = await aetherd.aio.Client("127.0.0.1", port, **keywords).connect()
        self.addAsyncCleanup(client.close)
        return client

    async def test_caller_that_hangs_is_silent(self) -> None:
        port = self.daemon().ports[0]
        arm = await self.station(port, deadman_ms=DEADMAN_MS)
        states = (await self.station(port)).subscribe(50)
        motion = await arm.move(*FAR, speed=SLOWLY)
        async with arm.heartbeat(within=WITHIN) as beat:
            began = time.monotonic()
            while time.monotonic() - began < ALIVE:
                self.assertIn((await states.__anext__()).state, ("idle", "active"))
                beat()
            for _ in range(500):  # and does not beat
                if (await states.__anext__()).state == "held":
                    break
            self.assertLess(time.monotonic() - began, ALIVE + WITHIN + DEADMAN_MS / 1000 + 3)
        with self.assertRaises(aetherd.CutShort) as cut:
            await motion.wait(PATIENCE)
        self.assertEqual(cut.exception.outcome.cause, "deadman")

    async def test_ends_with_the_task_that_entered(self) -> None:
        arm = await self.station(self.daemon().ports[0])
        beat = arm.heartbeat()

        async def enter() -> None:
            await beat.__aenter__()

        await asyncio.ensure_future(enter())
        assert beat._task is not None
        await asyncio.wait([beat._task], timeout=PATIENCE)
        self.assertTrue(beat._task.cancelled())

    async def test_ends_with_its_connection(self) -> None:
        server = Server(drops)
        self.addCleanup(server.__exit__)
        arm = await self.station(server.port, stop_port=1)
        with self.assertRaises(aetherd.ConnectionLost):
            async with arm.heartbeat(within=PATIENCE) as beat:
                while True:
                    beat()
                    await asyncio.sleep(0)

    async def test_cancelled_call_leaves_the_connection_in_order(self) -> None:
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()

        def script(peer: Peer) -> None:
            peer.welcome()
            first = peer.read()
            loop.call_soon_threadsafe(asked.set)
            second = peer.read()
            peer.reply(first)
            peer.reply(second)
            peer.until_end()

        server = Server(script)
        self.addCleanup(server.__exit__)
        arm = await self.station(server.port, stop_port=1)
        cancelled = asyncio.ensure_future(arm.ping())
        await asked.wait()
        cancelled.cancel()
        await arm.ping()
        with self.assertRaises(asyncio.CancelledError):
            await cancelled


if __name__ == "__main__":
    unittest.main()
