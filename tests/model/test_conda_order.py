"""What conda packages need of each other, the order of their links, and URLs that a plan may hold."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depnorm.errors import UnsupportedError
from depnorm.model import Artifact, Ecosystem, LockedPackage
from depnorm.model.conda_order import closure, link_order
from depnorm.model.conda_url import conda_stem, conda_url, is_noarch

CHANNEL = "https://example.org/conda-forge/"


def conda(name: str, *requires: str, url: str | None = None, digest: str | None = None) -> LockedPackage:
    filename = f"{name}-1-0.conda"
    artifact = Artifact(
        filename=filename,
        sha256=sha256(name.encode()).hexdigest() if digest is None else digest,
        size=1,
        url=url or f"{CHANNEL}linux-64/{filename}",
    )
    return LockedPackage(ecosystem=Ecosystem.CONDA, name=name, version="1", artifact=artifact, requires=requires)


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({"b": "", "a": "b"}, "ba"),
        ({"z": "", "b": "", "a": "b"}, "zba"),  # neither needs nor is needed: first
        ({"c": "", "a": "b", "b": "c", "d": "c"}, "cbda"),  # by generations, not by depth
        ({"a": "b", "b": "a"}, "ab"),  # a cycle
        ({"a": "b c", "b": "a", "c": ""}, "cab"),
        ({"a": "a", "b": "a"}, "ab"),  # a package that needs itself
        ({"a": "missing"}, "a"),
        ({}, ""),
    ],
)
def test_the_order_is_that_of_conda(needs: dict[str, str], expected: str) -> None:
    """As PrefixGraph sorts: `tests/engine` asks conda itself."""
    packages = [conda(name, *names.split()) for name, names in needs.items()]
    assert "".join(each.name for each in link_order(packages)) == expected


def test_python_comes_before_the_pip_that_it_needs() -> None:
    """Conda adds pip to what Python needs, and takes the edge away where it sorts."""
    packages = [conda("pip", "python >=3"), conda("python", "pip", "zlib"), conda("zlib")]
    assert [each.name for each in link_order(packages)] == ["zlib", "python", "pip"]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sets(st.sampled_from("abcdefgh")), max_size=8), st.randoms())
def test_all_packages_whatever_their_order(needs: dict[str, set[str]], random: object) -> None:
    """Each package once; what it needs, transitively, is the closure; the order of the input does not count."""
    packages = [conda(name, *sorted(names)) for name, names in needs.items()]
    known = {each.name: each for each in packages}
    ordered = link_order(packages)
    assert sorted(each.name for each in ordered) == sorted(needs)
    assert link_order(reversed(packages)) == ordered
    for name in needs:
        found = closure([name], known)
        assert name in found
        assert all((needs[each] & needs.keys()) <= found for each in found)
    assert random


def test_a_plain_url_is_channel_and_file() -> None:
    """The channel ends with a slash; the file is below its subdir."""
    package = conda("a", url="https://example.org:8443/x/conda-forge/noarch/a-1-0.conda")
    assert conda_url(package) == ("https://example.org:8443/x/conda-forge/", "noarch/a-1-0.conda")
    assert conda_stem(package) == "a-1-0"
    assert is_noarch(package)
    assert not is_noarch(conda("a"))


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret@example.org/c/noarch/a-1-0.conda",
        "https://secret@example.org/c/noarch/a-1-0.conda",
        "https://example.org/t/secret-1/c/noarch/a-1-0.conda",
        "https://example.org/c/noarch/a-1-0.conda?token=secret",
        "https://example.org/c/noarch/a-1-0.conda#secret",
        "file:///secret/noarch/a-1-0.conda",
        "/secret/noarch/a-1-0.conda",
        "https://example.org/secret/../noarch/a-1-0.conda",
        "https://example.org/c/$(secret)/a-1-0.conda",
        "https://example.org/c'secret/noarch/a-1-0.conda",
        "https://example.org/c\n/noarch/a-1-0.conda",
        "https://example.org/a-1-0.conda",
        "https://example.org/c/noarch/b-1-0.conda",
        "https://example.org/c/noarch/",
        "ftp://example.org/c/noarch/a-1-0.conda",
    ],
)
def test_any_other_url_is_refused_without_its_secret(url: str) -> None:
    """Credentials, the builder's disk, another file, and what could leave a word: an error that shows no secret."""
    with pytest.raises(UnsupportedError) as raised:
        conda_url(conda("a", url=url))
    assert str(raised.value).startswith("a: ")
    assert "secret@" not in str(raised.value)
    assert "user" not in str(raised.value)
    assert "token=secret" not in str(raised.value)


@pytest.mark.parametrize("digest", ["", "0" * 63, "'; : > x; '", "0" * 64 + "\n"])
def test_a_package_needs_its_hash(digest: str) -> None:
    """Without a sha256 nothing tells the file that was locked."""
    with pytest.raises(UnsupportedError, match="no sha256"):
        conda_url(conda("a", digest=digest))
