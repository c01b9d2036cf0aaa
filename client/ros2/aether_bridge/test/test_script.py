"""The node at a daemon that follows a script: what hangs, what is slow, and what the simulated arm has not."""

from __future__ import annotations

import threading
import unittest
from typing import Any

from world import PATIENCE, Bridge, World, point

from control_msgs.action import GripperCommand
from control_msgs.msg import GripperCommand as Command
from diagnostic_msgs.msg import DiagnosticStatus
from tests.server import STATE, Peer, Server


def goal(position: float) -> Any:
    return GripperCommand.Goal(command=Command(position=position))


class Daemon:
    """Answers hello, subscribe and take, and hands every other request to the test."""

    def __init__(self, **state: Any) -> None:
        self.state = {**STATE, **state}
        self.asked: list[dict[str, Any]] = []
        self.arrived = threading.Condition()
        self.peer: Any = None

    def __call__(self, peer: Peer) -> None:
        self.peer = peer
        peer.welcome()
        while True:
            request = peer.read()
            if request["type"] in ("subscribe", "take", "unsubscribe"):
                peer.reply(request)
                peer.send({"event": "state", **self.state})
                continue
            with self.arrived:
                self.asked.append(request)
                self.arrived.notify_all()

    def wait_for(self, kind: str, number: int = 1) -> dict[str, Any]:
        """Returns the request of a kind with that number, the first one being 1."""
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.of(kind)) >= number, PATIENCE)
            return self.of(kind)[number - 1]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [r for r in self.asked if r["type"] == kind]


class Script(World):
    def node(self, *scripts: Any, **parameters: str) -> Bridge:
        own = {"port": str(self.server(*scripts).port), "stop_port": "1", "timeout": "8.0", "rate": "0.1"}
        bridge = self.unconnected(**{**own, **parameters})
        bridge.wait_for_log("connected to 127")
        return bridge

    def test_a_stop_waits_for_nothing(self) -> None:
        """Every callback but the stop hangs, and so does what waits behind it."""
        real = self.daemon()
        script = Daemon(state="stopped", stop_id=1, causes=[{"cause": "boot", "by": None}], stop_result="confirmed")
        bridge = self.node(script, stop_port=str(real.ports[1]), gripper_max_opening="0.04")
        bridge.wait(lambda: bridge.published("/aether_bridge/pose"))
        self.assertTrue(bridge.call("take").success)
        grips = [bridge.gripper.send_goal(goal(0.01)) for _ in range(2)]
        script.wait_for("grip")
        bridge.target(0.2, 0.0, 0.15)
        bridge.publish("target_point", point(0.2, 0.0, 0.16))
        reset = bridge.begin_call("reset")
        script.wait_for("reset")
        self.assertTrue(bridge.call("stop").success)
        self.assertTrue(self.station(real).state().stopped)
        self.assertFalse(reset.done() or any(g.result.done() for g in grips))
        script.peer.sock.shutdown(2)  # so that nothing has to wait for a time-out

    def test_no_queue(self) -> None:
        """While a target has no answer, only the newest of those that come waits."""
        script = Daemon()
        bridge = self.node(script)
        bridge.call("take")
        for x in (0.1, 0.2, 0.3, 0.4):
            bridge.publish("target_point", point(x, 0.0, 0.1))
            first = script.wait_for("move")
        script.peer.reply(first)
        script.peer.reply(script.wait_for("move", 2))
        self.assertEqual(bridge.call("take").success, True)
        self.assertEqual([m["x"] for m in script.of("move")], [100, 400])

    def test_a_target_that_went_stale_while_it_waited(self) -> None:
        """It is judged when its turn comes, here behind a grip."""
        script = Daemon()
        bridge = self.node(script, max_age="0.05", gripper_max_opening="0.04")
        bridge.call("take")
        bridge.gripper.send_goal(goal(0.01))
        grip = script.wait_for("grip")
        bridge.publish("target_point", point(0.2, 0.0, 0.1, age=0.0))
        threading.Event().wait(0.1)  # longer than max_age
        script.peer.reply(grip)
        bridge.wait_for_log("older than max_age")
        self.assertEqual(script.of("move"), [])
        script.peer.send({"event": "done", "id": grip["id"], "position": STATE["position"]})

    def test_a_newer_goal_replaces_the_older_one(self) -> None:
        script = Daemon()
        bridge = self.node(script, gripper_max_opening="0.04")
        bridge.call("take")
        older = bridge.gripper.send_goal(goal(0.01))
        one = script.wait_for("grip")
        script.peer.reply(one)
        newer = bridge.gripper.send_goal(goal(0.04))
        two = script.wait_for("grip", 2)
        script.peer.reply(two)
        self.assertEqual((one["gripper"], two["gripper"]), (25, 100))
        self.assertFalse(bridge.gripper.cancel_goal(newer).result(PATIENCE))
        self.assertFalse(bridge.gripper.send_goal(goal(0.0)).accepted.result(PATIENCE))  # a third one at once
        script.peer.send({"event": "superseded", "id": one["id"]})
        self.assertEqual(older.result.result(PATIENCE)[0], "aborted")
        bridge.wait_for_log("the gripper did not come to 25 %: superseded")
        script.peer.send({"event": "done", "id": two["id"], "position": STATE["position"]})
        status, result = newer.result.result(PATIENCE)
        self.assertEqual((status, result.position), ("succeeded", 0.04))
        self.assertFalse(script.of("ping"), "waiting for the gripper fed the deadman")

    def test_a_goal_ends_with_its_connection(self) -> None:
        script = Daemon()
        bridge = self.node(script, gripper_max_opening="0.04")
        bridge.call("take")
        handle = bridge.gripper.send_goal(goal(0.01))
        script.peer.reply(script.wait_for("grip"))
        script.peer.sock.shutdown(2)
        status, result = handle.result.result(PATIENCE)
        self.assertEqual((status, result.reached_goal), ("aborted", False))

    def test_joint_states(self) -> None:
        script = Daemon(joints={"base": 0.5, "wrist": -1})
        bridge = self.node(script)
        bridge.wait(lambda: bridge.published("/joint_states"))
        message = bridge.published("/joint_states")[0]
        self.assertEqual((list(message.name), list(message.position)), (["base", "wrist"], [0.5, -1.0]))
        self.assertEqual((list(message.velocity), list(message.effort)), ([], []))
        self.assertGreater(message.header.stamp.sec, 0)

    def test_an_arm_without_joints_and_without_a_position(self) -> None:
        script = Daemon(position=None, arm={"driver": "script", "link": "down"})
        bridge = self.node(script)
        self.wait_for_diagnosis(bridge, DiagnosticStatus.ERROR, "the arm does not answer")
        self.assertEqual(bridge.published("/joint_states") + bridge.published("/aether_bridge/pose"), [])

    def test_diagnostics(self) -> None:
        script = Daemon()
        bridge = self.node(script, lambda peer: None)  # which can be connected to once
        status = self.wait_for_diagnosis(bridge, DiagnosticStatus.OK, "idle; call ~/take when the arm may move")
        self.assertEqual((status.name, status.hardware_id), ("aether_bridge: arm", "arm"))
        values = {v.key: v.value for v in status.values}
        self.assertEqual((values["connection"], values["link"], values["taken"]), ("up", "up", "false"))
        script.peer.sock.shutdown(2)
        self.wait_for_diagnosis(bridge, DiagnosticStatus.ERROR, "not connected: ")

    def wait_for_diagnosis(self, bridge: Bridge, level: bytes, text: str) -> Any:
        def found() -> Any:
            arrays = bridge.published("/diagnostics")
            return [s for a in arrays for s in a.status if s.level == level and s.message.startswith(text)]

        bridge.wait(found)
        return found()[0]


class Parameters(World):
    def test_wrong_ones_end_the_node(self) -> None:
        for name, value, reason in (("rate", "60.0", "rate is 60.0"), ("host", '"a:1"', "host is 'a:1'")):
            with self.subTest(name):
                bridge = self.unconnected(**{name: value})
                self.assertIsInstance(bridge.ended, SystemExit)
                self.assertIn(reason, str(bridge.ended))

    def test_the_name_and_the_deadman_are_told(self) -> None:
        script = Daemon()
        server: Server = self.server(script)
        bridge = self.unconnected(port=str(server.port), stop_port="1", name='"lab"', deadman_ms="120")
        bridge.wait_for_log("connected to 127")
        hello = server.requests[0][0]
        self.assertEqual((hello["name"], hello["deadman_ms"]), ("lab", 120))


if __name__ == "__main__":
    unittest.main()
