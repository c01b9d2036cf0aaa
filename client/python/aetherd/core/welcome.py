"""What the daemon says of itself, its arm and its limits when a station connects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

from .members import Members


@dataclass(frozen=True)
class Arm:
    """The arm."""

    name: str
    driver: str
    gripper: str  # "none", "open_close" or "opening"
    relaxes: bool
    link: str  # "up" or "down"


@dataclass(frozen=True)
class Workspace:
    """The box of all targets, in mm, and what becomes of one outside: "reject" or "clamp"."""

    x: Tuple[float, float]
    y: Tuple[float, float]
    z: Tuple[float, float]
    outside: str


@dataclass(frozen=True)
class Limits:
    """What holds for motion and requests."""

    speed: float  # mm/s
    accel: float  # mm/s²
    stop_accel: float  # mm/s²
    rate: float  # requests/s
    burst: int
    horizon_ms: float
    line_bytes: int


@dataclass(frozen=True)
class Welcome:
    """The members of the protocol's hello, with its names."""

    protocol: int
    session: int
    server: str
    arm: Arm
    role: str
    safety_rated: bool  # always False: the stop is a protective stop, no emergency stop
    workspace: Workspace
    limits: Limits
    control: str  # "exclusive" or "shared"
    deadman_ms: float  # of this station
    lease_ms: float
    config_hash: str  # of the safety configuration

    @classmethod
    def decode(cls, source: object) -> Welcome:
        m = Members(source)
        return cls(
            protocol=m.whole("protocol"),
            session=m.whole("session"),
            server=m.text("server"),
            arm=_arm(m.part("arm")),
            role=m.text("role"),
            safety_rated=m.truth("safety_rated"),
            workspace=_workspace(m.part("workspace")),
            limits=_limits(m.part("limits")),
            control=m.text("control"),
            deadman_ms=m.number("deadman_ms"),
            lease_ms=m.number("lease_ms"),
            config_hash=m.text("config_hash"),
        )


def _arm(m: Members) -> Arm:
    return Arm(m.text("name"), m.text("driver"), m.text("gripper"), m.truth("relaxes"), m.text("link"))


def _workspace(m: Members) -> Workspace:
    return Workspace(m.span("x"), m.span("y"), m.span("z"), m.text("outside"))


def _limits(m: Members) -> Limits:
    return Limits(
        speed=m.number("speed"),
        accel=m.number("accel"),
        stop_accel=m.number("stop_accel"),
        rate=m.number("rate"),
        burst=m.whole("burst"),
        horizon_ms=m.number("horizon_ms"),
        line_bytes=m.whole("line_bytes"),
    )
