"""The requests of the protocol, each made of checked values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Dict, Optional, SupportsFloat, SupportsIndex, Union

from . import values
from .values import Gripper

VERSION = 1  # of the protocol

Member = Union[str, float, int, bool]


@dataclass(frozen=True)
class Request:
    """A request without its id."""

    kind: str
    members: Dict[str, Member]

    @property
    def notifies(self) -> bool:
        """Whether an event tells later how the motion ended."""
        return bool(self.members.get("notify"))

    def encode(self, number: int) -> bytes:
        """Returns the line, with number as its id."""
        line = json.dumps({"type": self.kind, "id": number, **self.members}, allow_nan=False, separators=(",", ":"))
        return line.encode("utf-8") + b"\n"


PING = Request("ping", {})
STATE = Request("state", {})
UNSUBSCRIBE = Request("unsubscribe", {})


def command(
    x: SupportsFloat, y: SupportsFloat, z: SupportsFloat, gripper: Gripper, ttl_ms: Optional[SupportsFloat], check: bool
) -> Request:
    members: Dict[str, Member] = {**_target(x, y, z), "gripper": values.gripper(gripper)}
    return _motion("command", members, ttl_ms, check)


def move(
    x: SupportsFloat,
    y: SupportsFloat,
    z: SupportsFloat,
    speed: Optional[SupportsFloat],
    ttl_ms: Optional[SupportsFloat],
    check: bool,
) -> Request:
    members: Dict[str, Member] = {**_target(x, y, z)}
    if speed is not None:
        members["speed"] = values.positive("speed", speed, "mm/s")
    return _motion("move", members, ttl_ms, check)


def grip(gripper: Gripper, ttl_ms: Optional[SupportsFloat], check: bool) -> Request:
    return _motion("grip", {"gripper": values.gripper(gripper)}, ttl_ms, check)


def _target(x: SupportsFloat, y: SupportsFloat, z: SupportsFloat) -> Dict[str, float]:
    return {"x": values.number("x", x), "y": values.number("y", y), "z": values.number("z", z)}


def _motion(kind: str, members: Dict[str, Member], ttl_ms: Optional[SupportsFloat], check: bool) -> Request:
    if ttl_ms is not None:
        members["ttl_ms"] = values.milliseconds("ttl_ms", ttl_ms)
    members["check" if values.truth("check", check) else "notify"] = True
    return Request(kind, members)


def reset(stop_id: SupportsIndex, check: bool) -> Request:
    return checkable("reset", check, {"stop_id": values.whole("stop_id", stop_id, values.MAX_STOP_ID)})


def checkable(kind: str, check: bool, members: Optional[Dict[str, Member]] = None) -> Request:
    """Returns a reset, take, release or relax."""
    made: Dict[str, Member] = dict(members or {})
    if values.truth("check", check):
        made["check"] = True
    return Request(kind, made)


def subscribe(rate_hz: SupportsFloat) -> Request:
    return Request("subscribe", {"rate_hz": values.rate(rate_hz)})


def hello(name: Optional[str], deadman_ms: Optional[SupportsFloat]) -> Request:
    members: Dict[str, Member] = {"version": VERSION}
    if name is not None:
        members["name"] = values.station(name)
    if deadman_ms is not None:
        members["deadman_ms"] = values.between("deadman_ms", deadman_ms, 1, values.DAY_MS, "ms")
    return Request("hello", members)


def stop(name: Optional[str]) -> Request:
    """The stop port knows no hello, so the stop says itself who stops."""
    return Request("stop", {} if name is None else {"name": values.station(name)})
