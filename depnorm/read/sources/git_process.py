"""git as a process that nobody has to trust: it asks nothing, runs nothing of a repository, and ends in time."""

import os
import re
import signal
import subprocess  # git itself, with arguments that were checked
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from depnorm.errors import UnusableInputError
from depnorm.model import Progress, redact
from depnorm.read.git_limit import limit_git
from depnorm.read.sources.limits import MAX_BYTES, too_large
from depnorm.read.sources.source import SCHEMES

_TAIL_BYTES = 16 * 1024
_POLL_SECONDS = 0.1
_START_SECONDS = 10.0
"""An interrupt may come before there is anything to wait for."""
_QUICK_SECONDS = 1.0
"""What takes no longer needs no word about how far it is."""
_PERCENT = re.compile(rb"([A-Z][A-Za-z ]{3,30}): +(\d{1,3})%")
# Of the user's environment git sees how to reach a host, and nothing that points at another repository.
_KEPT = re.compile(
    r"GIT_(SSH|SSH_COMMAND|ASKPASS|SSL_\w+|HTTP_\w+|PROXY\w*|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+))"
)
_SAFE = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "fetch.unpackLimit": "1",  # one file, whose size can be watched
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.version": "2",  # by which a commit can be asked for
    "protocol.ext.allow": "never",
    "advice.detachedHead": "false",
}


# Older versions of git know only the directories.
_ALONE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_COUNT": "0",
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a git process said."""

    code: int
    output: bytes
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """git in a directory of ours, up to a moment of `time.monotonic`."""

    place: Path
    deadline: float
    progress: Progress | None = None

    def ask(self, *arguments: str, network: bool = False, max_output: int = 2**20) -> Answer:
        """Run git to its end, or to the deadline; its output is cut off at `max_output` bytes.

        With `network` it may talk to a remote repository, and finds the user's own settings (proxies, credentials);
        without, it reads no settings but ours. Raises `UnusableInputError` where it cannot run, takes too long, or
        downloads too much.
        """
        with self.start(*arguments, network=network) as git:
            assert git.stdout  # noqa: S101  for the type checker: they are pipes
            assert git.stderr  # noqa: S101
            output, error = _Reader(git.stdout, keep=max_output, first=True), _Reader(git.stderr, keep=_TAIL_BYTES)
            self._wait(git, error, watch=network)
            return Answer(code=git.returncode, output=output.end(), error=_told(error.end()))

    @contextmanager
    def start(self, *arguments: str, network: bool = False) -> Iterator["subprocess.Popen[bytes]"]:
        """A git process, which ends with the context, and so does whatever it started."""
        safe = [word for name, value in _SAFE.items() for word in ("-c", f"{name}={value}")]
        started = _Started(["git", "--no-pager", *safe, *arguments], self.place, _environment(network=network))
        try:
            git = started.process()
            limit_git(git.pid)
            yield git
        finally:
            started.end()

    def check_time(self) -> None:
        """Raise `UnusableInputError` after the deadline."""
        if time.monotonic() > self.deadline:
            raise UnusableInputError(
                "git was not done in time, and was stopped", hint="Clone the repository yourself, and give the clone."
            )

    def _wait(self, git: "subprocess.Popen[bytes]", told: "_Reader", *, watch: bool) -> None:
        begun = time.monotonic()
        while True:
            with suppress(subprocess.TimeoutExpired):
                git.wait(timeout=_POLL_SECONDS)
                break
            now = time.monotonic()
            self.check_time()
            if watch and _downloaded(self.place) > MAX_BYTES:
                raise too_large()
            if self.progress and now - begun > _QUICK_SECONDS and (found := _PERCENT.findall(told.tail)):
                self.progress(found[-1][0].decode("ascii").lower(), int(found[-1][1]), 100)


class _Started:
    """A process that another thread starts, since an interrupt reaches only the main one: it is never lost."""

    def __init__(self, command: list[str], place: Path, environment: Mapping[str, str]) -> None:
        self._command, self._place, self._environment = command, place, environment
        self._found: subprocess.Popen[bytes] | OSError | None = None
        self._done = threading.Event()  # joining a thread a second time, after an interrupt, does not wait

    def process(self) -> "subprocess.Popen[bytes]":
        threading.Thread(target=self._start, daemon=True).start()
        self._done.wait()
        if isinstance(self._found, subprocess.Popen):
            return self._found
        raise UnusableInputError(
            "git cannot be run, and a repository is fetched with it", hint="Install git."
        ) from self._found

    def end(self) -> None:
        self._done.wait(_START_SECONDS)
        if isinstance(self._found, subprocess.Popen):
            _end(self._found)

    def _start(self) -> None:
        try:
            self._found = subprocess.Popen(  # noqa: S603  arguments of ours, and those that were checked
                self._command,  # git is found on PATH, as everywhere
                cwd=self._place,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # no terminal, so neither git nor ssh can ask for a password
            )
        except OSError as error:
            self._found = error
        finally:
            self._done.set()


class _Reader:
    """Reads a pipe to its end beside the process, and keeps the first or the last bytes."""

    def __init__(self, pipe: IO[bytes], *, keep: int, first: bool = False) -> None:
        self.tail = b""
        self._pipe, self._keep, self._first = pipe, keep, first
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def end(self) -> bytes:
        self._thread.join()
        return self.tail

    def _read(self) -> None:
        with suppress(OSError, ValueError):  # it was closed, since nobody waits for it any more
            while data := os.read(self._pipe.fileno(), 64 * 1024):
                room = self._keep - len(self.tail)
                self.tail = self.tail + data[:room] if self._first else (self.tail + data)[-self._keep :]


def _environment(*, network: bool) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or _KEPT.fullmatch(name)}
    alone = {} if network else _ALONE
    return {
        **kept,
        **alone,
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES) if network else "",
        "GIT_TERMINAL_PROMPT": "0",
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
    }


def _downloaded(place: Path) -> int:
    """Bytes of the packs of the repository at `place`, also of one that is being written."""
    total = 0
    with suppress(OSError), os.scandir(place / ".git" / "objects" / "pack") as found:
        for each in found:
            with suppress(OSError):
                total += each.stat().st_size
    return total


def _told(error: bytes) -> str:
    """What git says went wrong, without progress and advice."""
    lines = [line.strip() for line in re.split(r"[\r\n]", error.decode("utf-8", "replace"))]
    said = [line for line in lines if re.match(r"(fatal|error|remote|ssh):", line)] or [line for line in lines if line]
    return redact("; ".join(dict.fromkeys(said)))


def _end(git: "subprocess.Popen[bytes]") -> None:
    with suppress(OSError):  # it is gone already
        if hasattr(os, "killpg"):
            os.killpg(git.pid, signal.SIGKILL)
        else:  # pragma: no cover  Windows
            git.kill()
    git.wait()
    for pipe in (git.stdout, git.stderr):
        if pipe:
            with suppress(OSError):
                pipe.close()
