"""How a motion ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Optional


class Point(NamedTuple):
    """A position in mm in the arm's base frame: x forward, y left, z up."""

    x: float
    y: float
    z: float


@dataclass(frozen=True)
class Outcome:
    """The end of a motion: "done" where the arm stands, "superseded" by a newer motion,
    "stopped" by a cause, or "expired" before it began."""

    event: str
    position: Optional[Point] = None  # mm, of done
    cause: Optional[str] = None  # of stopped

    @property
    def done(self) -> bool:
        return self.event == "done"

    def __str__(self) -> str:
        return f"{self.event} ({self.cause})" if self.cause else self.event
