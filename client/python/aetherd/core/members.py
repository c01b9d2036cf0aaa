"""Reads the members of what the daemon sent, each of the type that the protocol says."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Optional, Tuple, Union, cast

from .errors import ProtocolError
from .outcome import Point


class Members:
    """An object that the daemon sent. Whatever is not of its type is a ProtocolError; members
    that this client does not know are left alone."""

    def __init__(self, source: object) -> None:
        if not isinstance(source, dict):
            raise ProtocolError(f"an object is due instead of {source!r:.60}")
        self._source = cast(Dict[str, Any], source)

    def _wrong(self, name: str) -> ProtocolError:
        return ProtocolError(f"the daemon's {name!r} is {self._source.get(name)!r:.60}")

    def text(self, name: str) -> str:
        value = self._source.get(name)
        if not isinstance(value, str):
            raise self._wrong(name)
        return value

    def maybe_text(self, name: str) -> Optional[str]:
        return None if self._source.get(name) is None else self.text(name)

    def number(self, name: str) -> float:
        value = self._source.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(name)
        try:
            result = float(value)
        except OverflowError:
            raise self._wrong(name) from None
        if not math.isfinite(result):
            raise self._wrong(name)
        return result

    def whole(self, name: str) -> int:
        value = self._source.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name)
        return value

    def maybe_whole(self, name: str) -> Optional[int]:
        return None if self._source.get(name) is None else self.whole(name)

    def truth(self, name: str) -> bool:
        value = self._source.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def part(self, name: str) -> Members:
        return Members(self._source.get(name))

    def parts(self, name: str) -> List[Members]:
        return [Members(item) for item in self._list(name)] if name in self._source else []

    def maybe_point(self, name: str) -> Optional[Point]:
        if self._source.get(name) is None:
            return None
        at = self.part(name)
        return Point(at.number("x"), at.number("y"), at.number("z"))

    def maybe_numbers(self, name: str) -> Optional[Dict[str, float]]:
        if self._source.get(name) is None:
            return None
        numbers = self.part(name)
        return {key: numbers.number(key) for key in numbers._source}

    def span(self, name: str) -> Tuple[float, float]:
        ends = self._list(name)
        if len(ends) != 2:
            raise self._wrong(name)
        both = Members({"low": ends[0], "high": ends[1]})
        return both.number("low"), both.number("high")

    def _list(self, name: str) -> List[object]:
        value = self._source.get(name)
        if not isinstance(value, list):
            raise self._wrong(name)
        return cast(List[object], value)

    def maybe_gripper(self, name: str) -> Union[str, int, None]:
        value = self._source.get(name)
        if isinstance(value, int):
            return self.whole(name)
        return self.maybe_text(name)
