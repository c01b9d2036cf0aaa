"""An action server. Goals and cancels run in its group, the execution of a goal in none."""

from __future__ import annotations

from concurrent.futures import Future
from enum import Enum
from typing import Any, Callable

from rclpy.node import Node, Queue


class GoalResponse(Enum):
    REJECT = 1
    ACCEPT = 2


class CancelResponse(Enum):
    REJECT = 1
    ACCEPT = 2


class ServerGoalHandle:
    """A goal. The test holds it as well: accepted and result are futures, of whether it was accepted
    and of its status and result."""

    def __init__(self, server: ActionServer, request: Any) -> None:
        self.request = request
        self.accepted: Future[bool] = Future()
        self.result: Future[tuple[str, Any]] = Future()
        self._server = server
        self._status = "executing"

    def execute(self) -> None:
        self._server.node.executor.create_task(self._run)

    def succeed(self) -> None:
        self._status = "succeeded"

    def abort(self) -> None:
        self._status = "aborted"

    def _run(self) -> None:
        try:
            result = self._server.execute(self)
            assert isinstance(result, self._server.kind.Result) and self._status != "executing"
            self.result.set_result((self._status, result))
        except Exception as e:
            self.result.set_exception(e)


class ActionServer:
    def __init__(
        self,
        node: Node,
        action_type: Any,
        action_name: str,
        execute_callback: Callable[[ServerGoalHandle], Any],
        *,
        callback_group: Any,
        goal_callback: Callable[[Any], GoalResponse],
        handle_accepted_callback: Callable[[ServerGoalHandle], None],
        cancel_callback: Callable[[ServerGoalHandle], CancelResponse],
    ) -> None:
        self.node, self.kind = node, action_type
        self.execute = execute_callback
        self._goal, self._accepted, self._cancel = goal_callback, handle_accepted_callback, cancel_callback
        self._queue = node.add(Queue(callback_group, _work))
        node.graph.actions[node.resolve(action_name)] = self

    def send_goal(self, goal: Any) -> ServerGoalHandle:
        """Sends a goal, for a test."""
        assert isinstance(goal, self.kind.Goal)
        handle = ServerGoalHandle(self, goal)

        def decide() -> None:
            accepted = self._goal(goal) is GoalResponse.ACCEPT
            handle.accepted.set_result(accepted)
            if accepted:
                self._accepted(handle)

        self._queue.put(decide)
        return handle

    def cancel_goal(self, handle: ServerGoalHandle) -> Future[bool]:
        """Asks for a cancel, for a test. The future tells whether it was accepted."""
        future: Future[bool] = Future()
        self._queue.put(lambda: future.set_result(self._cancel(handle) is CancelResponse.ACCEPT))
        return future


def _work(work: Callable[[], None]) -> None:
    work()
