"""The base exchange of the protocol with asyncio's streams, as one writes it in an hour."""

import asyncio
import json


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
