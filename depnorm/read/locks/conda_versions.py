"""Which versions a conda-lock.yml has, without all the rest of it: quickly, and believing nothing."""

from collections import defaultdict
from collections.abc import Mapping

from depnorm.read.locks.conda_document import YamlError, load_yaml
from depnorm.read.text import decode

MAX_QUICK_BYTES = 4_000_000
"""Of a file that is read so: a second's worth."""


def read_conda_versions(data: bytes, subdir: str) -> Mapping[str, frozenset[str]]:
    """Name to versions of the conda packages for `subdir`; empty where the file cannot be read, or is too large."""
    if len(data) > MAX_QUICK_BYTES:
        return {}
    try:
        entries = load_yaml(decode(data).text.replace("\r\n", "\n")).content.get("package")
    except YamlError:
        return {}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("manager") == "conda" and entry.get("platform") == subdir:
            found[str(entry.get("name"))].add(str(entry.get("version")))
    return {name: frozenset(versions) for name, versions in found.items()}
