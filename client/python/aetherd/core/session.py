"""One connection's bookkeeping: which reply belongs to which request, which event to which
motion."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import Any, Callable, Deque, Dict, Optional, Protocol, Union, cast
from weakref import WeakValueDictionary

from .errors import AetherdError, ConnectionLost, ProtocolError, Refused, refusal
from .lines import Lines
from .members import Members
from .outcome import Outcome
from .requests import Request
from .state import State

Answer = Union[Dict[str, Any], AetherdError]  # what a request came to
End = Union[Outcome, AetherdError]  # what a motion came to


class Slot(Protocol):
    """Takes one result: a future of concurrent.futures or of asyncio. An error is a result as
    well, because a future that holds an exception wants to be asked for it."""

    def set_result(self, __result: Any) -> None: ...


@dataclass
class Pending:
    """A request that has no reply yet."""

    number: int
    request: str
    slot: Slot
    end: Optional[Slot]


class Session:
    """The requests of one connection that wait for a reply, and the motions that wait for an
    end. A motion that nobody waits for any more is forgotten."""

    def __init__(self, on_state: Callable[[State], None]) -> None:
        self.farewell: Optional[Refused] = None  # the daemon refused the connection itself
        self._on_state = on_state
        self._lines = Lines()
        self._asked = 0  # requests so far; the number of the last one is its id
        self._pending: Deque[Pending] = deque()
        self._ends: WeakValueDictionary[int, Slot] = WeakValueDictionary()

    def ask(self, request: Request, slot: Slot, end: Optional[Slot] = None) -> bytes:
        """Returns the line to send. Lines go out in the order of these calls."""
        line = request.encode(self._asked + 1)
        self._asked += 1
        self._pending.append(Pending(self._asked, request.kind, slot, end))
        return line

    def feed(self, data: bytes) -> None:
        """Takes what was received. After a ProtocolError the connection is of no use."""
        for line in self._lines.feed(data):
            message = _parse(line)
            if "event" in message:
                self._event(message)
            else:
                self._reply(message, line)

    @property
    def recalls(self) -> bool:
        """Whether what has not arrived when the connection ends must not arrive any more. A stop may."""
        return bool(self._pending) and all(p.request != "stop" for p in self._pending)

    def closed(self) -> ConnectionLost:
        """Returns the error for an end of the stream here."""
        where = " in the middle of a line" if self._lines.partial else ""
        return ConnectionLost(f"the daemon closed the connection{where}")

    def fail(self, lost: ConnectionLost) -> None:
        """Ends every request and motion that waits."""
        while self._pending:
            waiting = self._pending.popleft()
            waiting.slot.set_result(lost.during(waiting.request))
        for end in list(self._ends.values()):
            end.set_result(lost.during("motion"))
        self._ends.clear()

    def _reply(self, message: Dict[str, Any], line: bytes) -> None:
        status = message.get("status")
        if status not in ("ok", "error"):
            raise ProtocolError(f"it sent {line[:60]!r}, which is no reply; is this the port of aetherd?")
        if not self._pending and not self._asked and status == "error":
            self.farewell = refusal("connection", message)
            return
        if not self._pending:
            raise ProtocolError(f"it sent a reply that nobody asked for, {line[:60]!r}")
        asked = self._pending.popleft()
        named = message.get("id", asked.number if status == "error" else None)
        if named != asked.number:
            lost = ProtocolError(f"it answered request {named!r} where {asked.number} was due")
            asked.slot.set_result(lost.during(asked.request))
            raise lost
        if status == "error":
            asked.slot.set_result(refusal(asked.request, message))
            return
        if asked.end is not None:
            self._ends[asked.number] = asked.end
        asked.slot.set_result(message)

    def _event(self, message: Dict[str, Any]) -> None:
        event = message["event"]
        if event == "state":
            self._on_state(State.decode(message))
        elif event in ("done", "superseded", "stopped", "expired"):
            m = Members(message)
            end = self._ends.pop(m.whole("id"), None)
            if end is not None:
                end.set_result(Outcome(event, m.maybe_point("position"), m.maybe_text("cause")))
        # "control": who holds stands in every state as well.


def _parse(line: bytes) -> Dict[str, Any]:
    message: Any = None
    try:
        message = json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        pass  # it is no object either
    if not isinstance(message, dict):
        raise ProtocolError(f"it sent {line[:60]!r}, which is no JSON object; is this the port of aetherd?")
    return cast(Dict[str, Any], message)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
