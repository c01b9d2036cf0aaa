"""The client for asyncio: the same methods as aetherd.Client, to be awaited."""

from __future__ import annotations

from .client import Client
from .heartbeat import Heartbeat
from .motion import Motion
from .subscription import Subscription

__all__ = ["Client", "Heartbeat", "Motion", "Subscription"]
