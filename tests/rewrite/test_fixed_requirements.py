"""requirements.txt as `fix` leaves it."""

import codecs
import time

import pytest
from fixing import by_fixers, fixed, kept
from patience import BUSY

from depnorm.library.fix_text import fix_bytes
from depnorm.model import SpecFormat

ENCODINGS = [
    (b"", "utf-8"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # spelling: PEP 503 names, PEP 508 blanks, clauses from the lowest version up, double quotes in markers
        ("Flask_SQLAlchemy\n", "flask-sqlalchemy\n"),
        ("numpy >= 1.20 , <2\n", "numpy>=1.20,<2\n"),
        ("a!=1.5,<2,>=1\n", "a>=1,!=1.5,<2\n"),
        ("a<10,>=9\n", "a>=9,<10\n"),
        ("requests [Socks,security]>=2\n", "requests[security,socks]>=2\n"),
        ("a ; python_version<'3.9'\n", 'a; python_version < "3.9"\n'),
        ("a@https://example.org/a-1.tar.gz\n", "a @ https://example.org/a-1.tar.gz\n"),
        ("A @ git+https://example.org/a@v1 ; os_name=='nt'\n", 'a @ git+https://example.org/a@v1 ; os_name == "nt"\n'),
        ("--requirement=base.txt\n", "-r base.txt\n"),
        ("-rbase.txt\n", "-r base.txt\n"),
        ("-e.\n", "-e .\n"),
        ("-i https://example.org/simple\n", "--index-url https://example.org/simple\n"),
        ("  idna  \n", "idna\n"),
        ("idna", "idna\n"),
        ("idna\n\n\n", "idna\n"),
        ("===\n", "===\n"),
        # order: that of requirements-txt-fixer
        ("b\na\n", "a\nb\n"),
        ("b\n-e .\n--pre\n", "--pre\n-e .\nb\n"),
        ("b\ngit+https://example.org/x#egg=a\n", "git+https://example.org/x#egg=a\nb\n"),
        # comments move with the line below them; one at the top with a blank line stays; indented ones belong above
        ("# about b\nb # why\na\n", "a\n# about b\nb # why\n"),
        ("# the file\n\nb\na\n", "# the file\n\na\nb\n"),
        ("b\n    # via x\na\n", "a\nb\n    # via x\n"),
        ("b\na\n# the end\n", "a\nb\n# the end\n"),
        ("a; os_name == 'nt'\na\n    # via x\nb\n", 'a; os_name == "nt"\na\n    # via x\nb\n'),
        # repetitions
        ("a\nA\n", "a\n"),
        ("a>=1\na\n", "a>=1\n"),
        ("a # one\na>=1 # two\n# three\na\n", "# three\n# one\na>=1 # two\n"),
        ("a[x]\na\n", "a[x]\n"),
        ("a>=1\na<2\n", "a<2\na>=1\n"),
        ("a; os_name == 'nt'\na\n", 'a\na; os_name == "nt"\n'),
        ("-e .\n-e .\n", "-e .\n"),
        # continuations and hashes
        (
            "B==1 \\\n    --hash=sha256:" + "b" * 64 + "\nA==1 \\\n    --hash=sha256:" + "a" * 64 + " # why\n",
            "a==1 \\\n    --hash=sha256:" + "a" * 64 + " # why\nb==1 \\\n    --hash=sha256:" + "b" * 64 + "\n",
        ),
        ("b>=1, \\\n  <2\na\n", "a\nb>=1, \\\n  <2\n"),
        ("B>=1 \\\n  ,<2\nA\n", "a\nB>=1 \\\n  ,<2\n"),
        ("B == 1 --config-settings=x=y\n", "b==1 --config-settings=x=y\n"),
        ("B # c \\  \nA\n", "a\nb # c \\  \n"),
        # nothing to do
        ("", ""),
        ("\n\n", ""),
        ("# only this\n", "# only this\n"),
    ],
)  # fmt: skip
def test_canonical(before: str, after: str) -> None:
    """Spelled, sorted, each once; a fixed point of itself, and of the fixers of pre-commit."""
    assert fixed(before) == after
    assert fixed(after) == after
    assert by_fixers(after.encode()) == after.encode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("b\na\n--no-binary b\n", "--no-binary builds packages"),
        ("pip==9.0.3\na\n", "pip ==9.0.3, which installs in the order of the file"),
        ("torch\nflash_attn\na\n", "the build of flash-attn may import what another line installs"),
        ("pip<20.3\na\n", "pip <20.3, which installs in the order of the file"),
        ("pip~=19.0\na\n", "pip ~=19.0, which installs in the order of the file"),
        ("# the order matters\nb\na\n", "a comment says that it matters"),
        ("# the order matters\n\nb\na\n", "a comment says that it matters"),
        ("b\na\n# the order matters\n", "a comment says that it matters"),
        ("# numpy must be installed first\nb\na\n", "a comment says that it matters"),
        ("-r b.txt\n-c a.txt\nx\n", "those of the files that it includes"),
        ("--only-binary b\n--no-index\n--no-binary a\nx\n", "--no-binary builds packages"),
        ("b # must be installed before a\na\n", "a comment says that it matters"),
        ("--index-url https://a.example.org\n--extra-index-url https://b.example.org\nb\na\n", "pip obeys its options"),
        ("-r base.txt\n--index-url https://a.example.org\nb\na\n", "pip obeys its options"),
    ],
)
def test_order_that_means_something(text: str, reason: str) -> None:
    """It is left and the reason said, but names are still spelled."""
    (said,) = kept(text)
    assert said.startswith("its order: ")
    assert reason in said
    assert fixed(text) == text.replace("_", "-")


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://a.example.org\n--index-url https://b.example.org\n--index-url https://a.example.org\nx\n",
        "--extra-index-url https://a.example.org\n-i https://b.example.org\n--extra-index-url https://a.example.org\nx\n",
        "--only-binary :all:\n--only-binary :none:\n--only-binary :all:\nx\n",
        "-r b.txt\n-r c.txt\n-r b.txt\n",
    ],
)
def test_options_are_repeated_for_a_reason(text: str) -> None:
    """The last one counts, whatever was there before: none of them goes."""
    assert sorted(fixed(text).splitlines()) == sorted(text.replace("-i ", "--index-url ").splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "# order of magnitude does not matter\nb\na\n",
        "# should be fixed after next release\nb\na\n",
        "# needs to be the last release before 3.0\nb\na\n",
        "--no-index\n-f w\nb\na\n",
        "pip>=20\na\n",
        "torch-scatter @ https://example.org/torch_scatter-2.1-py3-none-any.whl\na\n",
    ],
)
def test_order_that_means_nothing(text: str) -> None:
    """Words that only look like a warning, and options that are apart from each other, stop nothing."""
    assert kept(text) == []
    assert fixed(text) != text


def test_files_without_options_may_be_included_in_any_order() -> None:
    """Where it is known that no included file has options, `-c` goes before `-r`."""
    data = b"-r b.txt\n-c a.txt\nx\n"
    assert fix_bytes(data, "r", SpecFormat.REQUIREMENTS, includes_count=False).after == b"-c a.txt\n-r b.txt\nx\n"


@pytest.mark.parametrize(
    "script",
    [
        b"pip install --no-build-isolation -r requirements.txt",
        b"xargs -n1 pip install",
        b"pip install --use-deprecated=legacy-resolver -r requirements.txt",
        b"for line in $(cat requirements.txt); do pip install $line; done",
    ],
)
def test_order_that_a_script_gives_a_meaning(script: bytes) -> None:
    """What a script of the repository does with the file counts; another script changes nothing."""
    (said,) = kept("b\na\n", SpecFormat.REQUIREMENTS, script)
    assert "a script of the repository" in said
    assert fixed("b\na\n", SpecFormat.REQUIREMENTS, b"pip install -r requirements.txt") == "a\nb\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("b\nnumpy=1.2\nA\n", "has one = where pip wants two"),
        ("#\n# This file is autogenerated by pip-compile with Python 3.12\nb\nA\n", "pip-compile wrote it"),
        ("# This file was autogenerated by uv via the following command:\nb\nA\n", "uv wrote it"),
        ("b\x0cA\n", "ends a line for some tools, but not for others"),
        ("# coding: hex\nb\nA\n", "not in the encoding that it promises"),
        ("b # x \\\n# about a\na\n", "a comment or a blank line stands within a continued line"),
        ("# This file is @generated by PDM.\nb\nA\n", "PDM wrote it"),
    ],
)
def test_left_as_a_whole(text: str, reason: str) -> None:
    """What pip refuses has no meaning that could be kept, and what a tool wrote is the tool's."""
    assert fixed(text) == text
    (said,) = kept(text)
    assert said.startswith("all of it: ")
    assert reason in said


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("mark", "codec"), ENCODINGS)
def test_encoding_and_line_ends_stay(mark: bytes, codec: str, ending: str) -> None:
    """UTF-8 and UTF-16 with their marks, and whatever ends the lines."""
    before = mark + f"B # ü{ending}A{ending}".encode(codec)
    after = mark + f"a{ending}b # ü{ending}".encode(codec)
    assert fix_bytes(before, "requirements.txt", SpecFormat.REQUIREMENTS).after == after


def test_a_cookie_stays_where_it_counts() -> None:
    """A comment that declares the encoding in the first two lines is not moved below them."""
    before = "# coding: latin-1\nz # ü\nb\na\n".encode("latin-1")
    result = fix_bytes(before, "requirements.txt", SpecFormat.REQUIREMENTS)
    assert result.after == before
    assert [each.reason for each in result.kept] == [
        "its order: the file says its encoding in a comment that would move"
    ]


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", codecs.BOM_UTF8 + b"\xff", bytes(range(256)), b"a\\", b"\\\n\\\n"])
def test_any_bytes(data: bytes) -> None:
    """Nothing crashes, and what cannot be decoded stays as it is."""
    assert fix_bytes(data, "requirements.txt", SpecFormat.REQUIREMENTS).after.strip() == data.strip()


def test_many_lines_of_one_package() -> None:
    """Time is linear in their number: what weakens what is looked up, not tried."""
    lines = [f"numpy!={number}.0" for number in range(3_000)] + ["numpy"] * 3_000
    begun = time.monotonic()
    assert fixed("\n".join(lines)).count("\n") == 3_000
    assert time.monotonic() - begun < 10 * BUSY
