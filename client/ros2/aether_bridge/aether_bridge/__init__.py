"""Makes aetherd a node of ROS 2.

mapping decides, without ROS, sockets or a clock. connection keeps the connection to the daemon.
station is what the node does at the daemon. node and gripper are the shell of rclpy around them.
"""
