"""An executor of a bounded number of threads, which keeps the callbacks of a group apart."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, Optional

from .graph import changed


class ExternalShutdownException(Exception):
    pass


class MultiThreadedExecutor:
    def __init__(self, num_threads: Optional[int] = None) -> None:
        self._pool = ThreadPoolExecutor(num_threads)
        self._nodes: list[Any] = []

    def add_node(self, node: Any) -> None:
        self._nodes.append(node)
        node.executor = self

    def create_task(self, callback: Callable[..., None], *args: Any) -> Future[None]:
        return self._pool.submit(callback, *args)

    def spin(self) -> None:
        from . import ok

        try:
            with changed:
                while ok():
                    entity = self._ready()
                    if entity is None:
                        changed.wait(0.1)  # until a timer may be due
                        continue
                    entity.group.busy = True
                    self._pool.submit(self._run, entity.group, entity.take())
        finally:
            self._pool.shutdown(wait=False)
        raise ExternalShutdownException

    def _ready(self) -> Optional[Any]:
        now = time.monotonic()
        entities = [e for node in self._nodes for e in node.entities]
        return next((e for e in entities if e.ready(now) and e.group.can_begin()), None)

    @staticmethod
    def _run(group: Any, callback: Callable[[], None]) -> None:
        try:
            callback()
        finally:
            with changed:
                group.busy = False
                changed.notify_all()
