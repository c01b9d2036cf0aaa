"""The connection to aetherd, which comes back by itself."""

from __future__ import annotations

import random
import threading
from typing import Callable, Optional

import aetherd

from .settings import Settings

FIRST_RETRY, LAST_RETRY = 0.1, 5.0  # s between two tries to connect


class Connection:
    """Connects, and again after every loss, with a new client each time. So who holds a client
    holds one connection: what is sent by it cannot arrive on a later one. A thread dials and
    reads the states."""

    def __init__(
        self,
        settings: Settings,
        on_connected: Callable[[bool], None],
        on_state: Callable[[aetherd.State], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self.failure: Optional[str] = "connecting"  # None: there is a connection
        self.welcome: Optional[aetherd.Welcome] = None  # of the last connection
        self._settings = settings
        self._on_connected, self._on_state, self._on_lost = on_connected, on_state, on_lost
        self._closing = threading.Event()
        self._changing = threading.Lock()
        self.client = self._new()  # a stop works with one that is not connected
        self._thread = threading.Thread(target=self._run, daemon=True, name="aether_bridge")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Hangs up for good, which holds an arm that this node moves."""
        with self._changing:
            self._closing.set()
        self.client.close()
        self._thread.join()

    def closing(self, within: float) -> bool:
        """Waits for within s, and reports whether this is being closed."""
        return self._closing.wait(within)

    def _new(self) -> aetherd.Client:
        s = self._settings
        return aetherd.Client(
            s.host,
            s.port,
            stop_port=s.stop_port or None,
            name=s.name,
            deadman_ms=s.deadman_ms or None,
            timeout=s.timeout,
            reconnect=False,
        )

    def _run(self) -> None:
        retry = FIRST_RETRY
        while not self._closing.is_set():
            client = self._new()
            try:
                client.connect()
                if not self._adopt(client):
                    return
                retry = FIRST_RETRY
                for state in client.subscribe(self._settings.rate):
                    self._on_state(state)
            except aetherd.AetherdError as e:
                self._lose(client, str(e))
            if self._closing.wait(retry * random.uniform(0.5, 1)):
                return
            retry = min(2 * retry, LAST_RETRY)

    def _adopt(self, client: aetherd.Client) -> bool:
        """Puts client in the place of the one before, unless this was closed meanwhile. Tells
        whether the safety configuration has changed since the one before."""
        with self._changing:
            if self._closing.is_set():
                client.close()
                return False
            old, self.client = self.client, client
        old.close()
        changed = self.welcome is not None and self.welcome.config_hash != client.welcome.config_hash
        self.welcome, self.failure = client.welcome, None
        self._on_connected(changed)
        return True

    def _lose(self, client: aetherd.Client, why: str) -> None:
        """Notes why there is no connection. A client that was connected stays for its stops."""
        if client is not self.client or client.connected:
            client.close()
        if why != self.failure and not self._closing.is_set():
            self.failure = why
            self._on_lost(why)
