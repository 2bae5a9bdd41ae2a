"""Packages of a lock that the image's own index may not have.

The layers of an image ask the index that the image names, by name and hash. A file that lies elsewhere is fetched from
where it lies, if anybody may do so. Else the package is left to the user's own command, which knows its index and has
the credential: no text and no key of an image may hold one.
"""

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from depnorm.errors import ResolutionError
from depnorm.model import Ecosystem, LeftOut, LeftOutKind, Lock, LockedPackage, redact
from depnorm.resolve.kept import keep
from depnorm.resolve.request import Request
from depnorm.resolve.uv_command import Query, compile_pylock_text
from depnorm.resolve.variables import expand_variables, is_secret
from depnorm.resolve.wheel import Wheel, read_requirements

# A word that pip, uv, the shell and BuildKit all read as it is: no query (it may be signed), no `$`, no `;`.
_PLAIN = re.compile(r"https?://[\w.:-]+/[\w./~%+@!,=()-]+\.whl", re.ASCII)
_HOST_ALONE = "https://host/simple".count("/")
_ON_EVERY_INDEX = "pip"
_WHY = "comes from another index than the image's, which not everybody may read"


def tell_elsewhere(lock: Lock, request: Request, cache: Path) -> Lock:
    """The lock with what its files say of where they lie (`Artifact.elsewhere`), and without those that are private."""
    if not any(line.startswith("--") and "//" in line for line in request.options):
        return lock
    default = _default_host(request, cache)
    packages: list[LockedPackage] = []
    left_out: list[LeftOut] = []
    for package in lock.packages:
        if not _is_elsewhere(package, default, request):
            packages.append(package)
        elif _is_public(package, request, cache):
            packages.append(replace(package, artifact=replace(package.artifact, elsewhere=True)))
        else:
            left_out.append(_left_out(package))
    return replace(
        lock,
        packages=tuple(packages),
        left_out=tuple(sorted((*lock.left_out, *left_out), key=lambda each: each.name)),
    )


def _is_elsewhere(package: LockedPackage, default: str, request: Request) -> bool:
    """Whether a file has another host than those of the default index, or lies below another index of the same host."""
    url = package.artifact.url or ""
    return _host(url) != default or any(url.startswith(place) for place in _places(request))


def _places(request: Request) -> Iterator[str]:
    """Of each index that the repository names, what its files' URLs begin with where it keeps them itself."""
    for line in request.options:
        url = expand_variables(line).partition(" ")[2].strip().rstrip("/")
        if line.startswith("--extra-index-url") and url.count("/") > _HOST_ALONE:
            yield url.rpartition("/")[0] + "/"


def _is_public(package: LockedPackage, request: Request, cache: Path) -> bool:
    """Whether its URL holds nothing secret, and answers without a credential."""
    url = package.artifact.url or ""
    if not _PLAIN.fullmatch(url) or redact(url) != url or _host(url) in _secret_hosts(request):
        return False
    try:
        read_requirements([Wheel(artifact=package.artifact, url=url)], cache / "wheels", None)
    except ResolutionError:
        return False
    return True


def _secret_hosts(request: Request) -> set[str]:
    """Hosts of indexes for which a line has a credential, or names the variable that has it."""
    return {_host(expand_variables(line).partition(" ")[2]) for line in request.options if is_secret(line)}


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def _default_host(request: Request, cache: Path) -> str:
    """The host of the files of the index that counts where nobody names one; empty where that has none."""
    indexes = [os.environ.get(name, "") for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")]
    digest = hashlib.sha256("\n".join((*indexes, request.as_of, request.python)).encode()).hexdigest()
    kept = cache / "indexes" / digest
    try:
        return kept.read_text("utf-8")
    except OSError:
        pass
    query = Query(
        requirements=(_ON_EVERY_INDEX,),
        alone=True,
        python=request.python,
        python_patch=request.python_patch,
        platform=request.platform,
        as_of=request.as_of,
    )
    try:
        (package,) = tomllib.loads(compile_pylock_text(query))["packages"]
        host = _host(package["wheels"][0]["url"])
    except (ResolutionError, KeyError, IndexError):
        return ""
    keep(kept, host.encode())
    return host


def _left_out(package: LockedPackage) -> LeftOut:
    return LeftOut(
        ecosystem=Ecosystem.PYPI,
        name=package.name,
        version=package.version,
        kind=LeftOutKind.OTHER_INDEX,
        why=_WHY,
    )
