"""What `fix` writes installs what was installed before: to pip, to uv, and on all real files."""

import random
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest
from fixing import by_fixers, comments
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pip._internal.index.collector import LinkCollector
from pip._internal.index.package_finder import PackageFinder
from pip._internal.models.search_scope import SearchScope
from pip._internal.models.selection_prefs import SelectionPreferences
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements

from depnorm.library.fix_text import FIXABLE, fix_bytes
from depnorm.model import SpecFormat
from depnorm.read.text import decode

NAMES = ("alpha", "Beta_x", "beta-x", "gamma.y", "delta")
LINES = st.one_of(
    st.builds(
        lambda name, spec, extra, marker, comment: f"{name}{extra}{spec}{marker}{comment}",
        st.sampled_from(NAMES),
        st.sampled_from(["", ">=1", " >= 1, <3", "==2.0", "!=1.5", "<3,>=1"]),
        st.sampled_from(["", "", "[B,a]"]),
        st.sampled_from(["", "", "; python_version >= '3.8'", ' ; sys_platform=="win32"']),
        st.sampled_from(["", "", " # why", "  #"]),
    ),
    st.sampled_from(
        [
            "", "", "# a comment", "    # indented", "-e .", "-e ./pkg", "-r base.txt", "-c c.txt", "--pre",
            "--index-url https://a.example.org/simple", "-i https://b.example.org/simple",
            "--extra-index-url https://c.example.org/simple", "--no-index", "-f wheels", "--find-links=./w",
            "--no-binary :all:", "--only-binary=alpha", "git+https://example.org/x.git#egg=zeta",
            "beta-x @ https://example.org/b-1.tar.gz", "alpha==1 \\", "    --hash=sha256:" + "0" * 64, "./wheels/a.whl",
            "b == ", "import os", "${TOKEN}", "--trusted-host example.org",
        ]
    ),
    st.text(max_size=8),
)  # fmt: skip


def seen_by_pip(directory: Path, data: bytes) -> object:
    """What pip makes of a requirements file: what it asks for, package by package, and what its options leave."""
    path = directory / "requirements.txt"
    path.write_bytes(data)
    scope = SearchScope.create(find_links=[], index_urls=["https://example.org/simple"], no_index=False)
    session = PipSession()
    finder = PackageFinder.create(LinkCollector(session, scope), SelectionPreferences(allow_yanked=False))
    found = parse_requirements(str(path), session, finder=finder)
    asked: dict[object, set[object]] = {}
    for each in found:
        key, parts = package_and_parts(each.requirement)
        asked.setdefault((key, each.is_editable, each.constraint, str(each.options)), set()).update(parts)
    control = finder.format_control
    indexes, links = (list(dict.fromkeys(urls)) for urls in (finder.index_urls, finder.find_links))
    state = (indexes, links, control.no_binary, control.only_binary, finder.search_scope.no_index)
    return asked, state, finder.trusted_hosts and sorted(finder.trusted_hosts)


def package_and_parts(text: str) -> tuple[object, set[object]]:
    """The package of a line, and what it says of it; pip joins what several lines say."""
    try:
        requirement = Requirement(text)
    except ValueError:
        return text, set()
    key = (canonicalize_name(requirement.name), str(requirement.marker), requirement.url)
    return key, {*map(str, requirement.specifier), *map(canonicalize_name, requirement.extras)}


def test_pip_sees_the_same(tmp_path: Path, real_requirements: dict[str, bytes]) -> None:
    """On every real requirements file that pip reads alone, and where `fix` changes something."""
    compared = 0
    for path, data in real_requirements.items():
        after = fix_bytes(data, path, SpecFormat.REQUIREMENTS).after
        if after != data and not re.search(rb"^\s*(-r|-c|--requirement|--constraint)", data, re.MULTILINE):
            assert seen_by_pip(tmp_path, after) == seen_by_pip(tmp_path, data), path
            compared += 1
    assert compared > 90


def test_real_requirements(real_requirements: dict[str, bytes]) -> None:
    """Idempotent, every comment kept, and together with the fixers of pre-commit at one fixed point."""
    for path, data in real_requirements.items():
        result = fix_bytes(data, path, SpecFormat.REQUIREMENTS)
        assert not fix_bytes(result.after, path, SpecFormat.REQUIREMENTS).changed, path
        assert comments(decode(result.after).text) == comments(decode(data).text), path
        if not result.kept and decode(data).encoding == "utf-8":
            assert by_fixers(result.after) == result.after, path
        assert reaches_a_fixed_point(data), path


def reaches_a_fixed_point(data: bytes) -> bool:
    """Whether the fixers of pre-commit and `fix`, one after the other, stop changing a file."""
    for _ in range(4):
        before = data
        data = by_fixers(fix_bytes(before, "requirements.txt", SpecFormat.REQUIREMENTS).after)
        if data == before:
            return True
    return False


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_any_list_of_lines(text: str) -> None:
    """No crash; a fixed point; no comment lost; and all hooks agree in the end."""
    data = text.encode(errors="surrogatepass")
    result = fix_bytes(data, "requirements.txt", SpecFormat.REQUIREMENTS)
    assert not fix_bytes(result.after, "requirements.txt", SpecFormat.REQUIREMENTS).changed
    if not result.kept and decode(data).encoding == "utf-8" and "\r" not in text:
        assert comments(result.after.decode()) >= comments(text)
        if text.count("    # indented") < 2:
            assert by_fixers(result.after) == result.after


PIP_LINES = st.sampled_from(
    [
        "a", "A>=1", "b==1", "b", "c[x]", "# c", "-r with.txt", "-c with.txt", "-r without.txt", "--pre", "--no-index",
        "--index-url https://a.example.org/simple", "-i https://b.example.org/simple", "-f wheels", "-f more",
        "--extra-index-url https://c.example.org/simple", "--extra-index-url https://d.example.org/simple",
        "--only-binary a", "--only-binary :all:", "--only-binary :none:", "--only-binary b", "--no-binary c",
    ]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(PIP_LINES, max_size=7).map("\n".join))
def test_pip_sees_the_same_of_any_options(text: str) -> None:
    """Whatever the order of options and of included files that have some: pip ends with the same indexes."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "with.txt").write_text("d\n--index-url https://z.example.org/simple\n", encoding="utf-8")
        (directory / "without.txt").write_text("e\n", encoding="utf-8")
        after = fix_bytes(text.encode(), "requirements.txt", SpecFormat.REQUIREMENTS).after
        assert seen_by_pip(directory, after) == seen_by_pip(directory, text.encode())


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    """No crash, in any of the formats."""
    for each in FIXABLE:
        once = fix_bytes(data, "spec", each).after
        assert fix_bytes(once, "spec", each).after == once


def make_wheel(directory: Path, name: str, version: str, needs: str) -> None:
    """A wheel without files that is enough for a resolver."""
    with zipfile.ZipFile(directory / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        info = f"{name}-{version}.dist-info"
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {needs}"] if needs else []
        wheel.writestr(f"{info}/METADATA", "\n".join(lines) + "\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of wheels: four packages, three versions each, of which some need others."""
    directory = tmp_path_factory.mktemp("wheels")
    for name, needs in (("alpha", "delta<3"), ("beta_x", "alpha>=1"), ("gamma_y", ""), ("delta", "")):
        for version in ("1.0", "2.0", "3.0"):
            make_wheel(directory, name, version, needs)
    return directory


@pytest.mark.parametrize("seed", range(12))
def test_uv_resolves_the_same(tmp_path: Path, index: Path, seed: int) -> None:
    """The packages and versions of a real resolution are those of the file before."""
    chance = random.Random(seed)  # noqa: S311  examples, not secrets
    specs = ["", ">=1", " <3, >=1", "!=2.0", "== 2.0", ">=2 ; python_version>'3'"]
    lines = [f"{chance.choice(NAMES)}{chance.choice(specs)}" for _ in range(5)]
    before = "\n".join(lines).encode()
    after = fix_bytes(before, "requirements.txt", SpecFormat.REQUIREMENTS).after
    assert after != before
    assert resolved(tmp_path, index, after) == resolved(tmp_path, index, before)


def resolved(directory: Path, index: Path, data: bytes) -> list[str]:
    """What uv would install, sorted; empty where no versions fit."""
    path = directory / "requirements.txt"
    path.write_bytes(data)
    command = ["uv", "pip", "compile", "-q", "--no-header", "--no-annotate", "--no-index", "--find-links", str(index)]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    return sorted(done.stdout.split())


def test_where_several_answers_exist_the_first_line_wins(tmp_path: Path) -> None:
    """The limit of the promise: uv and pip favour what stands first, so an unpinned list may resolve otherwise."""
    for name, needs in (("a", "b<2"), ("b", "a<2")):
        make_wheel(tmp_path, name, "1.0", "")
        make_wheel(tmp_path, name, "2.0", needs)
    assert resolved(tmp_path, tmp_path, b"b\na\n") == ["a==1.0", "b==2.0"]
    assert resolved(tmp_path, tmp_path, b"a\nb\n") == ["a==2.0", "b==1.0"]
    pinned = fix_bytes(b"b==2.0\na==1.0\n", "requirements.txt", SpecFormat.REQUIREMENTS).after
    assert resolved(tmp_path, tmp_path, pinned) == ["a==1.0", "b==2.0"]
