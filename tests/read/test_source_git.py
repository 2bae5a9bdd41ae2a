"""Commits of real git repositories, fetched by the real git from hosts that may be hostile."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

import depnorm
from depnorm.errors import UnusableInputError, UsageError
from depnorm.read.sources import limits

IDENTITY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, "-C", str(directory), *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def commit(directory: Path, text: str) -> str:
    (directory / "requirements.txt").write_text(text)
    git(directory, "add", ".")
    git(directory, "commit", "-qm", text)
    return git(directory, "rev-parse", "HEAD")


class Origin:
    """A clone with a branch and a tag, and the bare repository of the same."""

    def __init__(self, parent: Path) -> None:
        self.clone, self.bare = parent / "clone", parent / "origin.git"
        self.clone.mkdir()
        git(self.clone, "init", "-q", "-b", "main")
        (self.clone / "sub").mkdir()
        (self.clone / "sub" / "requirements.txt").write_text("below\n")
        self.first = commit(self.clone, "first\n")
        git(self.clone, "tag", "-a", "v1", "-m", "one")
        self.second = commit(self.clone, "second\n")
        git(self.clone, "checkout", "-qb", "feature/x")
        self.other = commit(self.clone, "other\n")
        git(self.clone, "checkout", "-q", "main")
        git(parent, "clone", "-q", "--bare", "clone", "origin.git")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """Nobody changes it."""
    return Origin(tmp_path_factory.mktemp("origin"))


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary directories go; after each test none is left."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (None, "second"), ("HEAD", "second"), ("main", "second"), ("origin/main", "second"),
        ("refs/heads/main", "second"), ("v1", "first"), ("refs/tags/v1", "first"), ("feature/x", "other"),
        ("main~1", "first"), ("HEAD~1", "first"), ("v1^{commit}", "first"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["clone", "bare", "url"])
def test_a_revision_is_what_git_says_it_is(origin: Origin, where: str, ref: str | None, expected: str) -> None:
    """Branch, tag, or counted from one; of a clone, a bare repository, and a URL."""
    source = {"clone": str(origin.clone), "bare": str(origin.bare), "url": origin.bare.as_uri()}[where]
    with depnorm.open_repository(source, ref=ref) as opened:
        assert (opened.path / "requirements.txt").read_text() == f"{expected}\n"
        if opened.is_temporary:
            assert opened.commit == git(
                origin.clone, "rev-parse", f"{(ref or 'HEAD').removeprefix('origin/')}^{{commit}}"
            )
        else:
            assert (where, ref, opened.commit) == ("clone", None, None)
    assert opened.path.exists() is not opened.is_temporary


@pytest.mark.parametrize("length", [40, 12, 7])
def test_a_commit_is_found_by_its_id_and_by_the_beginning_of_it(origin: Origin, length: int) -> None:
    """As repo2docker and BinderHub name what they build."""
    with depnorm.open_repository(origin.bare.as_uri(), ref=origin.first[:length]) as opened:
        assert opened.commit == origin.first
        assert (opened.path / "requirements.txt").read_text() == "first\n"


def test_only_the_commit_is_fetched(origin: Origin) -> None:
    """No history: what a large repository once was costs nothing."""
    with depnorm.open_repository(origin.bare.as_uri(), ref="feature/x") as opened:
        assert git(opened.path, "rev-list", "--all", "--count") == "1"


def test_a_directory_inside_a_clone_has_revisions_too(origin: Origin) -> None:
    """What was named stays what is meant."""
    with depnorm.open_repository(origin.clone / "sub", ref="v1") as opened:
        assert (opened.path / "requirements.txt").read_text() == "below\n"


def test_a_worktree_has_revisions_too(origin: Origin, tmp_path: Path) -> None:
    """Its .git is a file."""
    git(origin.clone, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"), "feature/x")
    with depnorm.open_repository(tmp_path / "tree", ref="v1") as opened:
        assert (opened.path / "requirements.txt").read_text() == "first\n"
    git(origin.clone, "worktree", "remove", "--force", str(tmp_path / "tree"))


@pytest.mark.parametrize(
    ("ref", "hint"), [("mian", "Did you mean main?"), ("zzz", "It has feature/x, main, v1."), ("abcdef1", "It has ")]
)
def test_a_revision_that_is_not_there_is_told(origin: Origin, ref: str, hint: str) -> None:
    """With the one that was probably meant."""
    with (
        pytest.raises(UnusableInputError, match=f"has no branch, tag or commit {ref}") as told,
        depnorm.open_repository(origin.bare.as_uri(), ref=ref),
    ):
        raise AssertionError
    assert hint in told.value.hint


def test_what_is_no_repository_is_told(tmp_path: Path) -> None:
    """In git's words, and without a traceback."""
    with (
        pytest.raises(UnusableInputError, match="git cannot fetch it"),
        depnorm.open_repository((tmp_path / "none.git").as_uri()),
    ):
        raise AssertionError


def test_a_repository_without_a_commit_is_told(tmp_path: Path) -> None:
    """There is nothing to read."""
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    with pytest.raises(UnusableInputError, match="no commit"), depnorm.open_repository(tmp_path / "empty.git"):
        raise AssertionError


def test_over_git_and_over_http(origin: Origin, tmp_path: Path) -> None:
    """From a real git daemon, and from a web server that knows nothing of git."""
    shutil.copytree(origin.bare, tmp_path / "origin.git")
    (tmp_path / "origin.git" / "git-daemon-export-ok").touch()
    git(tmp_path / "origin.git", "update-server-info")
    with daemon(tmp_path) as port, depnorm.open_repository(f"git://127.0.0.1:{port}/origin.git", ref="v1") as opened:
        assert opened.commit == origin.first
    handler = partial(QuietHandler, directory=str(tmp_path))
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://me:hunter2@127.0.0.1:{server.server_port}/origin.git"
        with depnorm.open_repository(url, ref="v1") as opened:
            assert opened.commit == origin.first
            assert "hunter2" not in opened.source
        with pytest.raises(UnusableInputError) as told, depnorm.open_repository(f"{url}x"):
            raise AssertionError
        server.shutdown()
    assert "hunter2" not in str(told.value) + told.value.hint


class QuietHandler(SimpleHTTPRequestHandler):
    """A plain web server."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        pass


class daemon:  # noqa: N801  a context manager
    """`git daemon` on a free port."""

    def __init__(self, directory: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        # `git daemon` is a child of git: the program itself can be ended
        program = Path(git(directory, "--exec-path")) / "git-daemon"
        self.process = subprocess.Popen(
            [
                program,
                "--listen=127.0.0.1",
                f"--port={self.port}",
                "--reuseaddr",
                f"--base-path={directory}",
                directory,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> int:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self.port
            time.sleep(0.05)
        raise AssertionError("git daemon does not answer")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


def test_offline_refuses_what_needs_a_network(origin: Origin) -> None:
    """A repository of this machine needs none."""
    with depnorm.open_repository(origin.bare.as_uri(), offline=True) as opened:
        assert opened.commit == origin.second
    for source in ("https://me:hunter2@example.org/x", "git@example.org:owner/name"):
        with (
            pytest.raises(UsageError, match="--offline forbids it") as told,
            depnorm.open_repository(source, offline=True),
        ):
            raise AssertionError
        assert "hunter2" not in str(told.value)


EVIL = "#!/bin/sh\ntouch {witness}\n"


def test_nothing_of_a_repository_runs(origin: Origin, tmp_path: Path) -> None:
    """Neither its hooks, nor its settings, nor filters that it asks for, nor its submodules."""
    evil, witness = tmp_path / "evil", tmp_path / "witness"
    shutil.copytree(origin.clone, evil)
    script = tmp_path / "script"
    script.write_text(EVIL.format(witness=witness))
    script.chmod(0o755)
    for name in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"):
        shutil.copy(script, evil / ".git" / "hooks" / name)
    (evil / ".gitattributes").write_text("*.txt filter=evil\n")
    (evil / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = x\n\turl = ext::{script}\n')
    git(evil, "update-index", "--add", "--cacheinfo", f"160000,{origin.first},x")
    git(evil, "add", ".gitattributes", ".gitmodules")
    git(evil, "-c", "core.hooksPath=/dev/null", "commit", "-qm", "evil")
    for name in ("filter.evil.smudge", "core.fsmonitor", "uploadpack.packObjectsHook", "core.sshCommand", "core.pager"):
        git(evil, "-c", "core.fsmonitor=false", "config", name, str(script))
    witness.unlink(missing_ok=True)
    for source, ref in ((evil, "HEAD"), (evil.as_uri(), None), (evil, "HEAD~1")):
        with depnorm.open_repository(str(source), ref=ref) as opened:
            assert (opened.path / "requirements.txt").read_text() == "second\n"
            assert opened.notes == (() if ref == "HEAD~1" else ("submodules are not fetched: x",))
    assert not witness.exists()


def test_a_filter_of_the_user_does_not_run_either(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has `git lfs install` behind them, or any other filter, downloads nothing because a stranger says so."""
    witness = tmp_path / "witness"
    shutil.copytree(origin.clone, tmp_path / "asks")
    (tmp_path / "asks" / ".gitattributes").write_text("*.txt filter=mine\n")
    git(tmp_path / "asks", "add", ".gitattributes")
    git(tmp_path / "asks", "commit", "-qm", "asks")
    (tmp_path / "gitconfig").write_text(f'[filter "mine"]\n\tsmudge = touch {witness}; cat\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    with depnorm.open_repository((tmp_path / "asks").as_uri()) as opened:
        assert (opened.path / "requirements.txt").read_text() == "second\n"
    assert not witness.exists()


def test_a_hook_that_calls_depnorm_lends_it_no_repository(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git sets GIT_DIR and more for its hooks; what is fetched has nothing to do with that repository."""
    git(tmp_path, "init", "-q", "mine")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "mine" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "mine"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "mine" / ".git" / "index"))
    with depnorm.open_repository(str(origin.bare), ref="v1") as opened:
        assert opened.commit == origin.first
    assert list((tmp_path / "mine").iterdir()) == [tmp_path / "mine" / ".git"]


def test_a_tree_that_names_itself_again_and_again_is_refused(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand bytes that would be a million files; also where these are directories without a file."""
    monkeypatch.setattr(limits, "MAX_FILES", 1000)
    bomb = tmp_path / "bomb.git"
    shutil.copytree(origin.bare, bomb)
    for kind, name in (("100644 blob", "requirements.txt"), ("040000 tree", "sub")):
        entry = git(bomb, "rev-parse", f"main:{name}") if kind.endswith("blob") else make_tree(bomb, [])
        tree = make_tree(bomb, [f"{kind} {entry}\t{number}" for number in range(10)])
        for _ in range(5):
            tree = make_tree(bomb, [f"040000 tree {tree}\t{number}" for number in range(10)])
        git(bomb, "update-ref", "refs/heads/main", git(bomb, "commit-tree", tree, "-m", "bomb"))
        with pytest.raises(UnusableInputError, match="more than 1,000 files"), depnorm.open_repository(str(bomb)):
            raise AssertionError


def make_tree(repository: Path, lines: list[str]) -> str:
    done = subprocess.run(
        ["git", "-C", repository, "mktree"], input="".join(f"{line}\n" for line in lines), text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_files_that_are_too_large_together_are_refused(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before one is written."""
    monkeypatch.setattr(limits, "MAX_BYTES", 10)
    with pytest.raises(UnusableInputError, match="is larger than"), depnorm.open_repository(str(origin.bare)):
        raise AssertionError


def test_a_host_that_never_answers_is_left(scratch: Path) -> None:
    """After the time that was given; git ends as well, and nothing is left behind."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begun = time.monotonic()
        url = f"git://127.0.0.1:{silent.getsockname()[1]}/x"
        with pytest.raises(UnusableInputError, match="not done in time"), depnorm.open_repository(url, timeout=0.5):
            raise AssertionError
    assert time.monotonic() - begun < 20
    assert list(scratch.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_interrupt_leaves_nothing(number: signal.Signals, code: int, tmp_path: Path) -> None:
    """Ctrl-C while git waits, or another wish that it ends: no temporary directory, and no git that goes on."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(60)
        process = subprocess.Popen(
            [sys.executable, "-m", "depnorm", "plan", f"git://127.0.0.1:{silent.getsockname()[1]}/x"],
            env={**os.environ, "TMPDIR": str(tmp_path / "scratch")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Whoever runs the tests may ignore the signal (nohup), and so would the process then.
            preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509  no threads here
        )
        connection, _ = silent.accept()  # git has begun
        process.send_signal(number)
        output, error = process.communicate(timeout=60)
        connection.settimeout(60)
        while connection.recv(1024):  # until the other side is gone
            pass
        connection.close()
    assert (process.returncode, output) == (code, b"")
    assert b"Traceback" not in error


def test_a_deep_tree_is_refused(tmp_path: Path) -> None:
    """A commit of 1,400 trees in each other: neither git's files nor their deletion run into a limit of Python."""
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "deep.git")
    made = "commit refs/heads/main\ncommitter N <n@example.org> 0 +0000\ndata 0\n\nM 100644 inline {}x\ndata 0\n\n"
    subprocess.run(
        ["git", "-C", tmp_path / "deep.git", "fast-import", "--quiet"],
        input=made.format("d/" * 1400).encode(), check=True, timeout=60,
    )  # fmt: skip
    with pytest.raises(UnusableInputError, match="too deep"), depnorm.open_repository(tmp_path / "deep.git"):
        raise AssertionError


def test_symbolic_links_of_a_repository_are_never_followed_out(origin: Origin, tmp_path: Path) -> None:
    """Git writes them as they are, and depnorm does not open what they lead to."""
    (tmp_path / "secret.txt").write_text("secret-package\n")
    shutil.copytree(origin.clone, tmp_path / "links", symlinks=True)
    (tmp_path / "links" / "requirements.txt").unlink()
    (tmp_path / "links" / "requirements.txt").symlink_to(tmp_path / "secret.txt")
    git(tmp_path / "links", "commit", "-qam", "link")
    with depnorm.open_repository((tmp_path / "links").as_uri()) as opened:
        assert "DN402" in {finding.rule for finding in depnorm.check(opened.path)}
        assert "secret-package" not in repr(depnorm.plan(opened.path))
