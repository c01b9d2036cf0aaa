from standin import message

Time = message("Time", sec="int32", nanosec="uint32")
