"""A package index on loopback that can be told to fail, over wheels that the base image's own pip downloaded."""

import html
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename


class Fault(Enum):
    """What can go wrong with one request."""

    DROPPED = auto()
    """The connection is closed without an answer."""
    UNAVAILABLE = auto()
    """503."""
    CHANGED = auto()
    """A file has other bytes than its index says."""
    HELD = auto()
    """There is no answer before `released`."""


class PackageIndex(ThreadingHTTPServer):
    """A simple index (PEP 503), and any other tree of files.

    The next `failures` requests get no answer or a 503, in turn. Faults of single projects are told by `break_`.
    """

    daemon_threads = True

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.directory = directory
        self.tree = directory.with_name(f"{directory.name}-tree")
        self.failures = 0
        self.requested: list[str] = []
        self.faults: dict[str, Iterator[Fault]] = {}
        self.held, self.released = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"{self.host}/simple"

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a client that is killed does not wait for its answer."""

    def break_(self, word: str, faults: Iterable[Fault]) -> None:
        """Answer requests of which the path holds this word with these faults, one each, until they run out."""
        self.faults[word] = iter(faults)

    def fault(self, path: str) -> Fault | None:
        """What is to go wrong with this request."""
        if self.failures > 0:
            self.failures -= 1
            return (Fault.UNAVAILABLE, Fault.DROPPED)[self.failures % 2]
        return next((next(faults, None) for word, faults in self.faults.items() if word in path), None)

    def page(self, project: str) -> str:
        """The links to the wheels of a project."""
        paths = [path for path in self.directory.iterdir() if parse_wheel_filename(path.name)[0] == project]
        links = (f"/files/{path.name}#sha256={sha256(path.read_bytes()).hexdigest()}" for path in paths)
        return "".join(f'<a href="{html.escape(link)}">{link.split("/")[-1].split("#")[0]}</a>\n' for link in links)

    def content(self, path: str) -> bytes:
        """What stands under a path; nothing where there is no such thing."""
        if path.startswith("/files/"):
            file = self.directory / Path(path).name
        elif path.startswith("/tree/"):
            file = self.tree / path.removeprefix("/tree/")
        else:
            return self.page(canonicalize_name(path.rstrip("/").rpartition("/")[2])).encode()
        return file.read_bytes() if file.is_file() else b""


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: PackageIndex

    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        fault = self.server.fault(self.path)
        if fault is Fault.DROPPED:
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault is Fault.UNAVAILABLE:
            self.send_error(503)
        else:
            if fault is Fault.HELD:
                self.server.held.set()
                self.server.released.wait(60)
            self.answer(self.server.content(self.path) + (b"changed" if fault is Fault.CHANGED else b""))

    def answer(self, data: bytes) -> None:
        self.send_response(200 if data else 404)
        is_page = self.path.startswith("/simple/")
        self.send_header("Content-Type", "text/html" if is_page else "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def serve(directory: Path) -> Iterator[PackageIndex]:
    """An index over the wheels in `directory`, while the context lasts."""
    with PackageIndex(directory) as index:
        threading.Thread(target=index.serve_forever, daemon=True).start()
        yield index
        index.shutdown()
