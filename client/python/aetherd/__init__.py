"""A client for aetherd, the daemon beside a robot arm.

    import aetherd

    with aetherd.Client("127.0.0.1", 5000) as arm:
        arm.move(150, 0, 200).wait()

aetherd.Client is for threads, aetherd.aio.Client for asyncio. What this package guarantees:

  - A request is sent once. A lost connection comes back by itself, motion never does.
  - Without a connection a request fails at once: there is no queue of motion.
  - A stop has a way of its own, past everything else that the client sends.
  - The deadman is fed only while the caller lives: in Motion.wait, by the thread that waits,
    and in a heartbeat, while the caller checks in.
  - What cannot be sent (NaN, None, text) is a ValueError, and nothing is sent.
  - A refusal is a Refused, with a subclass for every code. It never looks like an error of the
    connection, which is a NotConnected (not sent), ConnectionLost or TimedOut (outcome unknown).
"""

from __future__ import annotations

from .core import refusals as _refusals
from .core.errors import AetherdError, ConnectionLost, CutShort, NotConnected, ProtocolError, Refused, TimedOut
from .core.outcome import Outcome, Point
from .core.refusals import *
from .core.state import ArmLink, Cause, State, You
from .core.welcome import Arm, Limits, Welcome, Workspace
from .sync.client import Client
from .sync.heartbeat import Heartbeat
from .sync.motion import Motion
from .sync.subscription import Subscription

__version__ = "0.1.0"

__all__ = [
    "AetherdError",
    "Arm",
    "ArmLink",
    "Cause",
    "Client",
    "ConnectionLost",
    "CutShort",
    "Heartbeat",
    "Limits",
    "Motion",
    "NotConnected",
    "Outcome",
    "Point",
    "ProtocolError",
    "Refused",
    "State",
    "Subscription",
    "TimedOut",
    "Welcome",
    "Workspace",
    "You",
]
__all__ += _refusals.__all__
