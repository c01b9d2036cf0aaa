from standin import message
from std_msgs.msg import Header

KeyValue = message("KeyValue", key="string", value="string")
DiagnosticStatus = message(
    "DiagnosticStatus", level="byte", name="string", message="string", hardware_id="string", values=[KeyValue]
)
DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR, DiagnosticStatus.STALE = b"\0", b"\1", b"\2", b"\3"
DiagnosticArray = message("DiagnosticArray", header=Header, status=[DiagnosticStatus])
