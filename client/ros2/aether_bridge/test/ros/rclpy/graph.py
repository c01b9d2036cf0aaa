"""What is shared by all nodes of this process: topics, services, actions and logs. changed is told of
everything that an executor, or a test, may wait for."""

from __future__ import annotations

import threading
from typing import Any, Callable

changed = threading.Condition(threading.RLock())


class Graph:
    def __init__(self, arguments: list[str]) -> None:
        self.arguments = arguments
        self.up = True
        self.nodes: list[Any] = []
        self.subscriptions: dict[str, list[Any]] = {}
        self.services: dict[str, Any] = {}
        self.actions: dict[str, Any] = {}
        self.published: dict[str, list[Any]] = {}
        self.listeners: dict[str, list[Callable[[Any], None]]] = {}  # of tests
        self.logs: list[tuple[str, str]] = []

    def publish(self, topic: str, message: Any) -> None:
        with changed:
            if not self.up:
                raise RuntimeError("publisher's context is invalid")
            self.published.setdefault(topic, []).append(message)
            for subscription in self.subscriptions.get(topic, []):
                subscription.put(message)
            for listener in self.listeners.get(topic, []):
                listener(message)
            changed.notify_all()

    def log(self, level: str, text: str) -> None:
        with changed:
            self.logs.append((level, text))
            changed.notify_all()


graph = Graph([])
graph.up = False


def begin(arguments: list[str]) -> None:
    global graph
    graph = Graph(arguments)


def end() -> None:
    with changed:
        graph.up = False
        changed.notify_all()
