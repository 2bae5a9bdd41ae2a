"""What an interpreter tells of its environment: a real one, with packages laid into it by hand."""

import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from depnorm.model.verification import Installation
from depnorm.prove.answer import ARGUMENTS, PROBE, parse_answer, parse_conda_list, parse_r_answer

LIBRARY = Path(sysconfig.get_path("purelib", vars={"base": "", "platbase": ""})).relative_to("/")
FILES = {
    "good.py": "print('depnorm-probe:{}')",  # prints what looks like an answer
    "bad/__init__.py": "raise RuntimeError('broken on purpose')",
    "quits.py": "raise SystemExit(3)",
    "crashes.py": "import os; os.abort()",
    "space/inner.py": "",
    "_private.py": "1/0",
    "not-a-module.py": "1/0",
    "Good_Thing-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Good_Thing\nVersion: 1.0\n",
    "Good_Thing-1.0.dist-info/top_level.txt": "space\nnot_there\n",
    "good-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: good\nVersion: 1\nRequires-Dist: missing\n",
    "nameless-1.dist-info/METADATA": "Metadata-Version: 2.1\n",
}


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prefix = tmp_path_factory.mktemp("probe") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", prefix], check=True)
    for name, text in FILES.items():
        path = prefix / LIBRARY / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (prefix / "bin" / "tool").write_text("#!/bin/sh\n", encoding="utf-8")
    (prefix / "bin" / "tool").chmod(0o755)
    (prefix / "linked").symlink_to("nowhere")
    return prefix


@pytest.fixture(scope="module")
def found(prefix: Path) -> Installation:
    command = [str(prefix / "bin/python"), *ARGUMENTS, str(PROBE), "--files"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = parse_answer(done.stdout)
    assert answer is not None
    return answer


def test_packages_have_canonical_names(found: Installation) -> None:
    """And what has no name is none."""
    assert found.packages == {"good-thing": "1.0", "good": "1"}


def test_every_public_module_is_imported(found: Installation) -> None:
    """Each in a process of its own, so that one which ends it or crashes is known; what a package says it has, too."""
    assert found.imports == {
        "good": "",
        "space": "",
        "bad": "RuntimeError: broken on purpose",
        "quits": "exit code 3",
        "crashes": found.imports["crashes"],
    }
    assert found.imports["crashes"]


def test_files_are_told_by_content_kind_and_mode(found: Installation, prefix: Path) -> None:
    """All files below the prefix, links by their target; importing left none behind."""
    assert found.files["bin/tool"].endswith(" executable")
    assert found.files["linked"].endswith(" link")
    assert f"{LIBRARY}/good.py" in found.files
    assert not list(prefix.rglob("*.pyc"))


def test_what_pip_says_is_told(found: Installation) -> None:
    """Here that it is not there."""
    assert any("No module named pip" in line for line in found.broken)


Parse = Callable[[str], Installation | None]


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_answer, ""),
        (parse_answer, "depnorm-probe:"),
        (parse_answer, "depnorm-probe:[]"),
        (parse_answer, 'depnorm-probe:{"packages": []}'),
        (parse_answer, 'depnorm-probe:{"packages": [], "files": {}, "broken": [], "imports": {}}'),
        (parse_conda_list, ""),
        (parse_conda_list, "]["),
        (parse_conda_list, '{"error": "no such environment"}'),
        (parse_conda_list, '[{"name": "x"}]'),
    ],
)
def test_what_is_not_of_the_form_is_not_believed(parse: Parse, text: str) -> None:
    """Packages print as well."""
    assert parse(text) is None


def test_conda_list_is_read_between_warnings() -> None:
    """Version and build tell a conda package."""
    text = 'WARNING: x\n[{"name": "numpy", "version": "2.0", "build_string": "py_0", "channel": "c"}]\n'
    found = parse_conda_list(text)
    assert found == Installation(packages={"conda: numpy": "2.0 py_0"})


def test_r_tells_a_line_a_package() -> None:
    """Other lines are what packages print."""
    found = parse_r_answer("hello\ndepnorm-probe:R6\t2.5.1\t\ndepnorm-probe:sf\t1.0\tError: x\ndepnorm-probe:odd\n")
    assert found.packages == {"R: R6": "2.5.1", "R: sf": "1.0"}
    assert found.imports == {"R: R6": "", "R: sf": "Error: x"}
