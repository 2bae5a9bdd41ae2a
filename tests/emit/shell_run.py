"""What a shell makes of the text of a RUN: read by a small lexer, and run for real with commands that only record."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_TOKEN = re.compile(r"'(?P<quoted>[^']*)'|\\(?P<escaped>['])|(?P<bare>[^'\\]+)|(?P<other>.)", re.DOTALL)
_OWN = re.compile(r"(?<![\w./-])/(?=(?:opt|home|tmp|etc|var|usr)\b)")
_COMMANDS = (
    "apt-get",
    "chmod",
    "chown",
    "conda",
    "cp",
    "find",
    "grep",
    "mv",
    "python3",
    "rm",
    "Rscript",
    "touch",
    "xargs",
)
_TOOLS = (
    *("opt/depnorm/retry", "opt/depnorm/environment", "opt/venv/bin/pip", "opt/venv/bin/python"),
    *("opt/env/bin/python", "usr/bin/python3", "home/jovyan/postBuild", "home/jovyan/binder/postBuild"),
)
_STUB = """#!/bin/sh
printf '%s\\0' "$0" "$@" >> {log}
exit "$STUB_STATUS"
"""
_MKDIR = """#!/bin/sh
exec {mkdir} "$@"
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """`skeleton` is the text with `Q` for each run of words in single quotes; `words` are what stands in them."""

    skeleton: str
    words: tuple[str, ...]


@lru_cache(maxsize=1024)  # the base stage is in every Dockerfile
def read_shell(text: str) -> Reading:
    r"""Take a command apart. Only single quotes, and `\'` between them, count as quoting: the rest is skeleton."""
    skeleton, words, open_word = "", list[str](), False
    for token in _TOKEN.finditer(text):
        quoted = token["quoted"] if token["quoted"] is not None else token["escaped"]
        if quoted is None:
            skeleton, open_word = skeleton + token.group(), False
        elif open_word:
            words[-1] += quoted
        else:
            skeleton, open_word = skeleton + "Q", True
            words.append(quoted)
    one_line = re.sub(r"\s+", " ", skeleton)
    return Reading(re.sub(r"(?<!\S)Q(?: Q)+(?!\S)", "Q", one_line), tuple(words))


@dataclass(frozen=True, slots=True)
class Run:
    """The words of the commands that ran, the content of the files that were written, and what the shell said."""

    words: tuple[str, ...]
    written: str
    said: str


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A directory that stands for the root of an image, in which every command records its words and does nothing."""

    root: Path

    def prepare(self) -> None:
        """Make the commands."""
        log, mkdir = self.root / "log", shutil.which("mkdir")
        for path in (*(f"bin/{name}" for name in _COMMANDS), *_TOOLS):
            self._write(path, _STUB.format(log=log))
        self._write("bin/mkdir", _MKDIR.format(mkdir=mkdir))
        for directory in ("tmp/depnorm", "etc", "opt/depnorm/state", "var/lib/apt/lists"):
            (self.root / directory).mkdir(parents=True, exist_ok=True)

    def run(self, text: str, *, status: int) -> "Run":
        """Run the text, with commands that all give this exit status."""
        self._clean()
        done = subprocess.run(
            ["/bin/sh", "-c", _OWN.sub(f"{self.root}/", text)],
            cwd=self.root / "home/jovyan",
            env={"PATH": str(self.root / "bin"), "STUB_STATUS": str(status)},
            capture_output=True,
            check=False,
            timeout=30,
        )
        log = self.root / "log"
        recorded = self._shown(log.read_bytes()) if log.exists() else ""
        return Run(tuple(recorded.split("\0")), self._written(), self._shown(done.stderr))

    def _clean(self) -> None:
        for path in (*self._places(), self.root / "log"):
            path.unlink(missing_ok=True)

    def _places(self) -> Iterator[Path]:
        """The files that commands wrote."""
        for directory in ("tmp", "home"):
            paths = (self.root / directory).rglob("*")
            yield from (path for path in paths if path.is_file() and path.name != "postBuild")

    def _written(self) -> str:
        return "\n".join(self._shown(path.read_bytes()) for path in self._places())

    def _shown(self, data: bytes) -> str:
        return data.decode("utf-8").replace(f"{self.root}/", "/")

    def _write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
