"""The failure cases of a socket, with both clients."""

from __future__ import annotations

import asyncio
import socket
import threading
import unittest
from typing import Any

import aetherd

from aetherd.core import requests

from .daemon import PATIENCE
from .server import HELLO, STATE, Peer, closed_port
from .worlds import AioWorld, World


def welcome(peer: Peer) -> None:
    """Behaves well."""
    peer.welcome()
    peer.until_end()


class Failures:
    def test_refused(self: Any) -> None:
        port = closed_port()
        with self.assertRaisesRegex(aetherd.NotConnected, f"127.0.0.1:{port}: connection refused; is aetherd running"):
            self.client("127.0.0.1", port).connect()

    def test_unknown_host(self: Any) -> None:
        with self.assertRaisesRegex(aetherd.NotConnected, "no-such-host.invalid"):
            self.client("no-such-host.invalid").connect()

    def test_nothing_takes_the_connection(self: Any) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            callers = [socket.socket() for _ in range(3)]
            for s in callers:
                self.addCleanup(s.close)
                s.setblocking(False)
                s.connect_ex(full.getsockname())
            with self.assertRaisesRegex(aetherd.TimedOut, "does not answer within 0.1 s"):
                self.client("127.0.0.1", full.getsockname()[1], timeout=0.1).connect()

    def test_hello_is_not_answered(self: Any) -> None:
        server = self.server(lambda peer: peer.lines.read())
        with self.assertRaisesRegex(aetherd.TimedOut, "no answer to hello within 0.1 s"):
            self.visitor(server, timeout=0.1).connect()

    def test_daemon_hangs(self: Any) -> None:
        daemon = self.daemon()
        arm = self.station(daemon, timeout=0.3)
        daemon.pause()
        with self.assertRaisesRegex(aetherd.TimedOut, "not known whether it was carried out"):
            arm.move(210, 0, 150)
        daemon.resume()
        arm.wait_connected(PATIENCE)
        arm.ping()

    def test_refused_at_the_door(self: Any) -> None:
        bye = b'{"status":"error","message":"Connection refused","code":"shutting_down"}\n'
        with self.assertRaisesRegex(aetherd.ShuttingDown, "Reconnect later"):
            self.visitor(self.server(lambda peer: peer.raw(bye))).connect()

    def test_broken_in_the_middle_of_a_reply(self: Any) -> None:
        def broken(peer: Peer) -> None:
            peer.welcome()
            peer.read()
            peer.raw(b'{"status":"ok","mess')

        server = self.server(broken, welcome)
        arm = self.guest(server)
        with self.assertRaisesRegex(aetherd.ConnectionLost, "move: outcome unknown: .* in the middle of a line"):
            arm.move(210, 0, 150)
        arm.wait_connected(PATIENCE)
        arm.ping()
        self.assertEqual([r["type"] for r in server.requests[0]], ["hello", "move"])
        self.assertEqual([r["type"] for r in server.requests[1]], ["hello", "ping"], "motion is never sent again")

    def test_nothing_but_the_subscription_is_sent_again(self: Any) -> None:
        def hangs_up(peer: Peer) -> None:
            peer.welcome()
            for _ in range(5):
                peer.reply(peer.read(), stop_id=1)

        server = self.server(hangs_up, welcome)
        arm = self.guest(server)
        states = arm.subscribe(10).__enter__()
        arm.take()
        arm.reset(1)
        motion = arm.move(210, 0, 150)
        arm.grip("open")
        with self.assertRaises(aetherd.ConnectionLost):
            motion.wait()
        with self.assertRaises(aetherd.ConnectionLost):
            next(states)
        arm.wait_connected(PATIENCE)
        arm.ping()
        self.assertEqual([r["type"] for r in server.requests[1]], ["hello", "subscribe", "ping"])

    def test_nothing_arrives_late(self: Any) -> None:
        for last, all_arrive in ((requests.move(1, 0, 0, None, None, False), False), (requests.stop(None), True)):
            with self.subTest(last.kind), socket.socket() as door:
                # It takes so little that most stays in the client's system, as where the network is down.
                door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                door.bind(("127.0.0.1", 0))
                door.listen()
                arm = self.client("127.0.0.1", door.getsockname()[1], stop_port=1, reconnect=False)
                welcomed = threading.Thread(target=arm.connect)
                welcomed.start()
                sock, _ = door.accept()
                sock.settimeout(PATIENCE)
                peer = Peer(sock)
                peer.welcome()
                welcomed.join(PATIENCE)
                motions = [requests.move(n, 0, 0, None, None, False) for n in range(999)]
                self.post(arm._connection.link, *motions, last)
                arm.close()
                came = 0
                try:
                    while peer.lines.readline():
                        came += 1
                except ConnectionResetError:
                    pass
                peer.lines.close()
                sock.close()
                self.assertEqual(came == 1000, all_arrive, f"{came} of 1000 requests arrived")

    def test_end_that_was_told_before_the_connection_was_lost(self: Any) -> None:
        def script(peer: Peer) -> None:
            peer.welcome()
            move = peer.read()
            peer.reply(move)
            peer.read()  # the ping of who waits
            peer.send({"event": "done", "id": move["id"], "position": {"x": 1, "y": 2, "z": 3}})

        motion = self.guest(self.server(script), reconnect=False).move(1, 2, 3)
        self.assertEqual(motion.wait(PATIENCE), (1, 2, 3))

    def test_everybody_hears_of_a_lost_connection(self: Any) -> None:
        asked = threading.Semaphore(0)

        def silent(peer: Peer) -> None:
            peer.welcome()
            for _ in range(3):
                peer.read()
            asked.release()

        arm = self.guest(self.server(silent, welcome))
        errors = []

        def call() -> None:
            try:
                arm.state()
            except aetherd.AetherdError as e:
                errors.append(type(e))

        threads = [threading.Thread(target=call) for _ in range(3)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(PATIENCE)
        self.assertTrue(asked.acquire(timeout=PATIENCE))
        self.assertEqual(errors, [aetherd.ConnectionLost] * 3)

    def test_daemon_restarts(self: Any) -> None:
        daemon = self.daemon()
        arm = self.station(daemon, name="laptop")
        before, states = arm.welcome, arm.subscribe(50)
        motion = arm.move(-200, 0, 150)
        next(states)
        daemon.kill()
        with self.assertRaises(aetherd.ConnectionLost):
            motion.wait()
        with self.assertRaises(aetherd.ConnectionLost):
            while True:
                next(states)
        with self.assertRaises(aetherd.NotConnected):
            arm.move(-200, 0, 150)
        self.assertFalse(arm.connected)
        daemon.start(safety__motion__speed=100)
        after = arm.wait_connected(PATIENCE)
        self.assertNotEqual(after.config_hash, before.config_hash)
        self.assertEqual(arm.welcome, after)
        state = next(states)
        self.assertEqual((state.state, state.holder, state.target), ("idle", None, None), "motion is never resumed")
        arm.move(201, 0, 150).wait(PATIENCE)

    def test_without_reconnecting(self: Any) -> None:
        daemon = self.daemon()
        arm = self.station(daemon, reconnect=False)
        states = arm.subscribe(50).__enter__()
        daemon.kill()
        with self.assertRaises(aetherd.ConnectionLost):
            list(states)
        self.assertEqual(list(states), [])
        with self.assertRaises(aetherd.NotConnected):
            arm.wait_connected()
        daemon.start()
        arm.connect()
        arm.ping()

    def test_slow_consumer_gets_the_latest(self: Any) -> None:
        def flood(peer: Peer) -> None:
            peer.welcome()
            peer.reply(peer.read())
            ping = peer.read()
            peer.send(*({"event": "state", **STATE, "holder": str(n)} for n in range(1000)))
            peer.reply(ping)
            peer.until_end()

        arm = self.guest(self.server(flood))
        states = arm.subscribe(50).__enter__()
        arm.ping()
        self.assertEqual(next(states).holder, "999")

    def test_subscription_that_falls_silent(self: Any) -> None:
        arm = self.guest(self.server(welcome), timeout=0.1)
        with self.assertRaisesRegex(aetherd.ConnectionLost, "nothing was heard"):
            next(arm.subscribe(50))

    def test_not_the_daemon(self: Any) -> None:
        answers = {
            "which is no JSON object": b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "which is no reply": b'{"detected":true,"x":0.5,"y":0.5,"z":null,"grab":"open"}\n',
            "is this the port of aetherd": b"x" * 70000,
            "b'\\[\\[\\[": b"[" * 60000 + b"\n",
            "no JSON object": b'{"status":NaN}\n',
            "where 1 was due": b'{"status":"ok","id":7}\n',
            "'protocol' is 'one'": b'{"status":"ok","id":1,"protocol":"one"}\n',
        }
        for says, data in answers.items():
            with self.subTest(says):

                def script(peer: Peer, data: bytes = data) -> None:
                    peer.read()
                    peer.raw(data)
                    peer.lines.read()

                with self.assertRaisesRegex(aetherd.ProtocolError, f"^(127|the daemon).*{says}"):
                    self.visitor(self.server(script)).connect()

    def test_garbage_later_on(self: Any) -> None:
        """The request that was outstanding fails, and the connection is not trusted again."""
        for data in (b"\xff\xfe\n", b'{"status":"maybe"}\n', b'{"event":"state","state":1}\n'):
            with self.subTest(data):

                def script(peer: Peer, data: bytes = data) -> None:
                    peer.welcome()
                    peer.read()
                    peer.raw(data)
                    peer.lines.read()

                arm = self.guest(self.server(script, welcome))
                with self.assertRaises(aetherd.ProtocolError):
                    arm.state()
                arm.wait_connected(PATIENCE)

    def test_reply_that_nobody_asked_for(self: Any) -> None:
        def script(peer: Peer) -> None:
            peer.welcome()
            peer.send({"status": "ok", "message": "pong", "id": 2})
            peer.lines.read()

        server = self.server(script, welcome)
        arm = self.guest(server)
        self.assertEqual(server.ended.get(timeout=PATIENCE), 0)  # the client hung up
        arm.wait_connected(PATIENCE)

    def test_code_of_a_newer_daemon(self: Any) -> None:
        def script(peer: Peer) -> None:
            peer.welcome()
            peer.send({"status": "error", "message": "Too warm", "code": "too_warm", "id": peer.read()["id"]})
            peer.until_end()

        with self.assertRaisesRegex(aetherd.Refused, "too_warm.*Too warm"):
            self.guest(self.server(script)).move(0, 0, 0)

    def test_nothing_is_sent_for_a_value_that_is_wrong(self: Any) -> None:
        server = self.server(welcome)
        arm = self.guest(server)
        wrong = [
            lambda: arm.move(float("nan"), 0, 0),
            lambda: arm.move(None, 0, 0),
            lambda: arm.command("1", 0, 0, "open"),
            lambda: arm.command(0, 0, 0, "ajar"),
            lambda: arm.grip(101),
            lambda: arm.move(0, 0, 0, speed=0),
            lambda: arm.reset(1.5),
            lambda: arm.take(check=1),
            lambda: arm.subscribe(51),
            lambda: arm.heartbeat(within=0),
        ]
        for call in wrong:
            with self.assertRaises(ValueError):
                call()
        arm.ping()
        self.assertEqual([r["type"] for r in server.requests[0]], ["hello", "ping"])

    def test_before_and_after(self: Any) -> None:
        arm = self.visitor(self.server(welcome))
        for call in (arm.ping, arm.wait_connected, lambda: arm.welcome):
            with self.assertRaisesRegex(aetherd.NotConnected, "with block, or connect"):
                call()
        with arm:
            arm.ping()
            self.assertTrue(arm.connect().connected)
        for call in (arm.ping, arm.connect, arm.wait_connected):
            with self.assertRaisesRegex(aetherd.NotConnected, "closed"):
                call()


class SyncFailures(Failures, World):
    def post(self, link: Any, *posts: requests.Request) -> None:
        for request in posts:
            link.send(request)

    def test_no_thread_is_left(self) -> None:
        with self.guest(self.server(welcome)) as arm:
            arm.subscribe(10)
        self.assertEqual([t.name for t in threading.enumerate() if t.name.startswith("aetherd")], [])

    def test_closed_while_a_call_waits(self) -> None:
        asked = threading.Event()

        def silent(peer: Peer) -> None:
            peer.welcome()
            peer.read()
            asked.set()
            peer.lines.read()

        arm = self.guest(self.server(silent))
        closer = threading.Thread(target=lambda: asked.wait(PATIENCE) and arm.close())
        closer.start()
        with self.assertRaisesRegex(aetherd.ConnectionLost, "this client was closed"):
            arm.state()
        closer.join(PATIENCE)


class AioFailures(Failures, AioWorld):
    def post(self, link: Any, *posts: requests.Request) -> None:
        async def send() -> None:
            for request in posts:
                link.send(request)

        asyncio.run_coroutine_threadsafe(send(), self.loop).result(PATIENCE)


if __name__ == "__main__":
    unittest.main()
