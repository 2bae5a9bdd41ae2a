"""The tools that an image carries, run as they are in the image."""

import ast
import os
import subprocess
import sys
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from pip._internal.req.req_file import get_file_content, preprocess

from depnorm.emit.image import layer, read_tool, without
from depnorm.read.text import decode

TOOLS = Path(layer.__file__).parent
LINES = "six\n-e .\nidna # ü\r\n  -r more.txt\n\nattrs"


def parsed(path: Path) -> list[tuple[int, str]]:
    """The lines that pip sees, with their numbers."""
    return list(preprocess(get_file_content(str(path), session=None)[1]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"])
@pytest.mark.parametrize("numbers", [{2}, {1, 4}, {3, 6}, {5}, {1, 2, 3, 4, 5, 6}])
def test_blank_lines_are_those_that_pip_counts(encoding: str, numbers: set[int], tmp_path: Path) -> None:
    """Without a line, pip sees all others, at the same numbers, whatever the encoding."""
    path = tmp_path / "requirements.txt"
    bom = b"\xff\xfe" if encoding == "utf-16-le" else b""
    cookie = "# -*- coding: latin-1 -*-\n" if encoding == "latin-1" else ""
    shift = len(cookie.splitlines())
    path.write_bytes(bom + (cookie + LINES).encode(encoding))
    expected = [(number, text) for number, text in parsed(path) if number - shift not in numbers]
    path.write_bytes(without.blank(path.read_bytes(), {number + shift for number in numbers}))
    assert parsed(path) == expected


@pytest.mark.parametrize(
    ("data", "numbers", "expected"),
    [
        (b"a\nb\nc", {2}, b"a\n\nc"),
        (b"a\r\nb\r\nc\r\n", {1, 3}, b"\r\nb\r\n\r\n"),
        (b"a\x0cb\nc", {2}, b"a\x0c\nc"),
        ("a\u2028b\nc".encode(), {2}, "a\u2028\nc".encode()),
        (b"a \\\n  b\nc", {1, 2}, b"\n\nc"),
        (b"\xff\xe9\nb\n", {2}, b"\xff\xe9\n\n"),
        (b"a", {1}, b""),
        (b"", set(), b""),
    ],
)
def test_only_the_text_of_a_line_goes(data: bytes, numbers: set[int], expected: bytes) -> None:
    """Line ends, odd bytes and the other lines stay as they are."""
    assert without.blank(data, numbers) == expected


@pytest.mark.parametrize(
    "cookie", ["latin-1", "cp1252", "utf-8", "shift_jis", "utf-16", "cp037", "none", "hex", "idna"]
)
@pytest.mark.parametrize("text", ["# Ångström\n-e .\nidna\n", "\u2028# à\u0085\n-e ./ń\nidna\nattrs\n", "\u0144\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_a_tool_and_the_reader_count_the_same_lines(cookie: str, text: str, encoding: str) -> None:
    """Whatever a cookie promises, the line that goes is the one that the reader numbered; a broken promise stays."""
    data = f"# coding: {cookie}\n{text}".encode(encoding, "replace")
    read = decode(data)
    lines = read.text.splitlines()
    refused = read.damaged and read.encoding != "latin-1"
    for number in range(2, len(lines) + 1):
        blanked = lines if refused else [*lines[: number - 1], "", *lines[number:]]
        assert decode(without.blank(data, {number})).text.splitlines() == blanked


@pytest.mark.parametrize("status", [0, 3])
def test_files_are_whole_again_after_the_command(status: int, tmp_path: Path) -> None:
    """While the command runs the line is gone; after it, successful or not, the file is as it was."""
    path = tmp_path / "it's.txt"
    path.write_bytes(b"one\r\ntwo\n")
    script = f"cat {tmp_path}/it*; exit {status}"
    command = [sys.executable, without.__file__, f"{path}:1", "--", "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (status, b"\r\ntwo\n")
    assert path.read_bytes() == b"one\r\ntwo\n"


def test_a_missing_file_leaves_the_others_alone(tmp_path: Path) -> None:
    """Where one file cannot be read, the command does not run and the other file is restored."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\n")
    command = [sys.executable, without.__file__, f"{path}:1", f"{tmp_path}/b.txt:1", "--", "echo", "ran"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode != 0, done.stdout) == (True, b"")
    assert path.read_bytes() == b"one\n"


def test_the_lock_is_compared_with_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    """A version that differs and a package that is missing are told with what was expected."""
    with pytest.raises(SystemExit, match="not what they should be"):
        layer.report([("pip", "0.1", metadata.version("pip")), ("No.Such_Package", "1", "none")])
    assert "pip                            expected 0.1" in capsys.readouterr().err
    layer.report([])


def test_names_are_compared_as_the_index_does() -> None:
    """Installed packages are known by their canonical names."""
    assert layer.canonical("Ruamel._YAML") == "ruamel-yaml"
    assert layer.installed()["ruamel-yaml"] == metadata.version("ruamel.yaml")


def test_what_an_editable_project_needs_is_part_of_it() -> None:
    """A package that came from a path is told from those of the index, with its dependencies."""
    closure = layer.closure([])
    assert {"depnorm", "packaging", "ruamel-yaml"} <= closure
    assert "pytest" not in closure


@pytest.mark.parametrize("path", sorted(path for path in TOOLS.iterdir() if path.is_file() and path.stem != "__init__"))
def test_a_tool_can_be_written_line_by_line(path: Path) -> None:
    """No tool holds a single quote, a tab or anything beyond ASCII: a Dockerfile quotes each line in single quotes."""
    text = "\n".join(read_tool(path.name))
    assert text.isascii()
    assert not {"'", "\t"} & set(text)
    assert text + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["layer.py", "trim.py", "without.py"])
def test_the_tool_is_python_3_8_and_needs_nothing_else(name: str) -> None:
    """The oldest Python of a base image can read it; all it imports is the standard library."""
    tree = ast.parse((TOOLS / name).read_text(encoding="utf-8"), feature_version=(3, 8))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {name for node in nodes for name in [getattr(node, "module", None) or node.names[0].name]}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize(("failures", "status", "calls"), [(0, 0, 1), (1, 0, 2), (3, 0, 4), (9, 7, 4)])
def test_a_command_gets_four_attempts(failures: int, status: int, calls: int, tmp_path: Path) -> None:
    """A command that fails is tried again, three times in all, and its last status is the result."""
    count = tmp_path / "count"
    script = f'echo x >> "{count}"; [ "$(wc -l < "{count}")" -gt {failures} ] || exit 7'
    quick = (TOOLS / "retry").read_text(encoding="utf-8").replace("sleep", ":")
    done = subprocess.run(["sh", "-c", quick, "retry", "sh", "-c", script], capture_output=True, check=False)
    assert (done.returncode, len(count.read_text().splitlines())) == (status, calls)


def test_attempts_wait_longer_each_time(tmp_path: Path) -> None:
    """One second after the first, four after the second, nine after the third."""
    sleep = tmp_path / "sleep"
    sleep.write_text(f"#!/bin/sh\necho $1 >> '{tmp_path}/waits'\n")
    sleep.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", TOOLS / "retry", "false"], env=environment, capture_output=True, check=False)
    assert (done.returncode, (tmp_path / "waits").read_text().split()) == (1, ["1", "4", "9"])


@pytest.mark.parametrize(
    ("options", "command", "status", "calls"),
    [
        ((), "exit 7", 7, 4),
        ((), "mkdir -p into/__pycache__; echo x > into/__pycache__/a.pyc; rm -r into/__pycache__; exit 7", 1, 1),
        ((), "echo x > into/package/__pycache__/a.pyc; exit 7", 7, 4),
        ((), "echo x > into/package/a.py; exit 7", 1, 1),
        ((), "rm -r into/package; exit 7", 1, 1),
        ((), "kill -9 $$", 137, 4),
        ((), "echo x > into/a; kill -9 $$", 1, 1),
        (("--once",), "exit 7", 99, 1),
        (("--once",), "echo x > into/a; exit 7", 1, 1),
        (("--once",), "echo x > into/a", 0, 1),
    ],
)
def test_a_command_that_began_to_write_is_not_repeated(
    options: tuple[str, ...], command: str, status: int, calls: int, tmp_path: Path
) -> None:
    """What an attempt left half done is never built upon; bytecode that Python writes of itself does not count."""
    (tmp_path / "into" / "package" / "__pycache__").mkdir(parents=True)
    quick = (TOOLS / "retry").read_text(encoding="utf-8").replace("sleep", ":")
    script = f"sleep 0.02; echo x >> count; {command}"
    arguments = ["sh", "-c", quick, "retry", *options, "--into", "into", "sh", "-c", script]
    done = subprocess.run(arguments, cwd=tmp_path, env={**os.environ, "TMPDIR": str(tmp_path)}, check=False)
    assert (done.returncode, len((tmp_path / "count").read_text().splitlines())) == (status, calls)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["count", "into"]


def test_a_half_installed_package_is_found(tmp_path: Path) -> None:
    """RECORD is what an installer writes last: without it, what it left is named."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    [place] = tmp_path.glob("lib/python*/site-packages")
    for name in ("whole", "half"):
        (place / f"{name}-1.0.dist-info").mkdir()
    (place / "whole-1.0.dist-info" / "RECORD").touch()
    command = [str(tmp_path / "bin" / "python"), "-B", layer.__file__, "records"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "installed only half way: half-1.0.dist-info\n"


@pytest.mark.parametrize(
    ("source", "stable"),
    [
        ("x in {None, 'a'}", False),
        ("def f(): return lambda x: x in {None, 'a'}", False),
        ("x in {(1, None), (2, None)}", False),
        ("x in {'a', 'b', 1, b'c'}", True),
        ("x in (None, 'a')", True),
        ("def f(): return {None, x}", True),
    ],
)
def test_code_that_python_3_10_writes_in_any_order_is_told(source: str, *, stable: bool) -> None:
    """A constant set that holds None is in the order of addresses, which differ from one process to the next."""
    assert layer.has_order(compile(source, "x.py", "exec")) == stable


def test_bytecode_without_marks_works(tmp_path: Path) -> None:
    """Python reads what is written for Python 3.10, and writes it the same each time."""
    source = tmp_path / "a.py"
    source.write_text("import sys\nvalue = (sys.platform, 'sys', 1.5, {'a': 10**20})\n", encoding="utf-8")
    command = [sys.executable, "-S", "-B", layer.__file__, "compile"]
    written = set()
    for _ in range(3):
        subprocess.run(command, input=str(source), text=True, check=True)
        path = Path(cache_from_source(str(source)))
        layer.settle(path)
        written.add(path.read_bytes())
    source.write_text("raise SystemExit('compiled anew')\n", encoding="utf-8")
    shown = subprocess.run(
        [sys.executable, "-c", "import a; print(a.value)"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"('{sys.platform}', 'sys', 1.5, {{'a': {10**20}}})\n"
    assert len(written) == 1


@pytest.mark.parametrize(
    ("requirement", "line"),
    [
        ("six==1.16.0 --hash=sha256:ab", "six==1.16.0 --hash=sha256:ab"),
        (
            "torch==2.5.1+cpu --hash=sha256:ab @ https://example.org/torch-2.5.1%2Bcpu-py3-none-any.whl",
            "torch @ https://example.org/torch-2.5.1%2Bcpu-py3-none-any.whl --hash=sha256:ab",
        ),
    ],
)
def test_a_wheel_is_downloaded_by_name_or_by_url(requirement: str, line: str) -> None:
    """Where no index has it, the URL says where it is; the hash holds in both cases."""
    assert layer.source(requirement) == line
