"""The state at a rate."""

from __future__ import annotations

import threading
from typing import Callable, Iterator, Optional

from ..core import requests
from ..core.errors import AetherdError, NotConnected, TimedOut
from ..core.state import State


class Subscription(Iterator[State]):
    """An iterator of states. Who is slow gets the latest state and not those before it. A lost
    connection is raised once; iterating again goes on with the first state after it is back."""

    def __init__(self, rate_hz: float, unsubscribe: Callable[[Subscription], None]) -> None:
        self.rate_hz = rate_hz
        self.request = requests.subscribe(rate_hz)
        self._unsubscribe = unsubscribe
        self._changed = threading.Condition()
        self._latest: Optional[State] = None
        self._failure: Optional[AetherdError] = None
        self._over = False

    def __next__(self) -> State:
        state = self._take(None)
        if state is None:
            raise StopIteration
        return state

    def get(self, timeout: Optional[float] = None) -> State:
        """Returns the next state, or raises TimedOut where none comes within timeout (s)."""
        state = self._take(timeout)
        if state is None:
            raise NotConnected("the subscription is closed")
        return state

    def _take(self, timeout: Optional[float]) -> Optional[State]:
        """Returns the next state, None after the end."""
        with self._changed:
            if not self._changed.wait_for(self._ready, timeout):
                raise TimedOut(f"no state within {timeout:g} s")
            failure, self._failure = self._failure, None
            if failure is not None:
                raise failure
            state, self._latest = self._latest, None
            return state

    def close(self) -> None:
        """Ends the iteration, and the states."""
        self.end()
        self._unsubscribe(self)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ready(self) -> bool:
        return self._latest is not None or self._failure is not None or self._over

    def put(self, state: State) -> None:
        with self._changed:
            if not self._over:
                self._latest = state
            self._changed.notify_all()

    def fail(self, failure: AetherdError) -> None:
        with self._changed:
            self._latest, self._failure = None, failure
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self._over, self._latest = True, None
            self._changed.notify_all()
