"""The state at a rate."""

from __future__ import annotations

import asyncio
from typing import AsyncIterator, Awaitable, Callable, Optional

from ..core import requests
from ..core.errors import AetherdError, NotConnected, TimedOut
from ..core.state import State

Act = Callable[["Subscription"], Awaitable[None]]


class Subscription(AsyncIterator[State]):
    """An iterator of states, which begins with its first use. Who is slow gets the latest state
    and not those before it. A lost connection is raised once; iterating again goes on with the
    first state after it is back."""

    def __init__(self, rate_hz: float, subscribe: Act, unsubscribe: Act) -> None:
        self.rate_hz = rate_hz
        self.request = requests.subscribe(rate_hz)
        self._subscribe, self._unsubscribe = subscribe, unsubscribe
        self._begun = False
        self._changed = asyncio.Event()
        self._latest: Optional[State] = None
        self._failure: Optional[AetherdError] = None
        self._over = False

    async def __anext__(self) -> State:
        state = await self._take()
        if state is None:
            raise StopAsyncIteration
        return state

    async def get(self, timeout: Optional[float] = None) -> State:
        """Returns the next state, or raises TimedOut where none comes within timeout (s)."""
        try:
            state = await asyncio.wait_for(self._take(), timeout)
        except asyncio.TimeoutError as e:
            if isinstance(e, AetherdError):
                raise
            raise TimedOut(f"no state within {timeout:g} s") from None
        if state is None:
            raise NotConnected("the subscription is closed")
        return state

    async def close(self) -> None:
        """Ends the iteration, and the states."""
        self.end()
        await self._unsubscribe(self)

    async def __aenter__(self) -> Subscription:
        await self._begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _begin(self) -> None:
        if not self._begun and not self._over:
            await self._subscribe(self)
            self._begun = True

    async def _take(self) -> Optional[State]:
        """Returns the next state, None after the end."""
        await self._begin()
        while self._latest is None and self._failure is None and not self._over:
            self._changed.clear()
            await self._changed.wait()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        state, self._latest = self._latest, None
        return state

    def put(self, state: State) -> None:
        if not self._over:
            self._latest = state
        self._changed.set()

    def fail(self, failure: AetherdError) -> None:
        self._latest, self._failure = None, failure
        self._changed.set()

    def end(self) -> None:
        self._over, self._latest = True, None
        self._changed.set()
