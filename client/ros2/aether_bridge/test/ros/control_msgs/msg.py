from standin import message

GripperCommand = message("GripperCommand", position="float64", max_effort="float64")
