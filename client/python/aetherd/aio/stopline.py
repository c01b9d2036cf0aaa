"""The way of a stop: a connection of its own to the stop port, and every other way there is."""

from __future__ import annotations

import asyncio
from typing import Any, Callable, Coroutine, List, Optional, Set

from ..core import stop
from ..core.errors import AetherdError
from ..core.options import STOP_PATIENCE, WARM_UP, Options
from .link import Link


class StopLine:
    """Keeps a connection to the stop port open, so that a stop waits for no dialling and for
    nothing else that this client sends."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._link: Optional[Link] = None
        self._closed = False
        self._ways: Set[asyncio.Future[int]] = set()  # still under way, also after another one succeeded

    async def warm_up(self) -> None:
        """Opens the connection, if that is possible at once."""
        try:
            self._keep(await Link.dial(self._options.stop, min(WARM_UP, self._options.timeout)))
        except AetherdError:
            pass  # a stop dials again

    async def stop(self, command: Optional[Link]) -> int:
        """Stops the arm, and returns the stop's number."""
        link, self._link = self._link, None  # from here on it is this stop's alone
        failures: List[AetherdError] = []
        if link is not None:
            try:
                return await self._over(link, STOP_PATIENCE)
            except AetherdError as e:
                failures.append(e)
        ways = [self._fresh, self._fresh_command]
        if command is not None:
            there = command
            ways.insert(1, lambda: self._by_command(there))
        return await self._race(ways, failures)

    async def _race(self, ways: List[Callable[[], Coroutine[Any, Any, int]]], failures: List[AetherdError]) -> int:
        """Goes the next way where those before have failed or are silent."""
        waiting: Set[asyncio.Future[int]] = set()
        while ways or waiting:
            if ways:
                waiting.add(self._start(ways.pop(0)()))
            done, waiting = await asyncio.wait(
                waiting, timeout=STOP_PATIENCE if ways else None, return_when=asyncio.FIRST_COMPLETED
            )
            for way in done:
                try:
                    return await self._latest(way.result(), waiting | done)
                except AetherdError as e:
                    failures.append(e)
        raise stop.unconfirmed(failures)

    async def _latest(self, number: int, others: Set[asyncio.Future[int]]) -> int:
        """Returns the highest number: every way on which a stop arrives makes one more."""
        done, _ = await asyncio.wait(others, timeout=STOP_PATIENCE)
        return max([number, *(way.result() for way in done if way.exception() is None)])

    def _start(self, way: Coroutine[Any, Any, int]) -> asyncio.Future[int]:
        """Goes a way to its end, also after another one was quicker."""
        task = asyncio.ensure_future(way)
        self._ways.add(task)
        task.add_done_callback(self._finished)
        return task

    def close(self) -> None:
        self._closed = True
        for way in self._ways:
            way.cancel()
        if self._link is not None:
            self._link.close()
            self._link = None

    async def _fresh(self) -> int:
        link = await Link.dial(self._options.stop, self._options.timeout)
        return await self._over(link, self._options.timeout)

    async def _over(self, link: Link, patience: float) -> int:
        """Stops over a connection to the stop port, and keeps it if it is good."""
        try:
            number = stop.stop_id(await link.ask(self._options.halt, patience))
        except BaseException:
            link.close()
            raise
        self._keep(link)
        return number

    async def _by_command(self, command: Link) -> int:
        return stop.stop_id(await command.ask(self._options.halt))

    async def _fresh_command(self) -> int:
        link = await Link.dial(self._options.command, self._options.timeout)
        try:
            return stop.stop_id(await link.ask(self._options.halt))
        finally:
            link.close()

    def _keep(self, link: Link) -> None:
        """Makes link the open connection, in place of another one."""
        if self._closed:
            link.close()
            return
        if self._link is not None:
            self._link.close()
        self._link = link

    def _finished(self, way: asyncio.Future[int]) -> None:
        self._ways.discard(way)
        if not way.cancelled():
            way.exception()  # which nobody may be waiting for any more
