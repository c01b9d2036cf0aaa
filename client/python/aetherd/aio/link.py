"""One connection to one port of the daemon, in an event loop."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional, Tuple

from .. import tcp
from ..core.address import too_far, unreachable, written
from ..core.errors import AetherdError, ConnectionLost, NotConnected, ProtocolError, TimedOut
from ..core.requests import Request
from ..core.session import Answer, End, Session
from ..core.state import State
from ..core.welcome import Welcome


@dataclass
class Call:
    """A request that was sent."""

    request: Request
    slot: asyncio.Future[Answer]
    end: Optional[asyncio.Future[End]]  # of a motion


class Link(asyncio.Protocol):
    """A connection, from dial to lose."""

    welcome: Welcome  # after greet

    def __init__(self, address: Tuple[str, int], timeout: float, on_state: Callable[[State], None]) -> None:
        self.address = address
        self.lost: Optional[ConnectionLost] = None
        self.on_lost: Callable[[ConnectionLost], None] = lambda _: None
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._silence: Optional[float] = None  # s; longer without a line is a lost connection
        self._session = Session(on_state)
        self._transport: Optional[asyncio.Transport] = None
        self._gone = self._loop.create_future()

    @classmethod
    async def dial(
        cls, address: Tuple[str, int], timeout: float, on_state: Callable[[State], None] = lambda _: None
    ) -> Link:
        loop = asyncio.get_running_loop()
        try:
            _, link = await asyncio.wait_for(
                loop.create_connection(lambda: cls(address, timeout, on_state), *address), timeout
            )
        except asyncio.TimeoutError:
            raise TimedOut(too_far(address, timeout)) from None
        except (OSError, UnicodeError) as e:  # UnicodeError: of a host name that is none
            raise NotConnected(unreachable(address, e)) from e
        return link

    async def greet(self, hello: Request) -> None:
        """Says hello, and takes the welcome."""
        try:
            self.welcome = Welcome.decode(await self.ask(hello))
        except (ConnectionLost, NotConnected) as e:
            why = self._session.farewell or self.lost
            self.close()
            raise why or e from None
        except BaseException:
            self.close()
            raise

    def send(self, request: Request) -> Call:
        """Sends a request."""
        slot: asyncio.Future[Answer] = self._loop.create_future()
        end: Optional[asyncio.Future[End]] = self._loop.create_future() if request.notifies else None
        if self.lost is not None or self._transport is None:
            raise NotConnected(f"{request.kind} was not sent: {self.lost}")
        self._transport.write(self._session.ask(request, slot, end))
        return Call(request, slot, end)

    async def settle(self, call: Call, patience: Optional[float] = None) -> Dict[str, Any]:
        """Waits for the answer. A caller that is cancelled meanwhile changes nothing for others."""
        limit = self._timeout if patience is None else patience
        await asyncio.wait([call.slot], timeout=limit)
        if not call.slot.done():
            why = f"no answer to {call.request.kind} within {limit:g} s"
            self.lose(ConnectionLost(why))
            raise TimedOut(f"{written(self.address)}: {why}; it is not known whether it was carried out")
        answer = call.slot.result()
        if isinstance(answer, AetherdError):
            raise answer
        return answer

    async def ask(self, request: Request, patience: Optional[float] = None) -> Dict[str, Any]:
        return await self.settle(self.send(request), patience)

    async def until_lost(self) -> ConnectionLost:
        """Waits until the connection is lost, and returns why."""
        while self.lost is None:
            await asyncio.wait([self._gone], timeout=self._timeout)
            silence = self._silence
            if silence is not None and self._loop.time() - self._heard > silence:
                self.lose(ConnectionLost(f"nothing was heard for {silence:g} s"))
        return self.lost

    def expect(self, rate_hz: Optional[float]) -> None:
        """Tells that a line comes so many times a second, or (None) that none need come. Only
        after a reply, from which the silence counts."""
        self._silence = None if rate_hz is None else self._timeout + 1 / rate_hz

    def lose(self, why: ConnectionLost) -> None:
        """Gives the connection up."""
        if self.lost is not None:
            return
        self.lost = type(why)(f"{written(self.address)}: {why}")
        if self._session.recalls and self._transport is not None:
            tcp.recall(self._transport.get_extra_info("socket"))
        self._session.fail(self.lost)
        self._gone.set_result(None)
        self.on_lost(self.lost)
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        self.lose(ConnectionLost("this client closed the connection"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        sock: socket.socket = transport.get_extra_info("socket")
        try:
            if tcp.is_own_echo(sock):
                self.lose(ConnectionLost("nobody listens; is aetherd running there?"))
            tcp.tune(sock)
        except OSError as e:
            self.lose(ConnectionLost(str(e)))

    def data_received(self, data: bytes) -> None:
        if self.lost is not None:
            return
        self._heard = self._loop.time()
        try:
            self._session.feed(data)
        except ProtocolError as e:
            self.lose(e)

    def eof_received(self) -> None:
        self.lose(self._session.closed())

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self.lose(ConnectionLost(f"receiving failed: {exc}") if exc else self._session.closed())
