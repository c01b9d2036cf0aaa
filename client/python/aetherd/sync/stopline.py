"""The way of a stop: a connection of its own to the stop port, and every other way there is."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import Callable, List, Optional, Union

from ..core import stop
from ..core.errors import AetherdError
from ..core.options import STOP_PATIENCE, WARM_UP, Options
from .link import Link


class StopLine:
    """Keeps a connection to the stop port open, so that a stop waits for no dialling and for
    nothing else that this client sends."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._link: Optional[Link] = None
        self._closed = False

    def warm_up(self) -> None:
        """Opens the connection, if that is possible at once."""
        try:
            self._keep(Link.dial(self._options.stop, min(WARM_UP, self._options.timeout)))
        except AetherdError:
            pass  # a stop dials again

    def stop(self, command: Optional[Link]) -> int:
        """Stops the arm, and returns the stop's number."""
        with self._lock:
            link, self._link = self._link, None  # from here on it is this stop's alone
        failures: List[AetherdError] = []
        if link is not None:
            try:
                return self._over(link, STOP_PATIENCE)
            except AetherdError as e:
                failures.append(e)
        ways = [self._fresh, self._fresh_command]
        if command is not None:
            ask = command.ask
            ways.insert(1, lambda: stop.stop_id(ask(self._options.halt)))
        return self._race(ways, failures)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            link, self._link = self._link, None
        if link is not None:
            link.close()

    def _race(self, ways: List[Callable[[], int]], failures: List[AetherdError]) -> int:
        """Goes the next way where those before have failed or are silent."""
        answers: SimpleQueue[Union[int, AetherdError]] = SimpleQueue()
        longest = 2 * self._options.timeout  # a way dials and asks
        under_way = 0
        while True:
            if ways:
                threading.Thread(target=_try, args=(ways.pop(0), answers), daemon=True, name="aetherd-stop").start()
                under_way += 1
            answer = _next(answers, STOP_PATIENCE if ways else longest)
            if isinstance(answer, int):
                return _latest(answer, answers, under_way - 1)
            if answer is not None:
                failures.append(answer)
                under_way -= 1
            if not ways and (under_way == 0 or answer is None):
                raise stop.unconfirmed(failures)

    def _fresh(self) -> int:
        return self._over(Link.dial(self._options.stop, self._options.timeout), self._options.timeout)

    def _over(self, link: Link, patience: float) -> int:
        """Stops over a connection to the stop port, and keeps it if it is good."""
        try:
            number = stop.stop_id(link.exchange(self._options.halt, patience))
        except AetherdError:
            link.close()
            raise
        self._keep(link)
        return number

    def _fresh_command(self) -> int:
        link = Link.dial(self._options.command, self._options.timeout)
        try:
            return stop.stop_id(link.exchange(self._options.halt, self._options.timeout))
        finally:
            link.close()

    def _keep(self, link: Link) -> None:
        """Makes link the open connection, in place of another one."""
        with self._lock:
            other = link if self._closed else self._link
            if not self._closed:
                self._link = link
        if other is not None:
            other.close()


def _next(answers: SimpleQueue[Union[int, AetherdError]], patience: float) -> Union[int, AetherdError, None]:
    """Returns the next answer, or None where none comes."""
    try:
        return answers.get(timeout=patience)
    except Empty:
        return None


def _latest(number: int, answers: SimpleQueue[Union[int, AetherdError]], under_way: int) -> int:
    """Returns the highest number: every way on which a stop arrives makes one more."""
    for _ in range(under_way):
        answer = _next(answers, STOP_PATIENCE)
        if answer is None:
            break
        if isinstance(answer, int):
            number = max(number, answer)
    return number


def _try(way: Callable[[], int], answers: SimpleQueue[Union[int, AetherdError]]) -> None:
    try:
        answers.put(way())
    except AetherdError as e:
        answers.put(e)
    except Exception as e:  # whatever it is, the stop must not wait for this way
        answers.put(AetherdError(f"{type(e).__name__}: {e}"))
