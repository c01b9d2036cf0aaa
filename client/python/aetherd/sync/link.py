"""One connection to one port of the daemon, on a blocking socket."""

from __future__ import annotations

import socket
import threading
import time
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional, Tuple

from .. import tcp
from ..core.address import too_far, unreachable, written
from ..core.errors import AetherdError, ConnectionLost, NotConnected, ProtocolError, TimedOut
from ..core.requests import Request
from ..core.session import Answer, End, Session
from ..core.state import State
from ..core.welcome import Welcome

CHUNK = 64 * 1024  # bytes of one read


@dataclass
class Call:
    """A request that was sent."""

    request: Request
    slot: Future[Answer]
    end: Optional[Future[End]]  # of a motion


class Link:
    """A connection, from dial to lose. Any thread may send; one thread reads.

    Whoever reads closes the socket, and nobody else, so that no thread can read or write a
    descriptor that has become somebody else's.
    """

    welcome: Welcome  # after greet

    def __init__(self, sock: socket.socket, address: Tuple[str, int], timeout: float, on_state: Callable[[State], None]):
        self.address = address
        self.lost: Optional[ConnectionLost] = None
        self._sock = sock
        self._timeout = timeout
        self._heard = time.monotonic()
        self._silence: Optional[float] = None  # s; longer without a line is a lost connection
        self._session = Session(on_state)
        self._sending = threading.Lock()  # the order on the wire; taken before _booking
        self._booking = threading.Lock()  # _session and lost

    @classmethod
    def dial(
        cls, address: Tuple[str, int], timeout: float, on_state: Callable[[State], None] = lambda _: None
    ) -> Link:
        try:
            sock = socket.create_connection(address, timeout)
        except socket.timeout:
            raise TimedOut(too_far(address, timeout)) from None
        except (OSError, UnicodeError) as e:  # UnicodeError: of a host name that is none
            raise NotConnected(unreachable(address, e)) from e
        if tcp.is_own_echo(sock):
            sock.close()
            raise NotConnected(unreachable(address, ConnectionRefusedError()))
        tcp.tune(sock)
        return cls(sock, address, timeout, on_state)

    def greet(self, hello: Request) -> None:
        """Says hello, and reads the welcome."""
        try:
            self.welcome = Welcome.decode(self.exchange(hello, self._timeout))
        except AetherdError as e:
            why = self.lost if isinstance(e, ConnectionLost) else None
            self.close()
            raise why or e from None

    def exchange(self, request: Request, patience: float) -> Dict[str, Any]:
        """Asks, and reads the answer itself: on a connection that nobody reads."""
        call, line = self._book(request)
        deadline = time.monotonic() + patience
        try:
            self._sock.sendall(line)
        except OSError:
            pass  # the daemon may have said why it hung up: that is still to be read
        while not call.slot.done():
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._give_up(request, patience)
            self._sock.settimeout(left)
            self._receive()
        self._sock.settimeout(self._timeout)
        return _claim(call.slot.result())

    def send(self, request: Request) -> Call:
        """Sends a request, whose answer the reading thread will fill in."""
        with self._sending:
            call, line = self._book(request)
            try:
                self._sock.sendall(line)
            except OSError as e:
                self.lose(ConnectionLost(f"sending failed: {e}"))
        return call

    def settle(self, call: Call) -> Dict[str, Any]:
        """Waits for the answer."""
        try:
            answer = call.slot.result(self._timeout)
        except futures.TimeoutError:
            raise self._give_up(call.request, self._timeout) from None
        return _claim(answer)

    def ask(self, request: Request) -> Dict[str, Any]:
        return self.settle(self.send(request))

    def read(self) -> ConnectionLost:
        """Reads until the connection is lost, and returns why."""
        try:
            while self.lost is None:
                self._receive()
                self._watch()
        finally:
            self.close()
        assert self.lost is not None
        return self.lost

    def expect(self, rate_hz: Optional[float]) -> None:
        """Tells that a line comes so many times a second, or (None) that none need come. Only
        after a reply, from which the silence counts."""
        self._silence = None if rate_hz is None else self._timeout + 1 / rate_hz

    def lose(self, why: ConnectionLost) -> None:
        """Gives the connection up; whoever reads wakes up."""
        with self._booking:
            if self.lost is not None:
                return
            self.lost = type(why)(f"{written(self.address)}: {why}")
            if self._session.recalls:
                tcp.recall(self._sock)
            self._session.fail(self.lost)
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it is gone already

    def close(self) -> None:
        """Frees the socket. Only for the thread that reads, or where none does."""
        self.lose(ConnectionLost("this client closed the connection"))
        with self._sending:
            self._sock.close()

    def _book(self, request: Request) -> Tuple[Call, bytes]:
        call = Call(request, Future(), Future() if request.notifies else None)
        with self._booking:
            if self.lost is not None:
                raise NotConnected(f"{request.kind} was not sent: {self.lost}")
            return call, self._session.ask(request, call.slot, call.end)

    def _receive(self) -> None:
        """Reads once, for at most the socket's time-out."""
        try:
            data = self._sock.recv(CHUNK)
        except socket.timeout:
            return
        except OSError as e:
            self.lose(ConnectionLost(f"receiving failed: {e}"))
            return
        if not data:
            self.lose(self._session.closed())
            return
        self._heard = time.monotonic()
        try:
            with self._booking:
                self._session.feed(data)
        except ProtocolError as e:
            self.lose(e)

    def _watch(self) -> None:
        silence = self._silence
        if silence is not None and time.monotonic() - self._heard > silence:
            self.lose(ConnectionLost(f"nothing was heard for {silence:g} s"))

    def _give_up(self, request: Request, patience: float) -> TimedOut:
        why = f"no answer to {request.kind} within {patience:g} s"
        self.lose(ConnectionLost(why))
        return TimedOut(f"{written(self.address)}: {why}; it is not known whether it was carried out")


def _claim(answer: Answer) -> Dict[str, Any]:
    if isinstance(answer, AetherdError):
        raise answer
    return answer
