from __future__ import annotations

import json
import time
from collections import deque
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, Callable, Optional

from builtin_interfaces.msg import Time

from . import graph
from .callback_groups import MutuallyExclusiveCallbackGroup
from .graph import changed
from .qos import QoSProfile


class InvalidParameterTypeException(Exception):
    pass


class Moment:
    def __init__(self, nanoseconds: int) -> None:
        self.nanoseconds = nanoseconds

    def to_msg(self) -> Any:
        return Time(sec=self.nanoseconds // 10**9, nanosec=self.nanoseconds % 10**9)


class Logger:
    def __init__(self, log: Callable[[str, str], None]) -> None:
        self._log = log

    def info(self, text: str) -> bool:
        self._log("info", text)
        return True

    def warning(self, text: str) -> bool:
        self._log("warning", text)
        return True


class Queue:
    """An entity that hands one thing after the other to a callback."""

    def __init__(self, group: Any, handle: Callable[[Any], None], depth: Optional[int] = None) -> None:
        self.group, self._handle = group, handle
        self.qos: Optional[QoSProfile] = None
        self._waiting: deque[Any] = deque(maxlen=depth)

    def put(self, thing: Any) -> None:
        with changed:
            self._waiting.append(thing)
            changed.notify_all()

    def ready(self, _: float) -> bool:
        return bool(self._waiting)

    def take(self) -> Callable[[], None]:
        thing = self._waiting.popleft()
        return lambda: self._handle(thing)


class Timer:
    def __init__(self, group: Any, period: float, callback: Callable[[], None]) -> None:
        self.group, self._period, self._callback = group, period, callback
        self._due = time.monotonic() + period

    def ready(self, now: float) -> bool:
        return now >= self._due

    def take(self) -> Callable[[], None]:
        self._due += self._period
        return self._callback


class Node:
    def __init__(self, node_name: str) -> None:
        self._name = node_name
        self._group = MutuallyExclusiveCallbackGroup()
        self.graph = graph.graph
        self.executor: Any = None
        self.entities: list[Any] = []
        self._logger = Logger(self.graph.log)
        self.graph.nodes.append(self)

    def destroy_node(self) -> None:
        with changed:
            self.graph.nodes.remove(self)
            changed.notify_all()

    def get_name(self) -> str:
        return self._name

    def get_logger(self) -> Logger:
        return self._logger

    def get_clock(self) -> Any:
        return SimpleNamespace(now=lambda: Moment(time.time_ns()))

    def declare_parameter(self, name: str, value: Any, descriptor: Any) -> Any:
        assert descriptor.read_only and descriptor.description
        for argument in self.graph.arguments:
            if argument.startswith(f"{name}:="):
                value = self._override(name, argument.partition(":=")[2], type(value))
        return SimpleNamespace(name=name, value=value)

    @staticmethod
    def _override(name: str, text: str, kind: type) -> Any:
        value = json.loads(text)
        if type(value) is not kind:
            raise InvalidParameterTypeException(f"{name}: {value!r}")
        return value

    def resolve(self, name: str) -> str:
        if name.startswith("~/"):
            return f"/{self._name}{name[1:]}"
        return name if name.startswith("/") else f"/{name}"

    def add(self, entity: Any) -> Any:
        with changed:
            self.entities.append(entity)
            changed.notify_all()
        return entity

    def create_publisher(self, kind: type, topic: str, qos: Any) -> Any:
        def publish(message: Any) -> None:
            assert isinstance(message, kind)
            self.graph.publish(self.resolve(topic), message)

        return SimpleNamespace(publish=publish)

    def create_subscription(
        self, kind: type, topic: str, callback: Callable[[Any], None], qos: QoSProfile, *, callback_group: Any = None
    ) -> Any:
        name = self.resolve(topic)
        entity = self.add(Queue(callback_group or self._group, callback, qos.depth))
        entity.qos = qos
        self.graph.subscriptions.setdefault(name, []).append(entity)
        return entity

    def create_service(self, kind: Any, name: str, callback: Any, *, callback_group: Any = None) -> Any:
        def handle(call: tuple[Any, Future[Any]]) -> None:
            request, future = call
            response = callback(request, kind.Response())
            assert isinstance(response, kind.Response)
            future.set_result(response)

        self.graph.services[self.resolve(name)] = self.add(Queue(callback_group or self._group, handle))

    def create_timer(self, period: float, callback: Callable[[], None], callback_group: Any = None) -> Any:
        return self.add(Timer(callback_group or self._group, period, callback))
