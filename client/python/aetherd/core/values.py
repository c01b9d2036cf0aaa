"""Checks of what a caller wants to send. Whatever does not pass is a ValueError that says what
to do, and nothing is sent."""

from __future__ import annotations

import math
import numbers
import operator
from typing import SupportsFloat, SupportsIndex, Union

DAY_MS = 24 * 60 * 60 * 1000  # the longest ttl_ms and deadman_ms
MIN_RATE_HZ, MAX_RATE_HZ = 0.01, 50
MAX_NAME = 64  # bytes
MAX_STOP_ID = 2**64 - 1

Gripper = Union[str, SupportsFloat]


def number(name: str, value: object) -> float:
    """Returns a finite float of value: an int, a float, or whatever acts like one number, such
    as a scalar of numpy."""
    if value is None:
        raise ValueError(f"{name} is None: there is no value to send; skip this request")
    if isinstance(value, (str, bytes, bytearray)):
        raise ValueError(f"{name} is text, {value!r}: convert it, {name}=float(...)")
    if getattr(value, "ndim", 0) not in (0, None):
        raise ValueError(f"{name} is an array, {value!r}: pick one element, {name}=float(a[0])")
    if not _is_scalar(value):
        raise ValueError(f"{name} is a {type(value).__name__}, {value!r}: pass a number")
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as e:
        raise ValueError(f"{name} is no 64-bit float ({e}): check the computation") from e
    if not math.isfinite(result):
        raise ValueError(f"{name} is {result}: check the computation, or skip this request")
    return result


def _is_scalar(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, numbers.Number) and not isinstance(value, numbers.Real):
        return hasattr(value, "as_integer_ratio")  # a Decimal, and no complex number
    kind = getattr(getattr(value, "dtype", None), "kind", "f")  # of numpy's scalars
    return hasattr(value, "__float__") and str(kind) in "iuf"


def between(name: str, value: object, low: float, high: float, unit: str) -> float:
    result = number(name, value)
    if not low <= result <= high:
        raise ValueError(f"{name} is {result:g}: pass {low:g} to {high:g} {unit}")
    return result


def positive(name: str, value: object, unit: str) -> float:
    result = number(name, value)
    if result <= 0:
        raise ValueError(f"{name} is {result:g}: pass more than 0 {unit}")
    return result


def milliseconds(name: str, value: object) -> float:
    result = positive(name, value, "ms")
    if result > DAY_MS:
        raise ValueError(f"{name} is {result:g}: pass at most {DAY_MS} ms, a day")
    return result


def rate(value: object) -> float:
    return between("rate_hz", value, MIN_RATE_HZ, MAX_RATE_HZ, "Hz")


def whole(name: str, value: SupportsIndex, high: int) -> int:
    """Returns an int from 1 to high."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ValueError(f"{name} is {value!r}: pass a whole number")
    result = operator.index(value)
    if not 1 <= result <= high:
        raise ValueError(f"{name} is {result}: pass a whole number from 1 to {high}")
    return result


def truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}: pass True or False")
    return value


def gripper(value: Gripper) -> Union[str, float]:
    """Returns "open", "closed", or an opening from 0 (closed) to 100 % (open)."""
    if isinstance(value, str):
        if value not in ("open", "closed", "close"):
            raise ValueError(f'gripper is {value!r}: pass "open", "closed", or an opening from 0 to 100')
        return "open" if value == "open" else "closed"
    return between("gripper", value, 0, 100, '%, or "open", or "closed"')


def host(value: object) -> str:
    """Returns the name or the IP address of a host."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"host is {value!r}: pass a name or an IP address")
    if value.count(":") == 1:
        name, _, port = value.partition(":")
        raise ValueError(f"host is {value!r}: pass host and port apart, {name!r}, {port}")
    return value


def station(name: object) -> str:
    """Returns the name of a station: printable, at most 64 bytes."""
    if not isinstance(name, str) or not name.isprintable():
        raise ValueError(f"name is {name!r}: pass printable text")
    size = len(name.encode("utf-8"))  # printable text has no surrogates
    if not 1 <= size <= MAX_NAME:
        raise ValueError(f"name has {size} bytes: pass 1 to {MAX_NAME}")
    return name
