"""The history of a clone: what git says of it, and nothing that the clone says to git."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from clones import DAY, FIRST_DAY, commit, git, make_clone

from depnorm.errors import OutsideRepositoryError, UnusableInputError
from depnorm.library.corpus_reading import reached_by, read_state
from depnorm.library.corpus_states import CloneTimeline, State
from depnorm.model import Entry
from depnorm.read.git import Clone
from depnorm.read.git_directory import git_directory
from depnorm.read.repository import open_repository
from depnorm.read.snapshot import Snapshot


def snapshot_of_head(stack_clone: Clone) -> Snapshot:
    *_, last = stack_clone.commits(lambda _path: False)
    return Snapshot(stack_clone.tree(last))


PATHS = (
    "",
    ".",
    "requirements.txt",
    "./requirements.txt",
    "sub",
    "sub/",
    "sub/../requirements.txt",
    "sub/base.txt",
    "sub/deep/x.txt",
    "link.txt",
    "linkdir",
    "linkdir/base.txt",
    "linkdir/../requirements.txt",
    "outside",
    "outside/passwd",
    "absolute",
    "dangling",
    "loop",
    "loop/x",
    "missing",
    "missing/x",
    "missing/../requirements.txt",
    "requirements.txt/x",
    "..",
    "../x",
    "sub/../../x",
    "/etc/passwd",
    "nul\0",
    "naïve.txt",
)


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = make_clone(tmp_path_factory.mktemp("clone") / "linked", [])
    for name, target in {
        "link.txt": "sub/base.txt",
        "linkdir": "sub",
        "outside": "../..",
        "absolute": "/etc/passwd",
        "dangling": "nothing",
        "loop": "loop",
        "sub/up": "../requirements.txt",
    }.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).symlink_to(target)
    commit(place, {"requirements.txt": "numpy\n", "sub/base.txt": "six\n", "sub/deep/x.txt": "x\n", "naïve.txt": "é"})
    return place


@pytest.fixture(scope="module")
def head(linked: Path) -> Iterator[Snapshot]:
    with Clone(linked / ".git") as clone:
        yield snapshot_of_head(clone)


@pytest.mark.parametrize("path", PATHS)
def test_a_snapshot_answers_as_the_checkout(linked: Path, head: Snapshot, path: str) -> None:
    """What stands at a path, what it holds, and what is below it: as the directory says, without reading it."""
    directory = open_repository(linked)
    assert head.entry(path) is directory.entry(path)
    names = [name for name in directory.list_directory(path) if name != ".git"]
    assert list(head.list_directory(path)) == names
    try:
        expected: bytes | type[Exception] = directory.read_bytes(path)
    except UnusableInputError as error:
        expected = type(error)
    if isinstance(expected, bytes):
        assert head.read_bytes(path) == expected
        assert head.is_linked(path) == directory.is_linked(path)
    else:
        with pytest.raises(expected):
            head.read_bytes(path)


def test_a_snapshot_is_walked_as_the_checkout(linked: Path, head: Snapshot) -> None:
    """Every path below a directory, links not followed."""
    assert [*head.walk("sub")] == [*open_repository(linked).walk("sub")]


def test_commits_are_the_first_parents_oldest_first(tmp_path: Path) -> None:
    """As `git log --first-parent` lists them, merges among them, with the committer's dates."""
    place = make_clone(tmp_path / "r", [{"requirements.txt": "a\n"}, {"README": "x"}])
    git(place, "checkout", "-q", "-b", "side", "HEAD~1")
    commit(place, {"requirements.txt": "a\nb\n"}, date=FIRST_DAY + 5 * DAY)
    git(place, "checkout", "-q", "main")
    git(place, "merge", "-q", "--no-ff", "-m", "m", "side", date=FIRST_DAY + 6 * DAY)
    commit(place, {}, date=FIRST_DAY + 7 * DAY)
    with Clone(place / ".git") as clone:
        found = [*clone.commits(lambda path: path == "requirements.txt")]
    expected = git(place, "log", "--first-parent", "--reverse", "--format=%H %ct %T").splitlines()
    assert [f"{each.id} {each.date.timestamp():.0f} {each.tree}" for each in found if each.date] == expected
    assert [each.touches for each in found] == [True, False, True, False]


def test_a_file_that_is_included_counts_from_then_on(tmp_path: Path) -> None:
    """A commit touches a spec file if a file that the state before includes is changed, made or removed."""
    place = make_clone(
        tmp_path / "r",
        [
            {"requirements.txt": "-r deps/base.list\n"},
            {"README": "x"},
            {"deps/base.list": "six\n"},
            {"deps/other.list": "x\n"},
            {"deps/base.list": None},
        ],
    )
    timeline = CloneTimeline("r", is_history=True, path=place)
    positions = []
    for state in timeline.states():
        timeline.reached = reached_by(read_state(state))
        positions.append(state.position)
    assert positions == [0, 2, 4]
    assert timeline.commits == 5


HOSTILE = """
[core]
    fsmonitor = "touch {mark}"
    hooksPath = {hooks}
    pager = "touch {mark}"
    sshCommand = "touch {mark}"
    attributesFile = {hooks}/attributes
[alias]
    log = "!touch {mark}"
[include]
    path = {hooks}/more
[diff]
    external = "touch {mark}"
[diff "x"]
    textconv = "touch {mark}"
[log]
    showSignature = true
[gpg]
    program = {hooks}/run
[extensions]
    partialClone = origin
[remote "origin"]
    url = "ext::sh -c touch% {mark}"
    promisor = true
[uploadpack]
    packObjectsHook = "touch {mark}"
"""


def test_nothing_that_a_clone_configures_happens(tmp_path: Path) -> None:
    """Commands in the clone's configuration, hooks and attributes do not run, nor is a lost object fetched."""
    place = make_clone(
        tmp_path / "r", [{"requirements.txt": "six\n", ".gitattributes": "* diff=x filter=x\n"}, {"a.txt": "lost\n"}]
    )
    mark, hooks = tmp_path / "mark", tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "more").write_text(f'[core]\n    fsmonitor = "touch {mark}"\n')
    for name in ("run", "post-index-change", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    lost = git(place, "rev-parse", "HEAD:a.txt")
    (place / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    (place / ".git" / "config").write_text(HOSTILE.format(mark=mark, hooks=hooks))
    with Clone(place / ".git") as clone:
        snapshot = snapshot_of_head(clone)
        assert snapshot.read_bytes("requirements.txt") == b"six\n"
        with pytest.raises(UnusableInputError, match="not there"):
            snapshot.read_bytes("a.txt")
    assert not mark.exists()


def test_replaced_objects_are_not_what_they_replace(tmp_path: Path) -> None:
    """`git replace` of a clone changes nothing."""
    place = make_clone(tmp_path / "r", [{"requirements.txt": "six\n"}])
    other = git(place, "hash-object", "-w", "--stdin", stdin=b"evil\n")
    git(place, "replace", git(place, "rev-parse", "HEAD:requirements.txt"), other)
    with Clone(place / ".git") as clone:
        assert snapshot_of_head(clone).read_bytes("requirements.txt") == b"six\n"


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_packed_and_bare_clones_are_read(tmp_path: Path, object_format: str) -> None:
    """Packs, packed refs, a detached HEAD, and ids of either length."""
    place = make_clone(tmp_path / "r", [{"requirements.txt": "six\n"}, {"x": "y"}], object_format=object_format)
    git(place, "gc", "-q")
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(place), str(bare))
    git(place, "checkout", "-q", "--detach")
    for path in (place, bare):
        directory = git_directory(path)
        assert directory
        with Clone(directory) as clone:
            assert clone.head == git(place, "rev-parse", "HEAD")
            assert snapshot_of_head(clone).read_bytes("requirements.txt") == b"six\n"


def test_a_shallow_clone_begins_where_it_is_cut(tmp_path: Path) -> None:
    """Its first commit has no parents."""
    place = make_clone(tmp_path / "r", [{"requirements.txt": f"a=={n}\n"} for n in range(4)])
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{place}", "cut")
    with Clone(tmp_path / "cut" / ".git") as clone:
        assert len([*clone.commits(lambda _path: True)]) == 2


def test_a_submodule_is_an_empty_directory(tmp_path: Path) -> None:
    """Its commit is not in the clone."""
    place = make_clone(tmp_path / "r", [{"requirements.txt": "six\n"}])
    git(place, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(place, "commit", "-q", "-m", "s")
    with Clone(place / ".git") as clone:
        snapshot = snapshot_of_head(clone)
        assert snapshot.entry("sub") is Entry.DIRECTORY
        assert snapshot.list_directory("sub") == ()


def broken_head(directory: Path, outside: Path) -> None:
    del outside
    (directory / "HEAD").write_text("ref: refs/heads/../../../secret\n")


def linked_head(directory: Path, outside: Path) -> None:
    (directory / "HEAD").unlink()
    (outside / "secret").write_text("1" * 40)
    (directory / "HEAD").symlink_to(outside / "secret")


def borrowed(directory: Path, outside: Path) -> None:
    (directory / "objects" / "info").mkdir(exist_ok=True)
    (directory / "objects" / "info" / "alternates").write_text(f"{outside}\n")


def linked_objects(directory: Path, outside: Path) -> None:
    (directory / "objects").rename(outside / "objects")
    (directory / "objects").symlink_to(outside / "objects")


def linked_pack(directory: Path, outside: Path) -> None:
    (directory / "objects" / "pack" / "pack-1.pack").symlink_to(outside / "pack")


def unborn(directory: Path, outside: Path) -> None:
    del outside
    (directory / "HEAD").write_text("ref: refs/heads/unborn\n")


@pytest.mark.parametrize("harm", [broken_head, linked_head, borrowed, linked_objects, linked_pack, unborn])
def test_a_clone_that_leads_elsewhere_is_refused(tmp_path: Path, harm: object) -> None:
    """Links, alternates and refs that leave the clone, and a HEAD without a commit."""
    place = make_clone(tmp_path / "r", [{"requirements.txt": "six\n"}])
    (tmp_path / "outside").mkdir()
    assert callable(harm)
    harm(place / ".git", tmp_path / "outside")
    with pytest.raises((UnusableInputError, OutsideRepositoryError)), Clone(place / ".git"):
        pass


def test_a_damaged_history_ends_with_an_error(tmp_path: Path) -> None:
    """What can be read is read; the rest is said."""
    place = make_clone(tmp_path / "r", [{"requirements.txt": f"a=={n}\n"} for n in range(3)])
    tree = git(place, "rev-parse", "HEAD~1^{tree}")
    (place / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with Clone(place / ".git") as clone, pytest.raises(UnusableInputError):
        [*clone.commits(lambda _path: True)]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process, and no directory in the place for temporary files."""
    place = make_clone(tmp_path / "r", [{"requirements.txt": "six\n"}])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    before = children()
    with Clone(place / ".git") as clone:
        snapshot_of_head(clone)
        assert os.listdir(temporary)  # noqa: PTH208  names
    assert not os.listdir(temporary)  # noqa: PTH208
    assert children() == before


def children() -> str:
    found = Path(f"/proc/self/task/{os.getpid()}/children")
    return found.read_text() if found.exists() else ""


def test_state_of_a_clone_reads_like_a_directory(tmp_path: Path) -> None:
    """The same spec files, dependencies and scopes as those of the checkout."""
    files = {
        "requirements.txt": "-r sub/base.txt\n-e ./pkg\nnumpy==1.2\n",
        "sub/base.txt": "six\n",
        "pkg/setup.py": "from setuptools import setup\nsetup(install_requires=['attrs'])\n",
        "binder/environment.yml": "dependencies: [python=3.10]\n",
    }
    place = make_clone(tmp_path / "r", [files])
    with Clone(place / ".git") as clone:
        seen = read_state(State(repository="r", files=snapshot_of_head(clone)))
    checkout = read_state(State(repository="r", files=open_repository(place)))
    assert seen.files == checkout.files
    assert seen.choice == checkout.choice
