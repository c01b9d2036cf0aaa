"""The node at the real daemon, over the stand-ins for ROS."""

from __future__ import annotations

import math
import queue
import unittest
from typing import Any

from world import PATIENCE, World, point, pose

import aetherd
from control_msgs.action import GripperCommand
from control_msgs.msg import GripperCommand as Command

FAR = (-0.2, 0.0, 0.15)  # m; from where the arm stands it takes two seconds


def goal(position: float) -> Any:
    return GripperCommand.Goal(command=Command(position=position, max_effort=5.0))


class Targets(World):
    def setUp(self) -> None:
        self.d = self.daemon()
        self.pendant = self.station(self.d)

    def test_a_message_moves_the_arm(self) -> None:
        bridge = self.bridge(self.d)
        poses = bridge.listen("/aether_bridge/pose")
        self.assertTrue(bridge.call("take").success)
        for topic, message, x in (
            ("target_point", point(0.21, 0.0, 0.15, age=0.0), 0.21),
            ("target_pose", pose(0.22, 0.0, 0.15, turn=0.5), 0.22),
        ):
            with self.subTest(topic):
                bridge.publish(topic, message)
                self.until(self.pendant, lambda s: abs(s.position.x - x * 1000) < 1)
        last = self.until_pose(poses, 0.22)
        self.assertEqual(last.header.frame_id, "base_link")
        self.assertEqual((last.pose.orientation.x, last.pose.orientation.w), (0, 1))
        bridge.wait_for_log("orientations of targets are ignored")

    def until_pose(self, poses: queue.Queue[Any], x: float) -> Any:
        for _ in range(200):
            message = poses.get(timeout=PATIENCE)
            if abs(message.pose.position.x - x) < 0.001:
                return message
        raise AssertionError(f"last of all: {message}")

    def test_what_is_refused_moves_nothing(self) -> None:
        bridge = self.bridge(self.d)
        bridge.call("take")
        near = (0.21, 0.0, 0.15)
        for reason, at, header in (
            ("in frame 'camera'", near, {"frame": "camera"}),
            ("without a frame", near, {"frame": ""}),
            ("older than max_age", near, {"age": 2.0}),
            ("ahead of this node's clock", near, {"age": -2.0}),
            ("has to be finite", (math.nan, 0.0, 0.15), {}),
            ("out_of_workspace", (0.21, 0.0, 2.0), {}),
        ):
            with self.subTest(reason):
                bridge.publish("target_point", point(*at, **header))
                bridge.wait_for_log(reason)
        self.assertIsNone(self.pendant.state().target)

    def test_nothing_moves_before_take(self) -> None:
        bridge = self.bridge(self.d)
        bridge.target(*FAR)
        bridge.wait_for_log("not taken on this connection")
        self.assertIsNone(self.pendant.state().target)

    def test_release_ends_the_agreement(self) -> None:
        bridge = self.bridge(self.d)
        bridge.call("take")
        self.assertTrue(bridge.call("release").success)
        self.assertIsNone(self.pendant.state().holder)
        bridge.target(*FAR)
        bridge.wait_for_log("not taken on this connection")
        self.assertIsNone(self.pendant.state().target)

    def test_speed(self) -> None:
        bridge = self.bridge(self.d, speed="0.3")  # m/s, more than the daemon's 250 mm/s
        bridge.call("take")
        bridge.target(0.21, 0.0, 0.15)
        bridge.wait_for_log("speed_out_of_range")

    def test_silence_holds_the_arm(self) -> None:
        bridge = self.bridge(self.d, deadman_ms="100")
        bridge.call("take")
        bridge.target(*FAR)
        self.assertEqual(self.until(self.pendant, lambda s: s.state == "held").holder, "aether_bridge")

    def test_shutting_down_holds_the_arm(self) -> None:
        bridge = self.bridge(self.d, deadman_ms="0")
        bridge.call("take")
        bridge.target(*FAR)
        self.until(self.pendant, lambda s: s.target is not None)
        bridge.shut_down()
        self.assertIsNone(bridge.ended)
        state = self.until(self.pendant, lambda s: s.state == "held")
        self.assertGreater(state.position.x, -190)


class Control(World):
    def test_whoever_loses_control_has_to_take_it_again(self) -> None:
        daemon = self.daemon(safety__lease_ms=200, safety__deadman_ms=200)
        bridge, pendant = self.bridge(daemon), self.station(daemon)
        bridge.call("take")
        self.until(pendant, lambda s: s.holder is None)  # the lease ran out
        pendant.take()
        refused = bridge.call("take")
        self.assertFalse(refused.success)
        self.assertIn("pendant", refused.message)
        bridge.target(*FAR)
        bridge.wait_for_log("not_in_control")
        pendant.release()
        bridge.target(*FAR)
        bridge.wait_for_log("not taken on this connection")
        self.assertIsNone(pendant.state().target)

    def test_a_lease_that_ran_out_is_no_end(self) -> None:
        daemon = self.daemon(safety__lease_ms=200, safety__deadman_ms=200)
        bridge, pendant = self.bridge(daemon), self.station(daemon)
        bridge.call("take")
        self.until(pendant, lambda s: s.holder is None)
        bridge.target(0.205, 0.0, 0.15)
        self.until(pendant, lambda s: s.target is not None)


class Stops(World):
    def setUp(self) -> None:
        self.d = self.daemon()
        self.pendant = self.station(self.d)

    def test_stop_and_reset(self) -> None:
        bridge = self.bridge(self.d)
        bridge.call("take")
        bridge.target(*FAR)
        self.until(self.pendant, lambda s: s.target is not None)
        stopped = bridge.call("stop")
        self.assertEqual((stopped.success, stopped.message), (True, "stopped: this is stop 1, which lasts until ~/reset"))
        self.assertEqual(self.pendant.state().stop_id, 1)
        bridge.target(*FAR)
        bridge.wait_for_log("refused: move refused (stopped)")
        reset = bridge.call("reset")
        self.assertTrue(reset.success, reset.message)
        self.assertIn("stop 1 is reset, which was caused by station", reset.message)
        self.assertFalse(self.pendant.state().stopped)
        self.assertIsNone(self.pendant.state().target)
        bridge.target(*FAR)
        self.until(self.pendant, lambda s: s.target is not None)

    def test_a_stop_that_was_not_seen_stays(self) -> None:
        self.pendant.stop()
        bridge = self.bridge(self.d, rate="0.02")  # one state at once, and the next after the test
        bridge.wait(lambda: bridge.published("/aether_bridge/pose"))
        self.pendant.stop()
        answer = bridge.call("reset")
        self.assertFalse(answer.success)
        self.assertIn("the present one is 2", answer.message)
        self.assertEqual(self.pendant.state().stop_id, 2)

    def test_nothing_to_reset(self) -> None:
        answer = self.bridge(self.d).call("reset")
        self.assertFalse(answer.success)
        self.assertIn("no stop that this node has seen", answer.message)

    def test_stop_without_the_command_connection(self) -> None:
        relay = self.relay(self.d.ports[0])
        bridge = self.bridge(self.d, port=str(relay.port))
        relay.cut()
        bridge.wait_for_log("not connected")
        self.assertTrue(bridge.call("stop").success)
        self.assertTrue(self.pendant.state().stopped)
        answer = bridge.call("reset")
        self.assertFalse(answer.success)
        self.assertIn("not connected", answer.message)

    def test_stop_of_a_node_that_never_was_connected(self) -> None:
        bridge = self.unconnected(port="1", stop_port=str(self.d.ports[1]))
        self.assertTrue(bridge.call("stop").success)
        self.assertTrue(self.pendant.state().stopped)

    def test_a_stop_that_does_not_arrive(self) -> None:
        bridge = self.unconnected(port="1", stop_port="2")
        answer = bridge.call("stop")
        self.assertFalse(answer.success)
        self.assertIn("use the emergency stop", answer.message)


class Reconnecting(World):
    def test_a_reconnect_moves_nothing(self) -> None:
        daemon = self.daemon()
        bridge = self.bridge(daemon)
        bridge.call("take")
        bridge.target(0.205, 0.0, 0.15)
        daemon.kill()
        bridge.wait_for_log("not connected")
        bridge.target(*FAR)
        bridge.wait_for_log("refused: not connected")
        daemon.start(safety__motion__speed=100)
        bridge.wait_for_log("connected to 127", times=2)
        bridge.wait_for_log("its safety configuration is another one")
        pendant = self.station(daemon)
        bridge.target(*FAR)
        bridge.wait_for_log("not taken on this connection")
        self.assertIsNone(pendant.state().target)
        self.assertTrue(bridge.call("take").success)
        bridge.target(*FAR)
        self.until(pendant, lambda s: s.target is not None)

    def test_started_before_the_daemon(self) -> None:
        daemon = self.daemon()
        daemon.kill()
        bridge = self.unconnected(port=str(daemon.ports[0]))
        bridge.wait_for_log("is aetherd running there")
        daemon.start()
        bridge.wait_for_log("connected to 127")

    def test_the_newest_target_only(self) -> None:
        bridge = self.bridge(self.daemon())
        for topic in ("target_point", "target_pose"):
            qos = bridge.subscription(topic).qos
            told = (qos.depth, qos.history.name, qos.reliability.name, qos.durability.name)
            self.assertEqual(told, (1, "KEEP_LAST", "BEST_EFFORT", "VOLATILE"))


class Gripper(World):
    def test_goals(self) -> None:
        daemon = self.daemon()
        bridge, pendant = self.bridge(daemon, gripper_max_opening="0.04"), self.station(daemon)
        self.assertFalse(bridge.gripper.send_goal(goal(0.02)).accepted.result(PATIENCE))
        bridge.wait_for_log("not taken on this connection")
        bridge.call("take")
        handle = bridge.gripper.send_goal(goal(0.02))
        self.assertTrue(handle.accepted.result(PATIENCE))
        status, result = handle.result.result(PATIENCE)
        self.assertEqual((status, result.position, result.reached_goal, result.stalled), ("succeeded", 0.02, True, False))
        self.assertTrue(math.isnan(result.effort))
        self.assertEqual(pendant.state().gripper, 50)
        for percent in (25, 75):
            self.assertEqual(bridge.gripper.send_goal(goal(percent * 0.0004)).result.result(PATIENCE)[0], "succeeded")
        self.assertFalse(bridge.gripper.send_goal(goal(0.05)).accepted.result(PATIENCE))
        bridge.wait_for_log("gripper position is 0.05 m")

    def test_a_stop_aborts(self) -> None:
        daemon = self.daemon()
        bridge = self.bridge(daemon, gripper_max_opening="0.04")
        bridge.call("take")
        bridge.call("stop")
        handle = bridge.gripper.send_goal(goal(0.0))
        status, result = handle.result.result(PATIENCE)
        self.assertEqual((status, result.reached_goal), ("aborted", False))
        self.assertTrue(math.isnan(result.position))


if __name__ == "__main__":
    unittest.main()
