"""Every decision of the bridge: what becomes of a message, what is published of a state, and what
the services answer. Nothing here knows ROS, sockets or a clock: messages are whatever has the
fields of their definition, and the moment is an argument."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Optional, Union

import aetherd

from .settings import Settings

MM = 1000.0  # per metre; the axes of the base frame are those of REP 103 in both worlds
NANOSECONDS = 1_000_000_000  # per second
IDENTITY = 1e-6  # how far a quaternion's imaginary part may be from none

TAKE_FIRST = "call ~/take when the arm may move"


@dataclass(frozen=True)
class Refusal:
    """Why a message moves nothing. Refusals of one kind are logged at intervals."""

    kind: str
    reason: str


@dataclass(frozen=True)
class Move:
    """A target in mm, and the highest speed in mm/s; None: as the daemon is configured."""

    x: float
    y: float
    z: float
    speed: Optional[float]


def target(settings: Settings, header: Any, position: Any, now: int) -> Union[Move, Refusal]:
    """Decides about the header and the position of a PointStamped or a PoseStamped. now is the
    node's clock in ns."""
    if not header.frame_id:
        return Refusal("no_frame", f"target without a frame: stamp it with {settings.frame_id!r} if it is in that")
    if header.frame_id != settings.frame_id:
        transform = f"transform it to {settings.frame_id!r} before, with tf2"
        return Refusal("frame", f"target in frame {header.frame_id!r}: {transform}")
    age = _age(header.stamp, now)
    if age > settings.max_age:
        return Refusal("stale", f"target is {age:.3f} s old, older than max_age, {settings.max_age:g} s")
    if age < -settings.max_age:
        return Refusal("future", f"target is stamped {-age:.3f} s ahead of this node's clock: set the clocks")
    metres = (position.x, position.y, position.z)
    if not all(math.isfinite(v * MM) for v in metres):
        return Refusal("not_finite", f"target is {metres}: it has to be finite")
    x, y, z = (v * MM for v in metres)
    return Move(x, y, z, settings.speed * MM or None)


def _age(stamp: Any, now: int) -> float:
    """Returns how old a stamp is in s. A stamp of zero means now."""
    at = int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)
    return (now - at) / NANOSECONDS if at else 0.0


def turns(orientation: Any) -> bool:
    """Reports whether an orientation asks for more than the identity, which the arm, a thing of
    x, y and z, does not do. All zeros is an orientation that was left out."""
    return any(abs(v) > IDENTITY for v in (orientation.x, orientation.y, orientation.z))


def opening(settings: Settings, position: float) -> Union[int, Refusal]:
    """Decides about the position of a GripperCommand: its opening in whole percent."""
    widest = settings.gripper_max_opening
    if not widest:
        return Refusal("gripper", "set gripper_max_opening to the opening of this gripper in metres")
    if not math.isfinite(position):
        return Refusal("gripper", f"gripper position is {position}: it has to be finite")
    percent = round(100 * max(min(position / widest, 2.0), -1.0))
    if not 0 <= percent <= 100:
        return Refusal("gripper", f"gripper position is {position:g} m: from 0 to gripper_max_opening, {widest:g} m")
    return percent


def permitted(connected: bool, agreed: bool) -> Optional[Refusal]:
    """Decides whether this connection may move the arm at all."""
    if not connected:
        return Refusal("connection", "not connected to aetherd")
    if not agreed:
        return Refusal("take", f"not taken on this connection: {TAKE_FIRST}")
    return None


def refused(error: Exception) -> Refusal:
    """Returns the refusal for what came of a request."""
    code = error.code if isinstance(error, aetherd.Refused) else type(error).__name__
    return Refusal(code, str(error))


def ends_agreement(error: Exception) -> bool:
    """Reports whether an answer shows that another station has control. What this node is sent must not
    move the arm in the moment in which that one lets go."""
    return isinstance(error, aetherd.NotInControl)


class Complaints:
    """Counts refusals, and lets one of each kind through in every interval (s)."""

    def __init__(self, interval: float) -> None:
        self.count = 0
        self.last = ""
        self._interval = interval
        self._said: dict[str, float] = {}  # by kind, when

    def due(self, refusal: Refusal, now: float) -> bool:
        """Counts a refusal at now (s), and reports whether to log it."""
        self.count += 1
        self.last = refusal.reason
        said = self._said.get(refusal.kind)
        if said is not None and now - said < self._interval:
            return False
        self._said[refusal.kind] = now
        return True


@dataclass(frozen=True)
class Grip:
    """The fields of the result of a GripperCommand, and whether the goal succeeded."""

    reached_goal: bool
    position: float  # m; what was commanded and carried out, which nobody measures
    effort: float = math.nan  # nobody measures it
    stalled: bool = False  # nobody would notice


def gripped(settings: Settings, percent: int, outcome: Optional[aetherd.Outcome]) -> Grip:
    """Returns the result of a grip that came to outcome. Of one that did not come to its end it
    is not known where the gripper is."""
    if outcome is None or not outcome.done:
        return Grip(False, math.nan)
    return Grip(True, percent / 100 * settings.gripper_max_opening)


def position(state: aetherd.State) -> Optional[tuple[float, float, float]]:
    """Returns where the arm is in metres."""
    at = state.position
    return None if at is None else (at.x / MM, at.y / MM, at.z / MM)


def joints(state: aetherd.State) -> Optional[tuple[list[str], list[float]]]:
    """Returns the names and angles (rad) of the joints, where the arm measures them."""
    return (list(state.joints), list(state.joints.values())) if state.joints else None


def stop_seen(state: Optional[aetherd.State], own: Optional[int]) -> Union[int, Refusal]:
    """Returns the number of the latest stop that this node has seen: in the state, or in the answer
    to a stop of its own (own), which may be ahead of the state."""
    told = state.stop_id if state is not None and state.stopped else None
    numbers = [n for n in (told, own) if n is not None]
    return max(numbers) if numbers else Refusal("reset", "nothing was reset: there is no stop that this node has seen")


def causes(state: Optional[aetherd.State], number: int) -> str:
    """Returns in words what caused the stop of that number."""
    if state is None or state.stop_id != number:
        return "station"  # of this node itself, and not in the state yet
    return ", ".join(f"{c.cause} ({c.by})" if c.by else c.cause for c in state.causes)
