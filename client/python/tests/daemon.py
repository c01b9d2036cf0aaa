"""The real daemon, in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Dict, Tuple

REPOSITORY = Path(__file__).resolve().parents[3]
PATIENCE = 10  # s, for what must happen; only a defect comes near


@lru_cache(maxsize=None)
def binary() -> str:
    """Returns the path of the daemon: AETHERD names it, or it is built."""
    given = os.environ.get("AETHERD")
    if given:
        return given
    if shutil.which("go") is None:
        raise unittest.SkipTest("needs the daemon: set AETHERD to its path, or install Go")
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    path = os.path.join(folder, "aetherd")
    subprocess.run(["go", "build", "-o", path, "./daemon/aetherd"], cwd=REPOSITORY, check=True)
    return path


def free_ports() -> Tuple[int, int]:
    """Returns two free ports side by side, below those that the system gives out by itself, so
    that they are still free after a daemon has gone."""
    while True:
        port = random.randrange(20000, 32000, 2)
        try:
            for p in (port, port + 1):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", p))
        except OSError:
            continue
        return port, port + 1


class Daemon:
    """A daemon with the simulated arm, which stands at 200, 0, 150. Keywords are keys of the
    configuration, with __ for the dot."""

    def __init__(self, **keys: Any) -> None:
        self.ports = free_ports()
        self._keys = keys
        self.start()

    def start(self, **keys: Any) -> None:
        """Starts it, on the same ports each time, and waits until it is ready."""
        settings: Dict[str, Any] = {
            "server__listen": f"127.0.0.1:{self.ports[0]}",
            "server__stop_listen": f"127.0.0.1:{self.ports[1]}",
            "ops__listen": "127.0.0.1:0",
            "arm__write_deadline_ms": 1000,  # a machine that is busy with other tests is not a defect
            **self._keys,
            **keys,
        }
        lines = "".join(f"{k.replace('__', '.')} = {json.dumps(v)}\n" for k, v in settings.items())
        with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False) as f:
            f.write(lines)
        try:
            environment = {k: v for k, v in os.environ.items() if k != "JOURNAL_STREAM"}
            self.process = subprocess.Popen(
                [binary(), "run", "-c", f.name],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            hints = self._pipes()[0].readline()  # which it prints once it is ready
        finally:
            os.unlink(f.name)
        if not hints:
            _, log = self.process.communicate()
            raise AssertionError(f"the daemon did not start:\n{log}")

    def _pipes(self) -> Tuple[IO[str], IO[str]]:
        assert self.process.stdout is not None and self.process.stderr is not None
        return self.process.stdout, self.process.stderr

    def kill(self) -> None:
        """Ends it as kill -9 does."""
        self.process.kill()
        self.process.wait(PATIENCE)
        for pipe in self._pipes():
            pipe.close()

    def pause(self) -> None:
        """Stops the process in the middle of whatever it does."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)  # until it has stopped

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Daemon:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()
