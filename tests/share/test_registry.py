"""A registry that is asked for layers; `tests/engine` asks a real one, this one also refuses."""

import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from depnorm.errors import RegistryError
from depnorm.model.layer_registry import LayerRegistry, parse_layer_registry
from depnorm.share.registry import find_images

DIGEST = f"sha256:{'a' * 64}"
KEYS = {f"{number:064x}": name for number, name in enumerate(("numpy", "scipy", "Web & more"))}


class Server(ThreadingHTTPServer):
    """Answers as the specification of registries says, in one of several manners."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.manner = ""
        self.missing: tuple[str, ...] = ()
        self.asked: list[tuple[str, str]] = []
        self.tokens: list[str] = []

    @property
    def registry(self) -> LayerRegistry:
        return parse_layer_registry(f"127.0.0.1:{self.server_address[1]}/layers")


class Handler(BaseHTTPRequestHandler):
    """One answer."""

    server: Server

    def do_HEAD(self) -> None:
        self.server.asked.append((self.path, self.headers["Accept"]))
        layer = self.path.split("/")[3]
        match self.server.manner:
            case "closed":
                self.reply(401, {"WWW-Authenticate": "Basic realm=x"})
            case "forbidding":
                self.reply(403)
            case "broken":
                self.reply(500)
            case "silent":
                self.connection.close()
            case "elsewhere":
                self.reply(307, {"Location": "http://127.0.0.1:9/v2/"})
            case "no digest":
                self.reply(200)
            case "bad digest":
                self.reply(200, {"Docker-Content-Digest": "sha256:0 RUN"})
            case "token" | "token elsewhere" if self.headers["Authorization"] != f"Bearer for-{layer}":
                service = "127.0.0.1:9" if self.server.manner == "token" else "127.0.0.1"
                self.reply(401, {"WWW-Authenticate": f'Bearer realm="{self.realm()}",service="{service}"'})
            case _:
                missing = layer in self.server.missing
                self.reply(404) if missing else self.reply(200, {"Docker-Content-Digest": DIGEST})

    def realm(self) -> str:
        scheme = "http" if self.server.manner == "token" else "ftp"
        return f"{scheme}://127.0.0.1:{self.server.server_address[1]}/token"

    def do_GET(self) -> None:
        (scope,) = parse_qs(urlsplit(self.path).query)["scope"]
        self.server.tokens.append(scope)
        layer = scope.split(":")[1].rpartition("/")[2]
        self.reply(200, body=f'{{"token": "for-{layer}"}}'.encode())

    def reply(self, status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield made
        made.shutdown()


def test_each_layer_is_looked_up_by_its_key(server: Server) -> None:
    """The manifest's digest is asked for, not the manifest; every kind of manifest will do."""
    images = find_images(server.registry, KEYS)
    names = ("numpy", "scipy", "web-more")
    assert images == {key: f"{server.registry}/{name}@{DIGEST}" for key, name in zip(KEYS, names, strict=True)}
    paths = sorted(path for path, _ in server.asked)
    assert paths == [f"/v2/layers/{name}/manifests/{key}" for key, name in zip(KEYS, names, strict=True)]
    assert all("oci.image.index" in accept and "distribution.manifest.v2" in accept for _, accept in server.asked)


def test_a_missing_layer_has_no_image(server: Server) -> None:
    """The others have."""
    server.missing = ("scipy",)
    assert [KEYS[key] for key in find_images(server.registry, KEYS)] == ["numpy", "Web & more"]


def test_a_token_is_got_where_one_is_asked_for(server: Server) -> None:
    """What anybody may read needs a token all the same; it is for one image, and to read."""
    server.manner = "token"
    assert len(find_images(server.registry, KEYS)) == 3
    assert sorted(server.tokens) == [f"repository:layers/{name}:pull" for name in ("numpy", "scipy", "web-more")]


@pytest.mark.parametrize(
    ("manner", "message"),
    [
        ("closed", "without a login"),
        ("forbidding", "without a login"),
        ("token elsewhere", "without a login"),
        ("broken", "answered 500"),
        ("silent", "does not answer"),
        ("elsewhere", "answered 307"),
        ("no digest", "no digest"),
        ("bad digest", "no digest"),
    ],
)
def test_an_answer_of_no_use_is_an_error(server: Server, manner: str, message: str) -> None:
    """Nothing is silently built, and the hint names the way that needs no registry."""
    server.manner = manner
    with pytest.raises(RegistryError, match=message) as error:
        find_images(server.registry, KEYS)
    assert "--metadata-file" in error.value.hint


@pytest.mark.parametrize(
    ("registry", "message"),
    [("127.0.0.1:1/layers", "does not answer"), ("localhost:99999/x", "does not answer"), ("team/x", "names no host")],
)
def test_a_registry_that_is_not_there(registry: str, message: str) -> None:
    """Nothing listens, the port is none, or there is no host to ask."""
    with pytest.raises(RegistryError, match=message):
        find_images(parse_layer_registry(registry), KEYS)
