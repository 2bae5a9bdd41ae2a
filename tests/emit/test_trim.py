"""What a slim image leaves out of a package, and what it must not."""

import csv
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest

from depnorm.emit.image import trim

WHOLE = {
    "pkg/__init__.py": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/test_a.py": "",
    "pkg/tests/data/table.csv": "",
    "pkg/inner/deep/test/a_test.py": "",
    "pkg/lib/libx.a": "",
    "pkg/lib/libx.la": "",
    "pkg/lib/libx.so": "",
    "pkg/include/x.h": "",
    "pkg/__init__.pyi": "",
    "pkg-1.dist-info/METADATA": "",
    "../../../bin/pkg": "",
}
GONE = {path for path in WHOLE if "/test" in path or path.endswith((".a", ".la"))}


def installed(directory: Path, files: Mapping[str, str]) -> Path:
    """The .dist-info of a package with these files, which its RECORD lists; quoted where CSV wants it."""
    site = directory / "lib" / "python3" / "site-packages"
    info = site / "pkg-1.dist-info"
    info.mkdir(parents=True)
    for path, text in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    with (info / "RECORD").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows((path, "sha256=x", "0") for path in files)
        file.write("pkg-1.dist-info/RECORD,,\n")
    return info


def left(info: Path) -> set[str]:
    """The files that are there, as the RECORD names them."""
    site = info.parent
    found = [path for path in site.rglob("*") if path.is_file() and path.name != "RECORD"]
    return {path.relative_to(site).as_posix() for path in found}


def listed(info: Path) -> set[str]:
    with (info / "RECORD").open(encoding="utf-8", newline="") as file:
        return {row[0] for row in csv.reader(file)} - {"pkg-1.dist-info/RECORD"}


def test_what_goes_and_what_stays(tmp_path: Path) -> None:
    """Test suites and static libraries go, with their directories; the RECORD lists exactly what is left."""
    info = installed(tmp_path, WHOLE)
    (info.parent / "pkg/tests/__pycache__").mkdir()
    (info.parent / "pkg/tests/__pycache__/test_a.cpython-311.pyc").touch()
    trim.trim(info)
    assert listed(info) == WHOLE.keys() - GONE
    assert left(info) == {path for path in WHOLE.keys() - GONE if not path.startswith("../")}
    assert sorted(path.name for path in (info.parent / "pkg").iterdir() if path.is_dir()) == ["include", "lib"]
    before = (info / "RECORD").read_bytes()
    trim.trim(info)
    assert (info / "RECORD").read_bytes() == before


@pytest.mark.parametrize(
    ("files", "stays"),
    [
        ({"pkg/__init__.py": "from pkg.tests import helper"}, True),
        ({"pkg/__init__.py": "import pkg.tests.test_a"}, True),
        ({"pkg/__init__.py": "from .tests.test_a import x"}, True),
        ({"pkg/a/b.py": "def run():\n    from ..tests import main"}, True),
        ({"pkg/__init__.py": "from . import tests"}, True),
        ({"pkg/__init__.py": "__import__('pkg.tests.run')"}, True),
        ({"pkg/__init__.py": "x = 'pkg/tests/run.sh'"}, True),
        ({"pkg/data.py": "p = join(dirname(__file__), 'tests', 'x.csv')", "pkg/tests/x.csv": ""}, True),
        ({"pkg/data.py": "p = join(dirname(__file__), 'tests')"}, False),  # there are but modules in it
        ({"pkg/conftest.py": "from pkg.tests import fixture"}, False),  # only pytest loads it
        ({"pkg/other/__init__.py": "from .tests import x"}, False),
        ({"pkg/__init__.py": "tests = 1  # pkg.tests"}, False),
        ({"pkg/__init__.py": "from pkg.testsuite import x"}, False),
        ({"pkg/__init__.py": "this is no Python: tests"}, False),
        ({"pkg/__init__.py": "\0 tests"}, False),
    ],
)
def test_a_suite_that_something_needs_stays(tmp_path: Path, files: Mapping[str, str], *, stays: bool) -> None:
    """Whatever other module of the wheel imports it, at any time and by any form, or reads from it."""
    info = installed(tmp_path, {"pkg/__init__.py": "", "pkg/tests/__init__.py": "", "pkg/tests/test_a.py": "", **files})
    trim.trim(info)
    assert ("pkg/tests/test_a.py" in left(info)) == stays


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_a.py",  # a package of its own
        "pkg/test/client.py",  # an interface for the tests of others, such as django.test
        "pkg/testing/test_a.py",
        "pkg/test_a.py",
        "pkg/tests.py",
        "../../../share/pkg/tests/test_a.py",
        'pkg/"quoted", name.py',
    ],
)
def test_what_is_no_suite_of_a_package(tmp_path: Path, path: str) -> None:
    """It is left alone."""
    info = installed(tmp_path, {"pkg/__init__.py": "", path: ""})
    trim.trim(info)
    assert listed(info) == {"pkg/__init__.py", path}
    assert (info.parent / path).exists()


def test_the_packages_of_this_interpreter_as_arguments_of_nothing(tmp_path: Path) -> None:
    """Without arguments the tool finds what is installed; a package without a RECORD is left alone."""
    assert {path.parent for path in trim.installed()} <= {
        Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib")),
    }  # fmt: skip
    info = installed(tmp_path, WHOLE)
    (info / "RECORD").unlink()
    done = subprocess.run([sys.executable, trim.__file__, str(info)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert left(info) >= GONE


@pytest.mark.parametrize(
    "path", ["../../../../other/libx.a", "pkg/../../libx.a", "/other/libx.a", "pkg/x/../../../tests/test_a.py"]
)
def test_a_record_that_names_what_is_not_the_package_s(tmp_path: Path, path: str) -> None:
    """An installer keeps the lines of a RECORD that were in the wheel: what they name outside is not removed."""
    info = installed(tmp_path / "prefix", {"pkg/__init__.py": "", "pkg/libx.a": ""})
    victim = tmp_path / path.removeprefix("/") if path.startswith("/") else info.parent / path
    victim.parent.mkdir(parents=True, exist_ok=True)
    victim.touch()
    with (info / "RECORD").open("a", encoding="utf-8") as record:
        record.write(f"{victim if path.startswith('/') else path},,\n")
    trim.trim(info)
    assert victim.exists()
    assert not (info.parent / "pkg/libx.a").exists()


def test_a_record_with_an_empty_line_is_left_alone(tmp_path: Path) -> None:
    """No installer writes one."""
    info = installed(tmp_path, WHOLE)
    (info / "RECORD").write_text("\n" + (info / "RECORD").read_text("utf-8"), encoding="utf-8")
    trim.trim(info)
    assert left(info) >= GONE
