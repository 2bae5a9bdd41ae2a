"""The command line as a process: exit codes, which stream gets what, and hostile surroundings."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

PLAIN = {"requirements.txt": "numpy\nscipy>=1.10\n", "README.md": "# Plain\n"}
SELF = {"requirements.txt": "numpy\n-e .\n", "setup.py": "from setuptools import setup\nsetup(name='x')\n"}


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def run(*args: str | bytes, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "depnorm", *args],
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["plan", "{self}"], 0),
        (["dockerfile", "{self}"], 0),
        (["inspect", "{self}"], 0),
        (["check", "{plain}"], 0),
        (["check", "{self}"], 1),
        (["check", "{self}", "--fail-on", "error"], 0),
        (["check", "{plain}", "--fail-on", "info"], 0),
        (["check", "{self}", "--ignore", "DN1"], 0),
        (["check", "{self}", "--select", "DN3"], 0),
        (["check", "{self}", "--select", "dn101,DN3"], 1),
        (["check", "{self}", "--select", "DN101", "--ignore", "DN1"], 1),
        (["check", "{self}", "--select", "DN101", "--ignore", "DN101"], 0),
        (["check", "{self}", "--select", "DN9"], 2),
        (["check", "{self}", "--select", ","], 2),
        (["check", "{self}/requirements.txt"], 1),
        (["check", "{plain}/requirements.txt"], 0),
        (["plan", "{missing}"], 2),
        (["plan", "{plain}/requirements.txt"], 0),
        (["dockerfile", "{plain}/requirements.txt"], 0),
        (["plan", "{self}/setup.py"], 2),
        (["plan", "{plain}/README.md"], 2),
        (["plan", ""], 2),
        (["check", ""], 2),
        (["inspect", ""], 2),
        (["plan", "https://me:hunter2@host.invalid/x", "--offline"], 2),
        (["check", "git@host.invalid:owner/name", "--offline"], 2),
        (["plan", "{plain}", "--ref", "main"], 2),
        (["plan", "{plain}", "--quiet"], 0),
        (["plan", "{plain}", "--quiet", "--verbose"], 2),
        (["diff", "{plain}", "{self}"], 0),
        (["diff", "{plain}"], 2),
        (["diff", "{plain}", "{self}", "--ref", "main"], 2),
        (["check", "{missing}"], 2),
        (["check", "{plain}/README.md"], 2),
        (["inspect", "{plain}/README.md"], 2),
        (["inspect", "{missing}"], 2),
        (["plan", "{plain}", "--as-of", "2001-01-01"], 2),
        (["plan", "{plain}", "--as-of", "yesterday"], 2),
        (["plan", "{plain}", "--catalog", "{missing}"], 2),
        (["plan", "{plain}", "--format", "yaml"], 2),
        (["plan", "{plain}", "--max-layers", "many"], 2),
        (["plan", "{plain}", "--lock", "--offline"], 2),
        (["plan"], 2),
        (["no-such-command"], 2),
        ([], 2),
        (["dockerfile", "{plain}", "-o", "{missing}/x/Dockerfile"], 2),
        (["explain"], 0),
        (["explain", "DN101"], 0),
        (["explain", "DN999"], 2),
        (["schema", "plan"], 0),
        (["schema", "nothing"], 2),
        (["catalog", "list"], 0),
        (["catalog", "show"], 0),
        (["catalog", "show", "no-such-catalog"], 2),
        (["catalog", "show", "--python", "2.7"], 2),
        (["catalog", "refresh", "--as-of", "soon"], 2),
        (["--version"], 0),
        (["--help"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_exit_code_and_streams(args: list[str], code: int, tmp_path: Path) -> None:
    """0 fine, 1 findings, 2 unusable; an error is told on standard error alone, in words, not as a traceback."""
    plain, own = write(tmp_path / "plain", PLAIN), write(tmp_path / "self", SELF)
    done = run(*(arg.format(plain=plain, self=own, missing=tmp_path / "missing") for arg in args))
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    assert bool(done.stdout) == (code < 2)
    assert bool(done.stderr) == (code == 2)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["plan", "no-such-directory"], ["depnorm: error: ", "no-such-directory"]),
        (["explain", "DN11"], ["DN11", "hint: Did you mean DN"]),
        (["explain", "installs-repositry"], ["hint: Did you mean installs-repository?"]),
        (["check", "--ignore", "DN999"], ["DN999: there is no such rule", "hint: "]),
        (["plan", ".", "--as-of", "1.2.2026"], ["--as-of 1.2.2026", "YYYY-MM-DD"]),
    ],
)
def test_an_error_says_what_to_do(args: list[str], words: list[str]) -> None:
    """What was given, what is wrong with it, and a hint."""
    error = run(*args).stderr.decode()
    assert all(word in error for word in words), error


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("command", ["plan", "inspect", "check"])
def test_any_text_fits_any_terminal(command: str, encoding: str, tmp_path: Path) -> None:
    """Letters that the terminal lacks are escaped; nothing crashes."""
    repo = write(tmp_path, {"requirements.txt": "-e ./düné☃\nnumpy # ☃\n./☃ ☃☃\n"})
    done = run(command, str(repo), PYTHONUTF8="0", PYTHONIOENCODING=encoding)
    assert done.returncode in {0, 1}, done.stderr
    done.stdout.decode(encoding)


@pytest.mark.parametrize("command", ["plan", "inspect", "check", "dockerfile"])
def test_documents_are_utf8_everywhere(command: str, tmp_path: Path) -> None:
    """JSON and Dockerfiles do not depend on the terminal."""
    repo = write(tmp_path, {"requirements.txt": "-r düné.txt\n-e ./düné\n", "düné.txt": "x\n", "düné/setup.py": ""})
    args = () if command == "dockerfile" else ("--format", "json")
    plain = run(command, str(repo), *args)
    assert plain.returncode in {0, 1}, plain.stderr
    assert run(command, str(repo), *args, PYTHONUTF8="0", PYTHONIOENCODING="ascii").stdout == plain.stdout
    assert "düné" in plain.stdout.decode("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    """A directory whose name is not UTF-8 is a directory."""
    raw = os.fsencode(tmp_path) + b"/\xff[red]"
    os.mkdir(raw)  # noqa: PTH102  bytes
    (Path(os.fsdecode(raw)) / "requirements.txt").write_bytes(b"-r \xff.txt\n-e .\n")
    for args in ((b"plan", raw), (b"check", raw), (b"check", raw, b"--format", b"sarif"), (b"inspect", raw)):
        done = run(*args)
        assert done.returncode in {0, 1}, done.stderr
        done.stdout.decode("utf-8")
    done = run(b"plan", raw + b"/missing")
    assert done.returncode == 2
    assert b"\\udcff[red]" in done.stderr


def test_a_reader_that_stops_is_no_error(tmp_path: Path) -> None:
    """`depnorm inspect . | head -1` says nothing on standard error."""
    repo = write(tmp_path, {"requirements.txt": "".join(f"package{number}\n" for number in range(20_000))})
    command = f"'{sys.executable}' -m depnorm inspect '{repo}' --format json | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.stdout == b"{\n"
    assert done.stderr == b""


def test_output_file_is_all_there_is(tmp_path: Path) -> None:
    """`-o` writes the same Dockerfile, and nothing to standard output."""
    repo = write(tmp_path, PLAIN)
    printed = run("dockerfile", str(repo)).stdout
    done = run("dockerfile", str(repo), "-o", str(tmp_path / "Dockerfile.out"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "Dockerfile.out").read_bytes() == printed
    assert b"FROM" in printed


def test_a_bug_is_told_in_one_line(tmp_path: Path) -> None:
    """A fault of depnorm itself: exit code 3, what to report, a traceback only when asked for."""
    # A package that cannot be imported stands for a bug that no test knows of.
    write(tmp_path, {"broken/rich/__init__.py": "raise RuntimeError('https://me:hunter2@host/x')"} | PLAIN)
    broken = str(tmp_path / "broken")
    done = run("plan", str(tmp_path), PYTHONPATH=broken)
    assert done.returncode == 3
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert b"internal error: RuntimeError: https://***@host/x" in done.stderr
    traced = run("plan", str(tmp_path), PYTHONPATH=broken, DEPNORM_TRACEBACK="1")
    assert traced.returncode == 3
    assert b"Traceback" in traced.stderr
    assert b"hunter2@" not in traced.stderr


def test_no_credential_is_printed(tmp_path: Path) -> None:
    """Whatever the command and the format, a password stays in its file."""
    line = "--extra-index-url https://me:hunter2@packages.example.org/simple\n"
    repo = write(tmp_path, {"requirements.txt": f"{line}x @ https://me:hunter2@host/x.whl\nbad bad {line}"})
    for command, formats in {
        "plan": ("text", "json", "markdown"),
        "check": ("text", "json", "sarif", "github", "gitlab"),
        "inspect": ("text", "json"),
    }.items():
        for name in formats:
            done = run(command, str(repo), "--format", name)
            assert done.returncode in {0, 1}, done.stderr
            assert b"hunter2" not in done.stdout + done.stderr, (command, name)


def test_json_of_every_command_starts_with_its_schema(tmp_path: Path) -> None:
    """`--format json` is there on every command, and says which version of the contract it is."""
    repo = str(write(tmp_path, PLAIN))
    for args in (
        ("plan", repo), ("dockerfile", repo), ("check", repo), ("inspect", repo), ("explain",), ("explain", "DN101"),
        ("catalog", "list"), ("catalog", "show"), ("diff", repo, repo),
    ):  # fmt: skip
        done = run(*args, "--format", "json")
        assert done.stdout.startswith(b'{\n  "schema": 1,'), (args, done.stderr)
        json.loads(done.stdout)


@pytest.mark.parametrize(
    ("environment", "colored"),
    [
        ({}, False),
        ({"CLICOLOR": "1"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
    ids=str,
)
def test_color_outside_a_terminal(environment: dict[str, str], colored: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """What goes to a file or a pipe is plain, unless somebody forces it; a document is plain in any case."""
    repo = str(write(tmp_path, SELF))
    assert (b"\x1b" in run("plan", repo, cwd=None, **environment).stdout) == colored
    assert b"\x1b" not in run("plan", repo, "--format", "json", cwd=None, **environment).stdout
    assert run("plan", repo, "-o", str(tmp_path / "plan.txt"), cwd=None, **environment).returncode == 0
    assert "\x1b" not in (tmp_path / "plan.txt").read_text(encoding="utf-8")


INTERRUPTED = """
import os, signal, sys, time
import depnorm
from depnorm.cli import run

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it

def inspect(path, **options):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)

depnorm.inspect = inspect
sys.exit(run(["inspect", "."]))
"""


def test_an_interrupt_is_quiet() -> None:
    """Ctrl-C while a command works: exit code 130, as shells have it, and no traceback."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (130, b"")
    assert b"Traceback" not in done.stderr


ENDED = """
import os, signal, sys
import depnorm
from depnorm.cli import main

signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nohup

def inspect(path, **options):
    os.kill(os.getpid(), signal.SIGHUP)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        sys.stderr.write("cleaned up")

depnorm.inspect = inspect
sys.argv[1:] = ["inspect", "."]
code = main()
assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
sys.exit(code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_signal_to_end_lets_a_command_clean_up() -> None:
    """SIGTERM: exit code 143, and a second one does not disturb the cleaning; what nohup ignores stays ignored."""
    done = subprocess.run([sys.executable, "-c", ENDED], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (143, b"")
    assert done.stderr.strip() == b"cleaned up"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("environment", "colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"CLICOLOR": "0"}, False)],
)
def test_a_terminal_gets_color_and_its_width(environment: dict[str, str], colored: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """On a real terminal of 60 columns; NO_COLOR is honoured."""
    repo = write(tmp_path, SELF)
    inherited = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    code = f"import fcntl,os,pty,struct,sys,termios; fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 60, 0, 0)); os.execv({sys.executable!r}, [{sys.executable!r}, '-m', 'depnorm', 'plan', {str(repo)!r}])"  # noqa: E501
    done = subprocess.run(
        [sys.executable, "-c", f"import pty; pty.spawn([{sys.executable!r}, '-c', {code!r}])"],
        env={**inherited, "TERM": "xterm", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    text = done.stdout.decode()
    assert ("\x1b[" in text) == colored, done.stderr
    *lines, next_step = re.sub(r"\x1b\[[\d;]*m", "", text).replace("\r", "").splitlines()
    assert "Plan" in lines[0]
    assert 50 < max(map(len, lines)) <= 60
    assert next_step.startswith("Next: depnorm dockerfile ")  # a command to copy: whole, however wide
