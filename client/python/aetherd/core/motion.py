"""What the end of a motion means to who waits for it."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from .errors import AetherdError, CutShort
from .members import Members
from .outcome import Point
from .session import End

NOTHING_MOVES = "a request with check=True moves nothing: there is no end to wait for"


def arrived(end: End) -> Point:
    """Returns where the arm stands after a motion that arrived."""
    if isinstance(end, AetherdError):
        raise end
    if end.position is None:
        raise CutShort(end)
    return end.position


def clamped(reply: Mapping[str, Any]) -> Optional[Point]:
    return Members(dict(reply)).maybe_point("clamped")
