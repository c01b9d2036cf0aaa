"""Feeds the deadman for a caller that shows that it lives."""

from __future__ import annotations

import threading
import time
from typing import Optional

from ..core.errors import AetherdError
from ..core.options import beat_interval
from ..core.requests import PING
from .link import Link


class Heartbeat:
    """Pings from a thread of its own, but only while the last call of this object is no longer
    ago than within (s). So a caller that hangs is silent, and the arm is held, at most
    within plus the deadman later. It belongs to one connection, and ends with it."""

    def __init__(self, link: Link, within: float) -> None:
        self._link = link
        self._within = within
        self._called = time.monotonic()
        self._failure: Optional[AetherdError] = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="aetherd-heartbeat")

    def __call__(self) -> None:
        """Checks in. Raises what ended the heartbeat, if it has ended."""
        failure = self._failure or self._link.lost
        if failure is not None:
            raise failure
        self._called = time.monotonic()

    def __enter__(self) -> Heartbeat:
        self()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        every = beat_interval(self._link.welcome.deadman_ms)
        while not self._over.wait(every):
            if time.monotonic() - self._called > self._within:
                continue
            try:
                self._link.ask(PING)
            except AetherdError as e:
                self._failure = e
                return
