"""A motion that was admitted."""

from __future__ import annotations

import time
from concurrent import futures
from typing import Optional

from ..core.errors import AetherdError, TimedOut
from ..core.motion import NOTHING_MOVES, arrived
from ..core.options import beat_interval
from ..core.outcome import Outcome, Point
from ..core.requests import PING
from .link import Call, Link


class Motion:
    """What an admitted command, move or grip comes to."""

    def __init__(self, link: Link, call: Call, clamped: Optional[Point]) -> None:
        self.clamped = clamped  # mm; where the arm goes instead of outside the workspace
        self._link = link
        self._end = call.end

    @property
    def outcome(self) -> Optional[Outcome]:
        """How the motion ended; None while it goes on, and where the connection was lost."""
        if self._end is None or not self._end.done():
            return None
        end = self._end.result()
        return end if isinstance(end, Outcome) else None

    def wait(self, timeout: Optional[float] = None) -> Point:
        """Waits until the arm has arrived, and returns where it stands in mm. A motion that
        ends before that raises CutShort.

        The waiting thread itself pings, so the deadman is fed for as long as this waits.
        """
        if self._end is None:
            raise ValueError(NOTHING_MOVES)
        deadline = None if timeout is None else time.monotonic() + timeout
        every = beat_interval(self._link.welcome.deadman_ms)
        while True:
            left = every if deadline is None else min(every, deadline - time.monotonic())
            if futures.wait([self._end], max(left, 0)).done:
                return arrived(self._end.result())
            if deadline is not None and time.monotonic() >= deadline:
                raise TimedOut(f"the motion goes on after {timeout:g} s")
            try:
                self._link.ask(PING)
            except AetherdError:
                if not self._end.done():
                    raise
