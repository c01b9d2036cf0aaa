"""The parameters of the node."""

from __future__ import annotations

import math
from dataclasses import Field, dataclass, field, fields
from typing import Any

MIN_RATE, MAX_RATE = 0.01, 50.0  # Hz, of the daemon


def _parameter(default: Any, description: str) -> Any:
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True)
class Settings:
    """Checked parameters. Lengths are in metres and speeds in m/s, as everywhere in ROS. The
    type of a default is the type of the parameter."""

    host: str = _parameter("127.0.0.1", "Where aetherd runs: a name or an IP address.")
    port: int = _parameter(5000, "The command port of aetherd.")
    stop_port: int = _parameter(0, "The stop port of aetherd; 0: the one after port.")
    name: str = _parameter("aether_bridge", "What aetherd and its other stations call this node.")
    timeout: float = _parameter(1.0, "Seconds that connecting, and an answer, may take.")
    frame_id: str = _parameter("base_link", "The base frame of the arm. Targets in other frames are refused.")
    max_age: float = _parameter(0.5, "Seconds after its stamp that a target is refused.")
    deadman_ms: int = _parameter(500, "The arm is held so long after the last target; 0: as aetherd is configured.")
    speed: float = _parameter(0.0, "The highest speed of a target in m/s; 0.0: as aetherd is configured.")
    rate: float = _parameter(20.0, "States a second that are published.")
    gripper_max_opening: float = _parameter(0.0, "The opening in metres at 100 %; 0.0: gripper goals are refused.")

    def __post_init__(self) -> None:
        for parameter in parameters():
            value = getattr(self, parameter.name)
            if isinstance(value, (int, float)) and not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{parameter.name} is {value}: no negative number, NaN or infinity")
        for name in ("host", "name", "frame_id"):
            if not getattr(self, name):
                raise ValueError(f"{name} is empty")
        for name in ("port", "timeout", "max_age"):
            if not getattr(self, name):
                raise ValueError(f"{name} is 0")
        if not MIN_RATE <= self.rate <= MAX_RATE:
            raise ValueError(f"rate is {self.rate}: from {MIN_RATE} to {MAX_RATE:g} Hz")


def parameters() -> tuple[Field[Any], ...]:
    """Returns the parameters, each with its default and, in its metadata, a description."""
    return fields(Settings)
