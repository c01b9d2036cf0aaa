"""What both clients set on a TCP socket."""

from __future__ import annotations

import os
import socket
import struct

KEEP_ALIVE = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}  # s, s, probes


def tune(sock: socket.socket) -> None:
    """Sends every line at once, and finds out within half a minute that the peer is gone."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEP_ALIVE.items():
        option = getattr(socket, name, None)  # not on every system
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def recall(sock: socket.socket) -> None:
    """Has the system drop what it has not delivered when the socket is closed. Otherwise it goes on
    delivering it for minutes, and after an outage motion that nobody knows of any longer moves the arm."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("HH" if os.name == "nt" else "ii", 1, 0))
    except OSError:
        pass  # it is gone already


def is_own_echo(sock: socket.socket) -> bool:
    """Reports whether sock is connected to itself, which happens on loopback where nobody
    listens and the system picks the port that is being dialled."""
    return bool(sock.getsockname() == sock.getpeername())
