"""The node, run by its main on the stand-ins for ROS below ros/, with the real daemon behind it. The
stand-ins come first on the path, so it is they also where ROS is installed."""

from __future__ import annotations

import queue
import socket
import sys
import threading
import time
import unittest
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Callable

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "ros"), str(HERE.parent), str(HERE.parents[2] / "python")]

import aetherd  # noqa: E402
import rclpy  # noqa: E402
from aether_bridge import node  # noqa: E402
from geometry_msgs.msg import Point, PointStamped, Pose, PoseStamped, Quaternion  # noqa: E402
from rclpy import graph  # noqa: E402
from std_msgs.msg import Header  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402
from tests.daemon import PATIENCE, Daemon  # noqa: E402
from tests.server import Server  # noqa: E402

NAME = "/aether_bridge"


def point(x: float, y: float, z: float, frame: str = "base_link", age: float | None = None) -> Any:
    """Returns a target in metres. Without an age its stamp is zero."""
    header = Header(frame_id=frame)
    if age is not None:
        at = time.time_ns() - int(age * 1e9)
        header.stamp.sec, header.stamp.nanosec = at // 10**9, at % 10**9
    return PointStamped(header=header, point=Point(x=x, y=y, z=z))


def pose(x: float, y: float, z: float, turn: float = 0.0) -> Any:
    orientation = Quaternion(z=turn, w=(1 - turn * turn) ** 0.5)
    return PoseStamped(
        header=Header(frame_id="base_link"), pose=Pose(position=Point(x=x, y=y, z=z), orientation=orientation)
    )


class Bridge:
    """The node's main in a thread, and ROS around it."""

    def __init__(self, **parameters: str) -> None:
        self._arguments = [f"{name}:={value}" for name, value in parameters.items()]
        self._thread = threading.Thread(target=self._run)
        self.ended: BaseException | None = None

    def start(self) -> Bridge:
        """Starts main, and waits until the node is in operation."""
        before = graph.graph
        self._thread.start()
        self.wait(lambda: graph.graph is not before and (self.ended or f"{NAME}/gripper_command" in graph.graph.actions))
        return self

    def _run(self) -> None:
        try:
            node.main(["--ros-args", *(w for a in self._arguments for w in ("-p", a))])
        except BaseException as e:
            self.ended = e

    def wait(self, reached: Callable[[], Any]) -> None:
        with graph.changed:
            if not graph.changed.wait_for(reached, PATIENCE):
                raise AssertionError(f"logs: {graph.graph.logs}")

    def wait_for_log(self, text: str, times: int = 1) -> None:
        self.wait(lambda: sum(text in t for _, t in graph.graph.logs) >= times)

    def listen(self, topic: str) -> queue.Queue[Any]:
        """Returns a queue of what the node publishes from now on."""
        heard: queue.Queue[Any] = queue.Queue()
        with graph.changed:
            graph.graph.listeners.setdefault(topic, []).append(heard.put)
        return heard

    def published(self, topic: str) -> list[Any]:
        """Returns what was published so far."""
        return graph.graph.published.get(topic, [])

    def publish(self, topic: str, message: Any) -> None:
        graph.graph.publish(f"{NAME}/{topic}", message)

    def target(self, *at: float) -> None:
        self.publish("target_point", point(*at))

    def begin_call(self, service: str) -> Future[Any]:
        future: Future[Any] = Future()
        graph.graph.services[f"{NAME}/{service}"].put((Trigger.Request(), future))
        return future

    def call(self, service: str) -> Any:
        return self.begin_call(service).result(PATIENCE)

    def subscription(self, topic: str) -> Any:
        return graph.graph.subscriptions[f"{NAME}/{topic}"][0]

    @property
    def gripper(self) -> Any:
        return graph.graph.actions[f"{NAME}/gripper_command"]

    def shut_down(self) -> None:
        """Ends it as Ctrl-C does."""
        if rclpy.ok():
            rclpy.shutdown()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "main does not end"


class Relay:
    """Passes connections on to a port until it is cut."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._socket.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._upstream))
            self._ends += [near, far]
            for pair in ((near, far), (far, near)):
                self._threads.append(threading.Thread(target=self._pump, args=pair))
                self._threads[-1].start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        finally:
            sink.close()

    def cut(self) -> None:
        for end in [self._socket, *self._ends]:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
        for thread in self._threads:
            thread.join(PATIENCE)


class World(unittest.TestCase):
    def daemon(self, **keys: Any) -> Daemon:
        daemon = Daemon(**keys)
        self.addCleanup(daemon.__exit__)
        return daemon

    def server(self, *scripts: Any) -> Server:
        server = Server(*scripts)
        self.addCleanup(server.__exit__)
        return server

    def relay(self, port: int) -> Relay:
        relay = Relay(port)
        self.addCleanup(relay.cut)
        return relay

    def bridge(self, daemon: Daemon, **parameters: str) -> Bridge:
        """Returns the node, connected to daemon."""
        parameters.setdefault("port", str(daemon.ports[0]))
        parameters.setdefault("stop_port", str(daemon.ports[1]))
        bridge = self.unconnected(**parameters)
        bridge.wait_for_log("connected to 127")
        return bridge

    def unconnected(self, **parameters: str) -> Bridge:
        bridge = Bridge(**parameters)
        self.addCleanup(bridge.shut_down)
        return bridge.start()

    def station(self, daemon: Daemon, name: str = "pendant") -> aetherd.Client:
        """Returns another station."""
        client = aetherd.Client("127.0.0.1", daemon.ports[0], name=name)
        self.addCleanup(client.close)
        return client.connect()

    def until(self, station: aetherd.Client, reached: Callable[[aetherd.State], bool]) -> aetherd.State:
        """Returns the first state that has reached something, of at most 10 s."""
        with station.subscribe(50) as states:
            for state, _ in zip(states, range(500)):
                if reached(state):
                    return state
        raise AssertionError(f"last of all: {state}")
