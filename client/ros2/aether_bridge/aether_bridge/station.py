"""What the node does at aetherd, for which it is one station among others."""

from __future__ import annotations

import threading
import time
from typing import Callable, NamedTuple, Optional, Protocol, Union

import aetherd

from . import mapping
from .connection import Connection
from .diagnosis import View
from .mapping import Refusal
from .settings import Settings

STANDSTILL = 2.0  # s that a reset waits for an arm that does not stand yet
GRIP_PATIENCE = 10.0  # s that the end of a grip is waited for
GRIP_STEP = 0.02  # s between two looks for it
COMPLAINTS = 5.0  # s between two logs of the same refusal


class Logger(Protocol):
    """What is used of the node's logger."""

    def info(self, message: str) -> object: ...

    def warning(self, message: str) -> object: ...


class Reply(NamedTuple):
    """The response of a Trigger."""

    success: bool
    message: str


class Station:
    """Any thread may call. Only stop never waits for another call."""

    def __init__(self, settings: Settings, publish: Callable[[aetherd.State], None], log: Logger) -> None:
        self._settings = settings
        self._publish = publish
        self._log = log
        self._complaints = mapping.Complaints(COMPLAINTS)
        self._agreed: Optional[aetherd.Client] = None  # the connection on which ~/take was called
        self._moving = threading.Lock()  # the order of what may move the arm; guards _agreed
        self._telling = threading.Lock()  # guards all below, and _complaints
        self._state: Optional[aetherd.State] = None  # of this connection
        self._heard = 0.0  # when, by the monotonic clock
        self._own_stop: Optional[tuple[aetherd.Client, int]] = None  # its connection and number, not in the state yet
        self._connection = Connection(settings, self._on_connected, self._on_state, self._on_lost)

    def start(self) -> None:
        self._connection.start()

    def close(self) -> None:
        self._connection.close()

    def move(self, decide: Callable[[], Union[mapping.Move, Refusal]]) -> Optional[aetherd.Motion]:
        """Sends the target that decide returns, once nothing else is being sent. A refusal is
        logged and counted."""

        def send(client: aetherd.Client) -> Union[aetherd.Motion, Refusal]:
            decided = decide()
            if isinstance(decided, Refusal):
                return decided
            return client.move(decided.x, decided.y, decided.z, speed=decided.speed)

        return self._order(send)[1]

    def grip(self, percent: int) -> Optional[aetherd.Outcome]:
        """Sends the gripper to an opening, and waits for the end; None if there was none. Nothing
        pings meanwhile: that would keep the arm moving for a publisher that hangs."""
        client, motion = self._order(lambda c: c.grip(percent))
        if motion is None:
            return None
        deadline = time.monotonic() + GRIP_PATIENCE
        while motion.outcome is None and client.connected and time.monotonic() < deadline:
            if self._connection.closing(GRIP_STEP):
                break
        return motion.outcome

    def stop(self) -> Reply:
        client = self._connection.client
        try:
            number = client.stop()
        except aetherd.AetherdError as e:
            return Reply(False, str(e))
        with self._telling:
            self._own_stop = (client, number)
        return Reply(True, f"stopped: this is stop {number}, which lasts until ~/reset")

    def reset(self) -> Reply:
        """Ends the latest stop that was seen. One that nobody could have seen stays."""
        client = self._connection.client
        if not client.connected:
            return Reply(False, "nothing was reset: not connected to aetherd")
        with self._telling:
            state, own = self._state, self._own_stop
        number = mapping.stop_seen(state, own[1] if own is not None and own[0] is client else None)
        if isinstance(number, Refusal):
            return Reply(False, number.reason)
        try:
            client.reset(number, wait=STANDSTILL)
        except aetherd.AetherdError as e:
            return Reply(False, str(e))
        then = "the next target moves the arm" if self._agreed is client else mapping.TAKE_FIRST
        return Reply(True, f"stop {number} is reset, which was caused by {mapping.causes(state, number)}; {then}")

    def take(self) -> Reply:
        """Takes control, by which an operator agrees that targets move the arm."""
        with self._moving:
            client = self._connection.client
            try:
                client.take()
            except aetherd.AetherdError as e:
                return Reply(False, str(e))
            self._agreed = client
        with self._telling:
            stopped = self._state is not None and self._state.stopped
        return Reply(True, f"control taken: targets move the arm{', after ~/reset' if stopped else ''}")

    def release(self) -> Reply:
        with self._moving:
            self._agreed = None
            try:
                self._connection.client.release()
            except aetherd.NotInControl:
                pass  # so it has not to be given back
            except aetherd.AetherdError as e:
                return Reply(False, f"targets are refused from now on, but control was not given back: {e}")
        return Reply(True, f"control released: targets are refused; {mapping.TAKE_FIRST}")

    def forbidden(self) -> Optional[Refusal]:
        """Returns why nothing that is sent now would be sent on."""
        return self._forbidden(self._connection.client)

    def refuse(self, refusal: Refusal) -> None:
        """Counts a refusal, and logs it if its kind was not logged just now."""
        with self._telling:
            due = self._complaints.due(refusal, time.monotonic())
        if due:
            self._log.warning(f"refused: {refusal.reason}")

    def view(self) -> View:
        connection, now = self._connection, time.monotonic()
        with self._telling:
            state, heard = self._state, self._heard
            refused, refusal = self._complaints.count, self._complaints.last
        return View(
            address=f"{self._settings.host}:{self._settings.port}",
            failure=connection.failure,
            welcome=connection.welcome,
            state=state,
            age=None if state is None else now - heard,
            agreed=self._agreed is connection.client and connection.failure is None,
            refused=refused,
            refusal=refusal,
        )

    def _order(
        self, send: Callable[[aetherd.Client], Union[aetherd.Motion, Refusal]]
    ) -> tuple[aetherd.Client, Optional[aetherd.Motion]]:
        """Sends a motion on the connection on which that was agreed, and on no other."""
        with self._moving:
            client = self._connection.client
            answer = self._forbidden(client) or self._try(send, client)
        if isinstance(answer, Refusal):
            self.refuse(answer)
            return client, None
        return client, answer

    def _forbidden(self, client: aetherd.Client) -> Optional[Refusal]:
        return mapping.permitted(client.connected, self._agreed is client)

    def _try(
        self, send: Callable[[aetherd.Client], Union[aetherd.Motion, Refusal]], client: aetherd.Client
    ) -> Union[aetherd.Motion, Refusal]:
        try:
            return send(client)
        except (aetherd.AetherdError, ValueError) as e:
            if mapping.ends_agreement(e):
                self._agreed = None
            return mapping.refused(e)

    def _on_connected(self, changed: bool) -> None:
        with self._telling:
            self._state = None
        self._log.info(f"connected to {self._settings.host}:{self._settings.port}; {mapping.TAKE_FIRST}")
        if changed:
            self._log.warning("aetherd was restarted, and its safety configuration is another one")

    def _on_state(self, state: aetherd.State) -> None:
        with self._telling:
            self._state, self._heard = state, time.monotonic()
            if self._own_stop is not None and (state.stop_id or 0) >= self._own_stop[1]:
                self._own_stop = None
        self._publish(state)

    def _on_lost(self, why: str) -> None:
        with self._telling:
            self._state = None
        self._log.warning(f"not connected: {why}")
