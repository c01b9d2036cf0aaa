"""A server that follows a script, for what the real daemon does not do."""

from __future__ import annotations

import json
import queue
import socket
import threading
from typing import Any, Callable, Dict, List

from .daemon import PATIENCE

HELLO = {
    "status": "ok",
    "message": "Welcome",
    "protocol": 1,
    "session": 1,
    "server": "script",
    "arm": {"name": "arm", "driver": "script", "gripper": "opening", "relaxes": True, "link": "up"},
    "role": "operator",
    "safety_rated": False,
    "workspace": {"x": [-300, 300], "y": [-300, 300], "z": [0, 400], "outside": "reject"},
    "limits": {
        "speed": 250,
        "accel": 1000,
        "stop_accel": 2500,
        "rate": 200,
        "burst": 50,
        "horizon_ms": 100,
        "line_bytes": 4096,
    },
    "control": "exclusive",
    "deadman_ms": 150,
    "lease_ms": 5000,
    "config_hash": "0",
}

STATE = {
    "state": "idle",
    "holder": None,
    "you": {"role": "operator", "holds": False},
    "position": {"x": 200, "y": 0, "z": 150},
    "target": None,
    "gripper": None,
    "arm": {"driver": "script", "link": "up"},
}


class Peer:
    """One connection of a client."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.lines = sock.makefile("rb")

    def read(self) -> Dict[str, Any]:
        """Returns the next request; EOFError at the end."""
        line = self.lines.readline()
        if not line:
            raise EOFError
        return dict(json.loads(line))

    def send(self, *messages: Dict[str, Any]) -> None:
        self.raw(b"".join(json.dumps(m).encode() + b"\n" for m in messages))

    def raw(self, data: bytes) -> None:
        self.sock.sendall(data)

    def reply(self, request: Dict[str, Any], **members: Any) -> None:
        self.send({"status": "ok", "message": "ok", **members, "id": request["id"]})

    def welcome(self) -> None:
        """Takes the hello."""
        self.reply(self.read(), **HELLO)

    def until_end(self) -> None:
        """Answers everything with ok until the client hangs up."""
        while True:
            self.reply(self.read())


class Server:
    """Takes connections one after the other. Each one follows the next script; the last script
    is for all that follow. Every request is kept in requests, a list for each connection."""

    def __init__(self, *scripts: Callable[[Peer], None]) -> None:
        self.requests: List[List[Dict[str, Any]]] = []
        self.ended: queue.Queue[int] = queue.Queue()  # numbers of connections that have ended
        self._scripts = scripts
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._peers: List[Peer] = []
        self._closing = False
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            sock, _ = self._socket.accept()
            if self._closing:
                sock.close()
                return
            sock.settimeout(PATIENCE)
            number = len(self._peers)
            peer = _Recorder(sock)
            self._peers.append(peer)
            self.requests.append(peer.requests)
            script = self._scripts[min(number, len(self._scripts) - 1)]
            self._threads.append(threading.Thread(target=self._play, args=(script, peer, number)))
            self._threads[-1].start()

    def _play(self, script: Callable[[Peer], None], peer: Peer, number: int) -> None:
        try:
            script(peer)
        except (EOFError, OSError):
            pass  # the client has gone
        finally:
            peer.lines.close()
            peer.sock.close()
            self.ended.put(number)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._threads[0].join(PATIENCE)
        self._socket.close()
        for peer in self._peers:
            try:
                peer.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended
        for thread in self._threads:
            thread.join(PATIENCE)


class _Recorder(Peer):
    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.requests: List[Dict[str, Any]] = []

    def read(self) -> Dict[str, Any]:
        request = super().read()
        self.requests.append(request)
        return request


def closed_port() -> int:
    """Returns a port on which nobody listens."""
    from .daemon import free_ports

    return free_ports()[0]
