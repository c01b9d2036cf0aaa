"""Feeds the deadman for a task that shows that it lives."""

from __future__ import annotations

import asyncio
from typing import Optional

from ..core.errors import AetherdError
from ..core.options import beat_interval
from ..core.requests import PING
from .link import Link


class Heartbeat:
    """Pings from a task that ends with the task that entered the block, and only while the last
    call of this object is no longer ago than within (s). So a caller that hangs, or waits for
    something that never comes, is silent, and the arm is held, at most within plus the deadman
    later. It belongs to one connection, and ends with it."""

    def __init__(self, link: Link, within: float) -> None:
        self._link = link
        self._within = within
        self._loop = asyncio.get_running_loop()
        self._called = self._loop.time()
        self._failure: Optional[AetherdError] = None
        self._task: Optional[asyncio.Task[None]] = None
        self._owner: Optional[asyncio.Task[object]] = None

    def __call__(self) -> None:
        """Checks in. Raises what ended the heartbeat, if it has ended."""
        failure = self._failure or self._link.lost
        if failure is not None:
            raise failure
        self._called = self._loop.time()

    async def __aenter__(self) -> Heartbeat:
        self()
        self._task = asyncio.ensure_future(self._run())
        self._owner = asyncio.current_task()
        if self._owner is not None:
            self._owner.add_done_callback(self._end)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._owner is not None:
            self._owner.remove_done_callback(self._end)
        self._end()

    def _end(self, _: object = None) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        every = beat_interval(self._link.welcome.deadman_ms)
        while True:
            await asyncio.sleep(every)
            if self._loop.time() - self._called > self._within:
                continue
            try:
                await self._link.ask(PING)
            except AetherdError as e:
                self._failure = e
                return
