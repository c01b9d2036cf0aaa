from standin import message
from std_msgs.msg import Header

Point = message("Point", x="float64", y="float64", z="float64")
Quaternion = message("Quaternion", x="float64", y="float64", z="float64", w=("float64", 1.0))
Pose = message("Pose", position=Point, orientation=Quaternion)
PointStamped = message("PointStamped", header=Header, point=Point)
PoseStamped = message("PoseStamped", header=Header, pose=Pose)
