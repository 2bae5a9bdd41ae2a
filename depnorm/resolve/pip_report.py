"""What pip itself would install, as it reports without installing: for lines that uv refuses and pip accepts.

https://pip.pypa.io/en/stable/reference/installation-report/
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from depnorm.resolve.uv_command import TIMEOUT_SECONDS, Prereleases, Query
from depnorm.resolve.wheel import supported_tags

# Where the user's index is and how to reach it; never what the resolution means.
_KEPT = ("PIP_INDEX", "PIP_EXTRA_INDEX", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_TRUSTED_HOST", "PIP_PROXY", "PIP_KEYRING")


def ask_pip(query: Query) -> str | None:
    """A pylock.toml of what pip selects from wheels as of the date, None where it selects nothing or is not there."""
    if query.excluded or query.installed:
        return None  # pip knows no way to leave out what a package requires, nor to take it for installed
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory)
        for name, lines in (
            ("requirements.txt", (*query.options, *query.requirements)),
            ("constraints.txt", query.constraints),
        ):
            (here / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return _as_pylock(here / "report.json") if _succeeds(_arguments(query), here) else None


def _arguments(query: Query) -> Sequence[str]:
    tags = supported_tags(query.python, query.platform)
    abis = dict.fromkeys(tag.abi for tag in tags)
    platforms = dict.fromkeys(tag.platform for tag in tags if tag.platform != "any")
    return (
        *("install", "--dry-run", "--ignore-installed", "--quiet", "--no-input", "--disable-pip-version-check"),
        *("--only-binary", ":all:", "--implementation", "cp", "--python-version", query.release),
        *(word for abi in abis for word in ("--abi", abi)),
        *(word for platform in platforms for word in ("--platform", platform)),
        *("--uploaded-prior-to", f"{query.as_of}T23:59:59Z"),
        *(("--pre",) if query.prereleases is Prereleases.ALL else ()),
        *("--requirement", "requirements.txt", "--constraint", "constraints.txt", "--report", "report.json"),
    )


def _succeeds(arguments: Sequence[str], directory: Path) -> bool:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_") or name.startswith(_KEPT)}
    kept["PIP_CONFIG_FILE"] = os.devnull  # as uv: a file may hold constraints, and sources without dates
    command = [sys.executable, "-m", "pip", *arguments]
    try:
        done = subprocess.run(  # noqa: S603  fixed arguments; requirements travel in a file
            command, cwd=directory, env=kept, check=False, capture_output=True, stdin=subprocess.DEVNULL,
            timeout=TIMEOUT_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _as_pylock(report: Path) -> str:
    import tomlkit  # noqa: PLC0415  hardly anything comes here

    items = json.loads(report.read_text("utf-8"))["install"]
    packages = sorted(map(_package, items), key=lambda each: str(each["name"]))
    return tomlkit.dumps({"lock-version": "1.0", "created-by": "pip", "packages": packages})


def _package(item: dict[str, Any]) -> dict[str, Any]:
    url, metadata = item["download_info"]["url"], item["metadata"]
    hashes = item["download_info"].get("archive_info", {}).get("hashes", {})
    filename = unquote(urlsplit(url).path).rpartition("/")[2]
    wheel = {"name": filename, "url": url, "hashes": hashes}
    return {"name": canonicalize_name(metadata["name"]), "version": metadata["version"], "wheels": [wheel]}
