from control_msgs import msg
from standin import message

STATE = {"position": "float64", "effort": "float64", "stalled": "bool", "reached_goal": "bool"}


class GripperCommand:
    Goal = message("GripperCommand_Goal", command=msg.GripperCommand)
    Result = message("GripperCommand_Result", **STATE)
    Feedback = message("GripperCommand_Feedback", **STATE)
