from standin import message


class Trigger:
    Request = message("Trigger_Request")
    Response = message("Trigger_Response", success="bool", message="string")
