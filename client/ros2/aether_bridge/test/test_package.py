"""What colcon and launch read: package.xml, setup.py, the launch file and the parameters."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import world  # noqa: F401 (the path)

from aether_bridge.settings import parameters

HERE = Path(__file__).resolve().parent.parent
PURE = ("mapping", "diagnosis", "settings")
LIBRARY = {"__future__", "dataclasses", "math", "random", "threading", "time", "typing"}  # what is used of the standard one
NOT_ROS = {"aetherd"}


def setup() -> dict[str, Any]:
    """Returns what setup.py tells setuptools."""
    told: dict[str, Any] = {}
    source = compile((HERE / "setup.py").read_text("utf-8"), "setup.py", "exec")
    setuptools: Any = ModuleType("setuptools")  # a stand-in: the real one is not everywhere
    setuptools.setup = told.update
    with mock.patch.dict(sys.modules, setuptools=setuptools), mock.patch("glob.glob", _glob):
        exec(source, {"__name__": "__main__"})
    return told


def _glob(pattern: str) -> list[str]:
    return [str(p.relative_to(HERE)) for p in HERE.glob(pattern)]


def imports(path: Path) -> set[str]:
    """Returns the top modules that a file imports from outside the package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(a.name.split(".")[0] for a in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found


class Package(unittest.TestCase):
    def setUp(self) -> None:
        self.xml = ElementTree.parse(HERE / "package.xml").getroot()
        self.setup = setup()

    def text(self, tag: str) -> str:
        element = self.xml.find(tag)
        assert element is not None and element.text, tag
        return element.text

    def test_package_xml(self) -> None:
        self.assertEqual((self.xml.tag, self.xml.get("format")), ("package", "3"))
        self.assertEqual((self.text("name"), self.text("license")), ("aether_bridge", "MIT"))
        self.assertRegex(self.text("version"), r"^\d+\.\d+\.\d+$")
        self.assertTrue(self.text("description"))
        self.assertIn("@", self.xml.find("maintainer").get("email"))
        self.assertEqual(self.xml.find("export/build_type").text, "ament_python")

    def test_setup_says_the_same(self) -> None:
        for key in ("name", "version", "description", "license", "maintainer"):
            self.assertEqual(self.setup[key], self.text(key), key)
        self.assertEqual(self.setup["maintainer_email"], self.xml.find("maintainer").get("email"))

    def test_every_import_is_a_dependency(self) -> None:
        told = {e.text for e in self.xml.findall("exec_depend")}
        files = [*HERE.glob("aether_bridge/*.py"), *HERE.glob("launch/*.py")]
        used = set().union(*(imports(f) for f in files)) - LIBRARY - NOT_ROS - {"os"}
        self.assertEqual(used, told)

    def test_the_decisions_are_pure(self) -> None:
        for name in PURE:
            found = imports(HERE / f"aether_bridge/{name}.py")
            self.assertLessEqual(found, {"__future__", "dataclasses", "math", "typing", "aetherd"}, name)

    def test_python_3_10_reads_them(self) -> None:
        for path in HERE.rglob("*.py"):
            ast.parse(path.read_text("utf-8"), feature_version=(3, 10))

    def test_data_files(self) -> None:
        files = dict(self.setup["data_files"])
        self.assertEqual(files["share/ament_index/resource_index/packages"], ["resource/aether_bridge"])
        for folder, expected in (
            ("", "package.xml"),
            ("/launch", "launch/aether_bridge.launch.py"),
            ("/config", "config/aether_bridge.yaml"),
        ):
            self.assertEqual(files[f"share/aether_bridge{folder}"], [expected])
        for names in files.values():
            for name in names:
                self.assertTrue((HERE / name).is_file(), name)

    def test_the_entry_point(self) -> None:
        (script,) = self.setup["entry_points"]["console_scripts"]
        name, module, function = re.fullmatch(r"(\w+) = ([\w.]+):(\w+)", script).groups()
        self.assertEqual(name, "aether_bridge")
        self.assertTrue(callable(getattr(importlib.import_module(module), function)))
        self.assertIn(module.split(".")[0], self.setup["packages"])
        self.assertIn("script_dir=$base/lib/aether_bridge", (HERE / "setup.cfg").read_text("utf-8"))

    def test_the_launch_file(self) -> None:
        tree = ast.parse((HERE / "launch/aether_bridge.launch.py").read_text("utf-8"))
        (call,) = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Node"]
        told = {k.arg: k.value.value for k in call.keywords if isinstance(k.value, ast.Constant)}
        self.assertEqual((told["package"], told["executable"]), ("aether_bridge", "aether_bridge"))
        self.assertNotIn("respawn", told)
        self.assertIn("aether_bridge.yaml", {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)})

    def test_the_parameters_are_documented(self) -> None:
        """The file of parameters has each of them with its default, and so has the README."""
        yaml = (HERE / "config/aether_bridge.yaml").read_text("utf-8")
        told = dict(re.findall(r"^    (\w+): (.*)$", yaml, re.MULTILINE))
        self.assertEqual({n: ast.literal_eval(v) for n, v in told.items()}, {p.name: p.default for p in parameters()})
        self.assertEqual({n: type(ast.literal_eval(v)) for n, v in told.items()}, {p.name: type(p.default) for p in parameters()})
        readme = (HERE / "README.md").read_text("utf-8").partition("\n## Parameters\n")[2]
        rows = re.findall(r"^\| `(\w+)` \| `(.*?)` \|", readme, re.MULTILINE)
        self.assertEqual({n: ast.literal_eval(v) for n, v in rows}, {p.name: p.default for p in parameters()})


if __name__ == "__main__":
    unittest.main()
