"""Archives of repositories: real ones, broken ones, and those that want out."""

import bz2
import gzip
import io
import lzma
import random
import stat
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import depnorm
from depnorm.errors import DepnormError, OutsideRepositoryError, UnusableInputError, UsageError
from depnorm.read.sources import limits
from depnorm.read.sources.source import ARCHIVES

FILES = {"requirements.txt": b"numpy\n", "binder/postBuild": b"#!/bin/sh\n"}


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary directories go; after each test none is left."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


def member(name: str, data: bytes = b"", **attributes: object) -> tuple[tarfile.TarInfo, bytes]:
    found = tarfile.TarInfo(name)
    found.size = len(data)
    for attribute, value in attributes.items():
        setattr(found, attribute, value)
    return found, data


def tar(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def compressed(data: bytes, kind: str) -> bytes:
    match kind:
        case "g":
            return gzip.compress(data)
        case "x":
            return lzma.compress(data)
        case "b":
            return bz2.compress(data)
    return data


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("prefix", ["", "./", "name-1a2b3c/"])
@pytest.mark.parametrize("suffix", ARCHIVES)
def test_what_was_packed_is_what_is_read(tmp_path: Path, suffix: str, prefix: str) -> None:
    """Each kind of archive; also with everything in one directory, as code hosts pack it."""
    path = tmp_path / f"context{suffix}"
    if suffix == ".zip":
        path.write_bytes(zipped({prefix.removeprefix("./") + name: data for name, data in FILES.items()}))
    else:
        packed = tar(*(member(prefix + name, data, mode=0o755) for name, data in FILES.items()))
        path.write_bytes(compressed(packed, suffix.removeprefix(".tar").strip(".t")[:1]))
    with depnorm.open_repository(path) as opened:
        assert files(opened.path) == FILES
        assert bool(opened.notes) == prefix.startswith("name")
        if suffix != ".zip":
            assert (opened.path / "binder" / "postBuild").stat().st_mode & stat.S_IXUSR
    assert not opened.path.exists()


def test_a_context_that_a_client_sent(tmp_path: Path) -> None:
    """An open file does, and a pipe; the plan is that of the directory."""
    packed = tar(*(member(name, data) for name, data in FILES.items()))
    root = tmp_path / "repo"
    for name, data in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    with depnorm.open_repository(io.BytesIO(packed)) as opened:
        assert depnorm.dockerfile(opened.path) == depnorm.dockerfile(root)
    (tmp_path / "context.tar").write_bytes(packed)
    with subprocess.Popen(["cat", tmp_path / "context.tar"], stdout=subprocess.PIPE) as cat:
        assert cat.stdout
        with depnorm.open_repository(cat.stdout) as opened:
            assert files(opened.path) == FILES
    with pytest.raises(UsageError, match="no history"), depnorm.open_repository(io.BytesIO(packed), ref="main"):
        raise AssertionError


def test_a_binder_directory_alone_is_a_repository() -> None:
    """It is no wrapping of everything; neither is what git keeps, which holds no spec file."""
    for name in ("binder/requirements.txt", ".git/requirements.txt"):
        with depnorm.open_repository(io.BytesIO(tar(member(name, b"numpy\n")))) as opened:
            assert list(files(opened.path)) == [name]


def test_git_archive_is_an_archive(tmp_path: Path) -> None:
    """With its comment of the commit, which is no file."""
    (tmp_path / "requirements.txt").write_text("numpy\n")
    commit = ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm1"]
    for words in (["init", "-q"], ["add", "."], commit, ["archive", "-o", "x.tar.gz", "HEAD"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    with depnorm.open_repository(tmp_path / "x.tar.gz") as opened:
        assert files(opened.path) == {"requirements.txt": b"numpy\n"}


@pytest.mark.parametrize(
    "name",
    [
        "/etc/x", "../x", "a/../../x", "a/..", "..", "//x", "x/" * 2100 + "y", "y" * 256, "a/" + "z" * 300,
        "x/" * 101 + "y", "x/" * 1500 + "y", "x/" * 2000 + "y",
    ],
)  # fmt: skip
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    """Nothing of the archive is read; so is one that no file system could hold."""
    for packed in (tar(member("ok", b"x"), member(name, b"x")), zipped({"ok": b"x", name: b"x"})):
        with (
            pytest.raises(UnusableInputError, match="nothing of it was read"),
            depnorm.open_repository(io.BytesIO(packed)),
        ):
            raise AssertionError
    assert {path.name for path in tmp_path.iterdir()} == {"scratch"}


def test_what_was_made_in_it_is_deleted_however_deep() -> None:
    """Deeper than Python calls functions; the fixture looks whether all is gone."""
    with depnorm.open_repository(io.BytesIO(tar(member("a/" * 100 + "x", b"deep")))) as opened:
        assert next(opened.path.rglob("x")).read_bytes() == b"deep"
        deep = opened.path
        for _ in range(sys.getrecursionlimit() + 100):
            deep = deep / "d"
            deep.mkdir()
        (deep / "file").write_text("x")
        (deep / "link").symlink_to("/")


def zipped(content: dict[str, bytes], **attributes: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            info = zipfile.ZipInfo(name)
            for attribute, value in attributes.items():
                setattr(info, attribute, value)
            archive.writestr(info, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "linkname", "why"),
    [
        (tarfile.SYMTYPE, "/etc/passwd", "a link that leads out of it"),
        (tarfile.SYMTYPE, "../../etc/passwd", "a link that leads out of it"),
        (tarfile.SYMTYPE, "..", "a link that leads out of it"),
        (tarfile.LNKTYPE, "/etc/passwd", "a hard link to what is not in it"),
        (tarfile.LNKTYPE, "../secret", "a hard link to what is not in it"),
        (tarfile.LNKTYPE, "missing", "a hard link to what is not in it"),
        (tarfile.CHRTYPE, "", "neither a file nor a directory"),
        (tarfile.BLKTYPE, "", "neither a file nor a directory"),
        (tarfile.FIFOTYPE, "", "neither a file nor a directory"),
    ],
)
def test_what_is_no_file_of_it_is_left_out_and_told(kind: bytes, linkname: str, why: str, tmp_path: Path) -> None:
    """Links that lead out, devices and pipes; the rest is read."""
    (tmp_path / "secret").write_text("secret")
    packed = tar(member("x", type=kind, linkname=linkname), member("ok", b"fine"))
    with depnorm.open_repository(io.BytesIO(packed)) as opened:
        assert files(opened.path) == {"ok": b"fine"}
        assert opened.notes == (f"left out of the archive: x is {why}",)


def test_links_that_stay_inside_are_links() -> None:
    """Wherever the archive has them; a hard link is the same file."""
    packed = tar(
        member("a/link", type=tarfile.SYMTYPE, linkname="../data"),
        member("data", b"same"),
        member("hard", type=tarfile.LNKTYPE, linkname="data"),
    )
    with depnorm.open_repository(io.BytesIO(packed)) as opened:
        assert (opened.path / "a" / "link").is_symlink()
        assert files(opened.path) == {"data": b"same", "hard": b"same", "a/link": b"same"}
        assert opened.notes == ()
    linked = zipped({"link": b"requirements.txt"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    with depnorm.open_repository(io.BytesIO(linked)) as opened:
        assert (opened.path / "link").is_symlink()


def test_no_file_goes_through_a_link(tmp_path: Path) -> None:
    """A link, and then a file below it: links are made when all files are there."""
    (tmp_path / "target").mkdir()
    for target in (str(tmp_path / "target"), "inside", "../.."):
        packed = tar(
            member("inside", type=tarfile.DIRTYPE, mode=0o755),
            member("x", type=tarfile.SYMTYPE, linkname=target),
            member("x/escaped", b"out"),
        )
        with depnorm.open_repository(io.BytesIO(packed)) as opened:
            assert files(opened.path) == {"x/escaped": b"out"}
            assert opened.notes[0].startswith("left out of the archive: x is a link")
    assert list((tmp_path / "target").iterdir()) == []


def links(**content: str) -> bytes:
    return tar(
        member("ok", b"x"),
        *(member(f"a/{name}", type=tarfile.SYMTYPE, linkname=target) for name, target in content.items()),
    )


@pytest.mark.parametrize(
    "packed",
    [
        links(up="..", out="up/a/up/a/up/a/up/../../../../../../../../etc/passwd"),
        links(up="..", out="up/a/up/../..", further="out/etc"),
        links(up="..", out="up/a/up/a/up/../../..", **{"out/made/link": "ok"}),
    ],
)
def test_no_link_leads_out_by_way_of_others(packed: bytes, tmp_path: Path) -> None:
    """Each alone stays inside; nothing is made outside either."""
    before = set(tmp_path.rglob("*"))
    with depnorm.open_repository(io.BytesIO(packed)) as opened:
        root = opened.path.parent if opened.path.name == "a" else opened.path
        assert all(path.resolve().is_relative_to(root) for path in root.rglob("*"))
        assert (root / "a" / "up").is_symlink()
        assert any("a/out is a link" in note for note in opened.notes)
        assert {path for path in tmp_path.rglob("*") if not path.is_relative_to(root.parent)} == before
    assert opened.notes


def test_links_in_circles_and_long_chains_end() -> None:
    """Whatever they lead to, in little time; the files are read."""
    circle = links(x="y", y="x", z="z")
    chains = (
        links(**{f"l{number}": f"{by}l{number + 1}" for number in range(1500)}) for by in ("", "no/../", "../ok/../")
    )
    for packed in (circle, *chains):
        begun = time.monotonic()
        with depnorm.open_repository(io.BytesIO(packed)) as opened:
            assert time.monotonic() - begun < 5
            assert (opened.path / "ok").read_bytes() == b"x"
            depnorm.check(opened.path)


def test_of_two_files_of_one_name_the_last_counts() -> None:
    """As tar itself has it; an earlier one keeps its other name."""
    packed = tar(
        member("x", b"first"), member("y", type=tarfile.LNKTYPE, linkname="x"), member("x", b"second"),
    )  # fmt: skip
    with depnorm.open_repository(io.BytesIO(packed)) as opened:
        assert files(opened.path) == {"x": b"second", "y": b"first"}


def test_notes_are_few() -> None:
    """However many members are left out."""
    packed = tar(*(member(f"fifo{number}", type=tarfile.FIFOTYPE) for number in range(50)))
    with depnorm.open_repository(io.BytesIO(packed)) as opened:
        assert len(opened.notes) == 6
        assert opened.notes[-1] == "left out of the archive: 45 more"


def test_names_are_shown_harmlessly() -> None:
    """No escape sequence and no credential of a name reaches a terminal or a log."""
    packed = tar(member("\x1b[31m", type=tarfile.FIFOTYPE), member("https://me:hunter2@x", type=tarfile.FIFOTYPE))
    with depnorm.open_repository(io.BytesIO(packed)) as opened:
        assert all(note.isprintable() for note in opened.notes)
        assert "hunter2" not in "".join(opened.notes)


def test_an_archive_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its files, or by their number: before they are written, whatever a small file unpacks to."""
    monkeypatch.setattr(limits, "MAX_BYTES", 10_000)
    monkeypatch.setattr(limits, "MAX_FILES", 20)
    large, many = {"x": b"\0" * 10_001}, {f"x{number}": b"" for number in range(21)}
    for content, told in ((large, "larger than"), (many, "more than 20 files")):
        for packed in (zipped(content), tar(*(member(*each) for each in content.items()))):
            with pytest.raises(UnusableInputError, match=told), depnorm.open_repository(io.BytesIO(packed)):
                raise AssertionError


def test_directories_that_names_imply_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short archive may imply very many, by files and by links; those it has itself count once."""
    monkeypatch.setattr(limits, "MAX_FILES", 200)
    for about in ({}, {"type": tarfile.SYMTYPE, "linkname": "x"}, {"type": tarfile.DIRTYPE}):
        packed = tar(*(member(f"{number}/" + "a/" * 50 + "x", **about) for number in range(5)))
        with (
            pytest.raises(UnusableInputError, match="more than 200 files"),
            depnorm.open_repository(io.BytesIO(packed)),
        ):
            raise AssertionError
    packed = tar(*(member(f"d{number}", type=tarfile.DIRTYPE, mode=0o755) for number in range(200)))
    with depnorm.open_repository(io.BytesIO(packed)) as opened:
        assert len(list(opened.path.iterdir())) == 200


class Slow(io.BytesIO):
    """What a client sends slowly."""

    def read(self, size: int | None = -1) -> bytes:
        time.sleep(0.05)
        return super().read(size)


@pytest.mark.parametrize("content", [{"x": b"\0" * 2_000_000}, {f"x{number}": b"x" * 600 for number in range(200)}])
def test_time_is_kept(content: dict[str, bytes]) -> None:
    """Wherever it goes: into one large file or many small ones, of a tar or a zip."""
    for packed in (tar(*(member(*each) for each in content.items())), zipped(content)):
        begun = time.monotonic()
        with (
            pytest.raises(UnusableInputError, match="not unpacked in time"),
            depnorm.open_repository(Slow(packed), timeout=0.2 if packed[:2] != b"PK" else 0),
        ):
            raise AssertionError
        assert time.monotonic() - begun < 1


def gnu_header(kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def sparse_with_an_endless_map() -> bytes:
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x", "GNU.sparse.realsize": "1"}
    return tar(member("x", b"1" * 2**24, pax_headers=headers))


@pytest.mark.parametrize(
    "make",
    [
        lambda: gnu_header(tarfile.GNUTYPE_LONGNAME, 2**33),
        lambda: gnu_header(tarfile.XHDTYPE, 2**33),
        lambda: gnu_header(tarfile.XGLTYPE, 2**33),
        lambda: gnu_header(tarfile.REGTYPE, 2**62),
        lambda: gnu_header(tarfile.GNUTYPE_SPARSE, 512),
        lambda: (gnu_header(tarfile.GNUTYPE_LONGNAME, 2) + b"a\0" + b"\0" * 510) * 3000,
        sparse_with_an_endless_map,
    ],
    ids=["name", "attributes", "global attributes", "file", "sparse", "names of names", "map"],
)
def test_headers_take_neither_memory_nor_time(make: Callable[[], bytes]) -> None:
    """What a header announces is not believed; what it would take to read is refused."""
    begun = time.monotonic()
    with pytest.raises(UnusableInputError), depnorm.open_repository(io.BytesIO(make())):
        raise AssertionError
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"no archive at all" * 100, b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"\0" * 512],
)
def test_what_is_no_archive_is_told(data: bytes, tmp_path: Path) -> None:
    """By its name it was one; an empty tar is one."""
    path = tmp_path / "context.tar.gz"
    path.write_bytes(data)
    if data.strip(b"\0"):
        with pytest.raises(UnusableInputError, match=r"context\.tar\.gz: cannot be unpacked") as told:
            depnorm.open_repository(path).__enter__()
        assert "a tar (plain" in told.value.hint


def test_an_encrypted_zip_is_told() -> None:
    """Depnorm asks for no password."""
    packed = bytearray(zipped({"x": b"data"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(signature) + offset] |= 1
    with pytest.raises(UnusableInputError, match="encrypted"), depnorm.open_repository(io.BytesIO(bytes(packed))):
        raise AssertionError


@settings(max_examples=150)
@given(seed=st.integers(0, 2**32), which=st.sampled_from(["tar", "gz", "xz", "zip"]))
def test_a_damaged_archive_is_an_error_of_ours(seed: int, which: str) -> None:
    """Any bytes: what is read, or one sentence; nothing outside is ever written."""
    packed = bytearray(_WHOLE[which])
    chance = random.Random(seed)  # noqa: S311  no secret
    for _ in range(chance.randint(1, 20)):
        packed[chance.randrange(len(packed))] = chance.randrange(256)
    del packed[chance.choice([len(packed), chance.randrange(1, len(packed))]) :]
    try:
        with depnorm.open_repository(io.BytesIO(bytes(packed))) as opened:
            depnorm.check(opened.path)
    except DepnormError as error:
        assert str(error).count("\n") == 0  # noqa: PT017  either is fine


def _packed(which: str) -> bytes:
    content = {name: data * 100 for name, data in FILES.items()}
    if which == "zip":
        return zipped(content)
    packed = tar(*(member(*each) for each in content.items()))
    return compressed(packed, which[0])


_WHOLE = {which: _packed(which) for which in ("tar", "gz", "xz", "zip")}


def test_tarfile_refuses_no_name_that_is_taken() -> None:
    """Python's own filter for data is the judge of names."""
    for name in ("a", "a/b", "./a", "a//b", "a/./b", "a/..", "../a", "/a", "a/../b"):
        info = member(name)[0]
        try:
            tarfile.data_filter(info, "/nowhere")
            refused = name.startswith("/")
        except tarfile.FilterError:
            refused = True
        try:
            with depnorm.open_repository(io.BytesIO(tar(member(name, b"x")))):
                taken = True
        except OutsideRepositoryError:
            taken = False
        assert not (taken and refused), name
