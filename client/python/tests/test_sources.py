"""The sources themselves: the Python that they need, what they import, how they are packaged."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Iterator, Set

HERE = Path(__file__).resolve().parent.parent
IMPURE = {"asyncio", "os", "socket", "selectors", "threading", "time", "concurrent"}
ALLOWED = IMPURE | {
    "__future__", "collections", "dataclasses", "json", "logging", "math", "numbers", "operator", "queue", "random",
    "re", "struct", "typing", "weakref",
}  # fmt: skip


def imports(path: Path) -> Set[str]:
    """Returns the top modules that a file imports from outside the package."""
    found: Set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(a.name.split(".")[0] for a in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found


def sources(folder: str) -> Iterator[Path]:
    return (p for p in sorted((HERE / folder).rglob("*.py")) if "build" not in p.parts)


class Sources(unittest.TestCase):
    def test_python_3_9_reads_them(self) -> None:
        for path in sources("."):
            text = path.read_text(encoding="utf-8")
            with self.subTest(path.name):
                ast.parse(text, feature_version=(3, 9))
                if "def " in text:
                    self.assertIn("from __future__ import annotations", text)

    def test_standard_library_only(self) -> None:
        for path in sources("aetherd"):
            self.assertLessEqual(imports(path), ALLOWED, path)

    def test_the_core_is_pure(self) -> None:
        for path in sources("aetherd/core"):
            self.assertFalse(imports(path) & IMPURE, path)

    def test_both_clients_have_the_same_methods(self) -> None:
        import aetherd.aio

        pairs = [
            (aetherd.Client, aetherd.aio.Client),
            (aetherd.Motion, aetherd.aio.Motion),
            (aetherd.Subscription, aetherd.aio.Subscription),
        ]
        for one, other in pairs:
            self.assertEqual(public(one) - {"put", "fail", "end"}, public(other) - {"put", "fail", "end"})

    def test_package(self) -> None:
        """Builds the package elsewhere, and looks for every module and the marker of its types."""
        try:
            import setuptools
        except ImportError:
            self.skipTest("setuptools is not installed")
        if int(setuptools.__version__.split(".")[0]) < 61:
            self.skipTest("setuptools is too old for pyproject.toml")
        with tempfile.TemporaryDirectory() as folder:
            copy, out = os.path.join(folder, "python"), os.path.join(folder, "out")
            shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns("__pycache__"))
            command = [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q"]
            subprocess.run([*command, "build_py", "--build-lib", out], cwd=copy, check=True, capture_output=True)
            built = {p.relative_to(out) for p in Path(out).rglob("*") if p.is_file()}
            version = subprocess.run(
                [*command, "--version"], cwd=copy, check=True, capture_output=True, text=True
            ).stdout.split()[-1]
        expected = {p.relative_to(HERE) for p in sources("aetherd")} | {Path("aetherd/py.typed")}
        self.assertEqual(built, expected)
        import aetherd

        self.assertEqual(version, aetherd.__version__)


def public(kind: type) -> Set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


if __name__ == "__main__":
    unittest.main()
