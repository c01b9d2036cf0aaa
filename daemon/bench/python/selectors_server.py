"""The base exchange of the protocol with selectors: no coroutines, every line that came at once."""

import json
import selectors
import socket


def read(connection, buffer):
    """Answers what came, and tells whether the connection lives."""
    try:
        data = connection.recv(65536)
        if not data:
            return False
        buffer += data
        end = buffer.rfind(b"\n") + 1
        if end:
            lines = bytes(buffer[:end]).splitlines()
            del buffer[:end]
            connection.sendall(b"".join(json.dumps(answer(line)).encode() + b"\n" for line in lines))
        return True
    except ConnectionError:
        return False


def main():
    selector = selectors.DefaultSelector()
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    selector.register(listener, selectors.EVENT_READ)
    print("%s:%d" % listener.getsockname()[:2], flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ, bytearray())
            elif not read(key.fileobj, key.data):
                selector.unregister(key.fileobj)
                key.fileobj.close()


main()
