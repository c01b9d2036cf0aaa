"""The decisions, without ROS, sockets or a clock."""

from __future__ import annotations

import dataclasses
import math
import unittest
from types import SimpleNamespace as Object
from typing import Any

import world  # noqa: F401 (the path)

import aetherd
from aether_bridge import mapping
from aether_bridge.diagnosis import ERROR, OK, STALE, WARN, View, diagnose
from aether_bridge.mapping import Move, Refusal
from aether_bridge.settings import Settings
from tests.server import HELLO, STATE

NOW = 1_700_000_000_500_000_000  # ns


def header(frame: str = "base_link", at: int = 0) -> Any:
    return Object(frame_id=frame, stamp=Object(sec=at // 10**9, nanosec=at % 10**9))


def at(x: float, y: float = 0.0, z: float = 0.1) -> Any:
    return Object(x=x, y=y, z=z)


def state(**members: Any) -> aetherd.State:
    return aetherd.State.decode({**STATE, **members})


def stopped(number: int, *causes: str, by: str | None = None) -> aetherd.State:
    told = [{"cause": c, "by": by} for c in causes]
    return state(state="stopped", stop_id=number, causes=told, stop_result="confirmed")


class Targets(unittest.TestCase):
    def test_metres_become_millimetres(self) -> None:
        move = mapping.target(Settings(), header(), at(0.15, -0.02, 0.2), NOW)
        self.assertEqual(move, Move(150, -20, 200, None))
        self.assertEqual(mapping.target(Settings(speed=0.08), header(), at(0.1), NOW).speed, 80)

    def test_what_is_refused(self) -> None:
        ms = 1_000_000
        for kind, head, point in (
            ("no_frame", header(""), at(0.1)),
            ("frame", header("/base_link"), at(0.1)),
            ("frame", header("camera"), at(0.1)),
            ("stale", header(at=NOW - 501 * ms), at(0.1)),
            ("stale", header(at=1), at(0.1)),
            ("future", header(at=NOW + 501 * ms), at(0.1)),
            ("not_finite", header(), at(math.nan)),
            ("not_finite", header(), at(0.1, math.inf)),
            ("not_finite", header(), at(0.1, 0.0, -math.inf)),
            ("not_finite", header(), at(1e306)),  # finite in metres only
        ):
            with self.subTest(kind, x=point.x):
                refusal = mapping.target(Settings(), head, point, NOW)
                self.assertIsInstance(refusal, Refusal)
                self.assertEqual(refusal.kind, kind)

    def test_stamps_that_are_good(self) -> None:
        for stamp in (0, NOW, NOW - 500_000_000, NOW + 500_000_000):
            with self.subTest(stamp):
                self.assertIsInstance(mapping.target(Settings(), header(at=stamp), at(0.1), NOW), Move)

    def test_another_frame_by_parameter(self) -> None:
        arm = Settings(frame_id="arm_base")
        self.assertIsInstance(mapping.target(arm, header("arm_base"), at(0.1), NOW), Move)
        self.assertEqual(mapping.target(arm, header(), at(0.1), NOW).kind, "frame")

    def test_orientations(self) -> None:
        for q, turns in (
            ((0, 0, 0, 1), False),
            ((0, 0, 0, -1), False),  # the same orientation
            ((0, 0, 0, 0), False),  # left out
            ((0, 0, 0.7071, 0.7071), True),
            ((1, 0, 0, 0), True),
        ):
            with self.subTest(q):
                self.assertIs(mapping.turns(Object(x=q[0], y=q[1], z=q[2], w=q[3])), turns)


class Gripper(unittest.TestCase):
    wide = Settings(gripper_max_opening=0.04)

    def test_openings(self) -> None:
        for metres, percent in ((0.0, 0), (0.04, 100), (0.02, 50), (0.0401, 100), (-0.0001, 0)):
            with self.subTest(metres):
                self.assertEqual(mapping.opening(self.wide, metres), percent)
        for metres in (0.0405, -0.001, math.nan, math.inf, -math.inf, 1e308):
            with self.subTest(metres):
                self.assertIsInstance(mapping.opening(self.wide, metres), Refusal)
        self.assertIn("gripper_max_opening", mapping.opening(Settings(), 0.02).reason)

    def test_results(self) -> None:
        done = mapping.gripped(self.wide, 50, aetherd.Outcome("done"))
        self.assertEqual((done.reached_goal, done.position, done.stalled), (True, 0.02, False))
        self.assertTrue(math.isnan(done.effort))
        for outcome in (None, aetherd.Outcome("stopped", cause="station"), aetherd.Outcome("superseded")):
            grip = mapping.gripped(self.wide, 50, outcome)
            self.assertFalse(grip.reached_goal)
            self.assertTrue(math.isnan(grip.position))


class Agreement(unittest.TestCase):
    def test_permission(self) -> None:
        self.assertIsNone(mapping.permitted(True, True))
        self.assertEqual(mapping.permitted(False, True).kind, "connection")
        self.assertEqual(mapping.permitted(True, False).kind, "take")

    def test_only_a_foreign_holder_ends_it(self) -> None:
        self.assertTrue(mapping.ends_agreement(aetherd.NotInControl("refused", holder="pendant")))
        for other in (aetherd.Stopped("refused"), aetherd.RateLimited("refused"), aetherd.ConnectionLost("gone")):
            self.assertFalse(mapping.ends_agreement(other))

    def test_kinds_of_refusals(self) -> None:
        self.assertEqual(mapping.refused(aetherd.OutOfWorkspace("no", field="z")).kind, "out_of_workspace")
        self.assertEqual(mapping.refused(aetherd.ConnectionLost("gone")).kind, "ConnectionLost")


class Complaints(unittest.TestCase):
    def test_one_of_a_kind_in_an_interval(self) -> None:
        complaints = mapping.Complaints(5.0)
        frame, stale = Refusal("frame", "f"), Refusal("stale", "s")
        said = [complaints.due(r, t) for t, r in ((0, frame), (1, frame), (1, stale), (4.9, frame), (5, frame), (6, stale))]
        self.assertEqual(said, [True, False, True, False, True, True])
        self.assertEqual((complaints.count, complaints.last), (6, "s"))


class Stops(unittest.TestCase):
    def test_the_latest_stop_that_was_seen(self) -> None:
        for told, own, number in (
            (stopped(3, "boot"), None, 3),
            (stopped(3, "boot"), 4, 4),
            (stopped(5, "boot"), 4, 5),
            (state(), 4, 4),
            (None, 4, 4),
        ):
            with self.subTest(own=own, number=number):
                self.assertEqual(mapping.stop_seen(told, own), number)
        for told in (None, state()):
            self.assertIsInstance(mapping.stop_seen(told, None), Refusal)

    def test_causes_in_words(self) -> None:
        told = stopped(3, "link_lost", "station", by="pendant")
        self.assertEqual(mapping.causes(told, 3), "link_lost (pendant), station (pendant)")
        self.assertEqual(mapping.causes(stopped(1, "boot"), 1), "boot")
        self.assertEqual(mapping.causes(told, 4), "station")


class States(unittest.TestCase):
    def test_position(self) -> None:
        self.assertEqual(mapping.position(state()), (0.2, 0, 0.15))
        self.assertIsNone(mapping.position(state(position=None)))

    def test_joints(self) -> None:
        self.assertEqual(mapping.joints(state(joints={"base": 0.5, "elbow": -1})), (["base", "elbow"], [0.5, -1.0]))
        self.assertIsNone(mapping.joints(state()))
        self.assertIsNone(mapping.joints(state(joints={})))


class Diagnostics(unittest.TestCase):
    view = View("arm:5000", None, aetherd.Welcome.decode(HELLO), state(), 0.1, True, 0, "")

    def test_levels(self) -> None:
        down = state(arm={"driver": "sim", "link": "down"})
        for level, message, changes in (
            (OK, "idle", {}),
            (OK, "active", {"state": state(state="active", holder="me")}),
            (OK, "idle; call ~/take when the arm may move", {"agreed": False}),
            (WARN, "held: the next target goes on", {"state": state(state="held")}),
            (WARN, "stopped, boot: look at the arm, then call ~/reset", {"state": stopped(1, "boot")}),
            (ERROR, "stopped, boot, arm_alarm: look at", {"state": stopped(2, "boot", "arm_alarm")}),
            (ERROR, "the arm does not answer", {"state": down}),
            (ERROR, "not connected: refused", {"failure": "refused", "state": None}),
            (STALE, "aetherd tells no state", {"age": 1.1}),
            (STALE, "aetherd tells no state", {"state": None, "age": None}),
        ):
            with self.subTest(message):
                found = diagnose(dataclasses.replace(self.view, **changes), 10.0)
                self.assertEqual(found.level, level)
                self.assertTrue(found.message.startswith(message), found.message)

    def test_a_slow_rate_is_no_silence(self) -> None:
        self.assertEqual(diagnose(dataclasses.replace(self.view, age=2.9), 1.0).level, OK)
        self.assertEqual(diagnose(dataclasses.replace(self.view, age=3.1), 1.0).level, STALE)

    def test_values(self) -> None:
        view = dataclasses.replace(self.view, state=stopped(7, "station", by="pendant"), refused=3, refusal="stale")
        values = dict(diagnose(view, 10.0).values)
        expected = {"stop_id": "7", "causes": "station (pendant)", "stop_result": "confirmed", "holder": "", "link": "up"}
        expected |= {"connection": "up", "taken": "true", "refused": "3", "last_refusal": "stale", "safety_rated": "false"}
        self.assertEqual({k: values[k] for k in expected}, expected)

    def test_before_the_first_connection(self) -> None:
        view = View("arm:5000", "connecting", None, None, None, False, 0, "")
        self.assertEqual(diagnose(view, 10.0).hardware_id, "arm:5000")


class Parameters(unittest.TestCase):
    def test_what_is_refused(self) -> None:
        for wrong in (
            {"host": ""}, {"name": ""}, {"frame_id": ""}, {"port": 0}, {"port": -1}, {"timeout": 0.0}, {"max_age": 0.0},
            {"max_age": math.nan}, {"speed": -0.1}, {"speed": math.inf}, {"rate": 0.0}, {"rate": 51.0}, {"deadman_ms": -1},
            {"gripper_max_opening": -0.1},
        ):  # fmt: skip
            with self.subTest(wrong), self.assertRaisesRegex(ValueError, next(iter(wrong))):
                Settings(**wrong)


if __name__ == "__main__":
    unittest.main()
