"""What a station does, over the real daemon, with both clients."""

from __future__ import annotations

import itertools
import threading
import unittest
from typing import Any, Callable

import aetherd

from .daemon import Daemon
from .worlds import AioWorld, World

FAR = (-200, 0, 150)  # from where the arm stands it takes two seconds


def until(states: Any, reached: Callable[[aetherd.State], bool]) -> aetherd.State:
    """Reads states until one has reached something, for at most 10 s at 50 Hz."""
    for state in itertools.islice(states, 500):
        if reached(state):
            return state
    raise AssertionError(f"last of all: {state}")


class Station:
    def setUp(self: Any) -> None:
        self.d: Daemon = self.daemon()

    def test_welcome_says_what_holds(self: Any) -> None:
        w = self.station(self.d, name="laptop", deadman_ms=150).welcome
        self.assertEqual((w.protocol, w.arm.driver, w.arm.gripper, w.role), (1, "sim", "opening", "operator"))
        self.assertEqual((w.workspace.z, w.limits.speed, w.deadman_ms), ((0, 400), 250, 150))
        self.assertIs(w.safety_rated, False)

    def test_motion_arrives(self: Any) -> None:
        arm = self.station(self.d)
        motion = arm.command(210, 0, 150, "open")
        at = motion.wait(10)
        self.assertAlmostEqual(at.x, 210, delta=1)
        self.assertTrue(motion.outcome.done)
        self.assertIsNone(motion.clamped)
        arm.move(205, 0, 150, speed=100).wait(10)
        arm.grip(35).wait(10)
        self.assertEqual(arm.state().gripper, 35)

    def test_motion_says_how_it_was_cut_short(self: Any) -> None:
        arm, pendant = self.station(self.d), self.station(self.d)
        first, second = arm.move(*FAR), arm.move(*FAR)
        number = pendant.stop()
        for motion, event, cause in ((first, "superseded", None), (second, "stopped", "station")):
            with self.assertRaises(aetherd.CutShort) as cut:
                motion.wait(10)
            self.assertEqual((cut.exception.outcome.event, cut.exception.outcome.cause), (event, cause))
        with self.assertRaises(aetherd.Stopped) as refused:
            arm.move(*FAR)
        self.assertEqual(refused.exception.stop_id, number)

    def test_waiting_has_an_end(self: Any) -> None:
        motion = self.station(self.d).move(*FAR)
        with self.assertRaises(aetherd.TimedOut):
            motion.wait(0.05)
        self.assertIsNone(motion.outcome)

    def test_waiting_feeds_the_deadman(self: Any) -> None:
        self.station(self.d, deadman_ms=1200).move(*FAR).wait(10)

    def test_silence_trips_the_deadman(self: Any) -> None:
        arm, watcher = self.station(self.d, deadman_ms=100), self.station(self.d)
        motion = arm.move(*FAR)
        until(watcher.subscribe(50), lambda s: s.state == "held")
        with self.assertRaises(aetherd.CutShort) as cut:
            motion.wait(10)
        self.assertEqual(cut.exception.outcome.cause, "deadman")

    def test_hanging_up_holds_the_arm(self: Any) -> None:
        arm, watcher = self.station(self.d), self.station(self.d)
        arm.move(*FAR)
        arm.close()
        self.assertEqual(until(watcher.subscribe(50), lambda s: s.state != "active").state, "held")

    def test_held_by_another(self: Any) -> None:
        laptop, pendant = self.station(self.d, name="laptop"), self.station(self.d, name="pendant")
        laptop.take()
        for refused, code in ((pendant.release, aetherd.NotInControl), (pendant.take, aetherd.HigherRoleNeeded)):
            with self.assertRaises(code) as error:
                refused()
            self.assertEqual(error.exception.holder, "laptop")
        with self.assertRaisesRegex(aetherd.NotInControl, "laptop has control"):
            pendant.move(*FAR)
        laptop.release()
        pendant.move(201, 0, 150).wait(10)

    def test_refusals_tell_what_is_wrong(self: Any) -> None:
        arm = self.station(self.d)
        with self.assertRaisesRegex(aetherd.OutOfWorkspace, "z is the first coordinate outside") as outside:
            arm.move(0, 0, 1000)
        self.assertEqual((outside.exception.code, outside.exception.field), ("out_of_workspace", "z"))
        with self.assertRaises(aetherd.SpeedOutOfRange):
            arm.move(0, 0, 100, speed=251)
        with self.assertRaises(aetherd.NotStopped):
            arm.reset(1)
        with self.assertRaises(aetherd.RateLimited) as limited:
            for _ in range(1000):
                arm.take(check=True)
        self.assertGreater(limited.exception.retry_after, 0)

    def test_checks_move_nothing(self: Any) -> None:
        arm = self.station(self.d)
        motion = arm.move(*FAR, check=True)
        with self.assertRaises(ValueError):
            motion.wait()
        arm.take(check=True)
        arm.relax(check=True)
        state = arm.state()
        self.assertEqual((state.state, state.target, state.holder), ("idle", None, None))

    def test_stop_and_reset(self: Any) -> None:
        arm, pendant = self.station(self.d), self.station(self.d)
        arm.move(*FAR)
        number = pendant.stop()
        state = arm.state()
        self.assertTrue(state.stopped)
        self.assertEqual((state.stop_id, state.causes[0].cause), (number, "station"))
        with self.assertRaises(aetherd.WrongStopId):
            arm.reset(number + 1)
        arm.reset(number, wait=10)
        self.assertFalse(arm.state().stopped)
        self.assertGreater(arm.stop(), number)

    def test_relax_latches_a_stop(self: Any) -> None:
        arm = self.station(self.d)
        number = arm.relax()
        self.assertEqual(arm.state().causes[0].cause, "relaxed")
        arm.reset(number, wait=10)

    def test_subscription(self: Any) -> None:
        arm = self.station(self.d, name="laptop")
        with arm.subscribe(50) as states:
            self.assertEqual(next(states).holder, None)
            arm.take()
            self.assertEqual(until(states, lambda s: s.holder is not None).holder, "laptop")
        self.assertEqual(list(states), [])
        older, newer = arm.subscribe(50), None
        next(older)
        newer = arm.subscribe(0.01)
        next(newer)
        self.assertEqual(list(older), [], "a new subscription ends the one before")
        with self.assertRaises(aetherd.TimedOut):
            newer.get(0.05)

    def test_many_callers_at_once(self: Any) -> None:
        arm = self.station(self.d)
        wrong = []

        def call() -> None:
            for _ in range(40):
                if not isinstance(arm.state(), aetherd.State) or arm.ping() < 0:
                    wrong.append("answers were mixed up")

        threads = [threading.Thread(target=call) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])


class SyncStation(Station, World):
    pass


class AioStation(Station, AioWorld):
    pass


class Configured:
    """Daemons that are set up otherwise."""

    def test_clamped_target(self: Any) -> None:
        motion = self.station(self.daemon(safety__outside="clamp")).move(205, 0, -10)
        self.assertEqual(motion.clamped, (205, 0, 0))

    def test_too_many_stations(self: Any) -> None:
        daemon = self.daemon(server__max_stations=1)
        self.station(daemon)
        with self.assertRaises(aetherd.TooManyStations):
            self.station(daemon)

    def test_stop_port_given_as_command_port(self: Any) -> None:
        daemon = self.daemon()
        with self.assertRaisesRegex(aetherd.WrongPort, "Send the request to the command port"):
            self.client("127.0.0.1", daemon.ports[1]).connect()


class SyncConfigured(Configured, World):
    pass


class AioConfigured(Configured, AioWorld):
    pass


if __name__ == "__main__":
    unittest.main()
