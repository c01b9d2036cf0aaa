from builtin_interfaces.msg import Time
from standin import message

Header = message("Header", stamp=Time, frame_id="string")
