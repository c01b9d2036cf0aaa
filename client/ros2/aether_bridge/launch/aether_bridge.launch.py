"""Starts the bridge with a file of parameters. It is not started again by itself when it ends."""

import os

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node


def generate_launch_description() -> LaunchDescription:
    config = os.path.join(get_package_share_directory("aether_bridge"), "config", "aether_bridge.yaml")
    return LaunchDescription(
        [
            DeclareLaunchArgument("params_file", default_value=config, description="The parameters, as a YAML file"),
            Node(
                package="aether_bridge",
                executable="aether_bridge",
                name="aether_bridge",
                output="screen",
                parameters=[LaunchConfiguration("params_file")],
            ),
        ]
    )
