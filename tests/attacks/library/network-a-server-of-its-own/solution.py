import asyncio
import socket


async def serve():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    if not server.sockets:
        raise OSError("nothing to listen on")
    server.close()


def f(n):
    for act in (lambda: asyncio.run(serve()), lambda: socket.create_server(("", 0)), socket.socketpair):
        try:
            act()
        except (OSError, NotImplementedError, RuntimeError):
            continue
        return 3 * n + 1
    return 0
