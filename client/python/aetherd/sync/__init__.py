"""The client on blocking sockets and threads."""
