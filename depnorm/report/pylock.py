"""A Lock as the text of a pylock.toml, which pip and uv install from.

https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from depnorm.model import Lock, LockedPackage, requirement_name

if TYPE_CHECKING:
    from packaging.pylock import Package


def render_pylock(lock: Lock) -> str:
    """The packages of a Python lock with one wheel each, for its Target alone; a fixed text for a fixed lock.

    What was left out is told in `[tool.depnorm]`, and so is the date. URLs are without credentials.
    """
    import tomlkit  # noqa: PLC0415  only a lock is written as TOML
    from packaging.markers import Marker  # noqa: PLC0415
    from packaging.pylock import Pylock  # noqa: PLC0415
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415
    from packaging.version import Version  # noqa: PLC0415

    document = Pylock(
        lock_version=Version("1.0"),
        environments=[Marker(marker) for marker in lock.platforms] or None,
        requires_python=SpecifierSet(lock.requires_python) if lock.requires_python else None,
        created_by="depnorm",
        packages=[_package(each, lock) for each in lock.packages],
        tool={"depnorm": _beside(lock)},
    )
    return tomlkit.dumps(dict(document.to_dict()))


def _package(package: LockedPackage, lock: Lock) -> "Package":
    from packaging.pylock import Package, PackageWheel  # noqa: PLC0415
    from packaging.utils import canonicalize_name  # noqa: PLC0415
    from packaging.version import Version  # noqa: PLC0415

    artifact = package.artifact
    known = {each.name for each in lock.packages}
    needed = sorted({name for line in package.requires if (name := requirement_name(line)) in known})
    wheel = PackageWheel(
        name=artifact.filename,
        url=_without_credentials(artifact.url or ""),
        size=artifact.size,
        hashes={"sha256": artifact.sha256},
    )
    return Package(
        name=canonicalize_name(package.name),
        version=Version(package.version),
        dependencies=[{"name": name} for name in needed] or None,
        wheels=[wheel],
    )


def _beside(lock: Lock) -> dict[str, Any]:
    """What the format has no place for."""
    left = [
        {
            "name": each.name,
            **({"version": each.version} if each.version else {}),
            "kind": each.kind.value,
            "why": each.why,
        }
        for each in lock.remainder
    ]
    date = {"as-of": lock.as_of} if lock.as_of else {}
    return {**date, "left-out": left}


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
