"""A repository of R packages on this machine: indexes as they are written, served for each date."""

import gzip
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

R = ("Rscript", "--vanilla", "-e")


def record(name: str, version: str = "1.0", **fields: str) -> str:
    lines = {"Package": name, "Version": version, **fields}
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


def index_of(*records: str) -> bytes:
    return gzip.compress("\n".join(records).encode())


DATE = "2024-01-10"
RUNTIME = {"runtime.txt": f"r-4.2-{DATE}\n"}
INDEX = (
    record(
        "alpha", "1.2.3", Depends="R (>= 3.5), methods", Imports="beta (>= 1.0),\n    gamma", Suggests="sugar, no.such"
    ),
    record("beta", "1.10", LinkingTo="delta"),
    record("gamma", "0.9-1", Depends="R (>= 4.2.0)", Imports="MASS, utils"),
    record("delta", "2.0"),
    record("sugar", "1.0", Imports="delta", Suggests="alpha"),
    record("MASS", "7.3-60", Priority="recommended", Depends="R (>= 4.0)"),
    record("broken", "1.0", Imports="beta (>= 2.0)"),
    record("orphan", "1.0", Imports="no.such"),
    record("newer", "1.0", Depends="R (>= 4.4)"),
    record("twice", "1.0"),
    record("twice", "1.2", Depends="R (>= 4.4)"),
    record("twice", "1.1"),
    record("tidyverse", "2.0.0", Imports="dplyr, ggplot2"),
    record("dplyr", "1.1.4"),
    record("ggplot2", "3.4.4", Imports="MASS"),
)


@dataclass
class Snapshots:
    """Files by path; the first `failures` answers are a 503. `authorization` has to be sent; `leads` to elsewhere."""

    files: dict[str, bytes] = field(default_factory=dict)
    failures: int = 0
    requested: list[str] = field(default_factory=list)
    url: str = ""
    authorization: str | None = None
    leads: dict[str, str] = field(default_factory=dict)

    def publish(self, date: str, *records: str) -> None:
        self.files[f"/{date}/src/contrib/PACKAGES.gz"] = index_of(*records)


@contextmanager
def serve() -> Iterator[Snapshots]:
    """The snapshots, while the context lasts."""
    snapshots = Snapshots()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            snapshots.requested.append(self.path)
            if snapshots.failures > 0:
                snapshots.failures -= 1
                self.send_error(503)
            elif snapshots.authorization not in {None, self.headers["Authorization"]}:
                self.send_error(401)
            elif self.path in snapshots.leads:
                self.send_response(302)
                self.send_header("Location", snapshots.leads[self.path])
                self.end_headers()
            elif self.path in snapshots.files:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(snapshots.files[self.path])
            else:
                self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        snapshots.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield snapshots
        server.shutdown()


@contextmanager
def published(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[Snapshots]:
    """Snapshots of CRAN that hold `INDEX`, which locks ask, and a cache of their own."""
    with serve() as served:
        served.publish(DATE, *INDEX)
        monkeypatch.setenv("DEPNORM_CRAN", f"{served.url}/latest/")
        monkeypatch.setenv("DEPNORM_CACHE", str(cache))
        yield served


def run_r(code: str, variables: Mapping[str, str]) -> str:
    """What R prints."""
    done = subprocess.run([*R, code], env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
