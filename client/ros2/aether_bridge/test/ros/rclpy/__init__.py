"""A stand-in for what the bridge uses of rclpy, written from its documentation, on one process and
real threads."""

from __future__ import annotations

from typing import Optional, Sequence

from . import graph


def init(*, args: Optional[Sequence[str]] = None) -> None:
    if graph.graph.up:
        raise RuntimeError("Context.init() must only be called once")
    graph.begin(list(args or []))


def ok() -> bool:
    return graph.graph.up


def shutdown() -> None:
    if not graph.graph.up:
        raise RuntimeError("Context must be initialized before it can be shutdown")
    graph.end()
