"""The errors. A refusal is the daemon's answer; everything else is about the connection, and
never looks like a refusal."""

from __future__ import annotations

import re
from typing import Any, Mapping, Optional

from .outcome import Outcome


class AetherdError(Exception):
    """Base of every error of this package but ValueError, which is raised before anything is sent."""


class NotConnected(AetherdError, ConnectionError):
    """There is no connection: the request was not sent."""


class ConnectionLost(AetherdError, ConnectionError):
    """The connection broke while a request was outstanding. Whether it was carried out is not
    known. Nothing is sent again."""

    def during(self, request: str) -> ConnectionLost:
        """Returns the error for one request that was outstanding."""
        return type(self)(f"{request}: outcome unknown: {self}")


class ProtocolError(ConnectionLost):
    """The peer sent what is not this protocol, and the connection was given up."""


class TimedOut(AetherdError, TimeoutError):
    """No answer came in time. Of a request: its outcome is not known, and the connection was
    given up, which holds the arm if this station moved it."""


class CutShort(AetherdError):
    """A motion ended short of its target; outcome says how."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome

    def __str__(self) -> str:
        return f"the motion did not arrive: {self.outcome}"


class Refused(AetherdError):
    """The daemon refused a request, and changed nothing. There is a subclass for every code."""

    code = ""
    meaning = ""  # of the code, in which a name in backticks is that member of the reply
    action = ""  # what to do

    def __init__(
        self,
        message: str,
        *,
        request: str = "request",
        code: str = "",
        field: Optional[str] = None,
        stop_id: Optional[int] = None,
        holder: Optional[str] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.code = code or type(self).code
        self.field = field  # the member at fault
        self.stop_id = stop_id  # the number of the present stop
        self.holder = holder  # the station that has control
        self.retry_after = retry_after  # s

    def __str__(self) -> str:
        code = f"{self.code}: {self.field}" if self.field else self.code
        what = f"{self.request} refused ({code}): "
        if not self.meaning:
            return what + self.message
        return what + self._filled(self.meaning) + " " + self._filled(self.action)

    def _filled(self, text: str) -> str:
        values = {"holder": self.holder or "nobody", "stop_id": self.stop_id, "field": self.field}
        return re.sub(r"`([^`]*)`", lambda m: str(values.get(m[1]) or m[1]), text)


def refusal(request: str, reply: Mapping[str, Any]) -> Refused:
    """Returns the error for a reply with the status "error"."""
    from .refusals import BY_CODE

    code = reply.get("code")
    after = reply.get("retry_after_ms")
    return BY_CODE.get(str(code), Refused)(
        str(reply.get("message")),
        request=request,
        code=str(code),
        field=_text(reply.get("field")),
        stop_id=_whole(reply.get("stop_id")),
        holder=_text(reply.get("holder")),
        retry_after=after / 1000 if isinstance(after, (int, float)) else None,
    )


def _text(value: object) -> Optional[str]:
    return value if isinstance(value, str) else None


def _whole(value: object) -> Optional[int]:
    return value if isinstance(value, int) else None
