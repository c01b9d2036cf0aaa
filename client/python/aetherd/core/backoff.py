"""How long to wait before the next attempt to connect."""

from __future__ import annotations

import random


class Backoff:
    """Waits that double from first to most (s), each shortened at random by up to a half, so
    that stations that lost the daemon together do not come back together."""

    def __init__(self, first: float, most: float) -> None:
        self._first, self._most = first, most
        self._next = first

    def next(self) -> float:
        wait, self._next = self._next, min(2 * self._next, self._most)
        return wait * random.uniform(0.5, 1)

    def reset(self) -> None:
        self._next = self._first
