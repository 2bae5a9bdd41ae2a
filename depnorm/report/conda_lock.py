"""A conda lock as the text of a conda-lock.yml, which conda-lock installs from.

https://conda.github.io/conda-lock/output/
"""

import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

from depnorm.errors import ResolutionError
from depnorm.model import Ecosystem, Lock, LockedPackage, requirement_name
from depnorm.model.quiet_import import process_kept

BESIDE = "depnorm"
"""The key of `custom_metadata` that has what the format has no place for, as JSON."""
_MAIN = {"category": "main", "optional": False}


def render_conda_lock(lock: Lock) -> str:
    """The packages of a conda lock for its subdir (version 1); a fixed text for a fixed lock, without credentials.

    The date is that of the lock. `depnorm.read_lock` reads an equal Lock from it. Raises `ResolutionError` for a
    conda package whose channel tells no md5, which the format asks for.
    """
    import yaml  # noqa: PLC0415  only a conda lock is written as YAML

    with process_kept("conda_lock.lockfile.v1.models"):
        from conda_lock.lockfile.v1.models import Lockfile  # noqa: PLC0415  0.5 s and more

    packages = [_package(each, lock.platforms[0]) for each in lock.packages]
    content = Lockfile.model_validate({"version": 1, "metadata": _metadata(lock), "package": packages})
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(content.dict_for_output(), Dumper=dumper, sort_keys=False, allow_unicode=True, width=10_000))


def _metadata(lock: Lock) -> dict[str, Any]:
    digests = "\n".join(sorted(each.artifact.sha256 for each in lock.packages))
    return {
        "content_hash": {each: hashlib.sha256(digests.encode()).hexdigest() for each in lock.platforms},
        "channels": [{"url": _without_credentials(url), "used_env_vars": []} for url in lock.channels],
        "platforms": list(lock.platforms),
        "sources": [],
        **({"time_metadata": {"created_at": lock.as_of}} if lock.as_of else {}),
        "custom_metadata": {BESIDE: json.dumps(_beside(lock), sort_keys=True)},
    }


def _beside(lock: Lock) -> dict[str, Any]:
    left = [
        {
            "ecosystem": each.ecosystem.value,
            "name": each.name,
            "version": each.version,
            "kind": each.kind.value,
            "why": each.why,
        }
        for each in lock.left_out
    ]
    return {"created_by": lock.created_by, "left_out": left, "colliding": sorted(lock.colliding)}


def _package(package: LockedPackage, subdir: str) -> dict[str, Any]:
    is_conda = package.ecosystem is Ecosystem.CONDA
    artifact = package.artifact
    if is_conda and artifact.md5 is None:
        raise ResolutionError(
            f"{artifact.filename}: its channel tells no md5, and conda-lock.yml has to name one",
            hint="The JSON of the lock does without: --format json.",
        )
    return {
        "name": package.name,
        "version": package.version,
        "manager": "conda" if is_conda else "pip",
        "platform": subdir,
        "dependencies": dict(map(_conda_edge if is_conda else _pip_edge, package.requires)),
        "url": _without_credentials(artifact.url or ""),
        "hash": {**({"md5": artifact.md5} if artifact.md5 else {}), "sha256": artifact.sha256},
        **_MAIN,
    }


def _conda_edge(line: str) -> tuple[str, str]:
    name, _, spec = line.partition(" ")
    return name, spec


def _pip_edge(line: str) -> tuple[str, str]:
    name = requirement_name(line)
    return name, line.removeprefix(name)


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
