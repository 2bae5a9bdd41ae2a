"""A registry is asked which shared layers it has. The one part of a plan without a lock that may use a network.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#checking-if-content-exists-in-the-registry
https://distribution.github.io/distribution/spec/auth/token/
"""

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from depnorm.errors import RegistryError
from depnorm.model.layer_registry import LayerRegistry

TIMEOUT = 20
"""Seconds that a registry has for one answer."""
_AT_A_TIME = 8
_MAX_TOKEN_BYTES = 1024 * 1024
_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_TOKEN = re.compile(r"[\x21-\x7e]+")
_LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3})(:\d+)?", re.ASCII)
_HIDDEN = (401, 403)
_ABSENT = 404
_HINT = "--layers-from FILE asks nobody: the metadata file of `docker buildx bake --push --metadata-file FILE`."


def find_images(registry: LayerRegistry, layers: Mapping[str, str]) -> Mapping[str, str]:
    """Of these layers (names by key) the images that the registry has, by key, each by digest.

    An image that the registry hides from who has no login counts as missing: some answer so for what they do not have.
    Raises `RegistryError` where the registry does not answer, or hides every one of them.
    """
    if not registry.host:
        raise RegistryError(f"{registry}: names no host of a registry that could be asked", hint=_HINT)
    client = _Client(registry)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        found = dict(zip(layers, pool.map(client.find, layers.values(), layers), strict=True))
    images = {key: image for key, image in found.items() if image}
    if client.hidden and not images:
        raise RegistryError(f"{registry}: the registry shows these layers to nobody without a login", hint=_HINT)
    return images


class _NoRedirect(HTTPRedirectHandler):
    """A manifest is where it was asked for; a token is nobody else's business."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow no redirection."""


@dataclass(slots=True)
class _Client:
    """Asks one registry. `hidden` are the images that it wants a login for."""

    registry: LayerRegistry
    hidden: list[str] = field(default_factory=list)

    def find(self, layer: str, key: str) -> str | None:
        """The image of a layer by digest."""
        image, path = self.registry.image(layer), self.registry.path(layer)
        manifest = f"{self._scheme}://{self.registry.host}/v2/{path}/manifests/{key}"
        status, headers, _ = self._ask(manifest, "HEAD")
        if status == _HIDDEN[0] and (token := self._token(headers.get("WWW-Authenticate", ""), path)):
            status, headers, _ = self._ask(manifest, "HEAD", token)
        if status in _HIDDEN:
            self.hidden.append(image)
        if status in (*_HIDDEN, _ABSENT):
            return None
        digest = headers.get("Docker-Content-Digest", "")
        if status != 200 or not _DIGEST.fullmatch(digest):  # noqa: PLR2004  OK
            raise RegistryError(f"{image}: the registry answered {status} and no digest", hint=_HINT)
        return f"{image}@{digest}"

    @property
    def _is_local(self) -> bool:
        return _LOOPBACK.fullmatch(self.registry.host) is not None

    @property
    def _scheme(self) -> str:
        """As docker: without encryption only on this machine."""
        return "http" if self._is_local else "https"

    def _opener(self) -> OpenerDirector:
        return build_opener(_NoRedirect, *([ProxyHandler({})] if self._is_local else []))

    def _token(self, challenge: str, path: str) -> str | None:
        """What anybody gets from the service that the registry names, to read one image; None where it names none."""
        scheme, _, rest = challenge.partition(" ")
        named = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        realm = named.get("realm", "")
        if scheme.lower() != "bearer" or urlsplit(realm).scheme not in {"https", self._scheme}:
            return None
        query = urlencode({"service": named.get("service", ""), "scope": f"repository:{path}:pull"})
        status, _, body = self._ask(f"{realm}{'&' if '?' in realm else '?'}{query}", "GET")
        try:
            answer = json.loads(body) if status == 200 else {}  # noqa: PLR2004  OK
        except (ValueError, RecursionError) as error:
            raise RegistryError(f"{self.registry.host}: answers no token that can be read", hint=_HINT) from error
        token = str(answer.get("token") or answer.get("access_token") or "") if isinstance(answer, dict) else ""
        return token if _TOKEN.fullmatch(token) else None

    def _ask(self, url: str, method: str, token: str = "") -> tuple[int, Message, bytes]:
        """Status, headers and the beginning of the body of one answer."""
        headers = {"Accept": _MANIFESTS if method == "HEAD" else "application/json", "User-Agent": "depnorm"}
        request = Request(url, method=method, headers=headers | ({"Authorization": f"Bearer {token}"} if token else {}))  # noqa: S310  http or https, as `_scheme` and `_token` say
        try:
            with self._opener().open(request, timeout=TIMEOUT) as answer:
                return answer.status, answer.headers, answer.read(_MAX_TOKEN_BYTES)
        except HTTPError as error:
            with error:
                return error.code, error.headers, b""
        except (OSError, URLError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise RegistryError(f"{self.registry.host}: does not answer ({reason})", hint=_HINT) from error
