"""The node: topics, services and parameters of ROS around a Station."""

from __future__ import annotations

from typing import Any, Optional, Sequence

import aetherd
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import Point, PointStamped, PoseStamped
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from . import mapping
from .diagnosis import diagnose
from .gripper import GOALS, Gripper
from .settings import Settings, parameters
from .station import Reply, Station

# The newest target replaces those before it, and none that was sent before this node subscribed is delivered.
# Best effort matches every publisher, and sends nothing again that is late.
TARGETS = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=1,
    reliability=ReliabilityPolicy.BEST_EFFORT,
    durability=DurabilityPolicy.VOLATILE,
)
GROUPS = 6  # targets, services, stop, gripper, diagnostics, and rclpy's own
THREADS = GROUPS + GOALS  # so every group has a thread, and a stop waits for none


class AetherBridge(Node):
    """A station of aetherd. Each callback group runs one callback at a time; the stop has one of
    its own."""

    def __init__(self) -> None:
        super().__init__("aether_bridge")
        self._settings = self._declare()
        self._station = Station(self._settings, self._publish, self.get_logger())
        self._turned = False  # an orientation that is ignored was seen
        self._joints = self.create_publisher(JointState, "joint_states", 10)
        self._pose = self.create_publisher(PoseStamped, "~/pose", 10)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        targets, services, stop, gripper, diagnostics = (MutuallyExclusiveCallbackGroup() for _ in range(GROUPS - 1))
        self.create_subscription(PoseStamped, "~/target_pose", self._on_pose, TARGETS, callback_group=targets)
        self.create_subscription(PointStamped, "~/target_point", self._on_point, TARGETS, callback_group=targets)
        self.create_service(Trigger, "~/stop", self._on_stop, callback_group=stop)
        self.create_service(Trigger, "~/reset", self._on_reset, callback_group=services)
        self.create_service(Trigger, "~/take", self._on_take, callback_group=services)
        self.create_service(Trigger, "~/release", self._on_release, callback_group=services)
        self._gripper = Gripper(self, gripper, self._settings, self._station)
        self.create_timer(1.0, self._on_timer, callback_group=diagnostics)
        self._station.start()

    def hang_up(self) -> None:
        """Ends the connection, which holds an arm that this node moves."""
        self._station.close()

    def _declare(self) -> Settings:
        values: dict[str, Any] = {}
        for p in parameters():
            descriptor = ParameterDescriptor(description=p.metadata["description"], read_only=True)
            values[p.name] = self.declare_parameter(p.name, p.default, descriptor).value
        return Settings(**values)

    def _on_pose(self, message: PoseStamped) -> None:
        if mapping.turns(message.pose.orientation) and not self._turned:
            self._turned = True
            self.get_logger().warning("orientations of targets are ignored: the arm takes x, y and z")
        self._move(message.header, message.pose.position)

    def _on_point(self, message: PointStamped) -> None:
        self._move(message.header, message.point)

    def _move(self, header: Any, position: Point) -> None:
        self._station.move(
            lambda: mapping.target(self._settings, header, position, self.get_clock().now().nanoseconds)
        )

    def _on_stop(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return _answer(response, self._station.stop())

    def _on_reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return _answer(response, self._station.reset())

    def _on_take(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return _answer(response, self._station.take())

    def _on_release(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return _answer(response, self._station.release())

    def _publish(self, state: aetherd.State) -> None:
        """Publishes a state, from the thread that reads it."""
        now = self.get_clock().now().to_msg()
        at, joints = mapping.position(state), mapping.joints(state)
        try:
            if at is not None:
                pose = PoseStamped()  # its orientation is the identity, which nobody measured
                pose.header.stamp, pose.header.frame_id = now, self._settings.frame_id
                pose.pose.position.x, pose.pose.position.y, pose.pose.position.z = at
                self._pose.publish(pose)
            if joints is not None:
                names, angles = joints
                message = JointState(name=names, position=angles)
                message.header.stamp = now
                self._joints.publish(message)
        except Exception:
            if rclpy.ok():
                raise
            # ROS went down under this thread, which the main thread knows.

    def _on_timer(self) -> None:
        found = diagnose(self._station.view(), self._settings.rate)
        status = DiagnosticStatus(
            level=bytes([found.level]),
            name=f"{self.get_name()}: arm",
            message=found.message,
            hardware_id=found.hardware_id,
            values=[KeyValue(key=k, value=v) for k, v in found.values],
        )
        message = DiagnosticArray(status=[status])
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)


def _answer(response: Trigger.Response, reply: Reply) -> Trigger.Response:
    response.success, response.message = reply
    return response


def main(args: Optional[Sequence[str]] = None) -> None:
    rclpy.init(args=args)
    try:
        _run()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass  # Ctrl-C, or the end of a launch
    finally:
        if rclpy.ok():
            rclpy.shutdown()


def _run() -> None:
    try:
        node = AetherBridge()
    except ValueError as e:
        raise SystemExit(f"aether_bridge: {e}") from None
    executor = MultiThreadedExecutor(num_threads=THREADS)
    executor.add_node(node)
    try:
        executor.spin()
    finally:
        node.hang_up()
        node.destroy_node()
