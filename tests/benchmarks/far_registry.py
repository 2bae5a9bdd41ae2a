"""A registry that answers late, as one far away does; for `pull_layers.py`."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 2**20


@contextmanager
def held_back(address: str, milliseconds: float) -> Iterator[str]:
    """The address of a proxy before this one, which holds back whatever a client sends by so many milliseconds.

    What the registry sends passes at once: requests take a round trip longer, and blobs come as fast as before.
    """
    if not milliseconds:
        yield address
        return
    host, _, port = address.rpartition(":")
    with socket.create_server(("127.0.0.1", 0)) as server:
        arguments = (server, (host, int(port)), milliseconds / 1000)
        threading.Thread(target=_serve, args=arguments, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def _serve(server: socket.socket, registry: tuple[str, int], seconds: float) -> None:
    with suppress(OSError):  # the server is closed when the measuring is over
        while True:
            client, _ = server.accept()
            behind = socket.create_connection(registry)
            for source, sink, wait in ((client, behind, seconds), (behind, client, 0.0)):
                threading.Thread(target=_pass_on, args=(source, sink, wait), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, seconds: float) -> None:
    with suppress(OSError):  # either side may hang up
        while data := source.recv(CHUNK):
            time.sleep(seconds)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
