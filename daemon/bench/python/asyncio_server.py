"""The base exchange of the protocol with asyncio's streams, as one writes it in an hour."""

import asyncio
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


async def serve(reader, writer):
    try:
        while line := await reader.readline():
            writer.write(json.dumps(answer(line)).encode() + b"\n")
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print("%s:%d" % server.sockets[0].getsockname()[:2], flush=True)
    await server.serve_forever()


asyncio.run(main())
