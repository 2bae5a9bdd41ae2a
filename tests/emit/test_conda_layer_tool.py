"""What the tool for conda layers decides by itself; conda's part is in `tests/engine`."""

import ast
import json
from pathlib import Path

import pytest

from depnorm.emit.image import conda_layer, read_tool

TOOL = Path(conda_layer.__file__)


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(conda_layer, "PREFIX", tmp_path)
    (tmp_path / "conda-meta").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", ["conda_layer.py", "conda-layer"])
def test_the_tool_fits_between_single_quotes(name: str) -> None:
    """A Dockerfile holds each line between two of them."""
    assert not any("'" in line or "\t" in line for line in read_tool(name))


def test_the_tool_runs_with_old_interpreters() -> None:
    """Python 3.8: the base image's, not that of the plan."""
    ast.parse(TOOL.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize(
    ("files", "linked", "expected"),
    [
        ({"a": "x", "b": "y"}, "b", ""),
        ({"a": "x", "b": "x"}, "ab", ""),  # one step linked both, in order
        ({"a": "x", "b": "x"}, "b", "ab"),
        ({"a": "x", "b": "x"}, "", "ab"),  # two layers below
        ({"a": "x", "b": "x y", "c": "y z", "d": "z", "e": "w"}, "bcde", "abcd"),  # taking one away takes more
        ({"a": "x", "b": "y", "c": "y"}, "bc", ""),
    ],
)
def test_packages_that_share_a_file_over_a_border_are_linked_again(
    files: dict[str, str], linked: str, expected: str
) -> None:
    """All that share one, transitively; what one step linked is in order."""
    records = {name: {"files": names.split()} for name, names in files.items()}
    assert "".join(sorted(conda_layer.overlapping(linked, records))) == expected


def test_words_are_packages_in_order() -> None:
    """A channel holds for what follows; an escaped name is known by its own."""
    words = [
        "https://h/c/",
        "noarch/a-1%2121-0.conda#1",
        "linux-64/b-1-0.tar.bz2#2",
        "https://h/d/",
        "noarch/c-1-0.conda#3",
    ]
    packages = conda_layer.Packages(words)
    assert packages.found == {
        "a-1!21-0": ("https://h/c/noarch/", "a-1%2121-0.conda", "1"),
        "b-1-0": ("https://h/c/linux-64/", "b-1-0.tar.bz2", "2"),
        "c-1-0": ("https://h/d/noarch/", "c-1-0.conda", "3"),
    }
    assert packages.pick({"c-1-0", "b-1-0"}) == [packages.found["b-1-0"], packages.found["c-1-0"]]
    with pytest.raises(SystemExit, match=r"not in the list.*other-1-0"):
        packages.pick({"other-1-0"})


def test_a_record_says_nothing_of_the_build(prefix: Path) -> None:
    """Two builds that unpacked elsewhere, linked in another way and listed in another order: one text."""
    texts = []
    for cache, kind in (("/one/pkgs", 1), ("/other/pkgs", 3)):
        names = ["b", "a", "lost.pyc"][:: 1 if kind == 1 else -1]
        record = {
            "name": "x",
            "files": names,
            "extracted_package_dir": f"{cache}/x-1-0",
            "package_tarball_full_path": f"{cache}/x-1-0.conda",
            "link": {"source": f"{cache}/x-1-0", "type": kind},
            "paths_data": {"paths": [{"_path": name} for name in names], "paths_version": 1},
        }
        path = prefix / "conda-meta" / "x-1-0.json"
        path.write_text(json.dumps(record), encoding="utf-8")
        conda_layer.normalize(path, cache)
        texts.append(path.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert "/one/" not in texts[0]
    assert json.loads(texts[0])["files"] == ["a", "b"]


def test_a_removed_package_leaves_nothing(prefix: Path) -> None:
    """Files, links that lead nowhere, and the record; what is missing already is no matter."""
    (prefix / "lib").mkdir()
    (prefix / "lib" / "one").touch()
    (prefix / "lib" / "link").symlink_to("nowhere")
    (prefix / "lib" / "other").touch()
    record = {"files": ["lib/one", "lib/link", "lib/missing"]}
    (prefix / "conda-meta" / "x-1-0.json").write_text(json.dumps(record), encoding="utf-8")
    conda_layer.remove({"x-1-0"})
    assert sorted(path.name for path in prefix.rglob("*") if not path.is_dir()) == ["other"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["a-1-0", "--"], ""),
        (["a-1-0", "b-1-0", "--"], "b-1-0 is missing"),
        (["--"], "a-1-0 is not in the lock"),
        (["a-2-0", "--"], "a-1-0 is not in the lock, a-2-0 is missing"),
    ],
)
def test_the_lock_is_compared_by_record(
    words: list[str], told: str, prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name, version and build: more, less or another is told, and fails."""
    (prefix / "conda-meta" / "a-1-0.json").write_text('{"name": "a", "version": "1", "files": []}', encoding="utf-8")
    if told:
        with pytest.raises(SystemExit, match="not those of the lock"):
            conda_layer.lock(*words)
    else:
        conda_layer.lock(*words)
    assert ", ".join(" ".join(line.split()) for line in capsys.readouterr().err.splitlines()) == told


def test_a_missing_installer_is_said(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is in the environment itself does not count: it would work on itself."""
    (prefix / "bin").mkdir()
    (prefix / "bin" / "micromamba").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(prefix / "bin"))
    with pytest.raises(SystemExit, match="has no micromamba: choose another with --base-image"):
        conda_layer.Work("micromamba")
