"""The action of the gripper."""

from __future__ import annotations

import threading

from control_msgs.action import GripperCommand
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node

from . import mapping
from .mapping import Refusal
from .settings import Settings
from .station import Station

GOALS = 2  # at once: one that is being replaced, and its successor. Each takes a thread.


class Gripper:
    """Serves ~/gripper_command. A newer goal replaces the older one, which is aborted. A goal cannot be
    cancelled: what the gripper was told cannot be taken back, only replaced or stopped."""

    def __init__(self, node: Node, group: CallbackGroup, settings: Settings, station: Station) -> None:
        self._log = node.get_logger()
        self._settings = settings
        self._station = station
        self._counting = threading.Lock()
        self._goals = 0
        self._server = ActionServer(
            node,
            GripperCommand,
            "~/gripper_command",
            self._execute,
            callback_group=group,
            goal_callback=self._on_goal,
            handle_accepted_callback=self._on_accepted,
            cancel_callback=self._on_cancel,
        )

    def _on_goal(self, goal: GripperCommand.Goal) -> GoalResponse:
        refusal = self._refusal(goal)
        if refusal is None:
            return GoalResponse.ACCEPT
        self._station.refuse(refusal)
        return GoalResponse.REJECT

    def _refusal(self, goal: GripperCommand.Goal) -> Refusal | None:
        percent = mapping.opening(self._settings, goal.command.position)
        if isinstance(percent, Refusal):
            return percent
        if self._goals >= GOALS:
            return Refusal("gripper_goals", "too many gripper goals at once")
        return self._station.forbidden()

    def _on_accepted(self, handle: ServerGoalHandle) -> None:
        with self._counting:
            self._goals += 1
        handle.execute()

    def _on_cancel(self, _: ServerGoalHandle) -> CancelResponse:
        return CancelResponse.REJECT

    def _execute(self, handle: ServerGoalHandle) -> GripperCommand.Result:
        """Runs in a thread of the executor, outside of every callback group."""
        try:
            percent = mapping.opening(self._settings, handle.request.command.position)
            assert isinstance(percent, int)  # else the goal was rejected
            outcome = self._station.grip(percent)
        finally:
            with self._counting:
                self._goals -= 1
        grip = mapping.gripped(self._settings, percent, outcome)
        if grip.reached_goal:
            handle.succeed()
        else:
            self._log.warning(f"the gripper did not come to {percent} %: {outcome or 'no answer'}")
            handle.abort()
        return GripperCommand.Result(
            position=grip.position, effort=grip.effort, stalled=grip.stalled, reached_goal=grip.reached_goal
        )
