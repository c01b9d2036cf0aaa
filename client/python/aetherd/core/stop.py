"""The answer to a stop, and what to say where there is none."""

from __future__ import annotations

from typing import Any, List, Mapping

from .errors import AetherdError, ConnectionLost
from .members import Members


def stop_id(reply: Mapping[str, Any]) -> int:
    return Members(dict(reply)).whole("stop_id")


def unconfirmed(failures: List[AetherdError]) -> ConnectionLost:
    tried = "; ".join(str(f) for f in failures)
    return ConnectionLost(f"THE STOP WAS NOT CONFIRMED: use the emergency stop of the arm. Tried: {tried}")
