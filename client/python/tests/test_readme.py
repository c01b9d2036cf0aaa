"""Runs every block of Python in the documents, each in a program of its own against a fresh
daemon, and compares what it prints with the block of text that follows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import List, Tuple

from .daemon import PATIENCE, REPOSITORY, Daemon

HERE = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def blocks(path: Path) -> List[Tuple[str, str]]:
    """Returns the programs of a document, each with what it should print, or ""."""
    return BLOCK.findall(path.read_text(encoding="utf-8"))


def run(block: Tuple[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a program against a daemon of its own."""
    with Daemon() as daemon:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", block[0].replace("5000", str(daemon.ports[0]))],
            env={**os.environ, "PYTHONPATH": str(HERE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=3 * PATIENCE,
        )


class Readme(unittest.TestCase):
    def test_readme(self) -> None:
        programs = blocks(HERE / "README.md")
        self.assertGreater(len(programs), 5)
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(run, programs))
        for number, (result, (_, prints)) in enumerate(zip(results, programs)):
            with self.subTest(number):
                self.assertEqual(result.returncode, 0, result.stdout)
                if prints:
                    self.assertEqual(result.stdout, prints)

    def test_twenty_lines_are_those_of_the_project(self) -> None:
        (program, _), *others = blocks(REPOSITORY / "README.md")
        self.assertFalse(others)
        self.assertIn(program, [p for p, _ in blocks(HERE / "README.md")])


if __name__ == "__main__":
    unittest.main()
