"""The package, as colcon builds it. The Python client of aetherd is installed beside it: see README.md."""

from glob import glob

from setuptools import setup

package_name = "aether_bridge"

setup(
    name=package_name,
    version="0.1.0",
    packages=[package_name],
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
        (f"share/{package_name}/launch", glob("launch/*.launch.py")),
        (f"share/{package_name}/config", glob("config/*.yaml")),
    ],
    install_requires=["setuptools"],
    python_requires=">=3.10",
    zip_safe=True,
    maintainer="The aetherd authors",
    maintainer_email="aether-arm@users.noreply.github.com",
    description="Makes aetherd, the daemon beside a robot arm, a node of ROS 2",
    license="MIT",
    entry_points={"console_scripts": [f"aether_bridge = {package_name}.node:main"]},
)
