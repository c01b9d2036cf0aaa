"""The base exchange of the protocol. It stands before each server, in one program."""

import json
import math


def answer(line):
    try:
        request = json.loads(line)
    except ValueError:
        return {"status": "error", "message": "Invalid command", "code": "invalid_json"}
    if not isinstance(request, dict) or request.get("type") != "command":
        return {"status": "error", "message": "Invalid command", "code": "unknown_type"}
    for field in ("x", "y", "z"):
        value = request.get(field)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
            return {"status": "error", "message": "Invalid command", "code": "wrong_type", "field": field}
    if request.get("gripper") not in ("open", "closed"):
        return {"status": "error", "message": "Invalid command", "code": "invalid_value", "field": "gripper"}
    return {"status": "ok", "message": "Command received"}
