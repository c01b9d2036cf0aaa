"""Addresses in words, and what to do where nothing answers there."""

from __future__ import annotations

from typing import Tuple


def written(address: Tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def unreachable(address: Tuple[str, int], error: Exception) -> str:
    why = "connection refused" if isinstance(error, ConnectionRefusedError) else str(error)
    return f"cannot connect to {written(address)}: {why}; is aetherd running there, and is this its command port?"


def too_far(address: Tuple[str, int], timeout: float) -> str:
    return f"{written(address)} does not answer within {timeout:g} s: check the address, the cable and the firewall"
