"""The connection to the command port, which comes back by itself."""

from __future__ import annotations

import asyncio
from typing import Optional

from ..core.address import written
from ..core.backoff import Backoff
from ..core.errors import AetherdError, ConnectionLost, NotConnected, TimedOut
from ..core.log import log
from ..core.options import Options
from ..core.requests import UNSUBSCRIBE
from ..core.state import State
from ..core.welcome import Welcome
from .link import Link
from .stopline import StopLine
from .subscription import Subscription


class Connection:
    """At most one link at a time. A task watches it and, after it was lost, dials again. It
    says hello and subscribes again, and sends nothing else a second time."""

    def __init__(self, options: Options, stopline: StopLine) -> None:
        self.link: Optional[Link] = None
        self._options = options
        self._stopline = stopline
        self._welcome: Optional[Welcome] = None
        self._failure: Optional[AetherdError] = None  # why there is no link
        self._subscription: Optional[Subscription] = None
        self._task: Optional[asyncio.Task[None]] = None
        self._opening: Optional[asyncio.Lock] = None  # made in the event loop
        self._changed: Optional[asyncio.Event] = None
        self._closed = False

    async def open(self) -> None:
        """Connects. Where the task is dialling already, waits for that."""
        if self._opening is None:
            self._opening, self._changed = asyncio.Lock(), asyncio.Event()
        async with self._opening:
            self._raise_if_closed()
            if self._task is not None:
                if self.link is not None or self._options.reconnect:
                    await self.wait(self._options.timeout)
                    return
                await asyncio.wait([self._task])
            link = await self._dial()
            self._raise_if_closed(link)
            self._adopt(link)
            self._task = asyncio.ensure_future(self._run(link))

    async def close(self) -> None:
        self._closed = True
        if self._changed is not None:
            self._changed.set()
        if self._subscription is not None:
            self._subscription.end()
        if self.link is not None:
            self.link.lose(ConnectionLost("this client was closed"))
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def current(self) -> Link:
        """Returns the link, or raises why there is none."""
        self._raise_if_closed()
        if self.link is None:
            why = self._failure or "use an async with block, or connect"
            raise NotConnected(f"not connected to {written(self._options.command)}: {why}") from self._failure
        return self.link

    async def wait(self, timeout: Optional[float]) -> Link:
        """Waits until there is a link, if one can still come."""
        if self._changed is not None and self._options.reconnect:
            try:
                await asyncio.wait_for(self._changed.wait(), timeout)
            except asyncio.TimeoutError:
                raise TimedOut(f"no connection within {timeout:g} s: {self._failure}") from self._failure
        return self.current()

    @property
    def welcome(self) -> Welcome:
        if self._welcome is None:
            raise NotConnected("not connected yet: use an async with block, or connect")
        return self._welcome

    async def subscribe(self, new: Subscription) -> None:
        """Puts a new subscription in the place of the one before."""
        link = self.current()
        old, self._subscription = self._subscription, new
        if old is not None:
            old.end()
        try:
            await link.ask(new.request)
        except BaseException:
            if self._subscription is new:
                self._subscription = None
            raise
        link.expect(new.rate_hz)

    async def unsubscribe(self, subscription: Subscription) -> None:
        if self._subscription is not subscription:
            return
        self._subscription = None
        if self.link is not None:
            self.link.expect(None)
            try:
                await self.link.ask(UNSUBSCRIBE)
            except AetherdError:
                pass  # a connection that is gone sends no states

    def _raise_if_closed(self, link: Optional[Link] = None) -> None:
        if self._closed:
            if link is not None:
                link.close()
            raise NotConnected("this client is closed: make a new one")

    def _on_state(self, state: State) -> None:
        if self._subscription is not None:
            self._subscription.put(state)

    async def _dial(self) -> Link:
        link = await Link.dial(self._options.command, self._options.timeout, self._on_state)
        await link.greet(self._options.hello)
        await self._stopline.warm_up()
        return link

    async def _run(self, link: Link) -> None:
        current: Optional[Link] = link
        while current is not None:
            await current.until_lost()
            current = await self._redial() if self._options.reconnect else None

    async def _redial(self) -> Optional[Link]:
        """Dials until there is a link; None after close."""
        backoff = Backoff(*self._options.backoff)
        while not self._closed:
            await asyncio.sleep(backoff.next())
            try:
                link = await self._dial()
            except AetherdError as e:
                self._failure = e
                continue
            if not self._closed:
                self._adopt(link)
                return link
            link.close()
        return None

    def _adopt(self, link: Link) -> None:
        """Makes link the connection, until it is lost."""
        old, self._welcome = self._welcome, link.welcome
        if link.lost is not None:
            self._failure = link.lost
            return
        self.link, self._failure = link, None
        link.on_lost = self._drop
        if self._subscription is not None:
            link.send(self._subscription.request)
            link.expect(self._subscription.rate_hz)
        if self._changed is not None:
            self._changed.set()
        log.info("connected to %s, %s", written(link.address), link.welcome.server)
        if old is not None and old.config_hash != link.welcome.config_hash:
            where = written(link.address)
            log.warning("the safety configuration of %s is another one: %s", where, link.welcome.config_hash)

    def _drop(self, lost: ConnectionLost) -> None:
        """Notes that there is no link any more."""
        self.link, self._failure = None, lost
        if self._closed:
            return
        if self._changed is not None:
            self._changed.clear()
        log.warning("%s", lost)
        if self._subscription is not None:
            self._subscription.fail(lost)
            if not self._options.reconnect:
                self._subscription.end()
