from standin import message
from std_msgs.msg import Header

JointState = message(
    "JointState", header=Header, name=["string"], position=["float64"], velocity=["float64"], effort=["float64"]
)
