"""The node at Project Aether's arm, as deploy/arms/aether.toml has it, whose servos are emulated."""

from __future__ import annotations

import json
import math
import os
import re
import unittest
from typing import Any

from world import PATIENCE, World

from tests.daemon import REPOSITORY

TTY = os.environ.get("AETHER_TTY", "")
POSTURE = {"base": 0.0, "shoulder": 1.2, "elbow": -1.9, "wrist": 0.7}  # rad, of the emulated servos


def keys_of(name: str) -> dict[str, Any]:
    """Returns the keys of a configuration, as Daemon takes them."""
    keys, table = {}, ""
    for line in (REPOSITORY / "deploy/arms" / name).read_text("utf-8").splitlines():
        if found := re.fullmatch(r"\[(.+)\]", line):
            table = found[1] + "."
        elif found := re.fullmatch(r"(\w+) = (.+)", line):
            keys[(table + found[1]).replace(".", "__")] = json.loads(found[2])
    return keys


@unittest.skipUnless(TTY, "needs emulated servos: run go test ./client/ros2, or set AETHER_TTY to their tty")
class Arm(World):
    def test_joint_states(self) -> None:
        daemon = self.daemon(**{**keys_of("aether.toml"), "arm__serial__port": TTY})
        bridge = self.bridge(daemon)
        bridge.wait(lambda: bridge.published("/joint_states"))
        message = bridge.published("/joint_states")[-1]
        self.assertEqual(list(message.name), list(POSTURE))
        for angle, expected in zip(message.position, POSTURE.values()):
            self.assertAlmostEqual(angle, expected, delta=0.01)

        heard = bridge.listen("/joint_states")
        pendant = self.station(daemon)
        self.until(pendant, lambda s: s.stop_result == "confirmed")
        reset = bridge.call("reset")
        self.assertTrue(reset.success, reset.message)
        self.assertIn("caused by boot", reset.message)
        bridge.call("take")
        for _ in range(200):  # a stream, which feeds the deadman
            bridge.target(0.2, 0.05, 0.14)
            message = heard.get(timeout=PATIENCE)
            if abs(message.position[0] - math.atan2(50, 200)) < 0.02:
                return
        self.fail(f"the base is at {message.position[0]}")


if __name__ == "__main__":
    unittest.main()
