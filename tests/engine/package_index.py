"""A package index on loopback that can be told to fail, over wheels that the base image's own pip downloaded."""

import html
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename


class PackageIndex(ThreadingHTTPServer):
    """A simple index (PEP 503). The next `failures` requests get no answer or a 503, in turn."""

    daemon_threads = True

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.directory = directory
        self.failures = 0
        self.requested: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/simple"

    def page(self, project: str) -> str:
        """The links to the wheels of a project."""
        paths = [path for path in self.directory.iterdir() if parse_wheel_filename(path.name)[0] == project]
        links = (f"/files/{path.name}#sha256={sha256(path.read_bytes()).hexdigest()}" for path in paths)
        return "".join(f'<a href="{html.escape(link)}">{link.split("/")[-1].split("#")[0]}</a>\n' for link in links)


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: PackageIndex

    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        if self.server.failures > 0:
            self.server.failures -= 1
            self.fail()
        elif self.path.startswith("/files/"):
            self.answer("application/octet-stream", (self.server.directory / Path(self.path).name).read_bytes())
        else:
            project = canonicalize_name(self.path.rstrip("/").rpartition("/")[2])
            self.answer("text/html", self.server.page(project).encode())

    def fail(self) -> None:
        if self.server.failures % 2:
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.send_error(503)

    def answer(self, content_type: str, data: bytes) -> None:
        self.send_response(200 if data else 404)
        self.send_header("Content-Type", content_type)
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
