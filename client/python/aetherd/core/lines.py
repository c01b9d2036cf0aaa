"""Cuts the byte stream into lines."""

from __future__ import annotations

from typing import Iterator

from .errors import ProtocolError

MAX_LINE = 64 * 1024  # bytes; the daemon's longest, a state with sixteen causes, is far shorter


class Lines:
    """What has come and is not yet a line."""

    def __init__(self) -> None:
        self._rest = bytearray()

    @property
    def partial(self) -> bool:
        """Whether the stream stands in the middle of a line."""
        return bool(self._rest)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yields every complete line. One that is too long is a ProtocolError."""
        start = len(self._rest)
        self._rest += data
        while True:
            end = self._rest.find(b"\n", start)
            if (len(self._rest) if end < 0 else end) > MAX_LINE:
                raise ProtocolError(f"a line has more than {MAX_LINE} bytes; is this the port of aetherd?")
            if end < 0:
                return
            line = bytes(self._rest[:end])
            del self._rest[: end + 1]
            start = 0
            yield line
