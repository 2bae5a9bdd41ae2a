"""Each table row was tried with conda 24.7.1: `MatchSpec(TEXT)` of conda.models.match_spec."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rattler import MatchSpec

from depnorm.read.match_spec import MAX_SPEC_CHARACTERS, MatchedSpec, RejectedSpec, parse_match_spec

# text, name, version
VERSIONS = [
    ("python", "python", ""),
    ("NumPy", "numpy", ""),
    ("python=3.11", "python", "3.11.*"),
    ("python=3.1", "python", "3.1.*"),
    ("python=3", "python", "3.*"),
    ("python = 3.11", "python", "3.11.*"),
    ("python =3.11", "python", "3.11.*"),
    ("python 3.12.*", "python", "3.12.*"),
    ("python=3.12.*", "python", "3.12.*"),
    ("python=3.10*", "python", "3.10.*"),
    ("r-base==4.0.*", "r-base", "4.0.*"),
    ("numpy==1.2*", "numpy", "1.2.*"),
    ("python==3.10.4", "python", "==3.10.4"),
    ("numpy == 1.2", "numpy", "==1.2"),
    ("python 3.10", "python", "==3.10"),
    ("python>=3.11", "python", ">=3.11"),
    ("python >= 3.11", "python", ">=3.11"),
    ("python>=3.10,<4", "python", ">=3.10,<4"),
    ("numpy >=1.2 , <2", "numpy", ">=1.2,<2"),
    ("python=3.9|3.10", "python", "3.9.*|==3.10"),
    ("python 3.9|3.10.*", "python", "==3.9|3.10.*"),
    ("numpy=1.2,!=1.2.3", "numpy", "1.2.*,!=1.2.3"),
    ("numpy!=1.2.*", "numpy", "!=1.2.*"),
    ("pandas~=2.0", "pandas", "~=2.0"),
    ("openssl=1.1.1k", "openssl", "1.1.1k.*"),
    ("jpeg=9b.*", "jpeg", "9b.*"),
    ("foo=1!2.0", "foo", "1!2.0.*"),
    ("numpy=1.2+local", "numpy", "1.2+local.*"),
    ("numpy==latest", "numpy", "==latest"),
    ("numpy[version='>=1.2']", "numpy", ">=1.2"),
    ("python[version='3.8.*|3.9.*']", "python", "3.8.*|3.9.*"),
    ("python=3.11 # comment", "python", "3.11.*"),
    ("ca-certificates==2023.01.10", "ca-certificates", "==2023.1.10"),
]


@pytest.mark.parametrize(("text", "name", "version"), VERSIONS)
def test_version(text: str, name: str, version: str) -> None:
    """A version is read as conda reads it and spelled as rattler spells it."""
    assert parse_match_spec(text) == MatchedSpec(name=name, version=version)


@pytest.mark.parametrize("text", [text for text, _, _ in VERSIONS])
def test_canonical_version_is_a_fixed_point(text: str) -> None:
    """The canonical version in brackets means the same again."""
    spec = parse_match_spec(text)
    assert isinstance(spec, MatchedSpec)
    again = parse_match_spec(f"{spec.name}[version='{spec.version or '*'}']")
    assert again == spec


@pytest.mark.parametrize(
    ("text", "version", "build"),
    [
        ("numpy=1.26.4=py311h64a7726_0", "==1.26.4", "py311h64a7726_0"),
        ("numpy==1.26.4=py311h64a7726_0", "==1.26.4", "py311h64a7726_0"),
        ("numpy 1.2 0", "==1.2", "0"),
        ("numpy=1.2=0", "==1.2", "0"),
        ("numpy =1.2 py*", "==1.2", "py*"),
        ("numpy=3.8=*_cpython", "==3.8", "*_cpython"),
        ("numpy 3.8.* *_cpython", "3.8.*", "*_cpython"),
        ("numpy=3.8.*=*_cpython", "3.8.*", "*_cpython"),
        ("numpy >=3.8=*_cpython", ">=3.8", "*_cpython"),
        ("numpy>=1.16.0,<2=py37", ">=1.16.0,<2", "py37"),
        ("numpy * mkl*", "", "mkl*"),
        ("numpy=*=openblas", "", "openblas"),
        ("numpy[build=openblas]", "", "openblas"),
        ("numpy[version=>=1.2,build=py*]", ">=1.2", "py*"),
        ("numpy[build=a=b]", "", "a=b"),
        ("numpy bar baz qux", "==bar", "baz qux"),
        ("numpy = 1.2 = py310", "==1.2", "py310"),  # rattler rejects
        ("numpy[version='1.2' build='py310']", "==1.2", "py310"),  # the same
    ],
)
def test_build(text: str, version: str, build: str) -> None:
    """A build string is told apart from the version."""
    assert parse_match_spec(text) == MatchedSpec(name="numpy", version=version, build=build)


@pytest.mark.parametrize(
    ("text", "channel", "subdir"),
    [
        ("conda-forge::numpy", "conda-forge", None),
        ("defaults::numpy", "defaults", None),
        ("pkgs/main::numpy", "pkgs/main", None),
        ("conda-forge/label/dev::numpy", "conda-forge/label/dev", None),
        ("conda-forge/linux-64::numpy", "conda-forge", "linux-64"),
        ("conda-forge/noarch::numpy", "conda-forge", "noarch"),
        ("conda-forge:ns:numpy", "conda-forge", None),
        ("numpy[channel=foo]", "foo", None),
        ("numpy[subdir=linux-64]", None, "linux-64"),
        ("*/linux-64::numpy", None, "linux-64"),
    ],
)
def test_channel(text: str, channel: str | None, subdir: str | None) -> None:
    """A channel comes with the subdir it names."""
    assert parse_match_spec(text) == MatchedSpec(name="numpy", channel=channel, subdir=subdir)


@pytest.mark.parametrize(
    ("url", "channel"),
    [
        ("https://example.org/channel", "channel"),
        ("https://example.org/a/b/linux-64", "a/b"),
        ("https://user:password@example.org/channel", "channel"),
        ("https://example.org/t/secret-1/channel", "channel"),
        ("file:///opt/channel", "channel"),
    ],
)
def test_conda_keeps_the_end_of_a_channel_s_url(url: str, channel: str) -> None:
    """No host, no credentials and no token are in the channel's name, and a remark says so."""
    spec = parse_match_spec(f"{url}::numpy")
    assert isinstance(spec, MatchedSpec)
    assert (spec.name, spec.channel) == ("numpy", channel)
    assert channel in spec.remark


def test_hashes() -> None:
    """A checksum in brackets is kept."""
    digest = "0123456789abcdef" * 2
    assert parse_match_spec(f"numpy[md5={digest}]") == MatchedSpec(name="numpy", hashes=(f"md5:{digest}",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "https://example.org/ch/linux-64/zlib-1.2.11-0.tar.bz2",
            MatchedSpec(name="zlib", version="==1.2.11", build="0", subdir="linux-64", url="…"),
        ),
        ("https://example.org/a-b-1.0-h1_0.conda", MatchedSpec(name="a-b", version="==1.0", build="h1_0", url="…")),
        ("https://example.org/pkg.conda", MatchedSpec(name=None, url="…")),
        ("./pkg-1.0-0.conda", MatchedSpec(name="pkg", version="==1.0", build="0", url="…", is_path=True)),
        ("file:///x/pkg-1.0-0.conda", MatchedSpec(name="pkg", version="==1.0", build="0", url="…", is_path=True)),
        (r"C:\x\pkg-1.0-0.tar.bz2", MatchedSpec(name="pkg", version="==1.0", build="0", url="…", is_path=True)),
    ],
)
def test_package_file(text: str, expected: MatchedSpec) -> None:
    """A package file by URL or path tells name, version and build by its file name."""
    spec = parse_match_spec(text)
    assert isinstance(spec, MatchedSpec)
    assert spec.url == text
    assert {**_fields(spec), "url": "…"} == _fields(expected)


def _fields(spec: MatchedSpec) -> dict[str, object]:
    return {name: getattr(spec, name) for name in MatchedSpec.__slots__}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("numpy>=1.2<2", "comma"),
        ("numpy>=1.2 <2", "comma"),
        ("python>3.5<3.9", "comma"),
        ("numpy<2>1", "comma"),
        ("numpy=1.16.0==py37", "comma"),
        ("numpy ==", "version behind"),
        ("numpy>=", "version behind"),
        ("numpy=1.2=", "version behind"),
        ("numpy>=1.2,", "NAME=VERSION"),
        ("numpy=~1.2", "NAME=VERSION"),
        ("numpy=1.2=py-0", "NAME=VERSION"),
        ("numpy~=1.2.*", "NAME=VERSION"),
        ("numpy=1..2", "NAME=VERSION"),
        ("# only a comment", "Remove"),
        ("numpy=1.2é", "NAME=VERSION"),
        ("numpy[foo=bar]", "NAME=VERSION"),
        ("pip:", "NAME=VERSION"),
        ("numpy ^1.2", ">=1.2,<2"),
        ("numpy=1.2;1.3", "pip:"),
        ("numpy; python_version < '3'", "pip:"),
        ("numpy=='1.2'", "without quotes"),
        ("-e .", "pip:"),
        ("numpy~=1", "~=1.0"),  # conda takes it, and stops as soon as it compares
        ("numpy~=1,<2", "~=1.0"),
        ("conda-forge:: numpy", "CHANNEL::NAME"),
        (" numpy", "without blanks"),
        ("numpy= ", "without blanks"),
        ("https://[/a-1-0.conda", "URL"),
        ("https://example.org/linux-64/a.conda", "own name"),
    ],
)
def test_conda_rejects(text: str, hint: str) -> None:
    """What conda rejects is rejected, also where rattler takes it, with a hint that fits."""
    spec = parse_match_spec(text)
    assert isinstance(spec, RejectedSpec)
    assert hint in spec.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("git+https://example.org/x/y", "pip:"),  # conda: a package called //example.org/x/y
        ("foo @ https://example.org/x", "pip:"),  # the same
        (".", "pip:"),  # conda: a package called .
        ("-c conda-forge ffmpeg", "channels:"),  # conda: -c, version conda-forge, build ffmpeg
        ("g++", "NAME=VERSION"),
        ("é", "NAME=VERSION"),
        ("*", "one package"),
        ("glob*=1.0", "one package"),
        ("foo@", "one package"),  # conda: any package with the feature foo
        ("", "Remove"),  # conda: any package
        ("numpy,1.2", "NAME=VERSION"),
        ("a::b::c", "NAME=VERSION"),
        ("conda-forge ::numpy", "CHANNEL::NAME"),  # conda: a channel with a blank in its name
        ("numpy\t1.2", "plain blanks"),  # conda: a package with a tab in its name
        ("numpy\xa0=1.2", "plain blanks"),
        ("https://example.org/linux-64/a-1-0.conda?x=1", "pip:"),
        ("numpy<=*", "any version"),
        ("numpy>=1.*.2", "range"),
        ("a" * (MAX_SPEC_CHARACTERS + 1), "NAME=VERSION"),
    ],
)
def test_conda_accepts_but_no_package_has_that_name(text: str, hint: str) -> None:
    """What conda takes for the name of a package that cannot exist is rejected."""
    spec = parse_match_spec(text)
    assert isinstance(spec, RejectedSpec)
    assert hint in spec.hint


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("pandas[excel]", ""),
        ("pandas[excel]>=2", ">=2"),
        ("pandas (>=1.2)", ""),  # rattler: >=1.2
        ("pandas===1.2", "1.2.*"),  # rattler rejects
        ("pandas=>1.2", ">=1.2"),  # conda: >1.2*, which 1.2 satisfies; rattler rejects
        ("pandas=<1.2", "<1.2"),  # conda: <1.2*, which 1.2 does not satisfy
        ("conda-forge:pandas", ""),
        ("pandas>=1.2*", ">=1.2"),  # conda: and its pre-releases
        ("pandas<1.2*,>=1", "<1.2,>=1"),
        ("pandas!=1.2*,>=1", ">=1"),  # conda: no version is called 1.2*
        ("https://example.org/t/abc-123/channel::pandas", ""),
    ],
)
def test_conda_silently_reads_something_else(text: str, version: str) -> None:
    """What conda reads in a way that its author did not mean is a dependency with a remark and a hint."""
    spec = parse_match_spec(text)
    assert isinstance(spec, MatchedSpec)
    assert (spec.name, spec.version) == ("pandas", version)
    assert spec.remark
    assert spec.hint


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("numpy=", ""),  # rattler rejects
        ("numpy=1.2.", "1.2.*"),  # rattler rejects
        ("numpy>1.2.*", ">1.2"),  # rattler: >=1.2
        ("numpy<=1.2.*", "<=1.2"),
        ("numpy>=1.2.*,<2.*", ">=1.2,<2"),
        ("numpy=1.2 if linux", "1.2.*"),  # rattler: a build
    ],
)
def test_conda_differs_from_rattler(text: str, version: str) -> None:
    """Where rattler reads it otherwise, conda counts."""
    assert parse_match_spec(text) == MatchedSpec(name="numpy", version=version)


SPECS = st.from_regex(r"\A(c::)?[a-c_.-]{1,4} ?(|[<>=!~]{1,2} ?[0-9.*]{1,4}([,| =<][0-9a-z.*<>=]{0,5})?)\Z")


@given(st.one_of(st.text(), SPECS, st.text(alphabet="a1.=<>!~,|*[]()'\" :#@/-", max_size=20)))
def test_never_raises_and_agrees_with_rattler(text: str) -> None:
    """Any text is a match or a rejection, and what matches without a rewrite matches in rattler too."""
    spec = parse_match_spec(text)
    if isinstance(spec, RejectedSpec):
        assert spec.message
        assert spec.hint
    elif spec.name and not spec.url:
        version = f"[version='{spec.version}']" if spec.version else ""
        assert MatchSpec(spec.name + version).name
