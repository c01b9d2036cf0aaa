"""The connection to the command port, which comes back by itself."""

from __future__ import annotations

import threading
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
    """At most one link at a time. A thread reads it and, after it was lost, dials again. It
    says hello and subscribes again, and sends nothing else a second time."""

    def __init__(self, options: Options, stopline: StopLine) -> None:
        self.link: Optional[Link] = None
        self._options = options
        self._stopline = stopline
        self._welcome: Optional[Welcome] = None
        self._failure: Optional[AetherdError] = None  # why there is no link
        self._subscription: Optional[Subscription] = None
        self._thread: Optional[threading.Thread] = None
        self._opening = threading.Lock()
        self._changed = threading.Condition()  # guards link, _welcome, _failure, _subscription
        self._closing = threading.Event()

    def open(self) -> None:
        """Connects. Where the thread is dialling already, waits for that."""
        with self._opening:
            if self._closing.is_set():
                raise NotConnected("this client is closed: make a new one")
            if self._thread is not None:
                if self.link is not None or self._options.reconnect:
                    self.wait(self._options.timeout)
                    return
                self._thread.join()
            link = self._dial()
            if not self._adopt(link):
                raise NotConnected("this client is closed: make a new one")
            self._thread = threading.Thread(target=self._run, args=(link,), daemon=True, name="aetherd")
            self._thread.start()

    def close(self) -> None:
        self._closing.set()
        with self._changed:
            link, thread, subscription = self.link, self._thread, self._subscription
            self._changed.notify_all()
        if subscription is not None:
            subscription.end()
        if link is not None:
            link.lose(ConnectionLost("this client was closed"))
        if thread is not None:
            thread.join(2 * self._options.timeout)  # dialling and a welcome may take so long

    def current(self) -> Link:
        """Returns the link, or raises why there is none."""
        with self._changed:
            link, failure = self.link, self._failure
        if self._closing.is_set():
            raise NotConnected("this client is closed: make a new one")
        if link is not None:
            failure = link.lost or failure
        if link is None or link.lost is not None:
            why = failure or "use a with block, or connect"
            raise NotConnected(f"not connected to {written(self._options.command)}: {why}") from failure
        return link

    def wait(self, timeout: Optional[float]) -> Link:
        """Waits until there is a link, if one can still come."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.connected or not self._coming(), timeout):
                raise TimedOut(f"no connection within {timeout:g} s: {self._failure}") from self._failure
        return self.current()

    @property
    def connected(self) -> bool:
        link = self.link
        return link is not None and link.lost is None

    def _coming(self) -> bool:
        return self._thread is not None and self._options.reconnect and not self._closing.is_set()

    @property
    def welcome(self) -> Welcome:
        if self._welcome is None:
            raise NotConnected("not connected yet: use a with block, or connect")
        return self._welcome

    def subscribe(self, rate_hz: float) -> Subscription:
        """Puts a new subscription in the place of the one before."""
        link, new = self.current(), Subscription(rate_hz, self._unsubscribe)
        with self._changed:
            old, self._subscription = self._subscription, new
        if old is not None:
            old.end()
        try:
            link.ask(new.request)
        except AetherdError:
            with self._changed:
                if self._subscription is new:
                    self._subscription = None
            raise
        link.expect(rate_hz)
        return new

    def _unsubscribe(self, subscription: Subscription) -> None:
        with self._changed:
            if self._subscription is not subscription:
                return
            self._subscription, link = None, self.link
        if link is not None:
            link.expect(None)
            try:
                link.ask(UNSUBSCRIBE)
            except AetherdError:
                pass  # a connection that is gone sends no states

    def _on_state(self, state: State) -> None:
        subscription = self._subscription
        if subscription is not None:
            subscription.put(state)

    def _dial(self) -> Link:
        link = Link.dial(self._options.command, self._options.timeout, self._on_state)
        link.greet(self._options.hello)
        self._stopline.warm_up()
        return link

    def _run(self, link: Optional[Link]) -> None:
        while link is not None:
            self._drop(link.read())
            link = self._redial() if self._options.reconnect else None

    def _redial(self) -> Optional[Link]:
        """Dials until there is a link; None after close."""
        backoff = Backoff(*self._options.backoff)
        while not self._closing.wait(backoff.next()):
            try:
                link = self._dial()
            except AetherdError as e:
                self._failure = e
                continue
            return link if self._adopt(link) else None
        return None

    def _adopt(self, link: Link) -> bool:
        """Makes link the connection, unless this was closed meanwhile."""
        with self._changed:
            if self._closing.is_set():
                link.close()
                return False
            old, self._welcome = self._welcome, link.welcome
            self.link, self._failure = link, None
            if self._subscription is not None:
                link.send(self._subscription.request)
                link.expect(self._subscription.rate_hz)
            self._changed.notify_all()
        log.info("connected to %s, %s", written(link.address), link.welcome.server)
        if old is not None and old.config_hash != link.welcome.config_hash:
            where = written(link.address)
            log.warning("the safety configuration of %s is another one: %s", where, link.welcome.config_hash)
        return True

    def _drop(self, lost: ConnectionLost) -> None:
        """Notes that there is no link any more."""
        with self._changed:
            self.link, self._failure = None, lost
            subscription = self._subscription
            self._changed.notify_all()
        if self._closing.is_set():
            return
        log.warning("%s", lost)
        if subscription is not None:
            subscription.fail(lost)
            if not self._options.reconnect:
                subscription.end()
