"""The client for asyncio."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, Optional, SupportsFloat, SupportsIndex, Tuple

from ..core import motion, requests, stop, values
from ..core.refusals import StillMoving
from ..core.options import BACKOFF, PORT, STANDSTILL_STEP, Options
from ..core.requests import Request
from ..core.state import State
from ..core.values import Gripper
from ..core.welcome import Welcome
from .connection import Connection
from .heartbeat import Heartbeat
from .motion import Motion
from .stopline import StopLine
from .subscription import Subscription


class Client:
    """A station of aetherd. Positions are mm in the arm's base frame (x forward, y left, z up),
    speeds mm/s, times seconds, but for those that say ms.

    It connects in an async with block, or by connect. A connection that is lost comes back by itself;
    motion never does: nothing is sent twice, and without a connection every request but stop
    fails at once with NotConnected. Any task of one event loop may call. Leaving the block hangs up, and
    hanging up stops an arm that this station moves.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = PORT,
        *,
        stop_port: Optional[int] = None,
        name: Optional[str] = None,
        deadman_ms: Optional[float] = None,
        timeout: float = 3.0,
        reconnect: bool = True,
        backoff: Tuple[float, float] = BACKOFF,
    ) -> None:
        """stop_port is the one after port unless given. name is what other stations are told.
        deadman_ms tightens the deadman. timeout is how long connecting, and an answer, may take.
        backoff are the shortest and the longest wait before connecting again.
        """
        self._options = Options(host, port, stop_port, name, deadman_ms, timeout, reconnect, backoff)
        self._stopline = StopLine(self._options)
        self._connection = Connection(self._options, self._stopline)

    async def connect(self) -> Client:
        """Connects, or raises why that is not possible."""
        await self._connection.open()
        return self

    async def close(self) -> None:
        """Hangs up for good."""
        await self._connection.close()
        self._stopline.close()

    async def __aenter__(self) -> Client:
        return await self.connect()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def connected(self) -> bool:
        return self._connection.link is not None

    async def wait_connected(self, timeout: Optional[float] = None) -> Welcome:
        """Waits until there is a connection, and returns what the daemon said to it."""
        return (await self._connection.wait(timeout)).welcome

    @property
    def welcome(self) -> Welcome:
        """What the daemon said of itself, its arm and its limits, the last time that it was
        connected. Its config_hash shows whether the safety configuration is still the same."""
        return self._connection.welcome

    async def command(
        self,
        x: SupportsFloat,
        y: SupportsFloat,
        z: SupportsFloat,
        gripper: Gripper,
        *,
        ttl_ms: Optional[SupportsFloat] = None,
        check: bool = False,
    ) -> Motion:
        """Sends the arm to a target, and the gripper to "open", "closed" or an opening from 0
        (closed) to 100 %. With check nothing moves, and only a refusal is raised."""
        return await self._move(requests.command(x, y, z, gripper, ttl_ms, check))

    async def move(
        self,
        x: SupportsFloat,
        y: SupportsFloat,
        z: SupportsFloat,
        *,
        speed: Optional[SupportsFloat] = None,
        ttl_ms: Optional[SupportsFloat] = None,
        check: bool = False,
    ) -> Motion:
        """Sends the arm to a target, at most at speed mm/s."""
        return await self._move(requests.move(x, y, z, speed, ttl_ms, check))

    async def grip(self, gripper: Gripper, *, ttl_ms: Optional[SupportsFloat] = None, check: bool = False) -> Motion:
        """Sends the gripper to "open", "closed" or an opening from 0 (closed) to 100 %."""
        return await self._move(requests.grip(gripper, ttl_ms, check))

    async def stop(self) -> int:
        """Stops the arm, whoever moves it, and returns the stop's number, which reset names. It
        works without a connection too: it goes out on the stop port, and where that does not
        answer at once, on the command port as well. Then one more stop may arrive late, and state
        tells the latest number."""
        return await self._stopline.stop(self._connection.link)

    async def reset(self, stop_id: SupportsIndex, *, wait: float = 0.0, check: bool = False) -> None:
        """Ends the stop of that number, which starts no motion. While the arm does not stand
        yet, asks again for up to wait seconds."""
        request = requests.reset(stop_id, check)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        while True:
            try:
                await self._ask(request)
                return
            except StillMoving:
                if loop.time() >= deadline:
                    raise
            await asyncio.sleep(STANDSTILL_STEP)

    async def take(self, *, check: bool = False) -> None:
        """Takes control, if nobody has it, or from a station of a lower role."""
        await self._ask(requests.checkable("take", check))

    async def release(self, *, check: bool = False) -> None:
        """Gives control back."""
        await self._ask(requests.checkable("release", check))

    async def relax(self, *, check: bool = False) -> int:
        """Switches the motors off: THE ARM FALLS. Returns the number of the stop that holds
        until a reset."""
        return stop.stop_id(await self._ask(requests.checkable("relax", check)))

    async def state(self) -> State:
        """Asks how the arm is."""
        return State.decode(await self._ask(requests.STATE))

    async def ping(self) -> float:
        """Shows that this station is alive, and returns how long the answer took in s."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self._ask(requests.PING)
        return loop.time() - began

    def subscribe(self, rate_hz: SupportsFloat = 10) -> Subscription:
        """Iterates over the state, rate_hz times a second. A client has one subscription: a new
        one ends the iteration of the one before."""
        return Subscription(values.rate(rate_hz), self._connection.subscribe, self._connection.unsubscribe)

    def heartbeat(self, within: Optional[float] = None) -> Heartbeat:
        """Feeds the deadman in an async with block, whose body calls the heartbeat at least every
        within seconds (the deadman's time unless given):

            async with arm.heartbeat(within=1) as beat:
                while working:
                    beat()
                    await ...
        """
        link = self._connection.current()
        limit = link.welcome.deadman_ms / 1000 if within is None else values.positive("within", within, "s")
        return Heartbeat(link, limit)

    async def _ask(self, request: Request) -> Dict[str, Any]:
        return await self._connection.current().ask(request)

    async def _move(self, request: Request) -> Motion:
        link = self._connection.current()
        call = link.send(request)
        return Motion(link, call, motion.clamped(await link.settle(call)))
