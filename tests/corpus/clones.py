"""Git clones made by the real git, for tests."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.org",
}
FIRST_DAY = 1_700_000_000
DAY = 86_400


def git(place: Path, *arguments: str, date: int = FIRST_DAY, stdin: bytes | None = None) -> str:
    environment = {
        **os.environ,
        **_ENVIRONMENT,
        "GIT_AUTHOR_DATE": f"{date} +0000",
        "GIT_COMMITTER_DATE": f"{date} +0000",
    }
    done = subprocess.run(["git", *arguments], cwd=place, env=environment, input=stdin, capture_output=True, check=True)
    return done.stdout.decode().strip()


def make_clone(place: Path, commits: list[Mapping[str, str | bytes | None]], *, object_format: str = "sha1") -> Path:
    """A clone whose commits write (None: remove) files, a day apart; an empty one is an empty commit."""
    place.mkdir(parents=True, exist_ok=True)
    git(place, "init", "-q", "-b", "main", f"--object-format={object_format}")
    for number, files in enumerate(commits):
        commit(place, files, date=FIRST_DAY + number * DAY)
    return place


def commit(place: Path, files: Mapping[str, str | bytes | None], *, date: int = FIRST_DAY) -> None:
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(place, "add", "-A")
    git(place, "commit", "-q", "--allow-empty", "-m", "c", date=date)
