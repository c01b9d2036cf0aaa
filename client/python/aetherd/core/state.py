"""The state of the arm, as the daemon tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Optional, Tuple, Union

from .members import Members
from .outcome import Point


@dataclass(frozen=True)
class Cause:
    """What caused a stop, and in words who or what it was."""

    cause: str
    by: Optional[str]


@dataclass(frozen=True)
class You:
    """What this station is to the daemon."""

    role: str  # "observer", "operator" or "supervisor"
    holds: bool  # it has control


@dataclass(frozen=True)
class ArmLink:
    """The arm's driver, and whether the arm answers: "up" or "down"."""

    driver: str
    link: str


@dataclass(frozen=True)
class State:
    """The members of the protocol's state, with its names."""

    state: str  # "idle", "active", "held" or "stopped"
    stop_id: Optional[int]  # while stopped: the number that reset names
    causes: Tuple[Cause, ...]  # while stopped, the first cause first
    stop_result: Optional[str]  # while stopped: "pending", "sent", "confirmed" or "unsupported"
    holder: Optional[str]  # the station that has control
    you: You
    position: Optional[Point]  # mm; None while the arm does not answer
    target: Optional[Point]  # mm; None where there is none
    gripper: Union[str, int, None]  # "open", "closed", the opening in percent; None: not known
    arm: ArmLink
    joints: Optional[Mapping[str, float]] = field(default=None, hash=False)  # rad, as measured; None: not known

    @property
    def stopped(self) -> bool:
        return self.state == "stopped"

    @classmethod
    def decode(cls, source: object) -> State:
        m = Members(source)
        you, arm = m.part("you"), m.part("arm")
        return cls(
            state=m.text("state"),
            stop_id=m.maybe_whole("stop_id"),
            causes=tuple(Cause(c.text("cause"), c.maybe_text("by")) for c in m.parts("causes")),
            stop_result=m.maybe_text("stop_result"),
            holder=m.maybe_text("holder"),
            you=You(you.text("role"), you.truth("holds")),
            position=m.maybe_point("position"),
            target=m.maybe_point("target"),
            gripper=m.maybe_gripper("gripper"),
            arm=ArmLink(arm.text("driver"), arm.text("link")),
            joints=m.maybe_numbers("joints"),
        )
