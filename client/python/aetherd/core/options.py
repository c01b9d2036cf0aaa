"""What a client is told when it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional, Tuple

from . import requests, values

PORT = 5000
BACKOFF = (0.1, 5.0)
STOP_PATIENCE = 0.2  # s; a stop that has no answer by then goes out on every other way as well
STANDSTILL_STEP = 0.02  # s between two questions whether the arm stands
WARM_UP = 0.5  # s; how long connecting waits for the stop port, which is not needed to go on


@dataclass(frozen=True)
class Options:
    """Checked options of both clients. Times are in seconds, but for those that say ms."""

    host: str
    port: int
    stop_port: Optional[int]
    name: Optional[str]
    deadman_ms: Optional[float]
    timeout: float
    reconnect: bool
    backoff: Tuple[float, float]
    hello: requests.Request = field(init=False)
    halt: requests.Request = field(init=False)

    def __post_init__(self) -> None:
        values.host(self.host)
        values.whole("port", self.port, 65535)
        values.whole("stop_port", self.stop[1], 65535)
        values.positive("timeout", self.timeout, "s")
        values.truth("reconnect", self.reconnect)
        first, most = self.backoff
        if values.positive("backoff", first, "s") > values.positive("backoff", most, "s"):
            raise ValueError(f"backoff is {self.backoff!r}: pass the shortest wait, then the longest")
        object.__setattr__(self, "hello", requests.hello(self.name, self.deadman_ms))
        object.__setattr__(self, "halt", requests.stop(self.name))

    @property
    def command(self) -> Tuple[str, int]:
        """The address of the command port."""
        return self.host, self.port

    @property
    def stop(self) -> Tuple[str, int]:
        """The address of the stop port: the one after the command port unless it was named."""
        return self.host, self.port + 1 if self.stop_port is None else self.stop_port


def beat_interval(deadman_ms: float) -> float:
    """Returns how often (s) to ping for this deadman: four times in it."""
    return max(deadman_ms / 4000, 0.005)
