"""The key of a shared layer: the same key, the same bytes, whoever builds it."""

import hashlib
from collections.abc import Iterable

import msgspec

from depnorm.model import Emitter, Target


def layer_key(
    target: Target,
    contents: Iterable[str],
    *,
    installer: str,
    indexes: Iterable[str] = ("pypi",),
    bytecode: str = "unchecked-hash",
    emitter: Emitter = Emitter.CHAIN,
) -> str:
    """A sha256 in hex over everything that decides a shared layer's bytes; the order of `contents` does not.

    `contents` are the sha256 of artifacts, or for CRAN `NAME@DATE`; `installer` is name and version (`pip 26.3`);
    `indexes` are names, never URLs, which may hold credentials; `bytecode` is the policy for compiled files. A layer of
    one emitter has other directories in it than that of another.
    """
    canonical = {
        "schema": 1,
        "target": {
            "implementation": target.implementation,
            "python": target.python,
            "platform": target.platform,
            "conda_subdir": target.conda_subdir,
            "r_version": target.r_version,
            "r_snapshot": target.r_snapshot,
        },
        "base_image": target.base_image,
        "prefix": target.prefix,
        "owner": [target.user, target.uid, target.gid],
        "installer": installer,
        "indexes": sorted(set(indexes)),
        "bytecode": bytecode,
        "emitter": emitter,
        "contents": sorted(set(contents)),
    }
    return hashlib.sha256(msgspec.json.encode(canonical, order="sorted")).hexdigest()
