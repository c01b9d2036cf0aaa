"""What /diagnostics says. As pure as mapping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

import aetherd

from . import mapping

OK, WARN, ERROR, STALE = range(4)  # of diagnostic_msgs/DiagnosticStatus

DELIBERATE = {"station", "boot", "shutdown", "relaxed"}  # causes of a stop that are no failure
SILENCE = 3  # periods without a state that make it stale
SHORTEST_SILENCE = 1.0  # s


@dataclass(frozen=True)
class View:
    """What the bridge knows at one moment."""

    address: str
    failure: Optional[str]  # why there is no connection; None: there is one
    welcome: Optional[aetherd.Welcome]  # of the last connection
    state: Optional[aetherd.State]  # the last one of this connection
    age: Optional[float]  # s, of that state
    agreed: bool  # ~/take was called on this connection
    refused: int  # messages so far
    refusal: str  # the last one


@dataclass(frozen=True)
class Diagnosis:
    """The fields of a DiagnosticStatus."""

    level: int
    message: str
    hardware_id: str
    values: tuple[tuple[str, str], ...]


def diagnose(view: View, rate: float) -> Diagnosis:
    """Returns the status for a view of a node that asks for rate states a second."""
    level, message = _verdict(view, rate)
    hardware = view.welcome.arm.name if view.welcome is not None else view.address
    return Diagnosis(level, message, hardware, tuple(_values(view)))


def _verdict(view: View, rate: float) -> tuple[int, str]:
    if view.failure is not None:
        return ERROR, f"not connected: {view.failure}"
    if view.state is None or view.age is None or view.age > max(SILENCE / rate, SHORTEST_SILENCE):
        return STALE, "aetherd tells no state"
    state = view.state
    if state.stopped:
        kinds = {c.cause for c in state.causes}
        level = WARN if kinds <= DELIBERATE else ERROR
        return level, f"stopped, {mapping.causes(state, state.stop_id or 0)}: look at the arm, then call ~/reset"
    if state.arm.link != "up":
        return ERROR, "the arm does not answer"
    if state.state == "held":
        return WARN, "held: the next target goes on"
    if not view.agreed:
        return OK, f"{state.state}; {mapping.TAKE_FIRST}"
    return OK, state.state


def _values(view: View) -> list[tuple[str, str]]:
    values = [("connection", "lost" if view.failure is not None else "up"), ("address", view.address)]
    if view.welcome is not None:
        w = view.welcome
        values += [("server", w.server), ("driver", w.arm.driver), ("role", w.role), ("config_hash", w.config_hash)]
        values += [("deadman_ms", f"{w.deadman_ms:g}"), ("safety_rated", str(w.safety_rated).lower())]
    if view.state is not None and view.failure is None:
        values += _of_state(view.state)
    values += [("taken", str(view.agreed).lower()), ("refused", str(view.refused)), ("last_refusal", view.refusal)]
    return values


def _of_state(state: aetherd.State) -> list[tuple[str, str]]:
    values = [("state", state.state), ("link", state.arm.link), ("holder", state.holder or "")]
    values += [("holds", str(state.you.holds).lower()), ("gripper", "" if state.gripper is None else str(state.gripper))]
    if state.stopped:
        number = state.stop_id or 0
        values += [("stop_id", str(number)), ("stop_result", state.stop_result or "")]
        values += [("causes", mapping.causes(state, number))]
    return values
