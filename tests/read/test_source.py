"""What somebody means by a source, before anything is fetched."""

import os
from pathlib import Path

import pytest

from depnorm.errors import DepnormError, UnusableInputError, UsageError
from depnorm.model.source import SourceKind
from depnorm.read.sources.source import parse_source


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repository" / "sub").mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text("numpy\n")
    (tmp_path / "context.tar.gz").write_bytes(b"")
    (tmp_path / "git@example.org:owner").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "kind", "location", "remote"),
    [
        ("repository", SourceKind.DIRECTORY, "repository", False),
        ("requirements.txt", SourceKind.FILE, "requirements.txt", False),
        ("context.tar.gz", SourceKind.ARCHIVE, "context.tar.gz", False),
        ("https://example.org/owner/name", SourceKind.GIT, "https://example.org/owner/name", True),
        ("git+https://example.org/owner/name", SourceKind.GIT, "https://example.org/owner/name", True),
        ("HTTP://example.org/name.git", SourceKind.GIT, "HTTP://example.org/name.git", True),
        ("ssh://git@example.org:2222/name", SourceKind.GIT, "ssh://git@example.org:2222/name", True),
        ("git@example.org:owner/name.git", SourceKind.GIT, "git@example.org:owner/name.git", True),
        ("file:///srv/name.git", SourceKind.GIT, "file:///srv/name.git", False),
        ("file:///srv/name.tar.gz", SourceKind.GIT, "file:///srv/name.tar.gz", False),
        ("git@example.org:owner", SourceKind.DIRECTORY, "git@example.org:owner", False),
    ],
)
def test_what_is_meant(text: str, kind: SourceKind, location: str, remote: bool) -> None:  # noqa: FBT001
    """A scheme makes a URL; else what is on this machine comes first."""
    found = parse_source(text)
    assert (found.kind, found.location, found.is_remote) == (kind, location, remote)


def test_a_revision_of_a_directory_is_one_of_its_clone() -> None:
    """Also of a directory inside it; without a revision the directory is taken as it is."""
    found = parse_source("repository/sub", "main")
    assert (found.kind, found.location, found.directory) == (SourceKind.GIT, os.path.realpath("repository"), "sub")
    assert parse_source("repository/sub").kind is SourceKind.DIRECTORY


@pytest.mark.parametrize(
    ("text", "ref", "message", "hint"),
    [
        ("", None, "names no repository", "Write . for the working directory."),
        ("repositori", None, "no such file or directory", "Did you mean repository?"),
        ("repositori/sub", None, "no such file or directory", "Did you mean repository/sub?"),
        ("repositori/x/y", None, "no such file or directory", "Did you mean repository?"),
        ("repository/su", None, "no such file or directory", "Did you mean repository/sub?"),
        ("example.org/owner/name", None, "no such file", "give its URL: https://example.org/owner/name"),
        ("elsewhere/x", None, "no such file", "Give a directory, a spec file, an archive"),
        ("-repository", None, "no such file", "Did you mean repository?"),
        ("ext::sh -c id", None, "not fetched by ext", "Use one of https"),
        ("EXT::sh -c id", None, "not fetched by EXT", "Use one of https"),
        ("ftp://example.org/x", None, "not fetched by ftp", "Use one of https"),
        ("ssh://-oProxyCommand=id/x", None, "is no URL", "Such as https://"),
        ("https://", None, "is no URL", "Such as https://"),
        ("https://example.org/a b", None, "is no URL", "Such as https://"),
        ("https://example.org/\x1b[31m", None, "is no URL", "Such as https://"),
        ("https://[::1/x", None, "is no URL", "Such as https://"),
        ("git@example.org:-x", None, "is no address", "Such as git@"),
        ("https://example.org/o/n/tree/main", None, "is a page about", "https://example.org/o/n --ref main"),
        ("https://example.org/o/n/-/blob/v1/x.txt", None, "is a page about", "https://example.org/o/n --ref v1"),
        ("https://example.org/x.tar.gz", None, "an archive is read from a file", "curl -fLO https://example.org/x."),
        ("https://example.org/x';touch${IFS}y;'.zip", None, "an archive", """-fLO 'https://example.org/x'"'"';touch${IFS}y;'"'"'"""),
        ("https://example.org/o/n/tree/v1;touch${IFS}y", None, "is a page about", "--ref 'v1;touch${IFS}y'"),
        ("https://example.org/o;x${IFS}y/n/tree/v1", None, "is a page", "'https://example.org/o;x${IFS}y/n' -"),
        ("requirements.txt", "main", "is a file", "Give the directory"),
        ("context.tar.gz", "main", "is a file", "Give the directory"),
        ("git@example.org:owner", "main", "is in none", "Leave --ref out"),
    ],
)  # fmt: skip
def test_what_names_nothing_says_what_would(text: str, ref: str | None, message: str, hint: str) -> None:
    """What was given, what is wrong, and what to type."""
    with pytest.raises(DepnormError, match=message) as told:
        parse_source(text, ref)
    assert hint in told.value.hint


@pytest.mark.parametrize(
    "ref",
    ["", "-x", "--upload-pack=id", "+main", "^main", "a:b", "a b", "a\nb", "a..b", "refs/*", "a[b", "a\\b", "\x1b[31m"],
)
def test_what_is_no_revision_is_refused(ref: str) -> None:
    """Nothing that git could take for an option, a second name, or a pattern."""
    with pytest.raises(UsageError, match="no branch, tag or commit"):
        parse_source("https://example.org/x", ref)


@pytest.mark.parametrize("ref", ["main", "feature/x", "v1.0", "0a1b2c3", "refs/pull/12/head", "main~1", "v1^{commit}"])
def test_a_revision_is_taken_as_it_is(ref: str) -> None:
    """Branches, tags, commits, and what is counted from them."""
    assert parse_source("https://example.org/x", ref).ref == ref


def test_a_credential_is_in_no_message() -> None:
    """Of a URL that is wrong, either."""
    for text in ("ftp://me:hunter2@example.org/x", "https://me:hunter2@example.org/x.zip", "https://me:hunter2@/x y"):
        with pytest.raises(DepnormError) as told:
            parse_source(text)
        assert "hunter2" not in str(told.value) + told.value.hint


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    """It is there, and leads nowhere."""
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(UnusableInputError, match="link to nothing"):
        parse_source("link")
