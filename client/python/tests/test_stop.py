"""Every way that a stop can go, with both clients."""

from __future__ import annotations

import asyncio
import threading
import time
import unittest
from typing import Any

import aetherd
from aetherd.aio.stopline import StopLine as AioStopLine
from aetherd.sync.stopline import StopLine

from .daemon import PATIENCE
from .server import HELLO, Peer, closed_port
from .worlds import AioWorld, World


def stops(peer: Peer) -> None:
    """Is a stop port, that counts its stops."""
    number = 0
    while True:
        number += 1
        peer.reply(peer.read(), stop_id=number)


class Stop:
    def commands(self: Any) -> Any:
        """Returns a command port, where a stop has the number 70."""

        def script(peer: Peer) -> None:
            request = peer.read()
            if request["type"] == "hello":
                peer.reply(request, **HELLO)
                request = peer.read()
            while True:
                peer.reply(request, stop_id=70)
                request = peer.read()

        return self.server(script)

    def test_goes_past_a_command_port_that_is_stuck(self: Any) -> None:
        stuck = threading.Event()

        def script(peer: Peer) -> None:
            peer.welcome()
            peer.read()
            stuck.set()
            peer.lines.read()

        command, stop = self.server(script), self.server(stops)
        arm = self.guest(command, stop_port=stop.port)

        def move() -> None:
            with self.assertRaises(aetherd.ConnectionLost):
                arm.move(0, 0, 0)

        mover = threading.Thread(target=move)
        mover.start()
        self.assertTrue(stuck.wait(PATIENCE))
        self.assertEqual([arm.stop(), arm.stop()], [1, 2])
        self.assertEqual([[r["type"] for r in peer] for peer in stop.requests], [["stop", "stop"]], "one open connection")
        self.assertEqual([r["type"] for r in command.requests[0]], ["hello", "move"])
        arm.close()
        mover.join(PATIENCE)

    def test_dials_again_where_the_open_connection_is_dead(self: Any) -> None:
        stop = self.server(lambda peer: None, stops)
        arm = self.guest(self.commands(), stop_port=stop.port)
        self.assertEqual(stop.ended.get(timeout=PATIENCE), 0)
        self.assertIn(arm.stop(), (1, 70))

    def test_stop_port_is_closed(self: Any) -> None:
        self.assertEqual(self.guest(self.commands(), stop_port=closed_port()).stop(), 70)

    def test_stop_port_is_silent(self: Any) -> None:
        stop = self.server(lambda peer: peer.lines.read())
        self.assertEqual(self.guest(self.commands(), stop_port=stop.port).stop(), 70)

    def test_stop_port_is_full(self: Any) -> None:
        bye = b'{"status":"error","message":"Connection refused","code":"too_many_stations"}\n'
        stop = self.server(lambda peer: peer.raw(bye))
        self.assertEqual(self.guest(self.commands(), stop_port=stop.port).stop(), 70)

    def test_stop_port_is_something_else(self: Any) -> None:
        stop = self.server(lambda peer: peer.raw(b"220 mail.example ESMTP\r\n"))
        self.assertEqual(self.guest(self.commands(), stop_port=stop.port).stop(), 70)

    def test_without_a_connection(self: Any) -> None:
        self.assertEqual(self.visitor(self.commands()).stop(), 70)

    def test_command_connection_is_dead_as_well(self: Any) -> None:
        def once(peer: Peer) -> None:
            peer.welcome()
            peer.read()

        def script(peer: Peer) -> None:
            peer.reply(peer.read(), stop_id=71)

        self.assertEqual(self.guest(self.server(once, script), reconnect=False).stop(), 71)

    def test_command_connection_is_silent_as_well(self: Any) -> None:
        def silent(peer: Peer) -> None:
            peer.welcome()
            peer.lines.read()

        def script(peer: Peer) -> None:
            peer.reply(peer.read(), stop_id=71)

        arm = self.guest(self.server(silent, script), reconnect=False, timeout=PATIENCE)
        began = time.monotonic()
        self.assertEqual(arm.stop(), 71)
        self.assertLess(time.monotonic() - began, PATIENCE / 2, "a stop waits for no way that is silent")

    def test_nothing_works(self: Any) -> None:
        arm = self.client("127.0.0.1", closed_port(), stop_port=closed_port())
        says = "NOT CONFIRMED.*emergency stop.*connection refused.*connection refused"
        with self.assertRaisesRegex(aetherd.ConnectionLost, says):
            arm.stop()

    def test_real_daemon_that_was_never_connected_to(self: Any) -> None:
        daemon = self.daemon()
        number = self.client("127.0.0.1", daemon.ports[0], name="button").stop()
        state = self.station(daemon).state()
        self.assertEqual((state.stop_id, [c.by for c in state.causes]), (number, ["button"]))


class SyncStop(Stop, World):
    def test_the_highest_number_of_several_ways_counts(self) -> None:
        arrived = threading.Event()

        def late() -> int:
            arrived.wait(PATIENCE)
            return 71

        def early() -> int:
            threading.Timer(0.02, arrived.set).start()
            return 70

        line = StopLine(aetherd.Client()._options)
        self.assertEqual(line._race([late, early], []), 71)


class AioStop(Stop, AioWorld):
    def test_the_highest_number_of_several_ways_counts(self) -> None:
        async def race() -> int:
            arrived = asyncio.Event()

            async def late() -> int:
                await arrived.wait()
                return 71

            async def early() -> int:
                asyncio.get_running_loop().call_later(0.02, arrived.set)
                return 70

            return await AioStopLine(aetherd.Client()._options)._race([late, early], [])

        self.assertEqual(asyncio.run_coroutine_threadsafe(race(), self.loop).result(PATIENCE), 71)


if __name__ == "__main__":
    unittest.main()
